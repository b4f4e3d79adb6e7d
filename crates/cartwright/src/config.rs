//! Settings: from options, else environment variables, else the settings file, else defaults. All four end up as clap's
//! arguments, so that each is declared, checked and documented once.

mod file;

use std::fmt;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use app::delivery::{Delivery, Webhook};
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use store::Database;
use tracing_subscriber::EnvFilter;

pub(crate) use file::{Given, given};

/// Where the shop is, and how the program talks: of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Place {
    /// Folder of the shop, made when missing.
    #[arg(long, value_name = "FOLDER", env = "CARTWRIGHT_DATA", default_value = "./data", global = true)]
    pub(crate) data: PathBuf,
    /// The database, as sqlite:PATH or `postgres://USER:PASSWORD@HOST/NAME` [default: cartwright.db in the folder of the
    /// shop]
    #[arg(long, value_name = "ADDRESS", env = "CARTWRIGHT_DATABASE", global = true)]
    pub(crate) database: Option<String>,
    /// File with the certificates of who may certify a PostgreSQL server [default: who browsers trust]
    #[arg(long, value_name = "FILE", env = "CARTWRIGHT_DATABASE_CA", global = true)]
    pub(crate) database_ca: Option<PathBuf>,
    /// What to log on standard error: error, warn, info, debug or trace, also per part as in info,store=debug.
    #[arg(long, value_name = "FILTER", env = "CARTWRIGHT_LOG", default_value = "info", global = true)]
    log: String,
    /// How to log [default: text on a terminal, else json]
    #[arg(long, value_enum, env = "CARTWRIGHT_LOG_FORMAT", global = true)]
    log_format: Option<LogFormat>,
}

/// The shape of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Lines for people.
    Text,
    /// One object per line.
    Json,
}

impl Place {
    /// Where the database is.
    pub(crate) fn database(&self) -> Result<Database> {
        let Some(address) = &self.database else {
            return Ok(Database::Sqlite(self.data.join("cartwright.db")));
        };
        match address.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
            Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(address.clone())),
            _ => bail!(
                "--database {address}: expected sqlite:PATH, such as sqlite:shop.db, or postgres://USER:PASSWORD@HOST/NAME"
            ),
        }
    }

    /// Begins to log.
    pub(crate) fn start_log(&self) -> Result<()> {
        let filter = EnvFilter::try_new(&self.log).with_context(|| {
            format!("--log {}: expected a filter such as info or info,store=debug", self.log)
        })?;
        // A line that cannot be written, on a full disk say, is lost: telling so would end the thread that says it.
        let log = tracing_subscriber::fmt().log_internal_errors(false);
        let log = log.with_env_filter(filter).with_writer(std::io::stderr);
        let is_terminal = std::io::stderr().is_terminal();
        match self.log_format {
            Some(LogFormat::Json) => log.json().init(),
            None if !is_terminal => log.json().init(),
            Some(LogFormat::Text) | None => log.with_ansi(is_terminal).init(),
        }
        Ok(())
    }
}

/// How the shop is served.
#[derive(Args, Clone, Debug)]
pub(crate) struct Serving {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", env = "CARTWRIGHT_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// The most connections at once; further ones wait.
    #[arg(long, value_name = "COUNT", env = "CARTWRIGHT_CONNECTIONS", default_value = "10000",
        value_parser = at_least_one())]
    pub(crate) connections: usize,
    /// Bring the tables of a PostgreSQL database up to date before serving; an embedded one always is.
    #[arg(long, value_name = "BOOL", env = "CARTWRIGHT_MIGRATE", num_args = 0..=1,
        default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) migrate: bool,
    /// Where clients find the server, such as `https://shop.example` [default: what their Host header says]
    #[arg(long, value_name = "URL", env = "CARTWRIGHT_PUBLIC_URL", value_parser = public_url)]
    public_url: Option<String>,
    /// Take the client's address from X-Forwarded-For; only behind a proxy that sets it.
    #[arg(long, value_name = "BOOL", env = "CARTWRIGHT_TRUST_FORWARDED_FOR", num_args = 0..=1,
        default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    trust_forwarded_for: bool,
    /// Origins whose pages may call with cookies, separated by commas [default: any page, without cookies]
    #[arg(long, value_name = "URL", env = "CARTWRIGHT_CORS_ORIGINS", value_delimiter = ',')]
    cors_origins: Vec<String>,

    /// Where uploaded files are: a folder, or `s3://BUCKET/FOLDER` [default: files in the folder of the shop]
    #[arg(long, value_name = "PLACE", env = "CARTWRIGHT_FILES")]
    pub(crate) files: Option<String>,
    /// Serve lexi only to apps that sign their requests; --lexi-apps says which.
    #[arg(long, value_name = "BOOL", env = "CARTWRIGHT_LEXI_REQUIRE_SIGNATURE", num_args = 0..=1,
        default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    lexi_require_signature: bool,
    /// Apps that sign, as KEY:SECRET, separated by commas; rather in the file or the variable than on the command line.
    #[arg(long, value_name = "KEY:SECRET", env = "CARTWRIGHT_LEXI_APPS", value_delimiter = ',')]
    lexi_apps: Vec<SigningApp>,

    /// How one-time codes reach a phone: not at all, as a log line, or through an SMS gateway.
    #[arg(long, value_enum, env = "CARTWRIGHT_SMS", default_value_t = Sms::Off)]
    sms: Sms,
    /// Where the SMS gateway takes messages.
    #[arg(long, value_name = "URL", env = "CARTWRIGHT_SMS_URL")]
    sms_url: Option<String>,
    /// What is posted to the SMS gateway, with {phone} and {code} in it.
    #[arg(
        long,
        value_name = "TEXT",
        env = "CARTWRIGHT_SMS_TEMPLATE",
        default_value = r#"{"phone":"{phone}","code":"{code}"}"#
    )]
    sms_template: String,
    /// The media type of what is posted.
    #[arg(
        long,
        value_name = "TYPE",
        env = "CARTWRIGHT_SMS_CONTENT_TYPE",
        default_value = "application/json"
    )]
    sms_content_type: String,

    /// How long a guest's token works.
    #[arg(long, value_name = "TIME", env = "CARTWRIGHT_GUEST_TOKEN_TTL", default_value = "180d")]
    guest_token_ttl: Span,
    /// How long a customer's token works.
    #[arg(long, value_name = "TIME", env = "CARTWRIGHT_CUSTOMER_TOKEN_TTL", default_value = "30d")]
    customer_token_ttl: Span,
    /// Failed logins of one account, or codes to one phone, before it is slowed down.
    #[arg(long, value_name = "COUNT", env = "CARTWRIGHT_LOGIN_ATTEMPTS", default_value = "10")]
    login_attempts: NonZeroU32,
    /// The same for failed logins, registrations and codes from one address.
    #[arg(long, value_name = "COUNT", env = "CARTWRIGHT_LOGIN_ATTEMPTS_PER_ADDRESS", default_value = "100")]
    login_attempts_per_address: NonZeroU32,
    /// The time in which one more attempt is earned.
    #[arg(long, value_name = "TIME", env = "CARTWRIGHT_LOGIN_ATTEMPT_EVERY", default_value = "30s")]
    login_attempt_every: Span,
    /// How long a request waits for another one with the same Idempotency-Key.
    #[arg(long, value_name = "TIME", env = "CARTWRIGHT_IDEMPOTENCY_WAIT", default_value = "10s")]
    idempotency_wait: Span,

    /// The most products kept in memory.
    #[arg(long, value_name = "COUNT", env = "CARTWRIGHT_CACHED_PRODUCTS", default_value = "100000",
        value_parser = at_least_one())]
    cached_products: usize,
    /// The most carts (of five lines) kept in memory.
    #[arg(long, value_name = "COUNT", env = "CARTWRIGHT_CACHED_CARTS", default_value = "100000",
        value_parser = at_least_one())]
    pub(crate) cached_carts: usize,
    /// The most tokens kept in memory.
    #[arg(long, value_name = "COUNT", env = "CARTWRIGHT_CACHED_SESSIONS", default_value = "200000",
        value_parser = at_least_one())]
    cached_sessions: usize,
}

/// How one-time codes are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sms {
    /// Refused.
    Off,
    /// A log line.
    Log,
    /// Posted to --sms-url.
    Webhook,
}

impl Serving {
    /// The same with one-time codes in the log.
    pub(crate) fn with_codes_in_log(&self) -> Self {
        Self { sms: Sms::Log, ..self.clone() }
    }

    /// What deeds must know, with the folder of the search index.
    pub(crate) fn app(&self, search: PathBuf) -> Result<app::Settings> {
        let delivery = match self.sms {
            Sms::Off => Delivery::Off,
            Sms::Log => Delivery::Log,
            Sms::Webhook => Delivery::Webhook(Webhook {
                url: self
                    .sms_url
                    .clone()
                    .context("--sms webhook needs --sms-url, the address of the gateway")?,
                template: self.sms_template.clone(),
                content_type: self.sms_content_type.clone(),
            }),
        };
        Ok(app::Settings {
            guest_ttl: self.guest_token_ttl.seconds(),
            customer_ttl: self.customer_token_ttl.seconds(),
            delivery,
            attempts: self.login_attempts,
            attempt_every: self.login_attempt_every.into(),
            attempts_per_address: self.login_attempts_per_address,
            key_wait: self.idempotency_wait.into(),
            cached_products: self.cached_products,
            cached_sessions: self.cached_sessions,
            search: Some(search),
            ..app::Settings::default()
        })
    }

    /// How the shop is reached.
    pub(crate) fn outside(&self) -> Result<web::Outside> {
        if self.lexi_require_signature && self.lexi_apps.is_empty() {
            bail!("--lexi-require-signature needs --lexi-apps, or nobody can sign");
        }
        let apps = self.lexi_apps.iter().cloned().map(|SigningApp { key, secret }| (key, secret));
        Ok(web::Outside {
            public_url: self.public_url.clone(),
            trusts_forwarded_for: self.trust_forwarded_for,
            cors_origins: self.cors_origins.clone(),
            signing_apps: self.lexi_require_signature.then(|| apps.collect()),
        })
    }
}

/// An app of lexi that signs, written as KEY:SECRET. Its secret stays out of what is printed.
#[derive(Clone)]
struct SigningApp {
    key: String,
    secret: String,
}

impl fmt::Debug for SigningApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningApp").field("key", &self.key).finish_non_exhaustive()
    }
}

impl FromStr for SigningApp {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = text.split_once(':').filter(|(key, secret)| !key.is_empty() && !secret.is_empty());
        let (key, secret) = pair.ok_or("expected KEY:SECRET")?;
        Ok(Self { key: key.to_owned(), secret: secret.to_owned() })
    }
}

/// A time span written as a number and a unit: 30s, 15m, 12h, 30d.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(u32);

impl Span {
    /// In seconds.
    pub(crate) fn seconds(self) -> i64 {
        i64::from(self.0)
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_secs(span.0.into())
    }
}

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a number from 1 and a unit, such as 30s, 15m, 12h or 30d";
        let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err(EXPECTED),
        };
        let seconds = number.parse().ok().and_then(|number: u32| number.checked_mul(unit));
        seconds.filter(|seconds| *seconds > 0).map(Self).ok_or(EXPECTED)
    }
}

fn public_url(text: &str) -> Result<String, &'static str> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if host.is_none_or(str::is_empty) {
        return Err("expected an address such as https://shop.example");
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=100_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit() {
        for (text, seconds) in [("1s", 1), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000)] {
            assert_eq!(text.parse(), Ok(Span(seconds)), "{text}");
        }
        for wrong in ["", "d", "30", "0d", "-1d", "1.5h", "1w", "99999999d", "一"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn public_addresses_lose_their_last_slash() {
        assert_eq!(public_url("https://shop.example/").as_deref(), Ok("https://shop.example"));
        for wrong in ["shop.example", "https://", "ftp://shop.example"] {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}
