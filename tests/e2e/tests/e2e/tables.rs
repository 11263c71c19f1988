//! A look into the tables of a store on `PostgreSQL`, past the nodes.

use tokio_postgres::{Client, NoTls};

/// A connection of the test's own.
pub(crate) async fn look_into(database: &str, schema: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(database, NoTls)
        .await
        .expect("the database");
    tokio::spawn(connection);
    let path = format!("SET search_path = {schema}");
    client.batch_execute(&path).await.expect("a schema");
    client
}

/// The schema that a store's URL names.
pub(crate) fn schema_of(url: &str) -> &str {
    url.split_once("&schema=").expect("a schema").1
}

/// Positions as leases have them, `0-49,77`, one by one.
pub(crate) fn seqs(ranges: &str) -> Vec<i32> {
    let number = |text: &str| text.parse::<i32>().expect("a position");
    ranges
        .split(',')
        .filter(|range| !range.is_empty())
        .flat_map(|range| match range.split_once('-') {
            Some((first, last)) => number(first)..=number(last),
            None => number(range)..=number(range),
        })
        .collect()
}
