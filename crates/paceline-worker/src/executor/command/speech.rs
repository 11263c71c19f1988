//! Lines of a command that speak to the node.
//!
//! ```text
//! ::progress 35/100 stage=predicting message text
//! ::progress 0.35
//! ::progress 35% half way
//! ::result {"rows": 120}
//! ```
//!
//! Anything else, also what merely begins like these, is a line for the log.

use paceline_core::Json;
use serde_json::value::RawValue;

use crate::notes::Progress;

#[derive(Debug, PartialEq)]
pub(super) enum Speech {
    Progress(Progress),
    Result(Json),
}

/// What a line says; `None` for a line of the log.
pub(super) fn parse(line: &str) -> Option<Speech> {
    let line = line.trim().strip_prefix("::")?;
    let (word, rest) = line.split_once(' ')?;
    match word {
        "progress" => progress(rest.trim()).map(Speech::Progress),
        "result" => {
            let result: &RawValue = serde_json::from_str(rest.trim()).ok()?;
            Some(Speech::Result(Json::from_checked(result.get())))
        }
        _ => None,
    }
}

fn progress(text: &str) -> Option<Progress> {
    let (amount, mut rest) = cut_word(text);
    let fraction = fraction(amount)?;
    let mut stage = None;
    if let Some(after) = rest.strip_prefix("stage=") {
        let (name, message) = cut_word(after);
        stage = Some(name.to_owned());
        rest = message;
    }
    Some(Progress {
        fraction: Some(fraction),
        stage,
        message: (!rest.is_empty()).then(|| rest.to_owned()),
    })
}

fn cut_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// `35/100`, `35%` or `0.35`, as 0 to 1.
fn fraction(text: &str) -> Option<f64> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let fraction = if let Some((done, total)) = text.split_once('/') {
        number(done)? / number(total).filter(|total| *total > 0.0)?
    } else if let Some(percent) = text.strip_suffix('%') {
        number(percent)? / 100.0
    } else {
        number(text)?
    };
    (0.0..=1.0).contains(&fraction).then_some(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(fraction: f64, stage: Option<&str>, message: Option<&str>) -> Speech {
        Speech::Progress(Progress {
            fraction: Some(fraction),
            stage: stage.map(str::to_owned),
            message: message.map(str::to_owned),
        })
    }

    #[test]
    fn progress_is_read_in_all_its_forms() {
        let stage = Some("predicting");
        let cases = [
            (
                "::progress 35/100 stage=predicting message text",
                said(0.35, stage, Some("message text")),
            ),
            ("::progress 0.5", said(0.5, None, None)),
            ("  ::progress 25% stage=predicting", said(0.25, stage, None)),
            ("::progress 1  all done ", said(1.0, None, Some("all done"))),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn a_result_is_any_json() {
        let result = Speech::Result(Json::from_checked(r#"{"a": [1]}"#));
        assert_eq!(parse(r#"::result {"a": [1]} "#), Some(result));
    }

    #[test]
    fn everything_else_is_for_the_log() {
        let lines = [
            "progress 1",
            "::progress",
            "::progress x",
            "::progress 3/0",
            "::progress 5",
            "::progress -1",
            "::progress NaN",
            "::result {",
            "::else 1",
            "::",
            "",
        ];
        for line in lines {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
