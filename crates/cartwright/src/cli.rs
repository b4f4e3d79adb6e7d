//! The command line: commands and their own options; settings of the shop are in `config`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::config::{Place, Serving, Span};

/// The program and its commands.
#[derive(Debug, Parser)]
#[command(
    name = "cartwright",
    version,
    about = "A commerce backend: one catalogue and one cart behind every cart API your clients already speak",
    after_help = "Every option is also an environment variable, named beside it, and options of every command and of \
        serve are keys of cartwright.toml (--public-url is public_url). An option goes before the variable, the \
        variable before the file.\n\nBegin with: cartwright demo"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Settings file; without it cartwright.toml in the working folder, where there is one.
    #[arg(
        long,
        value_name = "FILE",
        env = "CARTWRIGHT_CONFIG",
        global = true,
        help_heading = "Options of every command"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Where the shop is.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a shop with a demo catalogue and two customers, and print requests to try.
    ///
    /// The shop is in ./demo-data unless --data names another folder, which is empty or holds an earlier demo. The
    /// folder and the database of a settings file are left alone, and one-time codes go to the log.
    Demo(Serving),
    /// Serve the shop.
    ///
    /// Makes what is missing, brings the tables up to date, prints its address when it listens, and ends on SIGTERM or
    /// SIGINT after the requests that run.
    Serve(Serving),
    /// Bring the tables of the database up to date.
    Migrate {
        /// Then spread them over the nodes of Citus, a PostgreSQL of many machines.
        #[arg(long, env = "CARTWRIGHT_CITUS")]
        citus: bool,
    },
    /// Copy the whole shop into another, empty database: from SQLite to PostgreSQL, or back.
    ///
    /// No server may run on either. A copy that was cut off goes on when the command is run again. Both databases are
    /// compared at the end, row by row.
    Copy(Copy),
    /// Look for what is wrong with the database, and show the settings in effect.
    ///
    /// Ends with 1 when something is wrong, and says how to mend it.
    Doctor(Serving),
    /// Write a consistent copy of the database to a new file, also while a server runs.
    Backup {
        /// The new file.
        file: PathBuf,
    },
    /// Put a backup in the place of the database, while no server runs.
    ///
    /// The backup is checked before. What was there is kept beside it, under another name.
    Restore {
        /// What `backup` has written.
        file: PathBuf,
    },
    /// Import a Shopify product CSV, also while a server runs.
    ///
    /// All or nothing: a file with problems changes nothing, and each problem is told with its line. A product is
    /// known by its handle and a SKU by its code or else its options, so importing again updates. What the file lacks
    /// stays.
    Import(Import),
    /// Make the search index anew from the database, also while a server runs.
    ///
    /// The index follows the catalogue by itself and is made anew when it is missing or broken; this is for whoever does
    /// not trust it.
    Reindex,
    /// Show who changed which price, stock, status or commission of a store, newest first.
    Audit(Audit),
    /// Accounts of customers, merchants and operators.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Tokens that name an account.
    #[command(subcommand)]
    Token(TokenCommand),
}

/// Options of `import`.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The CSV file.
    pub(crate) file: PathBuf,
    /// The store's name, made when missing; without it the first store, made as `Default` when there is none.
    #[arg(long, value_name = "NAME", env = "CARTWRIGHT_STORE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) store: Option<String>,
    /// Check and count only; write nothing.
    #[arg(long, env = "CARTWRIGHT_DRY_RUN")]
    pub(crate) dry_run: bool,
}

/// Options of `copy`.
#[derive(Args, Debug)]
pub(crate) struct Copy {
    /// Where the shop is, as sqlite:PATH or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(long, value_name = "ADDRESS", env = "CARTWRIGHT_COPY_FROM")]
    pub(crate) from: String,
    /// Where it is to be, written likewise.
    #[arg(long, value_name = "ADDRESS", env = "CARTWRIGHT_COPY_TO")]
    pub(crate) to: String,
}

/// Options of `audit`.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// The store's name.
    #[arg(long, value_name = "NAME", env = "CARTWRIGHT_STORE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) store: String,
    /// Only of the product with this public id.
    #[arg(long, value_name = "RID", env = "CARTWRIGHT_PRODUCT")]
    pub(crate) product: Option<String>,
    /// How many entries at most.
    #[arg(long, value_name = "N", default_value_t = 50, env = "CARTWRIGHT_LIMIT",
        value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    pub(crate) limit: i64,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add an account, whose password is read from standard input.
    Add(NewAccount),
}

/// Options of `account add`.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("name").args(["email", "username", "phone"]).required(true).multiple(true))]
pub(crate) struct NewAccount {
    /// E-mail address to log in with.
    #[arg(long, env = "CARTWRIGHT_EMAIL")]
    pub(crate) email: Option<String>,
    /// User name to log in with.
    #[arg(long, env = "CARTWRIGHT_USERNAME")]
    pub(crate) username: Option<String>,
    /// Phone number to log in with: an optional + and 5 to 20 digits.
    #[arg(long, env = "CARTWRIGHT_PHONE")]
    pub(crate) phone: Option<String>,
    /// What the account may do beyond shopping.
    #[arg(long, value_enum, default_value_t = RoleName::Customer, env = "CARTWRIGHT_ROLE")]
    pub(crate) role: RoleName,
    /// The store that a merchant keeps, by name.
    #[arg(long, value_name = "NAME", env = "CARTWRIGHT_STORE", required_if_eq("role", "merchant"))]
    pub(crate) store: Option<String>,
    /// Read the password, one line, from standard input.
    #[arg(long, required = true, env = "CARTWRIGHT_PASSWORD_STDIN")]
    pub(crate) password_stdin: bool,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Shops.
    Customer,
    /// Keeps one store.
    Merchant,
    /// Keeps the whole deployment.
    Operator,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Issue a token that names an account, and print it and nothing else.
    Issue {
        /// E-mail address, user name or phone number of the account.
        #[arg(long, value_name = "NAME", env = "CARTWRIGHT_ACCOUNT")]
        account: String,
        /// How long it works, such as 12h or 30d.
        #[arg(long, value_name = "TIME", default_value = "30d", env = "CARTWRIGHT_TTL")]
        ttl: Span,
    },
}
