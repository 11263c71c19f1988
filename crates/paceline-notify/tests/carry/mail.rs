use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use mailin_embedded::response::{NO_MAILBOX, OK};
use mailin_embedded::{Handler, Response, Server, SslConfig};
use paceline_core::notify::Channel;
use paceline_core::outbox::Courier;
use paceline_notify::Mail;

use super::{delivery, post};

/// Whom a mail is for, and its text.
type Letter = (Vec<String>, String);

/// Keeps what it is sent; knows everybody but `nobody@…`.
#[derive(Clone, Default)]
struct Mailbox {
    mails: Arc<Mutex<Vec<Letter>>>,
    to: Vec<String>,
    text: Vec<u8>,
}

impl Handler for Mailbox {
    fn rcpt(&mut self, to: &str) -> Response {
        if to.starts_with("nobody@") {
            return NO_MAILBOX;
        }
        self.to.push(to.to_owned());
        OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let text = String::from_utf8(std::mem::take(&mut self.text)).expect("text");
        let mail = (std::mem::take(&mut self.to), text);
        self.mails.lock().expect("not poisoned").push(mail);
        OK
    }
}

/// A mail server; it ends with the process.
fn server() -> (SocketAddr, Mailbox) {
    let mailbox = Mailbox::default();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut server = Server::new(mailbox.clone());
    server
        .with_name("mail.example")
        .with_tcp_listener(listener)
        .with_ssl(SslConfig::None)
        .expect("no encryption");
    std::thread::spawn(move || drop(server.serve()));
    (address, mailbox)
}

fn mail(address: SocketAddr) -> Mail {
    Mail::new(&format!("smtp://{address}"), "Jobs <jobs@paceline.example>").expect("a server")
}

#[tokio::test]
async fn mail_arrives_with_its_words() {
    let (address, mailbox) = server();
    let post = post(&[], Some(mail(address)));
    let sent = delivery(Channel::Email, "ana@example.com".to_owned());
    post.carry(&sent).await.expect("carried");
    let mails = mailbox.mails.lock().expect("not poisoned");
    let (to, text) = &mails[0];
    assert_eq!(to.len(), 1);
    assert!(to[0].contains("ana@example.com"), "{to:?}");
    let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
    assert!(
        head.contains("From: Jobs <jobs@paceline.example>"),
        "{head}"
    );
    assert!(head.contains("To: ana@example.com"), "{head}");
    assert!(head.contains("Subject: "), "{head}");
    let id = format!("Message-ID: <{}@paceline.example>", sent.message.id);
    assert!(head.contains(&id), "{head}");
    assert!(body.contains("no model"), "{body}");
    assert!(body.contains("task: predict"), "{body}");
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_is_given_up_and_a_server_is_waited_for() {
    let (address, mailbox) = server();
    let post_to = |address| post(&[], Some(mail(address)));
    let to = |name: &str| delivery(Channel::Email, format!("{name}@example.com"));
    let refused = post_to(address).carry(&to("nobody")).await;
    let refused = refused.expect_err("there is no such mailbox");
    assert!(refused.permanent, "{refused:?}");
    assert_eq!(mailbox.mails.lock().expect("not poisoned").len(), 0);
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let gone = free.local_addr().expect("an address");
    drop(free);
    let failed = post_to(gone).carry(&to("ana")).await;
    let failed = failed.expect_err("nobody listens");
    assert!(!failed.permanent, "{failed:?}");
}

#[test]
fn a_server_is_named_by_a_url_and_a_sender() {
    assert!(Mail::new("smtps://ana:secret@mail.example", "jobs@example.com").is_ok());
    assert!(Mail::new("smtp://mail.example:587?tls=required", "jobs@example.com").is_ok());
    assert!(Mail::new("http://mail.example", "jobs@example.com").is_err());
    assert!(Mail::new("smtp://mail.example", "nobody").is_err());
}
