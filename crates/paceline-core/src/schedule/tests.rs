//! Rules over changes of clocks, and runs after any silence: none lost, none twice.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

fn cron(expression: &str, zone: &str) -> Rule {
    Rule::Cron {
        expression: expression.to_owned(),
        zone: zone.to_owned(),
    }
}

fn time(text: &str) -> Time {
    let timestamp: Timestamp = text.parse().expect("a time");
    Time::from_micros(timestamp.as_microsecond())
}

fn shown(time: Time, zone: &str) -> String {
    let timestamp = Timestamp::from_microsecond(time.as_micros()).expect("a time");
    let zoned = timestamp.in_tz(zone).expect("a zone");
    zoned.strftime("%m-%d %H:%M:%S%:z").to_string()
}

/// The next runs after a time, by the clocks there.
fn next(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let ticks = cron(expression, zone).ticks().expect("a rule");
    let found = ticks.after(time(after)).take(count);
    found.map(|tick| shown(tick, zone)).collect()
}

#[test]
fn words_and_fields_mean_what_cron_says() {
    let after = "2026-11-26T05:43:00Z"; // a Thursday
    for (expression, expected) in [
        ("@daily", "11-27 00:00:00+00:00"),
        ("@hourly", "11-26 06:00:00+00:00"),
        ("@weekly", "11-29 00:00:00+00:00"),
        ("@monthly", "12-01 00:00:00+00:00"),
        ("@yearly", "01-01 00:00:00+00:00"),
        ("@midnight", "11-27 00:00:00+00:00"),
        ("*/15 * * * *", "11-26 05:45:00+00:00"),
        ("0 6 * * MON-FRI", "11-26 06:00:00+00:00"),
        ("0 6 * * mon", "11-30 06:00:00+00:00"),
        ("30 4 1 jan *", "01-01 04:30:00+00:00"),
        ("0 0 L * *", "11-30 00:00:00+00:00"),
        ("0 12 * * FRI#1", "12-04 12:00:00+00:00"),
        ("*/20 * * * * *", "11-26 05:43:20+00:00"),
        ("5 30 6 * * *", "11-26 06:30:05+00:00"),
        ("0 0 13 * FRI", "11-27 00:00:00+00:00"),
    ] {
        assert_eq!(
            next(expression, "UTC", after, 1),
            [expected],
            "{expression}"
        );
    }
}

#[test]
fn a_time_that_clocks_leave_out_runs_at_the_change() {
    let after = "2026-03-28T12:00:00Z";
    assert_eq!(
        next("30 2 * * *", "Europe/Berlin", after, 3),
        [
            "03-29 03:00:00+02:00",
            "03-30 02:30:00+02:00",
            "03-31 02:30:00+02:00"
        ]
    );
    assert_eq!(
        next("0,30 2,3 * * *", "Europe/Berlin", after, 3),
        [
            "03-29 03:00:00+02:00",
            "03-29 03:30:00+02:00",
            "03-30 02:00:00+02:00"
        ],
        "several runs that are left out are one, also with one that is there"
    );
    assert_eq!(
        next("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z", 3),
        [
            "03-29 01:30:00+01:00",
            "03-29 03:00:00+02:00",
            "03-29 03:30:00+02:00"
        ],
        "what goes with the time that passes has nothing to make up for"
    );
}

#[test]
fn a_time_that_comes_twice_runs_once() {
    assert_eq!(
        next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ["10-25 02:30:00+02:00", "10-26 02:30:00+01:00"]
    );
    assert_eq!(
        next("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4),
        [
            "10-25 02:00:00+02:00",
            "10-25 02:00:00+01:00",
            "10-25 03:00:00+01:00",
            "10-25 04:00:00+01:00"
        ],
        "what goes with the time that passes runs in both hours"
    );
    assert_eq!(
        next("0 */2 * * *", "America/New_York", "2026-11-01T03:00:00Z", 3),
        [
            "11-01 00:00:00-04:00",
            "11-01 02:00:00-05:00",
            "11-01 04:00:00-05:00"
        ]
    );
}

#[test]
fn changes_of_half_an_hour_and_of_a_day_are_changes_too() {
    assert_eq!(
        next(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            2
        ),
        ["10-04 02:30:00+11:00", "10-05 02:15:00+11:00"]
    );
    assert_eq!(
        next("0 6 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", 3),
        [
            "12-29 06:00:00-10:00",
            "12-31 00:00:00+14:00",
            "12-31 06:00:00+14:00"
        ],
        "30 December 2011 did not take place in Samoa"
    );
}

#[test]
fn rules_that_make_no_sense_say_why() {
    for (expression, zone, why) in [
        ("61 * * * *", "UTC", "`61` is no minute (0 to 59"),
        ("0 25 * * *", "UTC", "`25` is no hour"),
        ("0 0 * XYZ *", "UTC", "`XYZ` is no month"),
        ("0 0 * * 9", "UTC", "`9` is no day of week"),
        ("0 0 30 2 *", "UTC", "never comes"),
        ("* * * *", "UTC", "this has 4"),
        ("@often", "UTC", "there is no `@often`"),
        ("", "UTC", "this has 0"),
        (
            "@daily",
            "Europe/Atlantis",
            "there is no time zone `Europe/Atlantis`",
        ),
    ] {
        let error = cron(expression, zone).ticks().expect_err(expression);
        assert!(error.to_string().contains(why), "{expression}: {error}");
    }
    let every = Duration::from_millis(999);
    let anchor = Time::EPOCH;
    assert_eq!(
        Rule::Every { every, anchor }.ticks().err(),
        Some(RuleError::TooOften)
    );
}

#[test]
fn intervals_count_from_their_anchor() {
    let anchor = time("2026-11-26T05:00:00.5Z");
    let every = Duration::from_mins(15);
    let ticks = Rule::Every { every, anchor }.ticks().expect("a rule");
    assert_eq!(ticks.next_after(anchor), Some(anchor + every));
    assert_eq!(ticks.next_after(anchor - every * 9), Some(anchor + every));
    assert_eq!(
        ticks.next_after(anchor + every * 3),
        Some(anchor + every * 4)
    );
    let between = anchor + every * 3 + Duration::from_secs(1);
    assert_eq!(ticks.next_after(between), Some(anchor + every * 4));
}

fn minutely() -> Ticks {
    let every = Duration::from_mins(1);
    let anchor = Time::EPOCH;
    Rule::Every { every, anchor }.ticks().expect("a rule")
}

#[test]
fn after_a_silence_each_policy_does_its_own() {
    let ticks = minutely();
    let minute = |n: u64| Time::EPOCH + Duration::from_mins(n);
    let now = minute(20) + Duration::from_secs(30);
    let plan = |policy, from| Plan::new(&ticks, minute(from), policy, now);

    let skip = plan(MissedRuns::Skip, 10);
    assert_eq!((skip.runs, skip.missed.count), (vec![minute(20)], 10));
    let once = plan(MissedRuns::Once, 10);
    assert_eq!((once.runs, once.missed.count), (vec![minute(20)], 10));
    let all = plan(MissedRuns::All, 10);
    assert_eq!(all.runs, (10..=20).map(minute).collect::<Vec<_>>());
    assert_eq!((all.missed.count, all.next_at), (0, Some(minute(21))));
    for policy in MissedRuns::ALL {
        let on_time = plan(*policy, 20);
        assert_eq!((on_time.runs, on_time.missed.count), (vec![minute(20)], 0));
        assert_eq!(plan(*policy, 21).runs, []);
    }
}

#[test]
fn one_run_stands_for_all_that_were_missed() {
    let ticks = cron("0 6 * * *", "UTC").ticks().expect("a rule");
    let now = time("2026-11-26T09:00:00Z");
    let next_at = time("2026-11-23T06:00:00Z");
    let plan = Plan::new(&ticks, next_at, MissedRuns::Once, now);
    assert_eq!(plan.runs, [time("2026-11-26T06:00:00Z")]);
    assert_eq!((plan.missed.count, plan.missed.and_more), (3, false));
    let plan = Plan::new(&ticks, next_at, MissedRuns::Skip, now);
    assert_eq!((plan.runs.len(), plan.missed.count), (0, 4));
    let at = Rule::At(next_at).ticks().expect("a rule");
    let plan = Plan::new(&at, next_at, MissedRuns::Once, now);
    assert_eq!((plan.runs, plan.next_at), (vec![next_at], None));
}

#[test]
fn after_years_only_the_newest_are_made_up_for() {
    let ticks = cron("* * * * * *", "UTC").ticks().expect("a rule");
    let now = time("2026-11-26T09:00:00Z");
    let next_at = time("2023-11-26T09:00:00Z");
    let plan = Plan::new(&ticks, next_at, MissedRuns::All, now);
    let second = Duration::from_secs(1);
    let expected: Vec<Time> = (0..161).map(|n| now - second * (160 - n)).collect();
    assert_eq!(
        plan.runs, expected,
        "a minute on time, and a hundred before"
    );
    assert!(plan.missed.and_more, "{:?}", plan.missed);
    assert_eq!(plan.next_at, Some(now + second));
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Santiago",
    "Africa/Casablanca",
    "Pacific/Auckland",
];

fn expressions() -> impl Strategy<Value = String> {
    let field = |most: u32| {
        prop_oneof![
            Just("*".to_owned()),
            (0..most).prop_map(|n| n.to_string()),
            (2..12u32).prop_map(|n| format!("*/{n}")),
            (0..most / 2, 1..most / 2).prop_map(|(a, b)| format!("{a}-{}", a + b)),
        ]
    };
    let day = prop_oneof![4 => Just("*".to_owned()), 1 => (1..29u32).prop_map(|n| n.to_string())];
    let weekday =
        prop_oneof![4 => Just("*".to_owned()), 1 => (0..7u32).prop_map(|n| n.to_string())];
    (field(60), field(24), day, weekday)
        .prop_map(|(minute, hour, day, weekday)| format!("{minute} {hour} {day} * {weekday}"))
}

/// Some day in 2026 or 2027, near a change of clocks in many zones or not.
fn starts() -> impl Strategy<Value = Time> {
    let year = 0..2 * 365 * 86_400u64;
    let near = prop_oneof![
        Just("2026-03-28T12:00:00Z"),
        Just("2026-10-24T12:00:00Z"),
        Just("2026-04-04T00:00:00Z"),
        Just("2026-11-01T00:00:00Z"),
    ];
    let start = time("2026-01-01T00:00:00Z");
    prop_oneof![
        year.prop_map(move |seconds| start + Duration::from_secs(seconds)),
        (near, 0..2 * 86_400u64)
            .prop_map(|(near, seconds)| time(near) + Duration::from_secs(seconds)),
    ]
}

proptest! {
    /// A tick is the next one from every moment before it.
    #[test]
    fn ticks_only_grow_and_do_not_depend_on_where_one_looks_from(
        expression in expressions(), zone in prop::sample::select(&ZONES[..]),
        start in starts(), part in 0.0..1.0f64,
    ) {
        let ticks = cron(&expression, zone).ticks().expect("a rule");
        let mut last = start;
        for tick in ticks.after(start).take(30) {
            prop_assert!(tick > last, "{tick:?} after {last:?}");
            let between = last + tick.since(last).mul_f64(part);
            if between < tick {
                prop_assert_eq!(ticks.next_after(between), Some(tick));
            }
            last = tick;
        }
    }

    /// Whenever nodes look, and however long none does: with `all` each tick runs once, in order,
    /// and what runs next is what was foretold.
    #[test]
    fn looks_at_any_times_give_each_tick_once(
        expression in expressions(), zone in prop::sample::select(&ZONES[..]),
        start in starts(), looks in prop::collection::vec(1..7_200u64, 1..20),
    ) {
        let ticks = cron(&expression, zone).ticks().expect("a rule");
        let foretold: Vec<Time> = ticks.after(start).take(5_000).collect();
        let mut next_at = ticks.next_after(start);
        let (mut now, mut runs) = (start, Vec::new());
        for seconds in looks {
            now = now + Duration::from_secs(seconds);
            let Some(due) = next_at.filter(|due| *due <= now) else { continue };
            let plan = Plan::new(&ticks, due, MissedRuns::All, now);
            if plan.missed != Missed::default() {
                // More than are made up for: the property below is of the others.
                return Ok(());
            }
            runs.extend(plan.runs);
            next_at = plan.next_at;
        }
        let expected: Vec<Time> = foretold.iter().copied().take_while(|tick| *tick <= now).collect();
        prop_assert_eq!(runs.len(), expected.len());
        prop_assert_eq!(runs, expected);
        prop_assert_eq!(next_at, foretold.into_iter().find(|tick| *tick > now));
    }

    /// Whatever the policy: runs and those left out are all there were, and none runs twice.
    #[test]
    fn what_is_left_out_and_what_runs_is_all_there_was(
        minutes in 1..2_000u64, late in 0..60u64, policy in prop::sample::select(MissedRuns::ALL),
    ) {
        let ticks = minutely();
        let next_at = Time::EPOCH + Duration::from_mins(1);
        let now = Time::EPOCH + Duration::from_mins(minutes) + Duration::from_secs(late);
        let plan = Plan::new(&ticks, next_at, policy, now);
        prop_assert!(plan.runs.is_sorted_by(|a, b| a < b));
        let all = plan.runs.len() as u64 + u64::from(plan.missed.count);
        if plan.missed.and_more {
            prop_assert!(all <= minutes);
        } else {
            prop_assert_eq!(all, minutes);
        }
    }
}

mod runs {
    use super::*;
    use crate::job::Work;
    use crate::{JobOptions, NewJob, Priority};

    fn id(n: u8) -> JobId {
        JobId::from_bytes([n; 16])
    }

    fn run(n: u8) -> Run {
        let job = NewJob {
            id: id(n),
            name: format!("job-{n}"),
            task: "predict".to_owned(),
            queue: "default".to_owned(),
            priority: Priority::Normal,
            user: None,
            key: None,
            batch: None,
            labels: Vec::new(),
            params: Json::empty_object(),
            options: std::sync::Arc::new(JobOptions::default()),
            run_at: None,
            work: Work::Unit,
            links: crate::links::Wanted::default(),
        };
        Run {
            tick: Time::EPOCH + Duration::from_mins(u64::from(n)),
            job,
        }
    }

    fn firing(overlap: bool, runs: Vec<Run>) -> Firing {
        let schedule = Schedule {
            id: ScheduleId::from_bytes([1; 16]),
            name: "nightly".to_owned(),
            rule: Rule::At(Time::EPOCH),
            missed: MissedRuns::Once,
            overlap,
            source: JobSource::Named("t".to_owned()),
            paused: false,
            version: 1,
            revision: 1,
            created_at: Time::EPOCH,
            updated_at: Time::EPOCH,
            next_at: Some(Time::EPOCH),
            last_run: None,
            last_job: None,
            last_error: Some("old".to_owned()),
            unfinished: vec![id(9)],
        };
        Firing {
            schedule: schedule.into(),
            runs,
            missed: Missed::default(),
            failed: None,
            next_at: None,
            by_hand: false,
        }
    }

    #[test]
    fn without_overlap_one_job_runs_at_a_time() {
        let firing = firing(false, vec![run(1), run(2)]);
        let held = firing.outcome(&[id(9)]);
        assert_eq!(held.jobs, []);
        let first = Time::EPOCH + Duration::from_mins(1);
        assert_eq!(held.told, [Told::Overlapping { first, count: 2 }]);
        assert_eq!((held.schedule.last_job, held.schedule.revision), (None, 2));
        assert_eq!(held.schedule.unfinished, [id(9)]);
        let free = firing.outcome(&[]);
        assert_eq!(free.jobs.len(), 1);
        assert_eq!(free.schedule.last_job, Some(id(1)));
        assert_eq!(
            (free.schedule.last_run, free.schedule.last_error),
            (Some(first), None)
        );
        assert_eq!(free.schedule.unfinished, [id(1)]);
    }

    #[test]
    fn with_overlap_or_by_hand_all_run() {
        let both = vec![run(1), run(2)];
        let overlapping = firing(true, both.clone()).outcome(&[id(9)]);
        assert_eq!(overlapping.jobs.len(), 2);
        assert_eq!(overlapping.schedule.unfinished, [id(9), id(1), id(2)]);
        let by_hand = Firing {
            by_hand: true,
            ..firing(false, both)
        };
        assert_eq!(by_hand.outcome(&[id(9)]).jobs.len(), 2);
    }
}
