use std::path::Path;
use std::time::Duration;

use super::*;
use crate::exit::CliError;
use paceline_core::JobState;
use paceline_core::scope::Kind;

fn settings(text: &str, overrides: &Overrides) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE_NAME);
    std::fs::write(&file, text).expect("writes");
    load(Some(&file), overrides).map_err(|error| told(&error, folder.path()))
}

/// The error as a person sees it, without what differs from run to run.
fn told(error: &CliError, folder: &Path) -> String {
    let text = match error {
        CliError::Diagnosed(report) => {
            let mut text = String::new();
            miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none())
                .render_report(&mut text, report.as_ref())
                .expect("renders");
            text
        }
        other => format!("{other:?}"),
    };
    text.replace(&format!("{}/", folder.display()), "")
}

fn file(path: &str) -> StoreLocation {
    StoreLocation::Sqlite(path.into())
}

fn fault(text: &str) -> String {
    settings(text, &Overrides::default()).expect_err("a fault")
}

#[test]
fn without_a_file_all_is_default() {
    let settings = load(None, &Overrides::default()).expect("settles");
    assert_eq!(settings.bind.to_string(), "127.0.0.1:7421");
    assert_eq!(settings.store.location, file("paceline.db"));
    assert!(!settings.store.relaxed);
    assert_eq!(settings.limits.jobs, Some(10));
    assert!(settings.pools.is_empty());
}

#[test]
fn the_template_is_a_good_configuration() {
    let template = include_str!("../../templates/paceline.toml");
    let settings = settings(template, &Overrides::default()).expect("settles");
    assert_eq!(settings.pools.len(), 1);
    assert!(settings.pools[0].processes >= 1);
}

/// Every commented-out line of the template is one that works, and shows the default.
#[test]
fn the_templates_comments_are_true() {
    let template = include_str!("../../templates/paceline.toml");
    let all: Vec<&str> = template
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with('[') || rest.contains(" = ") => rest,
            Some(_) | None => line,
        })
        .collect();
    let all = settings(&all.join("\n"), &Overrides::default()).expect("settles");
    let plain = settings("", &Overrides::default()).expect("settles");
    assert_eq!(all.defaults, plain.defaults);
    assert_eq!(all.limits, plain.limits);
    assert_eq!(all.retention, plain.retention);
    assert_eq!((all.bind, all.grace), (plain.bind, plain.grace));
    assert_eq!(all.node.lost_after, plain.node.lost_after);
    let name = |settings: &Settings| {
        let file = settings.store.location.file().expect("a file");
        file.file_name().map(std::ffi::OsStr::to_owned)
    };
    assert_eq!(name(&all), name(&plain));
    assert_eq!(all.tasks.len(), 1);
}

#[test]
fn everything_can_be_set() {
    let text = r#"
        [server]
        bind = "127.0.0.1:9000"
        grace = "3s"
        [store]
        path = "jobs/x.db"
        durability = "relaxed"
        [workers.races]
        command = ["python", "-m", "paceline.worker", "races.tasks"]
        processes = 2
        max_memory = 1_000_000
        cwd = "sub"
        env = { A = "1" }
        [tasks.report]
        command = ["./report.sh", "{params.date}"]
        item_timeout = "10m"
        retry = { attempts = 1 }
        breaker = { rate = 0.3, cool_down = "5s" }
        rate = "60/1m"
        delay = "500ms"
        [defaults]
        chunk_size = 7
        [limits]
        jobs = 0
        jobs_per_user = 5
        jobs_per_key = 1
        [limits.keys]
        dealer-7 = 2
        dealer-8 = 0
        [retention]
        completed = "1h"
        cancelled = "2d"
        results = "10m"
        [retention.tasks.predict]
        failed = "1d"
        [node]
        cpus = 1.5
        memory = "8GiB"
        resources = { gpu = 1 }
        max_load = 2
        min_free_memory = "512MiB"
        lost_after = "1m"
    "#;
    let settings = settings(text, &Overrides::default()).expect("settles");
    assert_eq!(settings.bind.port(), 9000);
    assert_eq!(settings.grace, Duration::from_secs(3));
    assert!(settings.store.relaxed);
    assert!(
        settings
            .store
            .location
            .file()
            .expect("a file")
            .ends_with("jobs/x.db")
    );
    let pool = &settings.pools[0];
    assert_eq!((pool.processes, pool.max_memory), (2, Some(1_000_000)));
    assert!(pool.cwd.ends_with("sub"));
    let options = settings.tasks[0].options.as_str();
    let expected = r#"{"item_timeout":"10m","retry":{"attempts":1},"breaker":{"rate":0.3,"cool_down":"5s"},"rate":"60/1m","delay":"500ms"}"#;
    assert_eq!(options, expected);
    assert_eq!(settings.defaults.chunk_size, 7);
    assert_eq!(
        (settings.limits.jobs, settings.limits.jobs_per_user),
        (None, Some(5))
    );
    let of_key = |name| settings.limits.of(Kind::Key, name);
    let of_keys = ["dealer-6", "dealer-7", "dealer-8"].map(of_key);
    assert_eq!(of_keys, [Some(1), Some(2), None]);
    let kept = |task, state| settings.retention.kept(task, state);
    let hours = |hours| Some(Duration::from_hours(hours));
    assert_eq!(kept("train", JobState::Completed), hours(1));
    assert_eq!(kept("predict", JobState::Failed), hours(24));
    assert_eq!(kept("predict", JobState::Merged), hours(48), "as cancelled");
    let results = settings.retention.results_kept("predict");
    assert_eq!(results, Some(Duration::from_mins(10)));
    let node = NodeSettings {
        milli_cpus: Some(1_500),
        memory: Some(8 << 30),
        resources: [("gpu".to_owned(), 1)].into(),
        max_load: Some(2.0),
        min_free_memory: Some(512 << 20),
        lost_after: Duration::from_mins(1),
    };
    assert_eq!(settings.node, node);
}

#[test]
fn a_node_is_lost_after_ten_seconds_or_what_it_says_within_bounds() {
    let lost_after = |text: &str| {
        let settings = settings(text, &Overrides::default()).expect("settles");
        settings.node.lost_after
    };
    assert_eq!(lost_after(""), Duration::from_secs(10));
    for (written, expected) in [("\"3s\"", 3), ("45", 45), ("\"10m\"", 600)] {
        let text = format!("[node]\nlost_after = {written}\n");
        assert_eq!(lost_after(&text), Duration::from_secs(expected), "{text}");
    }
}

#[test]
fn a_command_may_say_what_is_the_same_work() {
    let text = "[tasks.report]\ncommand = [\"./report.sh\"]\n\
        identity = [\"date\"]\nversion = \"2\"\ncache_for = \"1h\"\n";
    let settings = settings(text, &Overrides::default()).expect("settles");
    let options: serde_json::Value =
        serde_json::from_str(settings.tasks[0].options.as_str()).expect("JSON");
    let expected = serde_json::json!({"identity": ["date"], "version": "2", "cache_for": "1h"});
    assert_eq!(options, expected);
    let twice = "[tasks.report]\ncommand = [\"x\"]\nidentity = [\"date\", \"date\"]\n";
    assert!(fault(twice).contains("identity"), "{}", fault(twice));
}

#[test]
fn flags_win_over_the_file() {
    let overrides = Overrides {
        port: Some(0),
        store: Some("sqlite:other.db".to_owned()),
        relaxed: Some(true),
        ..Overrides::default()
    };
    let text = "[server]\nbind = \"127.0.0.1:9000\"\n[store]\npath = \"x.db\"\n";
    let settings = settings(text, &overrides).expect("settles");
    assert_eq!(settings.bind.to_string(), "127.0.0.1:0");
    assert_eq!(settings.store.location, file("other.db"));
    assert!(settings.store.relaxed);
}

#[test]
fn a_store_may_be_a_database() {
    let text = "[store]\nurl = \"postgres://jobs@db.example/jobs\"\n";
    let settings = settings(text, &Overrides::default()).expect("settles");
    assert_eq!(
        settings.store.location,
        StoreLocation::Postgres("postgres://jobs@db.example/jobs".to_owned())
    );
    let both = "[store]\npath = \"x.db\"\nurl = \"postgres://db.example/jobs\"\n";
    assert!(fault(both).contains("both a path and a url"));
}

#[test]
fn faults_point_at_their_line() {
    let faults = [
        "[workers.races]\ncommand = [\"python\"]\nprocesess = 4\n",
        "[worker.races]\ncommand = [\"python\"]\n",
        "[workers.races]\ncommand = []\n",
        "[workers.races]\ncommand = [\"python\"]\nprocesses = 0\n",
        "[workers.races]\nprocesses = 2\n",
        "[workers.races]\ncommand = [\"python\"]\nmax_memory = \"4 gigs\"\n",
        "[server]\nbind = \"0.0.0.0:7421\"\n",
        "[server]\nbind = \"7421\"\n",
        "[store]\ndurability = \"relaxd\"\n",
        "[tasks.t]\ncommand = [\"x\"]\nretry = { atempts = 3 }\n",
        "[tasks.t]\ncommand = [\"x\"]\nrate = \"60\"\n",
        "[tasks.t]\ncommand = [\"x\"]\nbreaker = { rate = 2.0 }\n",
        "[node]\ncpus = 0\n",
        "[node]\nlost_after = \"2.9s\"\n",
        "[node]\nlost_after = \"601s\"\n",
        "[node]\nlost_after = \"soon\"\n",
        "[limits\n",
    ];
    insta::assert_snapshot!(faults.map(fault).join("\n----\n"));
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[test]
fn people_are_told_as_the_file_says() {
    use paceline_core::notify::{Channel, Topic};
    let text = format!(
        r#"
        [[notify]]
        name = "ops"
        events = ["failed", "alert"]
        task = "predict"
        webhook = "http://10.1.2.3/hook"
        secret = "{SECRET}"
        [[notify]]
        events = ["long_running"]
        email = "ana@example.com"
        [smtp]
        url = "smtp://mail.example"
        from = "Jobs <jobs@example.com>"
        [webhooks]
        allow = ["10.0.0.0/8"]
        [alerts]
        stuck_after = "1m"
        failure_least = 3
    "#
    );
    let notify = settings(&text, &Overrides::default())
        .expect("settles")
        .notify;
    let [ops, mail] = &notify.subscriptions[..] else {
        panic!("two: {notify:?}");
    };
    assert_eq!((&*ops.name, ops.channel), ("ops", Channel::Webhook));
    assert_eq!(ops.topics, [Topic::Failed, Topic::Alert]);
    assert_eq!(ops.task.as_deref(), Some("predict"));
    assert_eq!(mail.name, "ana@example.com", "named by its address");
    assert!(notify.secrets["ops"].is_some() && notify.mail.is_some());
    assert_eq!(notify.thresholds.stuck_after, Duration::from_mins(1));
    assert_eq!(notify.thresholds.failure_least, 3);
}

#[test]
fn who_cannot_be_told_is_said_at_the_start() {
    let hook = "webhook = \"https://hooks.example/\"";
    for (rest, why) in [
        (String::new(), "needs one address"),
        (hook.to_owned(), "needs a secret"),
        (format!("{hook}\nsecret = \"x\""), "a secret is"),
        (
            format!("webhook = \"http://10.1.2.3/\"\nsecret = \"{SECRET}\""),
            "private network",
        ),
        ("email = \"ana@example.com\"".to_owned(), "no [smtp]"),
        (
            format!(
                "{hook}\nsecret = \"{SECRET}\"\nname = \"a\"\n[[notify]]\nevents = []\n{hook}\nsecret = \"{SECRET}\"\nname = \"a\""
            ),
            "are named `a`",
        ),
    ] {
        let text = format!("[[notify]]\nevents = [\"failed\"]\n{rest}\n");
        let told = fault(&text);
        assert!(told.contains(why), "{told}");
    }
}
