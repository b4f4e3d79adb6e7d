//! A server as a process, and the commands beside it. Whatever a test does, dropping the server kills it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use store::Database;
use tempfile::TempDir;

/// A server that does not say by then that it listens never will; one that is told to stop has ended by then.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder for a shop, with room beside it for a test's own files.
pub(crate) struct Folder {
    folder: TempDir,
    /// Where the database is, unless it is in the folder.
    address: Option<String>,
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    out: PathBuf,
    log: PathBuf,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
}

impl Folder {
    /// An empty one. On PostgreSQL there are tables already: other commands than `migrate` make none.
    pub(crate) fn new() -> Self {
        let folder = Self::with_file();
        match store::testing::options(folder.folder.path()).database {
            Database::Sqlite(_) => folder,
            Database::Postgres(address) => {
                let folder = Self::on(&address);
                folder.succeed(&["migrate"]);
                folder
            }
        }
    }

    /// An empty one whose database is a file in it, whatever the other tests run on.
    pub(crate) fn with_file() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), address: None }
    }

    /// An empty one, with the database at this address.
    pub(crate) fn on(address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::with_file() }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The shop's own folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The shop's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("cartwright.db")
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("the folder is writable");
        path
    }

    /// The program, working in this folder, on its shop. Nothing of the tester's own settings reaches it.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cartwright"));
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CARTWRIGHT_") {
                command.env_remove(name);
            }
        }
        if let Some(address) = &self.address {
            command.env("CARTWRIGHT_DATABASE", address);
        }
        command
    }

    /// Runs a command to its end, which must come soon.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.finish(&mut self.command(words))
    }

    /// Runs a command in the making to its end.
    pub(crate) fn finish(&self, command: &mut Command) -> Output {
        let (out, err) = (self.path("command.out"), self.path("command.err"));
        command.stdout(File::create(&out).expect("a file")).stderr(File::create(&err).expect("a file"));
        let mut child = command.spawn().expect("the program starts");
        let Some(status) = ended(&mut child) else {
            // A child that is killed leaves nothing to clean up.
            let _ = child.kill().and_then(|()| child.wait());
            panic!("{command:?} does not end");
        };
        let read = |path| fs::read(path).expect("a file of ours");
        Output { status, stdout: read(out), stderr: read(err) }
    }

    /// Runs a command that has to succeed, and returns what it printed.
    pub(crate) fn succeed(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs a command that has to fail with this exit code, and returns what it said about it.
    pub(crate) fn fail(&self, code: i32, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{words:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stderr)
    }

    /// Serves the shop.
    pub(crate) fn serve(&self) -> Server {
        self.start(&["serve"])
    }

    /// Starts a command that serves, on a free port, and waits until it says that it listens.
    pub(crate) fn start(&self, words: &[&str]) -> Server {
        self.start_at("127.0.0.1:0", words)
    }

    /// The same at an address.
    pub(crate) fn start_at(&self, listen: &str, words: &[&str]) -> Server {
        let (out, log) = (self.path("server.out"), self.path("server.log"));
        let mut command = self.command(words);
        command.args(["--listen", listen]);
        command.stdout(File::create(&out).expect("a file")).stderr(File::create(&log).expect("a file"));
        let child = command.spawn().expect("the program starts");
        let mut server = Server { child, out, log, url: String::new() };
        let line = server.wait_for_line("Cartwright listens on http://");
        server.url = format!("http://{}", line.rsplit('/').next().unwrap_or_default());
        server
    }
}

impl Server {
    /// Everything that it printed so far.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default()
    }

    /// Waits until it has printed a line with this in it.
    pub(crate) fn wait_for_line(&mut self, part: &str) -> String {
        let started = Instant::now();
        loop {
            let printed = self.printed();
            let whole_lines = printed.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            if let Some(line) = whole_lines.into_iter().find(|line| line.contains(part)) {
                return line.trim_end().to_owned();
            }
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                panic!("the server ended with {status}: {}", self.logged());
            }
            assert!(started.elapsed() < PATIENCE, "no line with {part:?} in time: {}", self.logged());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its log so far.
    pub(crate) fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Answers a GET.
    pub(crate) fn get(&self, path: &str) -> Reply {
        Reply::read(agent().get(format!("{}{path}", self.url)).call())
    }

    /// Answers a POST of a form, with an `Authorization` header unless it is empty.
    pub(crate) fn post(&self, path: &str, authorization: &str, form: &str) -> Reply {
        let mut request = agent().post(format!("{}{path}", self.url));
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        Reply::read(request.header("content-type", "application/x-www-form-urlencoded").send(form))
    }

    /// Asks it to stop (SIGTERM).
    pub(crate) fn ask_to_stop(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.ask_to_stop();
        self.wait()
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        ended(&mut self.child).unwrap_or_else(|| panic!("the server does not stop: {}", self.logged()))
    }

    /// Ends it in the middle of whatever it does (SIGKILL).
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    pub(crate) fn read(reply: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Self {
        let mut reply = reply.expect("the server answers");
        let body = reply.body_mut().read_to_string().expect("a text");
        Self { status: reply.status().as_u16(), body }
    }
}

/// How a process ended; `None` when it runs and runs.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

/// What a process printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A product CSV, as its path from the workspace's root.
pub(crate) fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo").join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// Every status is an answer.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .new_agent()
}
