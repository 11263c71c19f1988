//! What a simulated handler does with an item, written in the item's payload.

use std::time::Duration;

use paceline_core::Json;
use paceline_core::dice::Dice;
use paceline_core::scope::Kind;

/// Fails so many attempts, then succeeds; each attempt takes so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) failures: u32,
    pub(crate) permanent: bool,
    /// A failure asks that for a while nobody calls what it calls: its task, or its job's key.
    pub(crate) holds: Option<Kind>,
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
            holds: match dice.next_u64() % 24 {
                0 => Some(Kind::Task),
                1 => Some(Kind::Key),
                _ => None,
            },
            takes: Duration::from_millis(dice.next_u64() % longest),
        }
    }

    pub(crate) fn to_json(self) -> Json {
        let Script {
            failures,
            permanent,
            holds,
            takes,
        } = self;
        let holds = match holds {
            None => 0,
            Some(Kind::Task) => 1,
            Some(Kind::Key | Kind::Queue | Kind::User) => 2,
        };
        Json::from_checked(format!(
            "[{failures},{},{holds},{}]",
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
        let [failures, permanent, holds, takes] = numbers[..] else {
            panic!("{json} is no script")
        };
        Script {
            failures: u32::try_from(failures).expect("small"),
            permanent: permanent == 1,
            holds: match holds {
                0 => None,
                1 => Some(Kind::Task),
                _ => Some(Kind::Key),
            },
            takes: Duration::from_millis(takes),
        }
    }

    pub(crate) fn succeeds_at(self, attempt: u32) -> bool {
        attempt > self.failures
    }
}
