//! `paceline migrate`: moves a stopped `SQLite` store to `PostgreSQL`, and counts both.

use paceline_core::Time;
use paceline_core::store::StoreError;
use paceline_store::transfer::{Count, TransferError, Transferred, transfer};
use serde::Serialize;

use crate::config::StoreLocation;
use crate::env;
use crate::exit::{CliError, Exit, Result};
use crate::output::table::{render, table};
use crate::output::{Output, human};

/// Copies everything of a stopped store in a file (`sqlite:PATH`) into an empty schema of a database
/// that many nodes share (`postgres://…`).
///
/// The file is only read. Should anything end the command early, the schema is as empty as before:
/// run it again. What workers held when the node ended is free work again.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The store to move: `sqlite:PATH`; no node may have it open
    #[arg(long, value_name = "STORE")]
    from: String,
    /// Where to: `postgres://HOST/DATABASE`; the schema (paceline, or ?schema=NAME) must be empty
    #[arg(long, env = env::STORE, value_name = "URL", hide_env_values = true)]
    to: String,
}

pub(crate) async fn run(args: &Args, output: Output) -> Result {
    let (from, to) = (
        StoreLocation::parse(&args.from)?,
        StoreLocation::parse(&args.to)?,
    );
    let (StoreLocation::Sqlite(file), StoreLocation::Postgres(url)) = (&from, &to) else {
        return Err(
            CliError::usage("a store is moved from SQLite to PostgreSQL only")
                .hint("write --from sqlite:PATH --to postgres://HOST/DATABASE"),
        );
    };
    let now = Time::from_micros(crate::clock::now().as_microsecond());
    let begun = tokio::time::Instant::now();
    let moved = transfer(file, url, now, |table, rows| {
        if rows > 0 {
            output.note(format!("{} of {table}", human::plural(rows, "row")));
        }
    })
    .await
    .map_err(|error| explain(&error))?;
    tell(&moved, (&from, &to), begun.elapsed(), output)
}

/// The counts as a table, and whether they agree.
fn tell(
    moved: &Transferred,
    (from, to): (&StoreLocation, &StoreLocation),
    took: std::time::Duration,
    output: Output,
) -> Result {
    let Transferred { counts, recovered } = moved;
    let agree = counts.agree();
    if output.json {
        output.json(&Report {
            ok: agree,
            from: from.to_string(),
            to: to.to_string(),
            seconds: took.as_secs_f64(),
            recovered: *recovered,
            counts: counts.0.iter().map(CountView::new).collect(),
        })?;
    } else {
        output.line(rows(&counts.0, output))?;
    }
    if !agree {
        output.note("error: the counts differ, so nothing was kept in the target");
        output.note("  help: look for triggers or rules on its tables; the file is as it was");
        return Err(CliError::Silent(Exit::Failed));
    }
    let took = human::duration(took);
    output.note(format!("{from} was moved to {to} in {took}"));
    if *recovered > 0 {
        let leases = human::plural(*recovered, "lease");
        output.note(format!(
            "{leases} of the stopped node became free work again"
        ));
    }
    output.note("the file was only read: keep it until the new store has proved itself");
    Ok(())
}

fn rows(counts: &[Count], output: Output) -> String {
    let mut lines = table(&["what", "sqlite", "postgres", ""], output.palette);
    for count in counts {
        let Count {
            what,
            source,
            target,
        } = count;
        let verdict = if source == target { "" } else { "differs" };
        lines.add_row([
            what.clone(),
            source.to_string(),
            target.to_string(),
            verdict.to_owned(),
        ]);
    }
    render(lines)
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    ok: bool,
    from: String,
    to: String,
    seconds: f64,
    /// Leases that became free work again.
    recovered: u64,
    counts: Vec<CountView<'a>>,
}

#[derive(Debug, Serialize)]
struct CountView<'a> {
    what: &'a str,
    sqlite: i64,
    postgres: i64,
}

impl<'a> CountView<'a> {
    fn new(count: &'a Count) -> Self {
        let Count {
            what,
            source,
            target,
        } = count;
        CountView {
            what,
            sqlite: *source,
            postgres: *target,
        }
    }
}

fn explain(error: &TransferError) -> CliError {
    let told = CliError::failed(error.to_string());
    match error {
        TransferError::NoSource(_) | TransferError::NotAStore(_) => {
            told.hint("name the file of the stopped node: --from sqlite:PATH")
        }
        TransferError::OldSource { .. } => told.hint(
            "bring it up to date first: start `paceline up --no-workers` of this version on it, \
             and stop it when it is ready",
        ),
        TransferError::Source(StoreError::InUse(_)) => {
            CliError::failed("a node has the store open: it can be moved when that is stopped")
                .hint("stop the node (SIGTERM or Ctrl-C), then run this again")
        }
        TransferError::Source(_) => told.hint("`paceline doctor` looks into the file"),
        TransferError::NotEmpty { schema, .. } => told.hint(format!(
            "name another one with ?schema=NAME, or, if nobody needs what is there, \
             psql -c 'DROP SCHEMA {schema} CASCADE'"
        )),
        TransferError::Target(_) => told.hint(
            "the target is as it was and the file too: mend what it says, then run this again",
        ),
    }
}
