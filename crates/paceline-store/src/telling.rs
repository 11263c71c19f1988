//! What the store keeps of notifications and alerts: passes each call to its verb.

use std::collections::BTreeMap;

use async_trait::async_trait;
use paceline_core::alert::{Alert, Finding};
use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::node::{NodeFacts, NodeSeen};
use paceline_core::notify::{Preferences, Topic};
use paceline_core::outbox::{
    DeliveryRecord, DeliveryState, Heard, Notice, NoticeQuery, Outbox, Post, Reach, Settled, Taken,
    Taker,
};
use paceline_core::sample::SystemSample;
use paceline_core::store::Result;
use paceline_core::watch::{LongRun, Seen, Watch};
use paceline_core::{NodeId, Time};

use crate::command::Durable;
use crate::node_text::facts_text;
use crate::sqlite::SqliteStore;
use crate::{node, notices, outbox, system_samples, watch};

#[async_trait]
impl Outbox for SqliteStore {
    async fn heard(&self) -> Result<Option<EventSeq>> {
        self.read(outbox::heard).await
    }

    async fn hear(&self, after: EventSeq, limit: u32, topics: Vec<Topic>) -> Result<Heard> {
        self.read(move |connection| outbox::hear(connection, after, limit, &topics))
            .await
    }

    async fn post(&self, post: Post) -> Result<bool> {
        self.write(Durable::No, move |context| outbox::post(context, &post))
            .await
    }

    async fn take(&self, reach: Reach, by: Taker, now: Time) -> Result<Taken> {
        // Most looks find nothing: they need not wait for the writer.
        let next_due = self.read(outbox::next_due).await?;
        if next_due.is_none_or(|due| due > now) {
            return Ok(Taken {
                deliveries: Vec::new(),
                next_due,
            });
        }
        self.write(Durable::Yes, move |context| {
            outbox::take(context, &reach, by, now)
        })
        .await
    }

    async fn settle(
        &self,
        id: DeliveryId,
        attempt: u32,
        settled: Settled,
        now: Time,
    ) -> Result<bool> {
        self.write(Durable::No, move |context| {
            outbox::settle(context, id, attempt, &settled, now)
        })
        .await
    }

    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>> {
        self.read(move |connection| outbox::deliveries(connection, state, limit))
            .await
    }

    async fn notices(&self, query: NoticeQuery) -> Result<Vec<Notice>> {
        self.read(move |connection| notices::notices(connection, &query))
            .await
    }

    async fn unread(&self, user: &str) -> Result<u64> {
        let user = user.to_owned();
        self.read(move |connection| notices::unread(connection, &user))
            .await
    }

    async fn mark_read(&self, user: &str, of: Option<Vec<EventSeq>>, now: Time) -> Result<u64> {
        let user = user.to_owned();
        self.write(Durable::No, move |context| {
            notices::mark_read(context, &user, of.as_deref(), now)
        })
        .await
    }

    async fn preferences(&self) -> Result<BTreeMap<String, Preferences>> {
        self.read(notices::preferences).await
    }

    async fn set_preferences(&self, user: &str, preferences: Preferences) -> Result<()> {
        let user = user.to_owned();
        self.write(Durable::Yes, move |context| {
            notices::set_preferences(context, &user, preferences.clone())
        })
        .await
    }

    async fn tidy(&self, before: Time, most: u32, now: Time) -> Result<u64> {
        let removed = self.write(Durable::No, move |context| {
            outbox::tidy(context, before, most, now)
        });
        Ok(u64::try_from(removed.await?).unwrap_or(0))
    }
}

#[async_trait]
impl Watch for SqliteStore {
    async fn say(&self, node: NodeId, facts: NodeFacts, now: Time) -> Result<()> {
        let facts = facts_text(facts);
        self.write(Durable::No, move |context| {
            watch::say(context, node, &facts, now)
        })
        .await
    }

    async fn seen(&self, since: Time, _now: Time) -> Result<Seen> {
        self.read(move |connection| watch::seen(connection, since))
            .await
    }

    async fn nodes(&self) -> Result<Vec<NodeSeen>> {
        self.read(watch::nodes).await
    }

    async fn drain(&self, node: NodeId, drained: bool, now: Time) -> Result<bool> {
        self.write(Durable::Yes, move |context| {
            node::drain(context, node, drained, now)
        })
        .await
    }

    async fn sample(&self, sample: SystemSample) -> Result<()> {
        self.write(Durable::No, move |context| {
            system_samples::keep(context, &sample)
        })
        .await
    }

    async fn samples(&self, since: Time) -> Result<Vec<SystemSample>> {
        self.read(move |connection| system_samples::since(connection, since))
            .await
    }

    async fn forget_samples(&self, before: Time) -> Result<()> {
        self.write(Durable::No, move |context| {
            system_samples::forget(context, before)
        })
        .await
    }

    async fn settle_alerts(&self, findings: Vec<Finding>, now: Time) -> Result<u64> {
        // Most times nothing changes: that needs no writer.
        let known = self.read(watch::known).await?;
        if paceline_core::alert::step(&known, &findings, now).is_empty() {
            return Ok(0);
        }
        self.write(Durable::No, move |context| {
            watch::settle_alerts(context, &findings, now)
        })
        .await
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        let mut known = self.read(watch::known).await?;
        known.retain(|alert| alert.opened_at.is_some());
        Ok(known)
    }

    async fn long_runs(&self, before: Time, limit: u32) -> Result<Vec<LongRun>> {
        self.read(move |connection| watch::long_runs(connection, before, limit))
            .await
    }

    async fn tell_long(&self, runs: Vec<LongRun>, now: Time) -> Result<u64> {
        if runs.is_empty() {
            return Ok(0);
        }
        self.write(Durable::No, move |context| {
            watch::tell_long(context, &runs, now)
        })
        .await
    }
}
