//! How a one-time code reaches a phone: not at all, as a log line, or through an SMS gateway's webhook.

use std::time::Duration;

use crate::{Error, Result};

/// How long the gateway may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way of delivery; a closed set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// One-time codes are refused.
    #[default]
    Off,
    /// Written to the log, for demos.
    Log,
    /// Posted to an SMS gateway.
    Webhook(Webhook),
}

/// An SMS gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Where to post.
    pub url: String,
    /// The body, with `{phone}` and `{code}` in it.
    pub template: String,
    /// The body's media type.
    pub content_type: String,
}

impl Delivery {
    /// Sends a code to a phone and waits until the gateway has taken it.
    pub(crate) async fn send(&self, phone: &str, code: &str) -> Result<()> {
        match self {
            Self::Off => Err(Error::DeliveryOff),
            Self::Log => {
                tracing::info!(phone, code, "one-time code");
                Ok(())
            }
            Self::Webhook(webhook) => {
                let body = webhook.template.replace("{phone}", phone).replace("{code}", code);
                let (url, content_type) = (webhook.url.clone(), webhook.content_type.clone());
                let post = tokio::task::spawn_blocking(move || {
                    let agent =
                        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent();
                    agent.post(&url).header("content-type", &content_type).send(&body).map(drop)
                });
                let posted = post.await.map_err(|error| Error::Internal(error.to_string()))?;
                posted.map_err(|error| {
                    tracing::warn!(%error, "the SMS gateway did not take a code");
                    Error::DeliveryFailed
                })
            }
        }
    }
}
