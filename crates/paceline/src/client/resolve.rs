//! Which job a person means: by id, the beginning of an id, name, or `last`.

use paceline_protocol::rest::{JobView, ListView};

use super::Client;
use crate::exit::{CliError, Result};

/// The word for the newest job.
const LAST: &str = "last";

impl Client {
    /// What to put into a path for this job. Ids and their beginnings are left to the node.
    pub(crate) async fn resolve(&self, job: &str) -> Result<String> {
        if job == LAST {
            return self.newest().await;
        }
        if could_be_an_id(job) {
            return Ok(job.to_owned());
        }
        self.by_name(job).await
    }

    /// As [`Client::resolve`], for several.
    pub(crate) async fn resolve_all(&self, jobs: &[String]) -> Result<Vec<String>> {
        let mut ids = Vec::with_capacity(jobs.len());
        for job in jobs {
            ids.push(self.resolve(job).await?);
        }
        Ok(ids)
    }

    pub(crate) async fn job(&self, job: &str) -> Result<JobView> {
        let id = self.resolve(job).await?;
        self.get(&format!("/jobs/{id}"), &()).await
    }

    async fn newest(&self) -> Result<String> {
        let query = [("sort", "-created_at"), ("limit", "1")];
        let page: ListView<JobView> = self.get("/jobs", &query).await?;
        let newest = page.items.first().map(|job| job.id.to_string());
        newest.ok_or_else(|| {
            CliError::failed("there is no job yet").hint("submit one: paceline submit TASK")
        })
    }

    async fn by_name(&self, name: &str) -> Result<String> {
        let query = [("q", name), ("limit", "50")];
        let page: ListView<JobView> = self.get("/jobs", &query).await?;
        let named = page.items.iter().find(|job| job.name == name);
        named.map(|job| job.id.to_string()).ok_or_else(|| {
            CliError::failed(format!("there is no job `{name}`"))
                .hint("`paceline jobs` lists them; an id, its beginning, a name or `last` will do")
        })
    }
}

/// The beginning of a UUID. A name may have hexadecimal digits only too, but not dashes just there.
fn could_be_an_id(job: &str) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let fits = |(place, c): (usize, char)| match c {
        '-' => DASHES.contains(&place),
        c => c.is_ascii_hexdigit(),
    };
    !job.is_empty() && job.chars().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_taken_for_ids() {
        for id in [
            "019d",
            "019d0f3a-7b1c",
            "019d0f3a-7b1c-7000-8000-000000000001",
        ] {
            assert!(could_be_an_id(id), "{id}");
        }
        for name in ["", "square", "add-20261125-231839-e7535"] {
            assert!(!could_be_an_id(name), "{name}");
        }
    }
}
