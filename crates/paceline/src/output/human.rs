//! Numbers as people read them: durations, ages, sizes, rates.

use std::time::Duration;

/// `0:07`, `2:19`, `1:02:03`: a time left or taken, to the second.
pub(crate) fn clock(seconds: f64) -> String {
    let whole = whole_seconds(seconds);
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// `38ms`, `4.2s`, `3m 20s`, `2h 5m`, `4d 3h`: a duration with two places of meaning.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_secs() {
        0 if seconds < 0.001 && seconds > 0.0 => format!("{:.2}ms", seconds * 1e3),
        0 if seconds < 1.0 => format!("{:.0}ms", seconds * 1e3),
        0..60 => format!("{seconds:.1}s"),
        whole @ 60..3600 => format!("{}m {}s", whole / 60, whole % 60),
        whole @ 3600..86_400 => format!("{}h {}m", whole / 3600, whole / 60 % 60),
        whole => format!("{}d {}h", whole / 86_400, whole / 3600 % 24),
    }
}

/// `12s`, `5m`, `3h`, `9d`: how long ago, at a glance.
pub(crate) fn age(duration: Duration) -> String {
    match duration.as_secs() {
        whole @ 0..60 => format!("{whole}s"),
        whole @ 60..3600 => format!("{}m", whole / 60),
        whole @ 3600..172_800 => format!("{}h", whole / 3600),
        whole => format!("{}d", whole / 86_400),
    }
}

/// `512 B`, `1.2 GiB`.
#[expect(clippy::cast_precision_loss, reason = "two places are shown")]
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 10.0 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

/// `8.2/s`, `12.3k/s`.
pub(crate) fn rate(per_second: f64) -> String {
    if per_second >= 10_000.0 {
        format!("{:.1}k/s", per_second / 1000.0)
    } else if per_second >= 100.0 {
        format!("{per_second:.0}/s")
    } else {
        format!("{per_second:.1}/s")
    }
}

/// `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 job`, `12 jobs`.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// Cuts text to `width` columns, with `…` where something is missing.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

/// A path as it is said from the current folder, when it lies below it.
pub(crate) fn path(path: &std::path::Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturating float-to-integer conversion is what is wanted"
)]
fn whole_seconds(seconds: f64) -> u64 {
    seconds.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(clock(139.2), "2:19");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(duration(Duration::from_millis(38)), "38ms");
        assert_eq!(duration(Duration::from_secs(200)), "3m 20s");
        assert_eq!(duration(Duration::from_hours(99)), "4d 3h");
        assert_eq!(age(Duration::from_hours(2)), "2h");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(bytes(1_294_000_000), "1.2 GiB");
        assert_eq!(bytes(12), "12 B");
        assert_eq!(rate(8.24), "8.2/s");
        assert_eq!(rate(48_123.0), "48.1k/s");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(plural(1, "job"), "1 job");
        assert_eq!(shorten("predict_race", 8), "predict…");
        assert_eq!(shorten("predict_race", 12), "predict_race");
    }
}
