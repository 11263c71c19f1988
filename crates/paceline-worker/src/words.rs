//! How ends, times and sizes are told to people.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::Signal;

/// `exited with status 3`, `was killed by signal 11 (SIGSEGV)`.
pub(crate) fn ended(status: Option<ExitStatus>) -> String {
    let Some(status) = status else {
        return "is gone".into();
    };
    if let Some(code) = status.code() {
        return format!("exited with status {code}");
    }
    let number = status.signal().unwrap_or_default();
    let name = Signal::try_from(number).map_or("unknown", Signal::as_str);
    let remark = if number == Signal::SIGKILL as i32 {
        "; often the kernel's out-of-memory killer"
    } else {
        ""
    };
    format!("was killed by signal {number} ({name}){remark}")
}

/// `300 ms`, `1.5 s`, `10 min`.
pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        format!("{} ms", time.as_millis())
    } else if seconds < 120.0 {
        format!("{} s", trimmed(seconds))
    } else {
        format!("{} min", trimmed(seconds / 60.0))
    }
}

/// `1.62 GiB`, `800 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = bytes as f64 / 1024.0;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    format!("{} {unit}", trimmed(value))
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_times_and_sizes_read_well() {
        assert_eq!(
            ended(Some(ExitStatus::from_raw(3 << 8))),
            "exited with status 3"
        );
        assert_eq!(
            ended(Some(ExitStatus::from_raw(11))),
            "was killed by signal 11 (SIGSEGV)"
        );
        assert_eq!(
            ended(Some(ExitStatus::from_raw(9))),
            "was killed by signal 9 (SIGKILL); often the kernel's out-of-memory killer"
        );
        let times = [300, 1_500, 30_000, 600_000].map(|ms| time(Duration::from_millis(ms)));
        assert_eq!(times, ["300 ms", "1.5 s", "30 s", "10 min"]);
        let sizes = [512 << 10, 1 << 30, (1 << 30) + (634 << 20)].map(size);
        assert_eq!(sizes, ["512 KiB", "1 GiB", "1.62 GiB"]);
    }
}
