//! How the server is reached: at its own door, or through a pooler that gives each transaction
//! another server process.
//!
//! A connection tells by a setting of its own that it asks for as it is made. A server has it then.
//! A pooler of transactions cannot pass it on to a server process that many share: it refuses or
//! drops it.

use std::sync::Arc;

use paceline_core::store::StoreError;
use tokio_postgres::{Client, Config, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{Error, Result, cannot_connect};
use super::pooled::Pooled;
use super::url::Target;

/// Any name with a point is a setting that nobody else knows of.
const MARK: &str = "paceline.direct";

/// How connections for a purpose are made, and how they are used.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) config: Config,
    pub(crate) pooled: Option<Arc<Pooled>>,
}

impl Access {
    /// `more` are settings beyond those of all connections.
    pub(crate) fn new(target: &Target, pooled: bool, more: &[(&'static str, &str)]) -> Self {
        let more = more
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let settings: Vec<(&str, String)> = target.settings().into_iter().chain(more).collect();
        if pooled {
            Access {
                config: target.config.clone(),
                pooled: Some(Arc::new(Pooled::new(&settings))),
            }
        } else {
            Access {
                config: target.with_settings(&settings),
                pooled: None,
            }
        }
    }
}

/// Whether there is a pooler of transactions in between.
pub(crate) async fn is_pooled(target: &Target, tls: &MakeRustlsConnect) -> Result<bool> {
    if target.pooled {
        return warn_of_options(target);
    }
    let marked = target.with_settings(&[(MARK, "yes".to_owned())]);
    let direct = match connect(&marked, tls).await {
        Ok(client) => has_mark(&client).await?,
        Err(error) if refuses_settings(&error) => false,
        Err(error) => return Err(Error::unavailable(cannot_connect(&error))),
    };
    if direct {
        return Ok(false);
    }
    tracing::info!(
        "there is a pooler before PostgreSQL: statements are not kept prepared, and other nodes' \
         news are looked for twice a second"
    );
    warn_of_options(target)
}

/// With a pooler, settings from the URL have no way to the server.
fn warn_of_options(target: &Target) -> Result<bool> {
    if target.config.get_options().is_some() {
        let why = "a pooler in transaction mode passes no `options` on: leave them out of the URL, \
            or say ALTER ROLE … SET instead";
        return Err(StoreError::Unavailable(why.to_owned()).into());
    }
    Ok(true)
}

async fn connect(
    config: &Config,
    tls: &MakeRustlsConnect,
) -> std::result::Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(tls.clone()).await?;
    // Ends with the client.
    tokio::spawn(connection);
    Ok(client)
}

async fn has_mark(client: &Client) -> Result<bool> {
    let select = format!("SELECT current_setting('{MARK}', true)");
    let answer = client.simple_query(&select).await?;
    Ok(answer.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("yes"),
        _ => false,
    }))
}

/// `unsupported startup parameter: options`, and how newer ones say it.
fn refuses_settings(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|answer| {
        let message = answer.message();
        message.contains("startup parameter") && message.contains("options")
    })
}
