//! The stores under test, and the macro that runs each case on all of them.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use paceline_core::store::Store;
use paceline_store::postgres::{self, PostgresStore};
use paceline_store::{Options, SqliteStore};

use crate::support::Case;

/// An empty store, and what must live as long as it.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keep: Box<dyn Any>,
}

/// A file of its own, with the writer thread and the pool of readers.
pub(crate) async fn sqlite_file() -> Opened {
    sqlite_file_with(Options::default())
}

/// The same as it is with very many jobs: lists come from memory.
pub(crate) async fn sqlite_file_with_catalogue() -> Opened {
    sqlite_file_with(Options {
        catalogue_from: 0,
        ..Options::default()
    })
}

fn sqlite_file_with(options: Options) -> Opened {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("paceline.db");
    let store = SqliteStore::open(&path, options).expect("a new database");
    Opened {
        store: Arc::new(store),
        keep: Box::new(folder),
    }
}

/// The store of the simulation: in memory, on the caller's thread.
pub(crate) async fn sqlite_in_memory() -> Opened {
    let store = SqliteStore::in_memory_inline().expect("a new database");
    Opened {
        store: Arc::new(store),
        keep: Box::new(()),
    }
}

/// A schema of its own in the server of the test run.
pub(crate) async fn postgres() -> Opened {
    postgres_with(postgres::Options::default()).await
}

/// The same as it is with very many jobs: lists come from memory.
pub(crate) async fn postgres_with_catalogue() -> Opened {
    let options = postgres::Options {
        catalogue_from: 0,
        ..postgres::Options::default()
    };
    postgres_with(options).await
}

async fn postgres_with(options: postgres::Options) -> Opened {
    let url = paceline_test_postgres::shared().new_store();
    let store = PostgresStore::connect(&url, options);
    Opened {
        store: Arc::new(store.await.expect("a new schema")),
        keep: Box::new(()),
    }
}

/// Through a pooler that gives each transaction another server process.
pub(crate) async fn postgres_through_a_pooler() -> Opened {
    let pooler = paceline_test_postgres::shared().pooler("");
    let url = pooler.url(&paceline_test_postgres::new_schema());
    let store = PostgresStore::connect(&url, postgres::Options::default());
    Opened {
        store: Arc::new(store.await.expect("a new schema")),
        keep: Box::new(pooler),
    }
}

/// Runs one case to its end on a fresh store.
pub(crate) fn run<O, Opening, F, Running>(open: O, case: F)
where
    O: FnOnce() -> Opening,
    Opening: Future<Output = Opened>,
    F: FnOnce(Case) -> Running,
    Running: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async { case(Case::new(open().await).await).await });
}

/// Histories that a run tells, unless the environment asks for one or for more.
const SEEDS: u64 = 10;

/// Runs one case once for each seed, each time on a fresh store. A failing run prints its seed.
pub(crate) fn run_seeds<O, Opening, F, Running>(open: O, case: F)
where
    O: Fn() -> Opening,
    Opening: Future<Output = Opened>,
    F: Fn(Case, u64) -> Running,
    Running: Future<Output = ()>,
{
    for seed in seeds() {
        let _named = Named(seed);
        run(&open, |s| case(s, seed));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever looks into a failure names its seed"
)]
fn seeds() -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("PACELINE_STORE_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("PACELINE_STORE_SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("run it again with PACELINE_STORE_SEED={}", self.0);
        }
    }
}

/// Makes a test of each case on each backend, and one through a pooler.
macro_rules! store_tests {
    ($($case:ident),+ $(,)?) => {
        on_each_backend!(run: $($case),+);
        on_backend!(postgres_through_a_pooler, run: $($case),+);
    };
}

/// The same for cases that are about lists, also with the catalogue that a store with very many jobs
/// takes them from. Nothing else reads it.
macro_rules! list_tests {
    ($($case:ident),+ $(,)?) => {
        store_tests!($($case),+);
        with_catalogue!(run: $($case),+);
    };
}

/// Cases that take a seed, and long, and read lists too; a pooler makes them three times as long.
macro_rules! seeded_store_tests {
    ($($case:ident),+ $(,)?) => {
        on_each_backend!(run_seeds: $($case),+);
        with_catalogue!(run_seeds: $($case),+);
    };
}

macro_rules! on_each_backend {
    ($run:ident: $($case:ident),+) => {
        on_backend!(sqlite_file, $run: $($case),+);
        on_backend!(sqlite_in_memory, $run: $($case),+);
        on_backend!(postgres, $run: $($case),+);
    };
}

macro_rules! with_catalogue {
    ($run:ident: $($case:ident),+) => {
        on_backend!(sqlite_file_with_catalogue, $run: $($case),+);
        on_backend!(postgres_with_catalogue, $run: $($case),+);
    };
}

macro_rules! on_backend {
    ($backend:ident, $run:ident: $($case:ident),+) => {
        mod $backend {
            $(#[test]
            fn $case() {
                crate::backends::$run(crate::backends::$backend, super::$case);
            })+
        }
    };
}
