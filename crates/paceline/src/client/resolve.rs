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
        let could_be_an_id = job.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if could_be_an_id && !job.is_empty() {
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
