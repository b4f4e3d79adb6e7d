//! An SMS gateway whose messages the test reads: the other end of the webhook.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use app::Settings;
use app::delivery::{Delivery, Webhook};
use serde_json::Value;

/// Takes messages until the test ends.
pub(crate) struct Gateway {
    url: String,
    messages: Receiver<Message>,
}

/// What the shop posted.
pub(crate) struct Message {
    pub content_type: String,
    pub body: Value,
}

impl Gateway {
    /// A gateway that answers every message with a status line such as `200 OK`.
    pub(crate) fn answering(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/sms", listener.local_addr().expect("an address"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                take(stream.expect("a connection"), status, &sender);
            }
        });
        Self { url, messages }
    }

    /// The settings of a shop that sends its codes here.
    pub(crate) fn settings(&self) -> Settings {
        let webhook = Webhook {
            url: self.url.clone(),
            template: r#"{"to":"{phone}","text":"{code}"}"#.to_owned(),
            content_type: "application/json".to_owned(),
        };
        Settings { delivery: Delivery::Webhook(webhook), ..Settings::default() }
    }

    /// The oldest message that was not read yet; `None` when there is none.
    pub(crate) fn message(&self) -> Option<Message> {
        self.messages.try_recv().ok()
    }

    /// The code in the oldest message.
    pub(crate) fn code(&self) -> String {
        let message = self.message().expect("a message");
        message.body["text"].as_str().expect("a code").to_owned()
    }
}

fn take(stream: TcpStream, status: &str, messages: &Sender<Message>) {
    let mut reader = BufReader::new(stream);
    let (mut length, mut content_type) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim().split_once(':') else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().expect("a length"),
            "content-type" => value.trim().clone_into(&mut content_type),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let body = serde_json::from_slice(&body).expect("JSON");
    // The test may be over.
    let _ = messages.send(Message { content_type, body });
    let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    reader.into_inner().write_all(reply.as_bytes()).expect("a reply");
}
