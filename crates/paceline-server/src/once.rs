//! Requests that create something with a name: answered once a key, like submissions.

use axum::http::HeaderMap;

use crate::idempotency::{self, Answer, Found};
use crate::problem::Result;
use crate::state::AppState;

/// Does the work, unless it was done under the request's `Idempotency-Key`. Should the node die
/// between the work and the keeping of its answer, a repeated request hears that the name is taken.
pub(crate) async fn once(
    state: &AppState,
    headers: &HeaderMap,
    route: &str,
    text: &[u8],
    work: impl Future<Output = Result<Answer>>,
) -> Result<Answer> {
    let Some(hold) = idempotency::hold(state, headers, route).await? else {
        return work.await;
    };
    let hash = idempotency::hash_of(text);
    match hold.look_up(state).await? {
        Found::Answered(known, _) | Found::Reserved(known, _) if known != hash => {
            Err(idempotency::reused())
        }
        Found::Answered(_, answer) => Ok(answer),
        Found::Reserved(..) | Found::Nothing => {
            let answer = work.await?;
            hold.answer(state, &hash, answer.clone()).await?;
            Ok(answer)
        }
    }
}
