//! Where a node listens: on the loopback, as long as it asks nobody for a token.

use std::net::SocketAddr;

use toml::Spanned;

use super::diagnostic::Source;
use super::settle::Overrides;
use crate::exit::{CliError, Result};

/// Where a node listens unless told otherwise.
const DEFAULT: &str = "127.0.0.1:7421";

/// The flag's address, else the file's, else the default; the port flag wins over each.
pub(super) fn settle(
    written: Option<Spanned<String>>,
    source: &Source<'_>,
    overrides: &Overrides,
) -> Result<SocketAddr> {
    let mut address = match (&overrides.bind, written) {
        (Some(flag), _) => {
            let fault = |message: String, help: &str| CliError::usage(message).hint(help);
            address(flag).map_err(|(message, help)| fault(message, help))?
        }
        (None, Some(written)) => address(written.get_ref()).map_err(|(message, help)| {
            source.fault(written.span(), message, Some(help.to_owned()))
        })?,
        (None, None) => address(DEFAULT).map_err(|(message, _)| CliError::usage(message))?,
    };
    if let Some(port) = overrides.port {
        address.set_port(port);
    }
    Ok(address)
}

/// An address on the loopback, or what is wrong with it and what to do.
fn address(text: &str) -> Result<SocketAddr, (String, &'static str)> {
    let numeric = text.replacen("localhost:", "127.0.0.1:", 1);
    let address: SocketAddr = numeric.parse().map_err(|_| {
        (
            format!("`{text}` is not an address to listen on"),
            "write address and port, such as 127.0.0.1:7421",
        )
    })?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err((
        format!(
            "`{text}` can be reached by other machines, and this version asks nobody for a token"
        ),
        "listen on 127.0.0.1 and let an SSH tunnel or a reverse proxy that authenticates reach it",
    ))
}
