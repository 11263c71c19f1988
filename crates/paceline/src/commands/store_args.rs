//! Which store and which configuration: flags that several commands share.

use std::path::PathBuf;

use crate::config::{self, Overrides, Settings, StoreLocation};
use crate::env;
use crate::exit::Result;

#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct StoreArgs {
    /// Configuration; by default ./paceline.toml if it is there
    #[arg(long, short, env = env::CONFIG, value_name = "FILE", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Store: `sqlite:PATH` or `postgres://…`; by default paceline.db beside the configuration
    #[arg(long, env = env::STORE, value_name = "STORE", hide_env_values = true)]
    pub(crate) store: Option<String>,
}

impl StoreArgs {
    /// The settings as these flags and the file give them.
    pub(crate) fn settings(&self, overrides: Overrides) -> Result<Settings> {
        let file = config::find(self.config.as_deref());
        let overrides = Overrides {
            store: self.store.clone(),
            ..overrides
        };
        config::load(file.as_deref(), &overrides)
    }

    /// Where the store is.
    pub(crate) fn location(&self) -> Result<StoreLocation> {
        Ok(self.settings(Overrides::default())?.store.location)
    }
}
