//! Who is told of what: topics, subscriptions, preferences, and the rule that joins them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::event::EventKind;
use crate::id::{EventSeq, JobId};
use crate::json::Json;
use crate::retry::RetryPolicy;
use crate::state::{JobState, UnknownWord, words};
use crate::task::TaskHistory;
use crate::time::Time;

words!(
    /// What people may ask to be told of.
    Topic, "topic", {
    /// A job completed.
    Completed = "completed",
    /// A job failed for good.
    Failed = "failed",
    /// A run takes longer than usual.
    LongRunning = "long_running",
    /// Something that a person should look at, and its end.
    Alert = "alert",
});

words!(
    /// How somebody outside is reached.
    Channel, "channel", {
    Email = "email",
    Webhook = "webhook",
});

impl Topic {
    /// The topic of an event, if it is one that people are told of.
    pub const fn of(kind: EventKind) -> Option<Topic> {
        match kind {
            EventKind::Completed => Some(Topic::Completed),
            EventKind::Failed => Some(Topic::Failed),
            EventKind::LongRunning => Some(Topic::LongRunning),
            EventKind::AlertOpened | EventKind::AlertClosed => Some(Topic::Alert),
            EventKind::Submitted
            | EventKind::Started
            | EventKind::Planned
            | EventKind::Progress
            | EventKind::Paused
            | EventKind::Resumed
            | EventKind::Postponed
            | EventKind::Rescheduled
            | EventKind::Due
            | EventKind::Cancelled
            | EventKind::Merged
            | EventKind::Retried
            | EventKind::Restarted
            | EventKind::Changed
            | EventKind::Deleted
            | EventKind::Recovered
            | EventKind::Log
            | EventKind::NodeStarted
            | EventKind::NodeStopped
            | EventKind::NodeDrained
            | EventKind::NodeResumed
            | EventKind::WorkerStarted
            | EventKind::WorkerDied
            | EventKind::CleanedUp
            | EventKind::Blocked
            | EventKind::Unblocked
            | EventKind::QueuePaused
            | EventKind::QueueResumed
            | EventKind::TaskPaused
            | EventKind::TaskResumed
            | EventKind::HoldSet
            | EventKind::HoldLifted
            | EventKind::LimitChanged
            | EventKind::BreakerOpened
            | EventKind::BreakerHalfOpen
            | EventKind::BreakerClosed
            | EventKind::ScheduleCreated
            | EventKind::ScheduleChanged
            | EventKind::SchedulePaused
            | EventKind::ScheduleResumed
            | EventKind::ScheduleDeleted
            | EventKind::ScheduleFired
            | EventKind::ScheduleSkipped
            | EventKind::ScheduleFailed
            | EventKind::BatchCompleted
            | EventKind::TemplateCreated
            | EventKind::TemplateChanged
            | EventKind::TemplateDeleted => None,
        }
    }
}

/// An event that people may be told of, with all that is said of it: it outlives the job.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub seq: EventSeq,
    pub at: Time,
    pub kind: EventKind,
    pub job: Option<JobId>,
    pub name: Option<String>,
    pub task: Option<String>,
    pub batch: Option<String>,
    /// Whose job it is.
    pub user: Option<String>,
    pub state: Option<JobState>,
    /// The event's own particulars, an object.
    pub data: Json,
}

/// What the configuration says: these events go to this address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// By which the address's secret is found when a message is sent.
    pub name: String,
    pub topics: Vec<Topic>,
    /// Only jobs of this task, batch, user. Alerts are about none of them and pass.
    pub task: Option<String>,
    pub batch: Option<String>,
    pub user: Option<String>,
    pub channel: Channel,
    pub address: String,
}

/// What a user asks for. Under [`EVERYBODY`] stands what holds for jobs without a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    pub in_app: Vec<Topic>,
    pub email: Option<Wish>,
    pub webhook: Option<Wish>,
    /// `whsec_…`, what webhooks are signed with.
    pub webhook_secret: Option<String>,
    /// When a run of a job of this user counts as long; else see [`long_after`].
    pub long_running_after: Option<Duration>,
}

impl Default for Preferences {
    fn default() -> Self {
        Preferences {
            // Not what completed: ten thousand jobs in a night would bury the one that failed.
            in_app: vec![Topic::Failed, Topic::LongRunning, Topic::Alert],
            email: None,
            webhook: None,
            webhook_secret: None,
            long_running_after: None,
        }
    }
}

impl Preferences {
    fn topics(&self) -> impl Iterator<Item = &Topic> {
        let outside = [&self.email, &self.webhook].into_iter().flatten();
        self.in_app
            .iter()
            .chain(outside.flat_map(|wish| &wish.topics))
    }
}

/// An address and what goes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub address: String,
    pub topics: Vec<Topic>,
}

/// The name under which notifications stand that are for all: of jobs without a user, and alerts.
pub const EVERYBODY: &str = "";

/// All who may want to know.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    pub subscriptions: Vec<Subscription>,
    /// By user.
    pub preferences: BTreeMap<String, Preferences>,
    /// Whether mail can be sent at all.
    pub email: bool,
}

/// Whose wish a message fulfils, which says what it is signed with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A subscription of the configuration, by its name.
    Configured(String),
    User(String),
}

/// One way in which somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// In the list of this user (or of [`EVERYBODY`]).
    InApp(String),
    Outside {
        channel: Channel,
        target: Target,
        address: String,
    },
}

impl Audience {
    /// Of what anybody is told; all other news need not be looked at.
    pub fn topics(&self) -> Vec<Topic> {
        // It holds for whoever has said nothing.
        let default = Preferences::default();
        let preferences = self.preferences.values().chain([&default]);
        let wished = preferences.flat_map(Preferences::topics);
        let subscribed = self.subscriptions.iter().flat_map(|one| &one.topics);
        let topics: BTreeSet<Topic> = wished.chain(subscribed).copied().collect();
        topics.into_iter().collect()
    }

    /// Who is told of `news`, and how; the same address never twice.
    pub fn tellings(&self, news: &News) -> Vec<Telling> {
        let Some(topic) = Topic::of(news.kind) else {
            return Vec::new();
        };
        let mut found = Found {
            tellings: Vec::new(),
            addresses: BTreeSet::new(),
            email: self.email,
        };
        for subscription in &self.subscriptions {
            if subscription.covers(news, topic) {
                let target = Target::Configured(subscription.name.clone());
                found.outside(subscription.channel, target, &subscription.address);
            }
        }
        let owner = news.user.as_deref().unwrap_or(EVERYBODY);
        let default = Preferences::default();
        let own = self.preferences.get(owner).unwrap_or(&default);
        if own.in_app.contains(&topic) {
            found.tellings.push(Telling::InApp(owner.to_owned()));
        }
        if topic == Topic::Alert {
            // An alert is nobody's job: all who ask for alerts get it.
            for (user, preferences) in &self.preferences {
                found.wishes(user, preferences, topic);
            }
        } else {
            found.wishes(owner, own, topic);
        }
        found.tellings
    }
}

impl Subscription {
    fn covers(&self, news: &News, topic: Topic) -> bool {
        let fits = |wanted: &Option<String>, found: &Option<String>| {
            wanted.is_none() || wanted == found || topic == Topic::Alert
        };
        self.topics.contains(&topic)
            && fits(&self.task, &news.task)
            && fits(&self.batch, &news.batch)
            && fits(&self.user, &news.user)
    }
}

struct Found {
    tellings: Vec<Telling>,
    addresses: BTreeSet<(Channel, String)>,
    email: bool,
}

impl Found {
    fn outside(&mut self, channel: Channel, target: Target, address: &str) {
        let can = self.email || channel != Channel::Email;
        if can && self.addresses.insert((channel, address.to_owned())) {
            self.tellings.push(Telling::Outside {
                channel,
                target,
                address: address.to_owned(),
            });
        }
    }

    fn wishes(&mut self, user: &str, preferences: &Preferences, topic: Topic) {
        for (channel, wish) in [
            (Channel::Email, &preferences.email),
            (Channel::Webhook, &preferences.webhook),
        ] {
            if let Some(wish) = wish.as_ref().filter(|wish| wish.topics.contains(&topic)) {
                self.outside(channel, Target::User(user.to_owned()), &wish.address);
            }
        }
    }
}

/// How often a message is tried: ten times within about four hours.
pub const RETRIES: RetryPolicy = RetryPolicy {
    attempts: 10,
    base: Duration::from_secs(5),
    factor: 3.0,
    max: Duration::from_hours(1),
    jitter: true,
};

/// When a run counts as long where nobody has said so and history says little.
const LONG: Duration = Duration::from_hours(1);
/// How many jobs must have ended before their times count for anything.
const ENOUGH: u64 = 20;
/// No run counts as long before this, however quick its task.
const LEAST_LONG: Duration = Duration::from_mins(1);

/// After what time a run counts as long: what its user says, else three times what 95 of 100 jobs
/// of its task take, else an hour.
pub fn long_after(preferences: Option<&Preferences>, history: &TaskHistory) -> Duration {
    if let Some(said) = preferences.and_then(|preferences| preferences.long_running_after) {
        return said;
    }
    match history.job_p95 {
        Some(p95) if history.completed + history.failed >= ENOUGH => (p95 * 3).max(LEAST_LONG),
        Some(_) | None => LONG,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn news(kind: EventKind) -> News {
        News {
            seq: EventSeq(7),
            at: Time::EPOCH,
            kind,
            job: None,
            name: None,
            task: Some("predict".to_owned()),
            batch: None,
            user: Some("ana".to_owned()),
            state: None,
            data: Json::empty_object(),
        }
    }

    fn subscription(topics: &[Topic]) -> Subscription {
        Subscription {
            name: "ops".to_owned(),
            topics: topics.to_vec(),
            task: None,
            batch: None,
            user: None,
            channel: Channel::Webhook,
            address: "https://hooks.example/a".to_owned(),
        }
    }

    fn wish(address: &str, topics: &[Topic]) -> Wish {
        Wish {
            address: address.to_owned(),
            topics: topics.to_vec(),
        }
    }

    fn in_app(user: &str) -> Telling {
        Telling::InApp(user.to_owned())
    }

    #[test]
    fn without_any_wish_failures_are_listed_and_completions_are_not() {
        let nobody = Audience::default();
        assert_eq!(nobody.tellings(&news(EventKind::Failed)), [in_app("ana")]);
        assert_eq!(nobody.tellings(&news(EventKind::Completed)), []);
        assert_eq!(nobody.tellings(&news(EventKind::Progress)), []);
        let alert = News {
            user: None,
            ..news(EventKind::AlertOpened)
        };
        assert_eq!(nobody.tellings(&alert), [in_app(EVERYBODY)]);
    }

    #[test]
    fn nobody_is_told_of_completions_who_has_not_asked() {
        let mut audience = Audience::default();
        let usual = [Topic::Failed, Topic::LongRunning, Topic::Alert];
        assert_eq!(audience.topics(), usual);
        let ana = Preferences {
            in_app: Vec::new(),
            email: Some(wish("ana@example.com", &[Topic::Completed])),
            ..Preferences::default()
        };
        audience.preferences.insert("ana".to_owned(), ana);
        assert_eq!(audience.topics(), Topic::ALL);
        let subscribed = Audience {
            subscriptions: vec![subscription(&[Topic::Completed])],
            ..Audience::default()
        };
        assert_eq!(subscribed.topics(), Topic::ALL);
    }

    #[test]
    fn a_subscription_covers_what_it_names() {
        let of = |change: fn(&mut Subscription)| {
            let mut one = subscription(&[Topic::Completed, Topic::Alert]);
            change(&mut one);
            Audience {
                subscriptions: vec![one],
                email: true,
                ..Audience::default()
            }
        };
        let told = |audience: &Audience, kind| {
            let tellings = audience.tellings(&news(kind));
            tellings
                .iter()
                .filter(|telling| matches!(telling, Telling::Outside { .. }))
                .count()
        };
        let all = of(|_| {});
        assert_eq!(told(&all, EventKind::Completed), 1);
        assert_eq!(told(&all, EventKind::Failed), 0);
        let other = of(|one| one.task = Some("train".to_owned()));
        assert_eq!(told(&other, EventKind::Completed), 0);
        assert_eq!(
            told(&other, EventKind::AlertClosed),
            1,
            "alerts have no task"
        );
        let own = of(|one| one.user = Some("ana".to_owned()));
        assert_eq!(told(&own, EventKind::Completed), 1);
    }

    #[test]
    fn users_are_told_of_their_own_jobs_and_of_all_alerts() {
        let mut audience = Audience {
            email: true,
            ..Audience::default()
        };
        for user in ["ana", "ben"] {
            let topics = [Topic::Failed, Topic::Alert];
            let preferences = Preferences {
                email: Some(wish(&format!("{user}@example.com"), &topics)),
                ..Preferences::default()
            };
            audience.preferences.insert(user.to_owned(), preferences);
        }
        let mail = |user: &str| Telling::Outside {
            channel: Channel::Email,
            target: Target::User(user.to_owned()),
            address: format!("{user}@example.com"),
        };
        let failed = audience.tellings(&news(EventKind::Failed));
        assert_eq!(failed, [in_app("ana"), mail("ana")]);
        let alert = News {
            user: None,
            ..news(EventKind::AlertOpened)
        };
        let told = audience.tellings(&alert);
        assert_eq!(told, [in_app(EVERYBODY), mail("ana"), mail("ben")]);
        audience.email = false;
        assert_eq!(
            audience.tellings(&news(EventKind::Failed)),
            [in_app("ana")],
            "there is no way to send mail"
        );
    }

    #[test]
    fn long_is_what_the_user_says_then_history_then_an_hour() {
        let minutes = Duration::from_mins;
        let history = |ended, p95| TaskHistory {
            completed: ended,
            job_p95: Some(p95),
            ..TaskHistory::default()
        };
        let said = Preferences {
            long_running_after: Some(minutes(2)),
            ..Preferences::default()
        };
        assert_eq!(
            long_after(Some(&said), &history(100, minutes(50))),
            minutes(2)
        );
        assert_eq!(long_after(None, &history(100, minutes(50))), minutes(150));
        assert_eq!(long_after(None, &history(19, minutes(1))), minutes(60));
        assert_eq!(
            long_after(None, &history(100, Duration::from_millis(3))),
            minutes(1)
        );
        assert_eq!(long_after(None, &TaskHistory::default()), minutes(60));
    }

    proptest! {
        #[test]
        fn no_address_is_told_twice_of_one_thing(addresses in prop::collection::vec(0u8..3, 0..12)) {
            let all = [Topic::Failed, Topic::Alert];
            let subscriptions = addresses.iter().map(|address| Subscription {
                address: address.to_string(), ..subscription(&all)
            });
            let preferences = addresses.iter().enumerate().map(|(user, address)| {
                let webhook = Some(wish(&address.to_string(), &all));
                (user.to_string(), Preferences { webhook, ..Preferences::default() })
            });
            let audience = Audience {
                subscriptions: subscriptions.collect(), preferences: preferences.collect(),
                email: true,
            };
            let tellings = audience.tellings(&news(EventKind::AlertOpened));
            let mut told: Vec<_> = tellings.iter().filter_map(|telling| match telling {
                Telling::Outside { address, .. } => Some(address),
                Telling::InApp(_) => None,
            }).collect();
            let all = told.len();
            told.sort();
            told.dedup();
            prop_assert_eq!(told.len(), all);
            let wanted: BTreeSet<_> = addresses.iter().collect();
            prop_assert_eq!(told.len(), wanted.len(), "and none is left out");
        }
    }
}
