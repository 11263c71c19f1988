//! Transactions that are tried again when another one got in their way.

use super::error::Result;

/// Clashes are rare: locks are taken in one order.
const TRIES: u32 = 5;

pub(crate) async fn retrying<T, Running>(transaction: impl Fn() -> Running) -> Result<T>
where
    Running: Future<Output = Result<T>>,
{
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if error.is_a_clash() => tracing::debug!(%error, "tried again"),
            other => return other,
        }
    }
    transaction().await
}
