//! Taking the node's address.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::exit::{CliError, Result};

/// Listens on `address`, or says what keeps it from that.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                CliError::failed(format!("{address} is in use, perhaps by another node"))
                    .hint("see `paceline status`, or choose another port: --port 7422 (0: any)")
            }
            io::ErrorKind::PermissionDenied => {
                CliError::failed(format!("this user may not listen on {address}"))
                    .hint("choose a port above 1023: --port 7421")
            }
            _ => CliError::failed(format!("cannot listen on {address}: {error}"))
                .hint("choose another address: --bind 127.0.0.1:7421"),
        })
}
