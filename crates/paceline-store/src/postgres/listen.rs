//! Hearing of other nodes' commits: notifications on a connection of its own, and looking now and
//! then in case one was missed. A pooler of transactions passes none on, so then it only looks.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::poll_fn;
use paceline_core::id::EventSeq;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::access::Access;
use super::error::{Error, Result, cannot_connect};
use super::hook::Told;
use super::pool::Pools;
use super::row::Columns;
use super::session::values;
use super::url::Target;

/// How often it looks by itself while it hears …
const LOOK: Duration = Duration::from_secs(5);
/// … and while it does not.
const LOOK_WHEN_DEAF: Duration = Duration::from_millis(500);
/// Time between attempts to listen.
const AGAIN: Duration = Duration::from_secs(5);

pub(crate) async fn listen(target: Target, tls: MakeRustlsConnect, pools: Pools, told: Told) {
    let mut warned = false;
    if pools.is_deaf() {
        loop {
            look(&pools, &told).await;
            sleep(LOOK_WHEN_DEAF).await;
        }
    }
    let config = Access::new(&target, false, &[]).config;
    let channel = target.channel();
    loop {
        if let Err(error) = hear((&config, &channel), &tls, (&pools, &told), &mut warned).await
            && !warned
        {
            tracing::warn!(%error, "cannot listen for other nodes' news; looking for it instead");
            warned = true;
        }
        let deaf = async {
            loop {
                look(&pools, &told).await;
                sleep(LOOK_WHEN_DEAF).await;
            }
        };
        // Ends after a while, to try and listen again.
        let _: Result<(), _> = timeout(AGAIN, deaf).await;
    }
}

/// Listens until the connection breaks.
async fn hear(
    (config, channel): (&Config, &str),
    tls: &MakeRustlsConnect,
    (pools, told): (&Pools, &Told),
    warned: &mut bool,
) -> Result<()> {
    let connected = config.connect(tls.clone()).await;
    let (client, mut connection) =
        connected.map_err(|error| Error::unavailable(cannot_connect(&error)))?;
    let mut messages = poll_fn(move |context| connection.poll_message(context));
    let command = format!("LISTEN {channel}");
    let mut listening = Box::pin(client.batch_execute(&command));
    let mut heard = false;
    loop {
        tokio::select! {
            done = &mut listening, if !heard => {
                done?;
                heard = true;
                *warned = false;
                look(pools, told).await;
            }
            message = messages.next() => match message {
                None => return Err(Error::unavailable("the connection was closed")),
                Some(Err(error)) => return Err(error.into()),
                Some(Ok(AsyncMessage::Notification(news))) => {
                    if let Ok(seq) = news.payload().parse() {
                        told.tell(EventSeq(seq));
                    }
                }
                Some(Ok(_)) => {}
            },
            () = sleep(LOOK) => look(pools, told).await,
        }
    }
}

async fn look(pools: &Pools, told: &Told) {
    let newest = async {
        let mut session = pools.reader().await?;
        session.find("SELECT event FROM tally", values![]).await
    };
    if let Ok(Some(row)) = newest.await
        && let Ok(seq) = row.number(0)
        && seq > 0
    {
        told.found(EventSeq(seq));
    }
}
