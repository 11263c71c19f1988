//! Serving on a listener until told to stop.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use paceline_protocol::problem::Code;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::problem::Refusal;
use crate::router::router;
use crate::state::AppState;

/// Time for requests that are cut off to say so.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The listener failed.
#[derive(Debug, thiserror::Error)]
#[error("the API server failed: {0}")]
pub struct ServeError(#[from] std::io::Error);

/// Serves the API until `shutdown`; then lets requests in flight end, at most
/// [`crate::ServerOptions::shutdown_grace`] long. Streams and waits end at once.
pub async fn serve(
    state: AppState,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let grace = state.options.shutdown_grace;
    let (stop, cut) = (state.stop.clone(), state.cut.clone());
    // Answers are small and awaited: they must not wait for more to send.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    let signal = {
        let shutdown = shutdown.clone();
        async move {
            shutdown.cancelled().await;
            stop.cancel();
        }
    };
    let serving = axum::serve(listener, router(state)).with_graceful_shutdown(signal);
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(grace).await;
        tracing::warn!("requests are still in flight {grace:?} after the stop; they are cut off");
        cut.cancel();
        tokio::time::sleep(LAST_WORDS).await;
    };
    tokio::select! {
        served = serving => Ok(served?),
        () = overdue => Ok(()),
    }
}

/// Ends a request that is still running when the time to stop in order is over.
pub(crate) async fn cut_off(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    tokio::select! {
        response = next.run(request) => response,
        () = state.cut.cancelled() => {
            let detail = "the server stopped before the request was done; send it again";
            Refusal::new(Code::Stopping, detail).retry_after(5).into_response()
        }
    }
}
