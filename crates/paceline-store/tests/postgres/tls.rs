//! Encryption by the URL alone, against a server with a certificate of its own authority.

use paceline_core::store::Store;
use paceline_store::postgres::{Options, PostgresStore};
use paceline_test_postgres::{self as postgres, Encrypted};

use crate::support::connect;

async fn refused(url: &str) -> String {
    let refused = PostgresStore::connect(url, Options::default()).await;
    refused.expect_err("refused").to_string()
}

#[tokio::test]
async fn the_url_says_how_far_a_server_is_believed() {
    let server = Encrypted::start();
    let url = |host: &str, params: &str| server.url(host, &postgres::new_schema(), params);
    let (own, other) = (server.authority(), server.other_authority());

    let required = connect(&url("127.0.0.1", "sslmode=require")).await;
    required.counts().await.expect("counts");
    assert!(
        server.all_encrypted("paceline"),
        "nothing goes in the clear"
    );
    let full = format!("sslmode=verify-full&sslrootcert={}", own.display());
    let verified = connect(&url("localhost", &full)).await;
    verified.counts().await.expect("counts");

    let wrong = format!("sslmode=verify-full&sslrootcert={}", other.display());
    let told = refused(&url("localhost", &wrong)).await;
    assert!(
        told.contains("UnknownIssuer") && told.contains("sslrootcert must name"),
        "{told}"
    );
    // The certificate is for another name.
    let told = refused(&url("127.0.0.1", &full)).await;
    assert!(told.contains("certificate must be for the host"), "{told}");
    // The system's authorities do not know this one.
    let told = refused(&url("localhost", "sslmode=verify-full")).await;
    assert!(told.contains("sslrootcert must name"), "{told}");
    let told = refused(&url(
        "localhost",
        "sslmode=verify-full&sslrootcert=nowhere.pem",
    ))
    .await;
    assert!(told.contains("nowhere.pem"), "{told}");
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_is_refused_where_that_is_required() {
    let server = Encrypted::start_plain();
    let schema = postgres::new_schema();
    let told = refused(&server.url("127.0.0.1", &schema, "sslmode=require")).await;
    assert!(told.contains("TLS"), "{told}");
    let preferred = connect(&server.url("127.0.0.1", &schema, "sslmode=prefer")).await;
    preferred.counts().await.expect("counts");
}
