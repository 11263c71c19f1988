//! Notifications: what is heard, what is told in the app, what is on its way outside.

use paceline_core::event::EventKind;
use paceline_core::id::{DeliveryId, EventSeq};
use paceline_core::notify::{Channel, EVERYBODY, News, Preferences, Target, Topic, Wish};
use paceline_core::outbox::{
    Delivery, DeliveryState, Heard, NewDelivery, Notice, NoticeQuery, Post, Reach, Settled, Taker,
};
use paceline_core::{JobState, Time};

use crate::support::{Case, minutes, seconds, unit};

impl Case {
    async fn hear_all(&self) -> Vec<News> {
        self.hear_after(EventSeq(0)).await
    }

    async fn hear_after(&self, after: EventSeq) -> Vec<News> {
        self.hear_of(after, 10_000, Topic::ALL).await.news
    }

    async fn hear_of(&self, after: EventSeq, limit: u32, topics: &[Topic]) -> Heard {
        let heard = self
            .store
            .outbox()
            .hear(after, limit, topics.to_vec())
            .await;
        heard.expect("events are heard")
    }

    async fn post(&self, post: Post) -> bool {
        let posted = self.store.outbox().post(post).await;
        posted.expect("it is posted or not")
    }

    fn posting(&self, from: Option<i64>, to: i64) -> Post {
        Post {
            from: from.map(EventSeq),
            to: EventSeq(to),
            notices: Vec::new(),
            deliveries: Vec::new(),
            now: self.now(),
        }
    }

    fn message(&self, news: &News, channel: Channel, target: Target) -> NewDelivery {
        NewDelivery {
            id: DeliveryId::from_bytes(self.new_id().into_bytes()),
            channel,
            target,
            address: "https://hooks.example/".to_owned(),
            news: news.clone(),
        }
    }

    fn taker(&self, until: Time) -> Taker {
        Taker {
            node: self.node(),
            until,
            limit: 10,
        }
    }

    async fn take_with(&self, reach: &Reach, for_seconds: u64) -> Vec<Delivery> {
        let by = self.taker(self.now() + seconds(for_seconds));
        let outbox = self.store.outbox();
        let taken = outbox.take(reach.clone(), by, self.now());
        taken.await.expect("messages are taken").deliveries
    }

    async fn settle(&self, delivery: &Delivery, settled: Settled) -> bool {
        let id = delivery.message.id;
        let outbox = self.store.outbox();
        let settled = outbox.settle(id, delivery.attempt, settled, self.now());
        settled.await.expect("it is settled or not")
    }

    async fn listed(&self, user: &str, unread: bool) -> Vec<Notice> {
        let query = NoticeQuery {
            user: user.to_owned(),
            unread,
            before: None,
            limit: 100,
        };
        let notices = self.store.outbox().notices(query).await;
        notices.expect("notifications are listed")
    }

    /// A failed job of ana, and what is told of it.
    async fn a_failure(&self) -> News {
        self.submit(unit().user("ana").batch("b").named("n")).await;
        self.fail(&self.claim_one().await, "no").await;
        let news = self.hear_all().await;
        news.last().expect("a failure").clone()
    }
}

fn all() -> Reach {
    Reach {
        configured: vec!["ops".to_owned()],
        email: true,
        busy: Vec::new(),
    }
}

fn ops() -> Target {
    Target::Configured("ops".to_owned())
}

async fn what_people_are_told_of_is_heard_with_its_job(s: Case) {
    let job = s.submit(unit().user("ana").batch("b").named("n")).await;
    s.fail(&s.claim_one().await, "no").await;
    s.submit(unit()).await;
    s.run_all().await;
    let news = s.hear_all().await;
    let kinds: Vec<EventKind> = news.iter().map(|news| news.kind).collect();
    assert_eq!(kinds, [EventKind::Failed, EventKind::Completed]);
    let failed = &news[0];
    assert_eq!((failed.job, failed.at), (Some(job), s.now()));
    assert_eq!(failed.name.as_deref(), Some("n"));
    assert_eq!(failed.user.as_deref(), Some("ana"));
    assert_eq!(failed.batch.as_deref(), Some("b"));
    assert_eq!(failed.state, Some(JobState::Failed));
    assert!(failed.data.as_str().contains("no"), "{}", failed.data);
    assert_eq!(s.hear_after(failed.seq).await, news[1..]);

    let some = s.hear_of(EventSeq(0), 2, Topic::ALL).await;
    assert_eq!(some.through, EventSeq(2), "it looks through two events");
    let last = s.last_event().await;
    let none = s.hear_of(last, 10, Topic::ALL).await;
    assert_eq!((none.through, none.news), (last, Vec::new()));
    let asked_for = s.hear_of(EventSeq(0), 10_000, &[Topic::Failed]).await;
    assert_eq!((asked_for.through, &asked_for.news[..]), (last, &news[..1]));
    let nothing = s.hear_of(EventSeq(0), 10_000, &[]).await;
    assert_eq!((nothing.through, nothing.news), (last, Vec::new()));
}

async fn of_two_who_hear_the_same_one_posts(s: Case) {
    let heard = s.store.outbox().heard().await;
    assert_eq!(heard.expect("read"), None);
    assert!(s.post(s.posting(None, 5)).await);
    assert!(!s.post(s.posting(None, 6)).await);
    let news = s.a_failure().await;
    let both = || Post {
        notices: vec![("ana".to_owned(), news.clone())],
        deliveries: vec![s.message(&news, Channel::Webhook, ops())],
        ..s.posting(Some(5), 9)
    };
    let outbox = s.store.outbox();
    let (one, other) = tokio::join!(outbox.post(both()), outbox.post(both()));
    let (one, other) = (one.expect("posted"), other.expect("posted"));
    assert!(one ^ other, "{one} {other}");
    assert_eq!(outbox.heard().await.expect("read"), Some(EventSeq(9)));
    assert_eq!(s.listed("ana", true).await.len(), 1);
    let all = outbox.deliveries(None, 10).await.expect("read");
    assert_eq!(all.len(), 1);
}

async fn a_list_is_a_users_and_everybodys(s: Case) {
    let news = s.a_failure().await;
    let at = |seq: i64| News {
        seq: EventSeq(seq),
        ..news.clone()
    };
    let notices = [("ana", 1), (EVERYBODY, 2), ("ben", 3), ("ana", 4)];
    let post = Post {
        notices: notices
            .map(|(user, seq)| (user.to_owned(), at(seq)))
            .to_vec(),
        ..s.posting(None, 9)
    };
    s.post(post).await;
    let seqs = |notices: Vec<Notice>| -> Vec<i64> {
        notices.iter().map(|notice| notice.news.seq.0).collect()
    };
    assert_eq!(seqs(s.listed("ana", false).await), [4, 2, 1]);
    assert_eq!(seqs(s.listed("cid", false).await), [2]);
    assert_eq!(s.listed("ana", false).await[0].news, at(4), "as it was");
    let outbox = s.store.outbox();
    assert_eq!(outbox.unread("ana").await.expect("counted"), 3);
    let page = NoticeQuery {
        user: "ana".to_owned(),
        unread: false,
        before: Some(EventSeq(4)),
        limit: 1,
    };
    assert_eq!(seqs(outbox.notices(page).await.expect("listed")), [2]);

    let of = vec![EventSeq(1), EventSeq(3)];
    let read = outbox.mark_read("ana", Some(of), s.now()).await;
    assert_eq!(read.expect("marked"), 1, "the other is ben's");
    assert_eq!(seqs(s.listed("ana", true).await), [4, 2]);
    let read = outbox.mark_read("ana", None, s.now()).await;
    assert_eq!(read.expect("marked"), 2);
    let left = s.listed("ana", false).await;
    assert!(left.iter().all(|notice| notice.read_at == Some(s.now())));
    assert_eq!(outbox.unread("ben").await.expect("counted"), 1);
}

async fn a_message_is_taken_by_one_and_comes_back_from_the_dead(s: Case) {
    let news = s.a_failure().await;
    let message = s.message(&news, Channel::Webhook, ops());
    let post = Post {
        deliveries: vec![message.clone()],
        ..s.posting(None, 9)
    };
    s.post(post).await;
    let first = s.take_with(&all(), 60).await;
    assert_eq!(first.len(), 1);
    assert_eq!((&first[0].message, first[0].attempt), (&message, 1));
    assert_eq!(s.take_with(&all(), 60).await, [], "somebody has it");
    s.advance(seconds(61));
    let second = s.take_with(&all(), 60).await;
    assert_eq!((&second[0].message, second[0].attempt), (&message, 2));
    assert!(!s.settle(&first[0], Settled::Sent).await, "too late");
    let at = s.now() + seconds(30);
    let later = Settled::Later {
        at,
        error: "down".to_owned(),
    };
    assert!(s.settle(&second[0], later).await);
    let outbox = s.store.outbox();
    let nothing = outbox.take(all(), s.taker(at), s.now()).await;
    let nothing = nothing.expect("taken");
    assert_eq!((nothing.deliveries, nothing.next_due), (vec![], Some(at)));
    s.advance(seconds(30));
    let third = s.take_with(&all(), 60).await;
    assert!(s.settle(&third[0], Settled::Sent).await);
    assert!(!s.settle(&third[0], Settled::Sent).await, "it is over");
    let sent = outbox.deliveries(Some(DeliveryState::Sent), 10).await;
    let sent = sent.expect("listed");
    assert_eq!((sent[0].attempts, &sent[0].message), (3, &message));
    assert_eq!(sent[0].error.as_deref(), Some("down"));
    assert_eq!(sent[0].settled_at, Some(s.now()));
    let waiting = outbox.deliveries(Some(DeliveryState::Waiting), 10).await;
    assert_eq!(waiting.expect("listed"), []);
}

/// How a node comes to its end.
#[derive(Clone, Copy, Debug)]
enum End {
    Stops,
    FallsSilent,
}

async fn what_a_node_had_that_is_gone_is_sent_soon(s: Case) {
    let news = s.a_failure().await;
    let message = |seq: i64| Post {
        deliveries: vec![s.message(&news, Channel::Webhook, ops())],
        ..s.posting((seq > 1).then_some(seq - 1), seq)
    };
    let stays = s.node();
    let mut seq = 0;
    for end in [End::Stops, End::FallsSilent] {
        seq += 1;
        s.post(message(seq)).await;
        let goes = s.register_until(s.now() + seconds(20)).await;
        s.act_as(goes);
        let theirs = s.take_with(&all(), 600).await;
        assert_eq!(theirs.len(), 1, "{end:?}");
        s.act_as(stays);
        seq += 1;
        s.post(message(seq)).await;
        let ours = s.take_with(&all(), 600).await;
        assert_eq!(ours.len(), 1, "{end:?}");
        s.tick().await;
        assert_eq!(s.take_with(&all(), 600).await, [], "{end:?}: both live");
        match end {
            End::Stops => {
                let removed = s.store.remove_node(goes, s.now()).await;
                removed.expect("it is removed");
            }
            End::FallsSilent => s.advance(seconds(21)),
        }
        s.tick().await;
        let again = s.take_with(&all(), 600).await;
        assert_eq!(again.len(), 1, "{end:?}");
        assert_eq!(again[0].message, theirs[0].message, "{end:?}");
        assert_eq!(again[0].attempt, 2, "{end:?}");
        assert!(!s.settle(&theirs[0], Settled::Sent).await, "{end:?}");
        for delivery in [&ours[0], &again[0]] {
            assert!(s.settle(delivery, Settled::Sent).await, "{end:?}");
        }
        s.tick().await;
        assert_eq!(s.take_with(&all(), 600).await, [], "{end:?}: all sent");
    }
}

async fn only_what_can_be_sent_is_taken(s: Case) {
    let news = s.a_failure().await;
    let wish = Preferences {
        webhook_secret: Some("whsec_x".to_owned()),
        ..Preferences::default()
    };
    let outbox = s.store.outbox();
    outbox.set_preferences("ana", wish).await.expect("set");
    let user = || Target::User("ana".to_owned());
    let post = Post {
        deliveries: vec![
            s.message(&news, Channel::Webhook, ops()),
            s.message(&news, Channel::Email, user()),
            s.message(&news, Channel::Webhook, user()),
        ],
        ..s.posting(None, 9)
    };
    s.post(post).await;
    let busy = Reach {
        busy: vec!["https://hooks.example/".to_owned()],
        ..all()
    };
    assert_eq!(s.take_with(&busy, 60).await, []);
    let taken = s.take_with(&Reach::default(), 60).await;
    assert_eq!(taken.len(), 1, "a user's webhook needs no configuration");
    assert_eq!(taken[0].secret.as_deref(), Some("whsec_x"));
    assert_eq!(taken[0].message.target, user());
    assert_eq!(s.take_with(&all(), 60).await.len(), 2);
}

async fn preferences_are_kept_as_they_are_set(s: Case) {
    let outbox = s.store.outbox();
    assert!(outbox.preferences().await.expect("read").is_empty());
    let wish = |address: &str, topics: &[Topic]| {
        Some(Wish {
            address: address.to_owned(),
            topics: topics.to_vec(),
        })
    };
    let full = Preferences {
        in_app: Topic::ALL.to_vec(),
        email: wish("ana@example.com", &[Topic::Failed, Topic::Alert]),
        webhook: wish("https://hooks.example/", &[]),
        webhook_secret: Some("whsec_x".to_owned()),
        long_running_after: Some(minutes(7)),
    };
    let empty = Preferences {
        in_app: Vec::new(),
        ..Preferences::default()
    };
    for (user, preferences) in [("ana", &full), ("ben", &full), ("ben", &empty)] {
        let set = outbox.set_preferences(user, preferences.clone()).await;
        set.expect("set");
    }
    let all = outbox.preferences().await.expect("read");
    let expected = [("ana".to_owned(), full), ("ben".to_owned(), empty)];
    assert_eq!(all, expected.into());
}

async fn old_notifications_go_and_messages_that_nobody_can_send_are_given_up(s: Case) {
    let news = s.a_failure().await;
    let at = |seq: i64, at: Time| News {
        seq: EventSeq(seq),
        at,
        ..news.clone()
    };
    let old = s.now();
    s.advance(minutes(60));
    let notice = |seq, time| ("ana".to_owned(), at(seq, time));
    let stale = Target::Configured("gone".to_owned());
    let post = Post {
        notices: vec![
            notice(1, old),
            notice(2, s.now()),
            notice(3, s.now()),
            notice(4, s.now()),
        ],
        deliveries: vec![s.message(&at(1, old), Channel::Webhook, stale)],
        ..s.posting(None, 9)
    };
    s.post(post).await;
    let outbox = s.store.outbox();
    let before = old + minutes(1);
    let removed = outbox.tidy(before, 2, s.now()).await.expect("tidied");
    assert_eq!(removed, 2, "one is too old, one is one too many");
    let left = s.listed("ana", false).await;
    let left: Vec<i64> = left.iter().map(|notice| notice.news.seq.0).collect();
    assert_eq!(left, [4, 3]);
    let failed = outbox.deliveries(Some(DeliveryState::Failed), 10).await;
    let failed = failed.expect("listed");
    assert_eq!(failed.len(), 1);
    assert!(failed[0].error.is_some());
    s.advance(minutes(60));
    let removed = outbox.tidy(s.now(), 2, s.now()).await.expect("tidied");
    assert_eq!(removed, 3, "with it the message, which has come to its end");
    assert_eq!(outbox.deliveries(None, 10).await.expect("listed"), []);
}

store_tests!(
    what_people_are_told_of_is_heard_with_its_job,
    of_two_who_hear_the_same_one_posts,
    a_list_is_a_users_and_everybodys,
    a_message_is_taken_by_one_and_comes_back_from_the_dead,
    what_a_node_had_that_is_gone_is_sent_soon,
    only_what_can_be_sent_is_taken,
    preferences_are_kept_as_they_are_set,
    old_notifications_go_and_messages_that_nobody_can_send_are_given_up,
);
