//! A thousand listeners of a job that reports a thousand times a second.

use std::time::{Duration, Instant};

use futures::future::join_all;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, Note, NoteBody, ReportBody};
use paceline_core::store::Offer;
use paceline_core::{Json, LeaseId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::cpu_time;
use crate::server::Server;

const LISTENERS: usize = 1000;
const REPORTING: Duration = Duration::from_secs(5);

pub(crate) async fn measure(server: &Server) {
    let mut job = TcpStream::connect(server.address).await.expect("connects");
    let submit = "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"task\":\"t\"}";
    job.write_all(submit.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    job.read_to_string(&mut answer).await.expect("an answer");
    let offer = Offer {
        tasks: vec!["t".to_owned()],
        leases: 1,
        workers: 1,
    };
    let leases = server.engine.lease(offer).await.expect("a lease");
    let lease = leases.into_iter().next().expect("a lease");
    let opened = (0..LISTENERS).map(|_| listen(server));
    let streams = join_all(opened).await;
    let listeners: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::spawn(until_completed(stream)))
        .collect();
    let (began, cpu) = (Instant::now(), cpu_time());
    let told = report(server, lease.job, began).await;
    let spent = (cpu_time().saturating_sub(cpu)).as_secs_f64() / began.elapsed().as_secs_f64();
    let ended = finish(server, lease.id, lease.job).await;
    let seen: Vec<(Instant, usize)> = join_all(listeners)
        .await
        .into_iter()
        .map(|seen| seen.expect("listened"))
        .collect();
    let last = seen.iter().map(|(at, _)| *at).max().expect("listeners");
    let bytes: usize = seen.iter().map(|(_, bytes)| bytes).sum();
    println!(
        "{LISTENERS} listeners, {told} reports in {REPORTING:?}: {spent:.2} cores used (callers included), {} KiB to each, all saw the end {:.0?} after it",
        bytes / LISTENERS / 1024,
        last.saturating_duration_since(ended),
    );
}

async fn listen(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    let request = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

/// When the end of the job was seen, and after how many bytes.
async fn until_completed(mut stream: TcpStream) -> (Instant, usize) {
    const END: &[u8] = b"event: job.completed";
    let mut buffer = vec![0; 64 << 10];
    let (mut kept, mut bytes) = (0, 0);
    loop {
        let read = stream.read(&mut buffer[kept..]).await.expect("events");
        assert!(read > 0, "the stream ended early");
        bytes += read;
        let filled = kept + read;
        let found = buffer[..filled].windows(END.len()).any(|part| part == END);
        if found {
            return (Instant::now(), bytes);
        }
        kept = filled.min(END.len());
        buffer.copy_within(filled - kept..filled, 0);
    }
}

/// Tells of progress once a millisecond; returns how often.
async fn report(server: &Server, job: paceline_core::JobId, began: Instant) -> u32 {
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    let mut told = 0;
    while began.elapsed() < REPORTING {
        ticks.tick().await;
        let body = NoteBody::Progress {
            fraction: Some(f64::from(told % 1000) / 1000.0),
            stage: None,
            message: Some(format!("step {told}")),
        };
        server.engine.note(vec![Note { job, body }]).await;
        told += 1;
    }
    told
}

async fn finish(server: &Server, lease: LeaseId, job: paceline_core::JobId) -> Instant {
    let body = ReportBody::Unit {
        outcome: Outcome::Succeeded(Json::null()),
        duration: REPORTING,
    };
    let report = LeaseReport { lease, job, body };
    server.engine.report(vec![report]).await.expect("taken");
    Instant::now()
}
