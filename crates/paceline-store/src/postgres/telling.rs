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

use super::connect::PostgresStore;
use super::{node, notices, outbox, system_samples, watch};
use crate::node_text::facts_text;

#[async_trait]
impl Outbox for PostgresStore {
    async fn heard(&self) -> Result<Option<EventSeq>> {
        Ok(outbox::heard(&mut self.reader().await?).await?)
    }

    async fn hear(&self, after: EventSeq, limit: u32, topics: Vec<Topic>) -> Result<Heard> {
        Ok(outbox::hear(&mut self.reader().await?, after, limit, &topics).await?)
    }

    async fn post(&self, post: Post) -> Result<bool> {
        Ok(outbox::post(&self.shared, &post).await?)
    }

    async fn take(&self, reach: Reach, by: Taker, now: Time) -> Result<Taken> {
        // Most looks find nothing: they need write nothing.
        let next_due = outbox::next_due(&mut self.reader().await?).await?;
        if next_due.is_none_or(|due| due > now) {
            return Ok(Taken {
                deliveries: Vec::new(),
                next_due,
            });
        }
        Ok(outbox::take(&self.shared, &reach, by, now).await?)
    }

    async fn settle(
        &self,
        id: DeliveryId,
        attempt: u32,
        settled: Settled,
        now: Time,
    ) -> Result<bool> {
        Ok(outbox::settle(&self.shared, id, attempt, &settled, now).await?)
    }

    async fn deliveries(
        &self,
        state: Option<DeliveryState>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>> {
        Ok(outbox::deliveries(&mut self.reader().await?, state, limit).await?)
    }

    async fn notices(&self, query: NoticeQuery) -> Result<Vec<Notice>> {
        Ok(notices::notices(&mut self.reader().await?, &query).await?)
    }

    async fn unread(&self, user: &str) -> Result<u64> {
        Ok(notices::unread(&mut self.reader().await?, user).await?)
    }

    async fn mark_read(&self, user: &str, of: Option<Vec<EventSeq>>, now: Time) -> Result<u64> {
        Ok(notices::mark_read(&self.shared, user, of, now).await?)
    }

    async fn preferences(&self) -> Result<BTreeMap<String, Preferences>> {
        Ok(notices::preferences(&mut self.reader().await?).await?)
    }

    async fn set_preferences(&self, user: &str, preferences: Preferences) -> Result<()> {
        Ok(notices::set_preferences(&self.shared, user, preferences).await?)
    }

    async fn tidy(&self, before: Time, most: u32, now: Time) -> Result<u64> {
        Ok(outbox::tidy(&self.shared, before, most, now).await?)
    }
}

#[async_trait]
impl Watch for PostgresStore {
    async fn say(&self, node: NodeId, facts: NodeFacts, now: Time) -> Result<()> {
        Ok(watch::say(&self.shared, node, facts_text(facts), now).await?)
    }

    async fn seen(&self, since: Time, _now: Time) -> Result<Seen> {
        Ok(watch::seen(&mut self.reader().await?, since).await?)
    }

    async fn nodes(&self) -> Result<Vec<NodeSeen>> {
        Ok(watch::nodes(&mut self.reader().await?).await?)
    }

    async fn drain(&self, node: NodeId, drained: bool, now: Time) -> Result<bool> {
        Ok(node::drain(&self.shared, node, drained, now).await?)
    }

    async fn sample(&self, sample: SystemSample) -> Result<()> {
        Ok(system_samples::keep(&self.shared, &sample).await?)
    }

    async fn samples(&self, since: Time) -> Result<Vec<SystemSample>> {
        Ok(system_samples::since(&mut self.reader().await?, since).await?)
    }

    async fn forget_samples(&self, before: Time) -> Result<()> {
        Ok(system_samples::forget(&self.shared, before).await?)
    }

    async fn settle_alerts(&self, findings: Vec<Finding>, now: Time) -> Result<u64> {
        // Most times nothing changes.
        let known = watch::known(&mut self.reader().await?).await?;
        if paceline_core::alert::step(&known, &findings, now).is_empty() {
            return Ok(0);
        }
        Ok(watch::settle_alerts(&self.shared, &findings, now).await?)
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        let mut known = watch::known(&mut self.reader().await?).await?;
        known.retain(|alert| alert.opened_at.is_some());
        Ok(known)
    }

    async fn long_runs(&self, before: Time, limit: u32) -> Result<Vec<LongRun>> {
        Ok(watch::long_runs(&mut self.reader().await?, before, limit).await?)
    }

    async fn tell_long(&self, runs: Vec<LongRun>, now: Time) -> Result<u64> {
        if runs.is_empty() {
            return Ok(0);
        }
        Ok(watch::tell_long(&self.shared, &runs, now).await?)
    }
}
