//! What a simulated handler does with an item, written in the item's payload.

use std::time::Duration;

use paceline_core::Json;
use paceline_core::dice::Dice;

/// Fails so many attempts, then succeeds; each attempt takes so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) failures: u32,
    pub(crate) permanent: bool,
    pub(crate) takes: Duration,
}

impl Script {
    pub(crate) fn roll(dice: &mut Dice) -> Script {
        let failures = match dice.next_u64() % 10 {
            0 => 1,
            1 => 2,
            2 => 9,
            _ => 0,
        };
        let longest = if dice.next_u64().is_multiple_of(12) {
            5_000
        } else {
            400
        };
        Script {
            failures,
            permanent: dice.next_u64().is_multiple_of(20),
            takes: Duration::from_millis(dice.next_u64() % longest),
        }
    }

    pub(crate) fn to_json(self) -> Json {
        let Script {
            failures,
            permanent,
            takes,
        } = self;
        Json::from_checked(format!(
            "[{failures},{},{}]",
            u8::from(permanent),
            takes.as_millis()
        ))
    }

    pub(crate) fn from_json(json: &Json) -> Script {
        let numbers: Vec<u64> = json
            .as_str()
            .trim_matches(['[', ']'])
            .split(',')
            .map(|number| number.parse().expect("a script"))
            .collect();
        let [failures, permanent, takes] = numbers[..] else {
            panic!("{json} is no script")
        };
        Script {
            failures: u32::try_from(failures).expect("small"),
            permanent: permanent == 1,
            takes: Duration::from_millis(takes),
        }
    }

    pub(crate) fn succeeds_at(self, attempt: u32) -> bool {
        attempt > self.failures
    }
}
