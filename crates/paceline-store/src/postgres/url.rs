//! What a store's URL says: where the server is, which schema is meant, how connections are made.

use std::path::PathBuf;
use std::time::Duration;

use paceline_core::store::StoreError;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// The schema that holds the tables unless the URL names another.
const SCHEMA: &str = "paceline";
/// Longest that a statement may take before the server ends it.
const STATEMENT: Duration = Duration::from_mins(1);
/// Longest that a transaction may hold its locks while its node says nothing: between two round
/// trips it works in memory for milliseconds. A node that was halted or cut off in between must not
/// keep the others from its work for longer than it usually takes them to see that it is dead (10 s;
/// where less is configured, what it has locked is theirs only after this time).
const SILENCE: Duration = Duration::from_secs(5);
/// After this a peer that confirms nothing is gone, on either side.
const GONE: Duration = Duration::from_secs(10);
/// Without traffic the peer is looked for this often, and this often again before it is gone.
const LOOK: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const LOOKS: u32 = 3;
const CONNECT: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Says nothing of settings: see [`Target::settings`].
    pub(crate) config: Config,
    pub(crate) schema: String,
    pub(crate) trust: Trust,
    /// There is a pooler that gives each transaction another server process.
    pub(crate) pooled: bool,
}

/// Whose certificates are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Whoever answers: `prefer` and `require` encrypt and do not ask.
    Anyone,
    /// Those whom the system's authorities know, or the ones of a file (`sslrootcert`).
    Authorities(Option<PathBuf>),
}

impl Target {
    /// `postgres://user:password@host:5432/database?sslmode=verify-full&schema=paceline`
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong =
            |what: &str| StoreError::Unavailable(format!("the store's URL is wrong: {what}"));
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut schema = SCHEMA.to_owned();
        let mut trust = Trust::Anyone;
        let mut roots = None;
        let mut mode = SslMode::Prefer;
        let mut pooled = false;
        let mut rest = Vec::new();
        for param in query.split('&').filter(|param| !param.is_empty()) {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            match name {
                "schema" => value.clone_into(&mut schema),
                "sslrootcert" => roots = Some(PathBuf::from(value)),
                "sslmode" => {
                    (mode, trust) = security(value).ok_or_else(|| {
                        wrong("sslmode is one of disable, prefer, require, verify-full")
                    })?;
                }
                "pooler" if value == "transaction" => pooled = true,
                "pooler" => return Err(wrong("pooler can only be `transaction`")),
                _ => rest.push(param),
            }
        }
        match (&mut trust, roots) {
            (Trust::Authorities(of), roots) => *of = roots,
            // Not to be silently without the protection that somebody meant to have.
            (Trust::Anyone, Some(_)) => {
                return Err(wrong("sslrootcert is of use with sslmode=verify-full only"));
            }
            (Trust::Anyone, None) => {}
        }
        if !is_plain(&schema) {
            return Err(wrong(
                "a schema's name has lower-case letters, digits and `_` only",
            ));
        }
        let mut config: Config = format!("{base}?{}", rest.join("&")).parse().map_err(
            |error: tokio_postgres::Error| {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                wrong(&cause.unwrap_or_else(|| error.to_string()))
            },
        )?;
        // It would go before the schema of this store, whose tables would then not be found.
        if config
            .get_options()
            .is_some_and(|options| options.contains("search_path"))
        {
            return Err(wrong(
                "options may not set search_path: say `schema=NAME` for the schema of the tables",
            ));
        }
        config.ssl_mode(mode);
        about_connections(&mut config);
        Ok(Target {
            config,
            schema,
            trust,
            pooled,
        })
    }

    /// What is the same for all transactions.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let millis = |time: Duration| time.as_millis().to_string();
        vec![
            ("search_path", self.schema.clone()),
            ("statement_timeout", millis(STATEMENT)),
            ("idle_in_transaction_session_timeout", millis(SILENCE)),
            ("jit", "off".to_owned()),
        ]
    }

    /// Connections that say some settings as they are made; nothing is set later.
    pub(crate) fn with_settings(&self, settings: &[(&str, String)]) -> Config {
        let patience = server_patience();
        let each = settings.iter().chain(&patience);
        let each = each.map(|(name, value)| format!("-c {name}={value} "));
        let mut options: String = each.collect();
        options.push_str(self.config.get_options().unwrap_or_default());
        let mut config = self.config.clone();
        config.options(options.trim_end());
        config
    }

    /// What notifications about this store are sent under.
    pub(crate) fn channel(&self) -> String {
        format!("paceline_{}", self.schema)
    }
}

fn security(mode: &str) -> Option<(SslMode, Trust)> {
    Some(match mode {
        "disable" => (SslMode::Disable, Trust::Anyone),
        "prefer" => (SslMode::Prefer, Trust::Anyone),
        "require" => (SslMode::Require, Trust::Anyone),
        "verify-full" => (SslMode::Require, Trust::Authorities(None)),
        _ => return None,
    })
}

/// A name that needs no quotes, and short enough to be part of others.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.len() <= 48
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && !name.starts_with("pg_")
}

/// When the server gives up a node that is cut off. (A pooler in between decides this by itself.)
fn server_patience() -> [(&'static str, String); 4] {
    [
        ("tcp_user_timeout", GONE.as_millis().to_string()),
        ("tcp_keepalives_idle", LOOK.as_secs().to_string()),
        ("tcp_keepalives_interval", LOOK_AGAIN.as_secs().to_string()),
        ("tcp_keepalives_count", LOOKS.to_string()),
    ]
}

/// When the node gives up the server.
fn about_connections(config: &mut Config) {
    if config.get_application_name().is_none() {
        config.application_name("paceline");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    config
        .tcp_user_timeout(GONE)
        .keepalives_idle(LOOK)
        .keepalives_interval(LOOK_AGAIN)
        .keepalives_retries(LOOKS);
}

#[cfg(test)]
mod tests {
    use super::{Target, Trust};

    #[test]
    fn the_usual_url_says_all() {
        let url = "postgres://ana:secret@db:5433/jobs?sslmode=verify-full&schema=mine";
        let target = Target::parse(url).expect("a URL");
        assert_eq!(target.schema, "mine");
        assert_eq!(target.trust, Trust::Authorities(None));
        assert_eq!(target.config.get_dbname(), Some("jobs"));
        assert_eq!(target.config.get_ports(), [5433]);
    }

    #[test]
    fn what_is_not_said_is_usual() {
        let target = Target::parse("postgres://localhost/jobs").expect("a URL");
        assert_eq!(
            (target.schema.as_str(), target.trust),
            ("paceline", Trust::Anyone)
        );
    }

    #[test]
    fn a_wrong_url_is_told() {
        for url in [
            "postgres://localhost/jobs?schema=My%20Own",
            "postgres://localhost/jobs?schema=pg_catalog",
            "postgres://localhost/jobs?sslmode=maybe",
            "postgres://localhost/jobs?nonsense=1",
            "postgres://localhost/jobs?sslmode=require&sslrootcert=ca.pem",
            "postgres://localhost/jobs?pooler=session",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_search_path_among_the_options_is_told_what_to_say_instead() {
        for options in [
            "-csearch_path=mine",
            "-c%20search_path%3Dmine",
            "--search_path=mine",
        ] {
            let url = format!("postgres://localhost/jobs?options={options}");
            let refused = Target::parse(&url)
                .expect_err("it hides the tables")
                .to_string();
            assert!(refused.contains("schema=NAME"), "{refused}");
        }
        let others = "postgres://localhost/jobs?options=-cwork_mem%3D64MB";
        assert!(Target::parse(others).is_ok());
    }
}
