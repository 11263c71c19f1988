//! Submits, runs and cancels jobs until it is killed, and says after each commit what was
//! acknowledged: the child of a test that kills it.
//!
//! `submit_loop FILE SEED` prints `submitted ID.`, `succeeded ID POSITION.` and `cancelled ID.`.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::admission::Limits;
use paceline_core::dice::Dice;
use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportBody};
use paceline_core::query::Selector;
use paceline_core::store::{Action, Claim, NodeInfo, Offer, Store};
use paceline_core::{JobId, JobOptions, Json, NewJob, NodeId, Priority, Time, Work};
use paceline_store::{Options, SqliteStore};

const NOW: Time = Time::from_micros(1_795_342_530_123_456);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("no file is named")?;
    let seed = arguments.next().ok_or("no seed is given")?.parse()?;
    let store = SqliteStore::open(Path::new(&file), Options::default())?;
    let node = register(&store).await?;
    let mut run = Run {
        store,
        node,
        dice: Dice::new(seed),
    };
    loop {
        run.submit().await?;
        run.work().await?;
    }
}

async fn register(store: &SqliteStore) -> Result<NodeId> {
    let node = NodeInfo {
        name: "submit_loop".to_owned(),
        pid: std::process::id(),
        version: "0".to_owned(),
    };
    Ok(store
        .register_node(node, NOW + Duration::from_hours(1), NOW)
        .await?)
}

struct Run {
    store: SqliteStore,
    node: NodeId,
    dice: Dice,
}

impl Run {
    async fn submit(&mut self) -> Result<()> {
        let jobs = (0..=self.dice.next_u64() % 4).map(|_| self.job()).collect();
        let submitted = self.store.submit(jobs, NOW).await?;
        for job in &submitted {
            say(&format!("submitted {}", job.id))?;
        }
        if self.dice.next_u64().is_multiple_of(5) {
            self.cancel(submitted[0].id).await?;
        }
        Ok(())
    }

    async fn cancel(&mut self, job: JobId) -> Result<()> {
        let action = Action::Cancel { reason: None };
        let only = Selector::Ids(vec![job]);
        if self.store.control(only, action, false, NOW).await?.changed == 1 {
            say(&format!("cancelled {job}"))?;
        }
        Ok(())
    }

    fn job(&mut self) -> NewJob {
        let mut random = [0; 10];
        random.fill_with(|| self.dice.next_u64().to_le_bytes()[0]);
        let id = JobId::new(NOW, random);
        let work = if self.dice.next_u64().is_multiple_of(2) {
            Work::Unit
        } else {
            let item = |n| NewItem {
                key: Some(format!("k{n}")),
                payload: Json::null(),
            };
            Work::Items((0..=self.dice.next_u64() % 40).map(item).collect())
        };
        NewJob {
            id,
            name: format!("loop-{id}"),
            task: "predict".to_owned(),
            queue: "default".to_owned(),
            priority: Priority::Normal,
            user: None,
            key: None,
            batch: None,
            labels: Vec::new(),
            params: Json::from_checked(format!("{:?}", "x".repeat(500))),
            options: Arc::new(JobOptions::default()),
            run_at: None,
            work,
        }
    }

    /// Leases a little and reports some of it.
    async fn work(&mut self) -> Result<()> {
        self.store.admit(Limits::NONE, NOW).await?;
        let offer = Offer {
            tasks: vec!["predict".to_owned()],
            leases: 3,
            workers: 1,
        };
        let claim = Claim {
            node: self.node,
            offers: vec![offer],
            limits: Limits::NONE,
            now: NOW,
        };
        for lease in self.store.claim(claim).await?.leases.concat() {
            self.report(&lease).await?;
        }
        Ok(())
    }

    async fn report(&mut self, lease: &Lease) -> Result<()> {
        let success = || Outcome::Succeeded(Json::from_checked("1"));
        let duration = Duration::from_millis(1);
        let (body, ended) = match &lease.work {
            LeasedWork::Plan => return Ok(()),
            LeasedWork::Unit => {
                let outcome = success();
                (ReportBody::Unit { outcome, duration }, vec![0])
            }
            LeasedWork::Chunk(items) => {
                let most = 1 + self.dice.next_u64() % 20;
                let some = items.iter().take(usize::try_from(most)?);
                let ended: Vec<ItemReport> = some
                    .map(|item| ItemReport {
                        seq: item.seq,
                        outcome: success(),
                        duration,
                    })
                    .collect();
                let seqs = ended.iter().map(|item| item.seq.0).collect();
                let release = Some(Release::Normal);
                (
                    ReportBody::Chunk {
                        items: ended,
                        release,
                    },
                    seqs,
                )
            }
        };
        let report = LeaseReport {
            lease: lease.id,
            job: lease.job,
            body,
        };
        self.store.report(vec![report], 1, NOW).await?;
        for seq in ended {
            say(&format!("succeeded {} {seq}", lease.job))?;
        }
        Ok(())
    }
}

/// A line that is whole ends in a full stop.
fn say(what: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{what}.")?;
    Ok(out.flush()?)
}
