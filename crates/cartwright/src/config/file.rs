//! The settings file: its keys become the defaults of the options of the same names.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use toml::{Table, Value};

use crate::cli::Cli;

/// The file that is read when none is named.
const FILE: &str = "cartwright.toml";
/// Settings that are shown as set or not only.
const SECRETS: [&str; 1] = ["lexi_apps"];
/// Options that are no settings.
const NO_SETTINGS: [&str; 3] = ["config", "help", "version"];

/// What the command line, the environment and the settings file give.
pub(crate) struct Given {
    /// The command with its options.
    pub(crate) cli: Cli,
    matches: ArgMatches,
    file: Table,
}

/// A setting in effect.
pub(crate) struct Setting {
    /// Its key.
    pub(crate) key: String,
    /// Its value; `None` where nothing is set and nothing is the default.
    pub(crate) value: Option<String>,
    /// Where it comes from.
    pub(crate) source: &'static str,
}

/// Reads everything; ends the program where it asks for help or cannot be understood.
pub(crate) fn given() -> Given {
    match Given::read(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(Ok(given)) => given,
        Ok(Err(error)) => error.exit(),
        Err(error) => {
            eprintln!("cartwright: {error:#}");
            std::process::exit(2)
        }
    }
}

impl Given {
    fn read(words: &[OsString]) -> Result<Result<Self, clap::Error>> {
        // Once without the file, which only then is known.
        let first = match command().try_get_matches_from(words) {
            Ok(first) => first,
            Err(error) => return Ok(Err(error)),
        };
        let (path, file) = match first.get_one::<PathBuf>("config") {
            Some(path) => {
                (path.clone(), read(path)?.with_context(|| format!("there is no {}", path.display()))?)
            }
            None => (FILE.into(), read(FILE.as_ref())?.unwrap_or_default()),
        };
        let command = with_defaults(command(), &file).with_context(|| format!("{}", path.display()))?;
        let matches = command.try_get_matches_from(words).map_err(|error| {
            // The words were fine before the file came in.
            let text = error.to_string();
            let first_line = text.lines().next().unwrap_or_default();
            anyhow!("{}: {}", path.display(), first_line.trim_start_matches("error: "))
        })?;
        Ok(Cli::from_arg_matches(&matches).map(|cli| Self { cli, matches, file }))
    }

    /// Whether an option or a variable gives this setting.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        let source = self.options().and_then(|options| options.value_source(key));
        matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    }

    /// The settings of a command that takes all of them.
    pub(crate) fn settings(&self) -> Vec<Setting> {
        let setting = |key: String| {
            let options = self.options()?;
            let values = options.try_get_raw(&key).ok()?;
            let value = values.map(|values| {
                let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
                if SECRETS.contains(&key.as_str()) { "(secret)".to_owned() } else { values.join(",") }
            });
            let source = match options.value_source(&key) {
                Some(ValueSource::CommandLine) => "option",
                Some(ValueSource::EnvVariable) => "environment",
                _ if self.file.contains_key(&key) => "file",
                _ => "default",
            };
            Some(Setting { key, value, source })
        };
        keys(&Cli::command()).into_iter().filter_map(setting).collect()
    }

    fn options(&self) -> Option<&ArgMatches> {
        self.matches.subcommand().map(|(_, options)| options)
    }
}

/// The command line. Help names variables, and never shows what is in them.
fn command() -> Command {
    let command = Cli::command().mut_args(|arg| arg.hide_env_values(true));
    command.mut_subcommands(|command| command.mut_args(|arg| arg.hide_env_values(true)))
}

fn read(path: &Path) -> Result<Option<Table>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let table: Table = text.parse().with_context(|| format!("{} is not TOML", path.display()))?;
    Ok(Some(flattened(table)))
}

/// `lexi.apps` is `lexi_apps`.
fn flattened(table: Table) -> Table {
    let mut flat = Table::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                flat.extend(inner.into_iter().map(|(name, value)| (format!("{key}_{name}"), value)));
            }
            value => drop(flat.insert(key, value)),
        }
    }
    flat
}

/// The names of all settings: options of every command and of `serve`.
fn keys(command: &Command) -> Vec<String> {
    let serve = command.get_subcommands().find(|command| command.get_name() == "serve");
    let arguments = command.get_arguments().chain(serve.into_iter().flat_map(Command::get_arguments));
    let names = arguments.map(|argument| argument.get_id().to_string());
    names.filter(|name| !NO_SETTINGS.contains(&name.as_str())).collect()
}

/// The command with the file's values in place of its own defaults.
fn with_defaults(command: Command, file: &Table) -> Result<Command> {
    let known = keys(&command);
    let mut command = command;
    for (key, value) in file {
        if !known.contains(key) {
            bail!("unknown key {key:?}; there are {}", known.join(", "));
        }
        let texts = texts(value)
            .with_context(|| format!("{key}: expected a text, a number, true, false or a list"))?;
        command =
            with_default(command, key, &texts).mut_subcommands(|command| with_default(command, key, &texts));
    }
    Ok(command)
}

fn with_default(command: Command, key: &str, texts: &[String]) -> Command {
    if command.get_arguments().any(|argument| argument.get_id() == key) {
        command.mut_arg(key, |argument| argument.default_values(texts.to_vec()))
    } else {
        command
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(_) | Value::Boolean(_) => Some(vec![value.to_string()]),
        Value::Array(values) => values.iter().map(|value| texts(value)?.pop()).collect(),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_file_stands_behind_options_and_before_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.toml");
        let read = |text: &str, words: &[&str]| {
            fs::write(&path, text).unwrap();
            let config = ["--config", path.to_str().unwrap()];
            let words: Vec<_> =
                ["cartwright"].iter().chain(words).chain(&config).map(OsString::from).collect();
            Given::read(&words).map(|read| read.map(|given| given.settings()))
        };
        let value = |settings: &[Setting], key: &str| {
            let setting = settings.iter().find(|setting| setting.key == key).unwrap();
            (setting.value.clone().unwrap_or_default(), setting.source)
        };
        let text = "listen = \"0.0.0.0:80\"\ncached_carts = 5\ntrust_forwarded_for = true\nlog = \"warn\"\n\
            cors_origins = [\"https://a.example\", \"https://b.example\"]\n";
        let settings = read(text, &["serve", "--listen", "127.0.0.1:0"]).unwrap().unwrap();
        for (key, expected, source) in [
            ("listen", "127.0.0.1:0", "option"),
            ("cached_carts", "5", "file"),
            ("trust_forwarded_for", "true", "file"),
            ("log", "warn", "file"),
            ("cors_origins", "https://a.example,https://b.example", "file"),
            ("data", "./data", "default"),
            ("public_url", "", "default"),
        ] {
            assert_eq!(value(&settings, key), (expected.to_owned(), source), "{key}");
        }

        for (text, expected) in [
            ("lisen = \"0.0.0.0:80\"", "unknown key \"lisen\""),
            ("config = \"other.toml\"", "unknown key \"config\""),
            ("cached_carts = \"many\"", "'many' for '--cached-carts"),
            ("listen = 1.5", "listen: expected a text"),
            ("[listen]\nport = 80", "unknown key \"listen_port\""),
            ("listen", "is not TOML"),
        ] {
            let error = format!("{:#}", read(text, &["serve"]).err().unwrap());
            assert!(error.contains(expected) && error.contains("shop.toml"), "{error}");
        }
        let text = "[lexi]\nrequire_signature = true\napps = [\"app:s:1\", \"b:2\"]\n";
        let settings = read(text, &["serve"]).unwrap().unwrap();
        assert_eq!(value(&settings, "lexi_require_signature"), ("true".to_owned(), "file"));
        assert_eq!(value(&settings, "lexi_apps"), ("(secret)".to_owned(), "file"));
        let error = format!("{:#}", read("lexi_apps = \"app:\"", &["serve"]).err().unwrap());
        assert!(error.contains("lexi-apps") && error.contains("KEY:SECRET"), "{error}");
        // Other commands do not mind what only serve needs.
        assert!(read("listen = \"0.0.0.0:80\"", &["migrate"]).is_ok());
    }
}
