//! A phone app that speaks lexi to a server over HTTP, with the habits of the real ones, and what it expects replies to
//! look like.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::{Request, Response};

use crate::server::{Server, agent};

/// An app on somebody's phone.
pub(crate) struct Phone<'a> {
    server: &'a Server,
    /// What the app sends as its `Authorization`: empty while nobody is logged in.
    pub(crate) authorization: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// The `WWW-Authenticate` header, or "".
    pub(crate) challenge: String,
    /// The envelope.
    pub(crate) body: Value,
}

impl<'a> Phone<'a> {
    /// An app that was just installed.
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, authorization: String::new() }
    }

    /// Names somebody from now on: two blanks, and a user name with a password or a token with none.
    pub(crate) fn log_in_as(&mut self, name: &str, password: &str) {
        self.authorization = format!("Basic  {}", STANDARD.encode(format!("{name}:{password}")));
    }

    /// Logs in, and goes on with the token.
    pub(crate) fn log_in(&mut self, path: &str, email: &str, password: &str) -> Value {
        self.log_in_as(email, password);
        let issued = self.done("POST", path, &Value::Null, 200);
        self.log_in_as(issued["token"].as_str().expect("a token"), "");
        issued
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.done("GET", path, &Value::Null, 200)
    }

    /// Sends JSON, or nothing where it is null, and returns the data of a reply with this code and HTTP 200.
    pub(crate) fn done(&self, verb: &str, path: &str, body: &Value, code: u16) -> Value {
        let Answer { status, mut body, .. } = self.send(verb, path, body);
        let sentence = match code {
            200 => "Ok all right.",
            201 => "All created.",
            204 => "All deleted.",
            _ => panic!("{code} is no success"),
        };
        assert_eq!(status, 200, "{verb} {path}: {body}");
        assert_eq!(body["status"], status_of(code, sentence), "{verb} {path}: {body}");
        assert_eq!(body["success"], true, "{verb} {path}: {body}");
        let keys: Vec<_> = body.as_object().expect("an envelope").keys().map(String::as_str).collect();
        let is_envelope = [&["data", "status", "success"][..], &["status", "success"]].contains(&&keys[..]);
        assert!(is_envelope, "{verb} {path}: {keys:?}");
        body["data"].take()
    }

    /// The same for what is refused, with this code and sentence and HTTP 200.
    pub(crate) fn refused(&self, verb: &str, path: &str, body: &Value, code: u16, sentence: &str) {
        let answer = self.send(verb, path, body);
        let expected = serde_json::json!({"status": status_of(code, sentence), "success": false});
        assert_eq!((answer.status, answer.body), (200, expected), "{verb} {path}");
    }

    /// Sends JSON, or nothing where it is null.
    pub(crate) fn send(&self, verb: &str, path: &str, body: &Value) -> Answer {
        if body.is_null() {
            self.send_as(verb, path, "", Vec::new())
        } else {
            self.send_as(verb, path, "application/json", body.to_string().into_bytes())
        }
    }

    /// Sends a file as the field `file` of a form.
    pub(crate) fn upload(&self, path: &str, filename: &str, content: &[u8]) -> Answer {
        let mut form = Vec::from(format!(
            "--end\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\r\n"
        ));
        form.extend(content);
        form.extend(b"\r\n--end--\r\n");
        self.send_as("POST", path, "multipart/form-data; boundary=end", form)
    }

    fn send_as(&self, verb: &str, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let mark = if path.contains('?') { '&' } else { '?' };
        // Signed whether or not anybody looks.
        let signed = format!("{path}{mark}app_key=phone&timestamp=1546121488&nonce_str=n&sign=0");
        let url = format!("{}/api/v1.0{signed}", self.server.url);
        let mut request =
            Request::builder().method(verb).uri(url).header("authorization", &self.authorization);
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let request = request.body(body).expect("a request");
        let mut answer: Response<_> = agent().run(request).expect("the server answers");
        let challenge = answer.headers().get("www-authenticate");
        let challenge = challenge.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().expect("a text");
        let body =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{verb} {path}: {error}: {text}"));
        Answer { status: answer.status().as_u16(), challenge, body }
    }
}

fn status_of(code: u16, sentence: &str) -> Value {
    serde_json::json!({"code": code, "message": sentence})
}

/// Holds a value against an example of its shape: the same keys in the same order, the same types; every element of a list
/// like the one of the example. Null in the example is a text or null.
pub(crate) fn assert_shape(value: &Value, example: &Value) {
    let mut wrong = String::new();
    compare(value, example, "", &mut wrong);
    assert!(wrong.is_empty(), "{wrong}\n{value:#}");
}

fn compare(value: &Value, example: &Value, place: &str, wrong: &mut String) {
    match (value, example) {
        (Value::Object(value), Value::Object(example)) => {
            let (keys, expected): (Vec<_>, Vec<_>) = (value.keys().collect(), example.keys().collect());
            if keys != expected {
                let _ = writeln!(wrong, "{place}: {keys:?} instead of {expected:?}");
            }
            for (name, example) in example {
                let value = value.get(name).unwrap_or(&Value::Null);
                compare(value, example, &format!("{place}.{name}"), wrong);
            }
        }
        (Value::Array(values), Value::Array(example)) => {
            for (at, value) in values.iter().enumerate() {
                compare(value, &example[0], &format!("{place}[{at}]"), wrong);
            }
        }
        (Value::Null | Value::String(_), Value::Null)
        | (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => {
            let _ = writeln!(wrong, "{place}: {value} is not like {example}");
        }
    }
}
