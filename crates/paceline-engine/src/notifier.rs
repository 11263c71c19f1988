//! Telling people: hears the events and posts what follows, and has messages carried outside.
//!
//! Both loops may die at any moment: what was not posted is heard again, what was taken and not
//! settled is carried again. Any number of nodes may run them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use paceline_core::dice::Dice;
use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::notify::{Audience, News, Subscription, Telling};
use paceline_core::outbox::{
    Courier, Delivery, NewDelivery, Outbox, Post, Reach, Settled, Taker, Undelivered,
};
use paceline_core::retry::{RetryPolicy, Verdict};
use paceline_core::store::StoreError;
use paceline_core::{ErrorKind, Failure};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::backoff::Backoff;
use crate::handle::Shared;

/// Events that one look goes through.
const PAGE: u32 = 2_000;
/// Events without any news that are passed over before the mark is moved behind them.
const UNMARKED: i64 = 10_000;
/// Pause between two looks: many commits make one.
const COALESCE: Duration = Duration::from_millis(200);
/// Longest pause between two looks for what is due, or for what other nodes tell of.
const IDLE: Duration = Duration::from_secs(5);
/// Pause while what is due waits for messages to the same address.
const BUSY: Duration = Duration::from_millis(500);
/// Messages under way at one time, in all and, about, to one address.
const UNDER_WAY: usize = 16;
const TO_ONE_ADDRESS: usize = 4;
/// Longest that an attempt may take, and how long nobody else gets the message while its node lives.
const PATIENCE: Duration = Duration::from_secs(30);
const TAKEN_FOR: Duration = Duration::from_mins(2);

/// Who is told, and by whom.
#[derive(Clone, Debug)]
pub struct Notifications {
    pub subscriptions: Vec<Subscription>,
    pub courier: Arc<dyn Courier>,
    pub retries: RetryPolicy,
}

/// Hears the events and posts what follows from them.
pub(crate) struct Hearing {
    shared: Arc<Shared>,
    notifications: Notifications,
    posted: Arc<Notify>,
    /// Where the mark is, as far as is known.
    mark: Option<EventSeq>,
    /// How far events were looked through.
    at: EventSeq,
}

impl Hearing {
    pub(crate) fn new(
        shared: Arc<Shared>,
        notifications: Notifications,
        posted: Arc<Notify>,
    ) -> Self {
        Hearing {
            shared,
            notifications,
            posted,
            mark: None,
            at: EventSeq(0),
        }
    }

    pub(crate) async fn run(mut self) {
        let mut newest = self.shared.newest.subscribe();
        let stop = self.shared.stop.clone();
        let mut backoff = Backoff::new();
        loop {
            newest.borrow_and_update();
            let heard = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                heard = self.catch_up() => heard,
            };
            match heard {
                Ok(()) => backoff.reset(),
                Err(error) => {
                    tracing::warn!(%error, "cannot hear the events; nothing is lost, trying again");
                    self.mark = None;
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return,
                        () = backoff.pause() => continue,
                    }
                }
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                changed = newest.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(IDLE) => {}
            }
            tokio::time::sleep(COALESCE).await;
        }
    }

    /// Hears all that is there.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        loop {
            let Some(mark) = self.mark else {
                self.find_the_mark().await?;
                continue;
            };
            let topics = self.audience().await?.topics();
            let outbox = self.outbox();
            let heard = outbox.hear(self.at, PAGE, topics.clone()).await?;
            if heard.through == self.at {
                return Ok(());
            }
            let audience = self.audience().await?;
            if audience.topics() != topics {
                // Somebody asked for more before some of these events.
                continue;
            }
            let (notices, deliveries) = self.follow(&audience, &heard.news);
            let nothing = notices.is_empty() && deliveries.is_empty();
            if nothing && heard.through.0 - mark.0 < UNMARKED {
                self.at = heard.through;
                continue;
            }
            let outside = !deliveries.is_empty();
            let post = Post {
                from: Some(mark),
                to: heard.through,
                notices,
                deliveries,
                now: self.shared.clock.now(),
            };
            if self.outbox().post(post).await? {
                self.mark = Some(heard.through);
                self.at = heard.through;
                if outside {
                    self.posted.notify_one();
                }
            } else {
                // Another node was faster.
                self.mark = None;
            }
        }
    }

    fn outbox(&self) -> &dyn Outbox {
        self.shared.store.outbox()
    }

    /// Where hearing goes on. Who hears for the first time begins with what comes from now on.
    async fn find_the_mark(&mut self) -> Result<(), StoreError> {
        if let Some(mark) = self.outbox().heard().await? {
            self.mark = Some(mark);
            self.at = mark;
            return Ok(());
        }
        let first = Post {
            from: None,
            to: self.shared.store.last_event().await?,
            notices: Vec::new(),
            deliveries: Vec::new(),
            now: self.shared.clock.now(),
        };
        self.outbox().post(first).await.map(|_| ())
    }

    async fn audience(&self) -> Result<Audience, StoreError> {
        Ok(Audience {
            subscriptions: self.notifications.subscriptions.clone(),
            preferences: self.outbox().preferences().await?,
            email: self.notifications.courier.reach().email,
        })
    }

    /// What follows from these news.
    fn follow(&self, audience: &Audience, all: &[News]) -> (Vec<(String, News)>, Vec<NewDelivery>) {
        let (mut notices, mut deliveries) = (Vec::new(), Vec::new());
        for news in all {
            for telling in audience.tellings(news) {
                match telling {
                    Telling::InApp(reader) => notices.push((reader, news.clone())),
                    Telling::Outside {
                        channel,
                        target,
                        address,
                    } => deliveries.push(NewDelivery {
                        id: DeliveryId::new(self.shared.clock.now(), self.shared.random_bytes()),
                        channel,
                        target,
                        address,
                        news: news.clone(),
                    }),
                }
            }
        }
        (notices, deliveries)
    }
}

/// Has messages carried outside.
pub(crate) struct Carrying {
    shared: Arc<Shared>,
    notifications: Notifications,
    posted: Arc<Notify>,
}

impl Carrying {
    pub(crate) fn new(
        shared: Arc<Shared>,
        notifications: Notifications,
        posted: Arc<Notify>,
    ) -> Self {
        Carrying {
            shared,
            notifications,
            posted,
        }
    }

    pub(crate) async fn run(self) {
        let mut under_way = FuturesUnordered::new();
        let mut to_one: HashMap<String, usize> = HashMap::new();
        loop {
            let mut pause = IDLE;
            if under_way.len() < UNDER_WAY {
                match self.take(&to_one).await {
                    Ok((deliveries, until_due)) => {
                        pause = until_due;
                        if !deliveries.is_empty() {
                            pause = Duration::ZERO;
                        }
                        for delivery in deliveries {
                            *to_one.entry(delivery.message.address.clone()).or_default() += 1;
                            under_way.push(self.carry(delivery));
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot look for messages; trying again");
                    }
                }
            }
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return,
                Some(address) = under_way.next() => {
                    if let Some(count) = to_one.get_mut(&address) {
                        *count -= 1;
                    }
                    to_one.retain(|_, count| *count > 0);
                }
                () = self.posted.notified() => {}
                () = tokio::time::sleep(pause), if under_way.len() < UNDER_WAY => {}
            }
        }
    }

    /// Some messages, and for how long there is nothing else to do.
    async fn take(
        &self,
        to_one: &HashMap<String, usize>,
    ) -> Result<(Vec<Delivery>, Duration), StoreError> {
        let busy = to_one.iter().filter(|(_, count)| **count >= TO_ONE_ADDRESS);
        let reach = Reach {
            busy: busy.map(|(address, _)| address.clone()).collect(),
            ..self.notifications.courier.reach()
        };
        let now = self.shared.clock.now();
        let by = Taker {
            node: self.shared.node,
            until: now + TAKEN_FOR,
            limit: u32::try_from(TO_ONE_ADDRESS).unwrap_or(1),
        };
        let outbox = self.shared.store.outbox();
        let taken = outbox.take(reach, by, now).await?;
        let until_due = taken.next_due.map_or(IDLE, |due| due.since(now));
        Ok((taken.deliveries, until_due.clamp(BUSY, IDLE)))
    }

    /// Carries one message and takes down what became of it. Returns its address.
    async fn carry(&self, delivery: Delivery) -> String {
        let carried = timeout(PATIENCE, self.notifications.courier.carry(&delivery)).await;
        let carried = carried.unwrap_or_else(|_| {
            Err(Undelivered {
                message: format!("it took longer than {} s", PATIENCE.as_secs()),
                permanent: false,
                retry_after: None,
            })
        });
        let Delivery {
            message, attempt, ..
        } = delivery;
        let settled = match carried {
            Ok(()) => Settled::Sent,
            Err(why) => self.decide(attempt, why),
        };
        if let Settled::GivenUp { error } = &settled {
            tracing::warn!(address = %message.address, attempt, %error, "a message was given up");
        }
        let now = self.shared.clock.now();
        let outbox = self.shared.store.outbox();
        if let Err(error) = outbox.settle(message.id, attempt, settled, now).await {
            // It is carried once more, under the same id.
            tracing::warn!(%error, "cannot take down what became of a message");
        }
        message.address
    }

    fn decide(&self, attempt: u32, why: Undelivered) -> Settled {
        let Undelivered {
            message,
            permanent,
            retry_after,
        } = why;
        let failure = Failure {
            permanent,
            retry_after,
            ..Failure::new(ErrorKind::Handler, message.clone())
        };
        let mut dice = Dice::new(self.shared.roll());
        let now = self.shared.clock.now();
        match self
            .notifications
            .retries
            .decide(attempt, &failure, now, &mut dice)
        {
            Verdict::RetryAt(at) => Settled::Later { at, error: message },
            Verdict::GiveUp => Settled::GivenUp { error: message },
        }
    }
}

#[cfg(test)]
mod tests;
