//! The tables at one moment: what runs, who holds what.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Instant, SystemTime};

use tokio_postgres::{Client, IsolationLevel, Row, Transaction};

use crate::tables::seqs;

/// A piece of work: a job by its number, and an item of it; a job without items has one, 0.
pub(crate) type Work = (i64, i32);

#[derive(Debug)]
pub(crate) struct Snapshot {
    /// When it was asked for; what it says is no older.
    pub(crate) at: Instant,
    /// When all of it had been read, as the tables tell time.
    pub(crate) read_at: i64,
    pub(crate) jobs: BTreeMap<i64, RunningJob>,
    pub(crate) leases: Vec<Lease>,
    /// Jobs by state, as they are counted and as the tally has them.
    pub(crate) counted: HashMap<String, i64>,
    pub(crate) tally: HashMap<String, i64>,
    pub(crate) last_event: i64,
    /// Jobs that run though one that they wait for has not completed.
    pub(crate) too_early: i64,
    /// Pieces of work that are done by two jobs at once, or that two jobs wait to begin.
    pub(crate) doubled: i64,
}

/// A running job.
#[derive(Debug)]
pub(crate) struct RunningJob {
    pub(crate) task: String,
    pub(crate) user: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) queue: String,
    pub(crate) items: Option<Items>,
    /// Without items: nobody holds it.
    is_free: bool,
}

/// Where the items of a job are.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub(crate) total: i32,
    pub(crate) running: i32,
    pub(crate) most_leases: Option<i32>,
    pub(crate) leases: i32,
    pub(crate) planned: bool,
    /// How often work came back since something was recorded.
    pub(crate) returns: i32,
    /// When the job was last given work, as a turn.
    pub(crate) last_served: i64,
    pub(crate) free: Vec<i32>,
    /// Those of them that came back and go first.
    pub(crate) marked: HashSet<i32>,
    pub(crate) done: Vec<i32>,
}

#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) id: i64,
    pub(crate) job: i64,
    pub(crate) node: i64,
    pub(crate) items: Vec<i32>,
    /// When it was asked for; of a job without items, when the job was first leased.
    pub(crate) since: i64,
}

impl Lease {
    pub(crate) fn work(&self) -> impl Iterator<Item = Work> {
        self.items.iter().map(|seq| (self.job, *seq))
    }
}

impl Snapshot {
    pub(crate) async fn take(database: &mut Client) -> Snapshot {
        let at = Instant::now();
        let transaction = database
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start();
        let transaction = transaction.await.expect("a transaction");
        let mut snapshot = Snapshot {
            at,
            read_at: 0,
            jobs: BTreeMap::new(),
            leases: Vec::new(),
            counted: HashMap::new(),
            tally: HashMap::new(),
            last_event: 0,
            too_early: 0,
            doubled: 0,
        };
        snapshot.read_jobs(&transaction).await;
        snapshot.read_items(&transaction).await;
        snapshot.read_counts(&transaction).await;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let since = since.expect("a clock that is set").as_micros();
        snapshot.read_at = i64::try_from(since).expect("not that late");
        snapshot
    }

    async fn read_jobs(&mut self, database: &Transaction<'_>) {
        const JOBS: &str =
            "SELECT num, user_name, lease, node, kind, key, queue, task, coalesce(started_at, 0)
            FROM jobs WHERE lane IN (3, 4)";
        const LEASES: &str = "SELECT id, job, node, ranges, since FROM leases";
        for row in list(database, JOBS).await {
            let (num, lease): (i64, Option<i64>) = (row.get(0), row.get(2));
            let has_items = row.get::<_, &str>(4) != "unit";
            self.jobs.insert(
                num,
                RunningJob {
                    task: row.get(7),
                    user: row.get(1),
                    key: row.get(5),
                    queue: row.get(6),
                    items: has_items.then(Items::default),
                    is_free: !has_items && lease.is_none(),
                },
            );
            self.leases.extend(lease.map(|id| Lease {
                id,
                job: num,
                node: row.get(3),
                items: vec![0],
                since: row.get(8),
            }));
        }
        for row in list(database, LEASES).await {
            self.leases.push(Lease {
                id: row.get(0),
                job: row.get(1),
                node: row.get(2),
                items: row.get::<_, Option<&str>>(3).map(seqs).unwrap_or_default(),
                since: row.get(4),
            });
        }
    }

    async fn read_items(&mut self, database: &Transaction<'_>) {
        const PROGRESS: &str =
            "SELECT job, total, running, workers, leases, planned, returns, last_served
            FROM progress p
            WHERE EXISTS (SELECT 1 FROM jobs WHERE num = p.job AND lane = 4)";
        const FREE: &str = "SELECT job, first_seq, last_seq, not_before = 1 FROM ranges";
        const DONE: &str = "SELECT o.job, o.seq FROM jobs j JOIN outcomes o ON o.job = j.num
            WHERE j.lane = 4 AND o.state <> 'pending'";
        for row in list(database, PROGRESS).await {
            if let Some(items) = self.items_of(&row) {
                *items = Items {
                    total: row.get(1),
                    running: row.get(2),
                    most_leases: row.get(3),
                    leases: row.get(4),
                    planned: row.get(5),
                    returns: row.get(6),
                    last_served: row.get(7),
                    ..Items::default()
                };
            }
        }
        for row in list(database, FREE).await {
            if let Some(items) = self.items_of(&row) {
                let range = row.get::<_, i32>(1)..=row.get(2);
                if row.get(3) {
                    items.marked.extend(range.clone());
                }
                items.free.extend(range);
            }
        }
        for row in list(database, DONE).await {
            if let Some(items) = self.items_of(&row) {
                items.done.push(row.get(1));
            }
        }
    }

    fn items_of(&mut self, row: &Row) -> Option<&mut Items> {
        self.jobs.get_mut(&row.get(0))?.items.as_mut()
    }

    async fn read_counts(&mut self, database: &Transaction<'_>) {
        const COUNTED: &str = "SELECT state, count(*) FROM jobs GROUP BY state";
        const TOO_EARLY: &str = "SELECT count(*) FROM jobs c JOIN dependencies d ON d.child = c.num
            JOIN jobs p ON p.num = d.parent WHERE c.lane IN (3, 4) AND p.state <> 'completed'";
        const DOUBLED: &str = "SELECT count(*) FROM (SELECT 1 FROM jobs
            WHERE identity IS NOT NULL AND finished_at IS NULL
            GROUP BY identity, started_at IS NULL HAVING count(*) > 1) t";
        const TALLY: &str = "SELECT event, pending, running, completed, failed FROM tally";
        for row in list(database, TOO_EARLY).await {
            self.too_early = row.get(0);
        }
        for row in list(database, DOUBLED).await {
            self.doubled = row.get(0);
        }
        for row in list(database, COUNTED).await {
            self.counted.insert(row.get(0), row.get(1));
        }
        for row in list(database, TALLY).await {
            self.last_event = row.get(0);
            for (place, state) in ["pending", "running", "completed", "failed"]
                .iter()
                .enumerate()
            {
                self.tally.insert((*state).to_owned(), row.get(place + 1));
            }
        }
    }

    pub(crate) fn held_by(&self, node: i64) -> HashSet<Work> {
        let of_node = self.leases.iter().filter(|lease| lease.node == node);
        of_node.flat_map(Lease::work).collect()
    }

    /// Work that nobody holds.
    pub(crate) fn free(&self) -> HashSet<Work> {
        let mut free = HashSet::new();
        for (num, job) in &self.jobs {
            if job.is_free {
                free.insert((*num, 0));
            }
            let items = job.items.iter().flat_map(|items| &items.free);
            free.extend(items.map(|seq| (*num, *seq)));
        }
        free
    }
}

async fn list(database: &Transaction<'_>, sql: &str) -> Vec<Row> {
    database.query(sql, &[]).await.expect(sql)
}
