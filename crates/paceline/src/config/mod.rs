//! The configuration of a node: `paceline.toml`, settled with flags and environment into
//! [`Settings`]. Nothing here opens, binds or starts anything.

mod address;
mod diagnostic;
mod file;
mod load;
mod location;
mod node;
mod notify;
mod retention;
mod settle;
mod spelling;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use load::{find, load};
pub(crate) use location::StoreLocation;
pub(crate) use node::NodeSettings;
pub(crate) use notify::NotifySettings;
pub(crate) use settle::{Overrides, PoolSettings, Settings, StoreSettings, TaskSettings};

/// The file's name, looked for in the current folder.
pub(crate) const FILE_NAME: &str = "paceline.toml";
/// The store's name where none is given.
pub(crate) const STORE_NAME: &str = "paceline.db";
