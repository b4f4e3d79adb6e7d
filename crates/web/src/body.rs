//! Reads the bodies of requests: no slower than a line that works, and only so many large ones at once. Never what is
//! in them.

use std::time::Duration;

use app::Error;
use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

/// Large bodies in memory at once; the others wait outside.
static LARGE_BODIES: Semaphore = Semaphore::const_new(16);
/// How long a body waits for room.
pub(crate) const WAIT: Duration = Duration::from_secs(10);
/// How long a body may take however little of it arrives.
const START: Duration = Duration::from_secs(30);
/// The fewest bytes per second that arrive on average after that.
const SLOWEST: u64 = 16 * 1024;

/// Room for a large body, as soon as another has gone.
pub(crate) async fn room(wait: Duration) -> Result<SemaphorePermit<'static>, Error> {
    let room = timeout(wait, LARGE_BODIES.acquire()).await.ok().and_then(Result::ok);
    room.ok_or_else(|| Error::Unavailable("too many large bodies at once".to_owned()))
}

/// A body that is being read.
pub(crate) struct Reading {
    body: Body,
    begun: Instant,
    start: Duration,
    /// Most bodies come in one piece, which is not copied.
    first: Bytes,
    all: Vec<u8>,
}

impl Reading {
    pub(crate) fn of(body: Body) -> Self {
        Self { body, begun: Instant::now(), start: START, first: Bytes::new(), all: Vec::new() }
    }

    /// What has arrived so far.
    pub(crate) fn arrived(&self) -> &[u8] {
        if self.all.is_empty() { &self.first } else { &self.all }
    }

    /// The whole body.
    pub(crate) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }

    /// Reads on to the end of the body, or until more than so many bytes have arrived; then it tells no.
    pub(crate) async fn ends_within(&mut self, most: usize) -> Result<bool, Error> {
        while self.arrived().len() <= most {
            let enough = Duration::from_secs(self.arrived().len() as u64 / SLOWEST);
            let frame = timeout_at(self.begun + enough.max(self.start), self.body.frame()).await;
            match frame {
                Ok(None) => return Ok(true),
                Ok(Some(Ok(frame))) => self.keep(frame.into_data().unwrap_or_default()),
                // Too slow, or the client went away and reads no answer.
                Ok(Some(Err(_))) | Err(_) => return Err(Error::TooSlow),
            }
        }
        Ok(false)
    }

    fn keep(&mut self, piece: Bytes) {
        if self.arrived().is_empty() {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all = std::mem::take(&mut self.first).into();
        }
        self.all.extend_from_slice(&piece);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream::{self, StreamExt};

    use super::*;

    fn pieces(pieces: &[&'static str]) -> Body {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok::<_, Infallible>(*piece)).collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_is_read_in_steps() {
        let mut reading = Reading::of(pieces(&["ab", "cd", "ef"]));
        assert!(!reading.ends_within(3).await.unwrap());
        assert_eq!(reading.arrived(), b"abcd");
        assert!(!reading.ends_within(3).await.unwrap());
        assert!(reading.ends_within(6).await.unwrap());
        assert_eq!(reading.into_bytes(), "abcdef");
        for (body, content) in [(Body::empty(), ""), (pieces(&["ab"]), "ab")] {
            let mut reading = Reading::of(body);
            assert!(reading.ends_within(2).await.unwrap());
            assert_eq!(reading.into_bytes(), content);
        }
    }

    #[tokio::test]
    async fn who_sends_nothing_more_is_not_waited_for() {
        let stuck = stream::iter([Ok::<_, Infallible>("ab")]).chain(stream::pending());
        let start = Duration::from_millis(20);
        let mut reading = Reading { start, ..Reading::of(Body::from_stream(stuck)) };
        assert!(matches!(reading.ends_within(5).await, Err(Error::TooSlow)));
    }

    #[tokio::test]
    async fn who_finds_no_room_is_told_so() {
        let wait = Duration::from_millis(20);
        let mut taken = Vec::new();
        while let Ok(room) = room(wait).await {
            taken.push(room);
        }
        assert_eq!(taken.len(), 16);
        assert!(matches!(room(wait).await, Err(Error::Unavailable(_))));
        taken.pop();
        assert!(room(wait).await.is_ok());
    }
}
