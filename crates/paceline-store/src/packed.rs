//! Large results as their columns hold them: `zstd:<bytes>:<base64>`, where the number is that of the
//! text which comes out. No JSON begins so.
//!
//! Text, so that a result is one column in both databases whatever its size, and a person with a
//! shell needs `base64 -d | zstd -d` only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use paceline_core::Json;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportBody};

use crate::text::TextError;

/// Smaller results stay as they are, which SQL can look into.
const LARGE: usize = 8 << 10;
/// How hard zstd tries: little, for this is on the way of every large result.
const LEVEL: i32 = 3;
const PREFIX: &str = "zstd:";

/// Whether a result is compressed, and how many bytes it is without that.
pub(crate) fn bytes_of(text: &str) -> usize {
    parts(text).map_or(text.len(), |(bytes, _)| bytes)
}

fn parts(text: &str) -> Option<(usize, &str)> {
    let (bytes, data) = text.strip_prefix(PREFIX)?.split_once(':')?;
    Some((bytes.parse().ok()?, data))
}

/// The result that a column holds.
pub(crate) fn unpacked(text: &str) -> Result<Json, TextError> {
    if !text.starts_with(PREFIX) {
        return Ok(Json::from_checked(text));
    }
    let (bytes, data) = parts(text).ok_or(TextError::Packed("it has no length"))?;
    let data = BASE64.decode(data);
    let data = data.map_err(|_| TextError::Packed("it is not base64"))?;
    let unpacked = zstd::bulk::decompress(&data, bytes);
    let unpacked = unpacked.map_err(|_| TextError::Packed("it is not what zstd wrote"))?;
    if unpacked.len() != bytes {
        return Err(TextError::Packed("its length is wrong"));
    }
    let text = String::from_utf8(unpacked).map_err(|_| TextError::Packed("it is no text"))?;
    Ok(Json::from_checked(text))
}

/// What the column of a result shall hold.
fn pack(result: &Json) -> Option<Json> {
    let text = result.as_str();
    if text.len() < LARGE {
        return None;
    }
    let data = zstd::bulk::compress(text.as_bytes(), LEVEL).ok()?;
    // What is random anyway would only grow.
    if data.len() > text.len() / 2 {
        return None;
    }
    let packed = format!("{PREFIX}{}:{}", text.len(), BASE64.encode(data));
    Some(Json::from_checked(packed))
}

/// Compresses the large results of these reports, beside the threads that others wait for. From here
/// on they are not JSON, but what their column is to hold.
pub(crate) async fn pack_results(reports: Vec<LeaseReport>) -> Vec<LeaseReport> {
    if !reports.iter().any(has_large) {
        return reports;
    }
    let mut packed = reports.clone();
    let pack = move || {
        packed.iter_mut().for_each(pack_report);
        packed
    };
    // Should that fail, they are as good without.
    tokio::task::spawn_blocking(pack).await.unwrap_or(reports)
}

fn has_large(report: &LeaseReport) -> bool {
    let is_large = |outcome: &Outcome| match outcome {
        Outcome::Succeeded(result) => result.as_str().len() >= LARGE,
        Outcome::Failed(_) => false,
    };
    match &report.body {
        ReportBody::Unit { outcome, .. } => is_large(outcome),
        ReportBody::Chunk { items, .. } => items.iter().any(|item| is_large(&item.outcome)),
        ReportBody::HandBack
        | ReportBody::Planned(_)
        | ReportBody::PlanDone
        | ReportBody::PlanFailed(_) => false,
    }
}

fn pack_report(report: &mut LeaseReport) {
    let pack_outcome = |outcome: &mut Outcome| {
        if let Outcome::Succeeded(result) = outcome
            && let Some(packed) = pack(result)
        {
            *result = packed;
        }
    };
    match &mut report.body {
        ReportBody::Unit { outcome, .. } => pack_outcome(outcome),
        ReportBody::Chunk { items, .. } => {
            for item in items {
                pack_outcome(&mut item.outcome);
            }
        }
        ReportBody::HandBack
        | ReportBody::Planned(_)
        | ReportBody::PlanDone
        | ReportBody::PlanFailed(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn back(result: &Json) -> Json {
        let packed = pack(result).unwrap_or_else(|| result.clone());
        assert_eq!(bytes_of(packed.as_str()), result.as_str().len());
        unpacked(packed.as_str()).expect("what was packed")
    }

    #[test]
    fn what_is_small_or_does_not_shrink_stays() {
        let small = Json::from_checked(format!("{:?}", "a".repeat(LARGE - 3)));
        assert_eq!(pack(&small), None);
        let large = Json::from_checked(format!("{:?}", "a".repeat(LARGE)));
        let packed = pack(&large).expect("packed");
        assert!(packed.as_str().starts_with("zstd:8194:"), "{packed}");
        assert!(packed.as_str().len() < 100, "{packed}");
    }

    #[test]
    fn what_is_damaged_is_told() {
        let packed = pack(&Json::from_checked(format!("{:?}", "ab".repeat(LARGE))));
        let packed = packed.expect("packed").as_str().to_owned();
        let longer = packed.replacen("zstd:", "zstd:1", 1);
        for damaged in [
            "zstd:",
            "zstd:9",
            "zstd:x:AAAA",
            "zstd:4:????",
            "zstd:4:AAAA",
            &longer,
        ] {
            assert!(unpacked(damaged).is_err(), "{damaged}");
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(words in prop::collection::vec("[a-zé\\PC]{0,12}", 0..40), times in 1_usize..200) {
            let list: Vec<&String> = std::iter::repeat_n(&words, times).flatten().collect();
            let text = serde_json::to_string(&list).expect("a text");
            let result = Json::from_checked(text);
            prop_assert_eq!(back(&result), result);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(zstd:)?[0-9]{0,3}:?[A-Za-z0-9+/=]{0,80}") {
            let _ = unpacked(&text);
        }
    }
}
