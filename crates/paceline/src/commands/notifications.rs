//! `paceline notifications`: what people were told of, and what is on its way to them.

use jiff::Timestamp;
use paceline_protocol::rest::{
    DeliveryView, ListView, MarkedView, NoticeView, NoticesView, ReadNoticesRequest,
};
use paceline_protocol::units::WireTime;
use paceline_protocol::words::WireDeliveryState;
use reqwest::Method;

use super::Context;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted};
use crate::output::{human, screen, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Of this user, beside those for everybody
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Only those that are unread
    #[arg(long)]
    unread: bool,
    /// Mark all as read
    #[arg(long, conflicts_with = "unread")]
    read: bool,
    /// Messages to addresses outside, with what became of them
    #[arg(long, conflicts_with_all = ["user", "unread", "read"])]
    deliveries: bool,
    /// At most this many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    if args.deliveries {
        return deliveries(args, context).await;
    }
    if args.read {
        return read(args, context).await;
    }
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(args.user.clone().map(|user| ("user", user)));
    query.extend(args.unread.then(|| ("unread", "true".to_owned())));
    let request = context.client.request(Method::GET, "/notifications");
    let page: NoticesView = context.client.send(request.query(&query)).await?;
    let output = context.output;
    if output.json {
        return page.items.iter().try_for_each(|notice| output.json(notice));
    }
    if page.items.is_empty() {
        return output.line("no notifications");
    }
    let columns = [
        Column::new("at"),
        Column::new("what").shortest(20),
        Column::new("message").shortest(12).goes(1),
    ];
    let rows: Vec<_> = page.items.iter().map(notice).collect();
    output.line(table::fitted(
        &columns,
        &rows,
        screen::out_width(),
        output.palette,
    ))
}

async fn read(args: &Args, context: &Context) -> Result {
    let body = ReadNoticesRequest {
        user: args.user.clone(),
        ids: None,
        all: true,
    };
    let request = context.client.request(Method::POST, "/notifications/read");
    let marked: MarkedView = context.client.send(request.json(&body)).await?;
    if context.output.json {
        return context.output.json(&marked);
    }
    let count = human::count(marked.changed);
    context.output.line(format!("{count} marked as read"))
}

async fn deliveries(args: &Args, context: &Context) -> Result {
    let request = context
        .client
        .request(Method::GET, "/notifications/deliveries")
        .query(&[("limit", args.limit)]);
    let list: ListView<DeliveryView> = context.client.send(request).await?;
    let output = context.output;
    if output.json {
        return list.items.iter().try_for_each(|one| output.json(one));
    }
    if list.items.is_empty() {
        return output.line("no messages");
    }
    let columns = [
        Column::new("at"),
        Column::new("state"),
        Column::new("attempts").goes(2),
        Column::new("to").shortest(16),
        Column::new("what").shortest(16).goes(1),
        Column::new("error").shortest(12),
    ];
    let rows: Vec<_> = list.items.iter().map(delivery).collect();
    output.line(table::fitted(
        &columns,
        &rows,
        screen::out_width(),
        output.palette,
    ))
}

fn notice(notice: &NoticeView) -> Vec<Painted> {
    let color = if notice.read_at.is_some() {
        Color::Dim
    } else {
        Color::Bold
    };
    let message = notice.news.message.as_deref().unwrap_or_default();
    vec![
        at(notice.at).into(),
        Painted::new(&notice.news.title, color),
        human::shorten(message, 120).into(),
    ]
}

fn delivery(delivery: &DeliveryView) -> Vec<Painted> {
    use paceline_core::outbox::DeliveryState;
    let WireDeliveryState(state) = delivery.state;
    let color = match state {
        DeliveryState::Waiting => Color::Cyan,
        DeliveryState::Sent => Color::Green,
        DeliveryState::Failed => Color::Red,
    };
    let error = match state {
        DeliveryState::Sent => "",
        DeliveryState::Waiting | DeliveryState::Failed => {
            delivery.error.as_deref().unwrap_or_default()
        }
    };
    let when = delivery.settled_at.or(delivery.next_attempt_at);
    vec![
        when.map(at).unwrap_or_default().into(),
        Painted::new(state.as_str(), color),
        delivery.attempts.to_string().into(),
        delivery.address.as_str().into(),
        delivery.news.title.as_str().into(),
        human::shorten(error, 120).into(),
    ]
}

fn at(time: WireTime) -> String {
    let at = Timestamp::from_microsecond(time.0.as_micros()).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
