//! Messages are carried to real servers: webhooks to one that checks their signature with another
//! implementation than ours, mail to one that speaks SMTP.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests talk to servers over sockets, in real time"
)]

mod mail;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use paceline_core::clock::Clock;
use paceline_core::event::EventKind;
use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::notify::{Channel, News, Target};
use paceline_core::outbox::{Delivery, NewDelivery};
use paceline_core::{JobId, JobState, Json, Time};
use paceline_notify::{Allowed, Mail, Post};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Receivers take no signature that is older than minutes.
#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Time {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970");
        Time::from_micros(i64::try_from(since.as_micros()).expect("before 294247"))
    }
}

fn post(allow: &[&str], mail: Option<Mail>) -> Post {
    let allow: Vec<String> = allow.iter().map(ToString::to_string).collect();
    let secrets = SECRET.parse().expect("a secret");
    let configured = BTreeMap::from([("ops".to_owned(), Some(secrets))]);
    let allowed = Allowed::new(false, &allow);
    Post::new(allowed, mail, configured, Arc::new(RealClock)).expect("set up")
}

/// A failed job, told to an address.
fn delivery(channel: Channel, address: String) -> Delivery {
    Delivery {
        message: NewDelivery {
            id: DeliveryId::from_bytes([9; 16]),
            channel,
            target: Target::Configured("ops".to_owned()),
            address,
            news: News {
                seq: EventSeq(7),
                at: Time::from_micros(1_795_342_530_000_000),
                kind: EventKind::Failed,
                job: Some(JobId::from_bytes([1; 16])),
                name: Some("predict-ü".to_owned()),
                task: Some("predict".to_owned()),
                batch: None,
                user: Some("ana".to_owned()),
                state: Some(JobState::Failed),
                data: Json::from_checked(r#"{"error":{"kind":"handler","message":"no model"}}"#),
            },
        },
        attempt: 1,
        secret: None,
    }
}
