//! Schedules for people: next runs by the clocks of the schedule's zone and in UTC.

use paceline_protocol::rest::{ScheduleState, ScheduleView};

use crate::output::fit::Column;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{human, table};

const COLUMNS: [Column; 6] = [
    Column::new("state"),
    Column::new("name").shortest(12),
    Column::new("when").shortest(10),
    Column::new("next run").goes(1),
    Column::new("last run").goes(3),
    Column::new("submits").shortest(8).goes(2),
];

pub(super) fn table(schedules: &[ScheduleView], palette: Palette, width: Option<usize>) -> String {
    let rows: Vec<_> = schedules.iter().map(row).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn row(schedule: &ScheduleView) -> Vec<Painted> {
    let next = schedule.next_runs_local.first();
    let last = match &schedule.last_error {
        Some(_) => Painted::new("✗ failed", Color::Red),
        None => schedule
            .last_run
            .map(|at| at.to_string())
            .unwrap_or_default()
            .into(),
    };
    vec![
        state(schedule.state),
        schedule.name.as_str().into(),
        when(schedule).into(),
        next.cloned().unwrap_or_default().into(),
        last,
        submits(schedule).into(),
    ]
}

pub(super) fn describe(schedule: &ScheduleView, palette: Palette) -> String {
    let mut lines = vec![format!(
        "{}  {}",
        palette.paint(Color::Bold, &schedule.name),
        palette.show(&state(schedule.state))
    )];
    let mut fact = |name: &str, value: String| {
        let name = palette.paint(Color::Dim, &format!("{name:<9}"));
        lines.push(format!("  {name} {value}"));
    };
    fact("id", schedule.id.clone());
    fact("when", when(schedule));
    fact("missed", schedule.missed.to_string());
    fact(
        "overlap",
        if schedule.overlap { "yes" } else { "no" }.to_owned(),
    );
    fact("submits", schedule.template.0.as_str().to_owned());
    let runs = schedule.next_runs_local.iter().zip(&schedule.next_runs);
    for (place, (local, utc)) in runs.enumerate() {
        let name = if place == 0 { "next" } else { "" };
        fact(name, run(local, &utc.to_string()));
    }
    if let Some(at) = schedule.last_run {
        fact("last", at.to_string());
    }
    if let Some(job) = schedule.last_job {
        fact("last job", job.to_string());
    }
    if let Some(error) = &schedule.last_error {
        let error = format!("  the last run gave no job: {error}");
        lines.push(palette.paint(Color::Red, &error));
    }
    lines.join("\n")
}

/// A run by the clocks of the schedule's zone, and in UTC where they show something else.
fn run(local: &str, utc: &str) -> String {
    if local.ends_with("+00:00") {
        utc.to_owned()
    } else {
        format!("{local}  ({utc})")
    }
}

fn state(state: ScheduleState) -> Painted {
    match state {
        ScheduleState::Active => Painted::new("◷ active", Color::Cyan),
        ScheduleState::Paused => Painted::new("‖ paused", Color::Yellow),
        ScheduleState::Ended => Painted::new("✓ ended", Color::Dim),
    }
}

fn when(schedule: &ScheduleView) -> String {
    let zone = schedule.timezone.as_deref().unwrap_or("UTC");
    match (&schedule.cron, schedule.every, schedule.at) {
        (Some(cron), ..) => format!("{cron} {zone}"),
        (None, Some(every), _) => format!("every {every}"),
        (None, None, Some(at)) => format!("at {at}"),
        (None, None, None) => String::new(),
    }
}

/// The template's name, or the task.
fn submits(schedule: &ScheduleView) -> String {
    let value = serde_json::from_str::<serde_json::Value>(schedule.template.0.as_str());
    let value = value.unwrap_or_default();
    let name = value.as_str().or_else(|| value["task"].as_str());
    human::shorten(name.unwrap_or_default(), 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(local: &str) -> String {
        let schedule = serde_json::json!({
            "id": "1", "name": "nightly", "cron": "0 6 * * *", "timezone": "Europe/Paris",
            "missed": "once", "overlap": false, "template": "t", "state": "active", "version": 1,
            "created_at": "2026-12-01T00:00:00Z", "updated_at": "2026-12-01T00:00:00Z",
            "next_runs": ["2026-12-01T06:30:00Z"], "next_runs_local": [local],
        });
        let schedule = serde_json::from_value(schedule).expect("a schedule");
        describe(&schedule, Palette::new(false))
    }

    #[test]
    fn a_run_is_told_twice_only_where_the_clocks_show_another_time() {
        assert_eq!(
            shown("2026-12-01T06:30:00+00:00").matches(":30:00").count(),
            1
        );
        assert_eq!(
            shown("2026-12-01T07:30:00+01:00").matches(":30:00").count(),
            2
        );
    }
}
