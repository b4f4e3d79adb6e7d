//! TLS to a database server that takes nothing else, with the certificate of an authority that nobody knows.

use std::fs;
use std::path::Path;
use std::process::Command;

use postgres_server::Postgres;

use crate::server::Folder;

/// Makes an authority and a certificate for 127.0.0.1; `false` where the program is missing.
fn certify(folder: &Path) -> bool {
    let commands = [
        "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=authority \
         -keyout ca.key -out ca.pem",
        "req -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=server \
         -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy \
         -out server.pem",
        "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=stranger \
         -keyout stranger.key -out stranger.pem",
    ];
    commands.iter().all(|words| {
        let made = Command::new("openssl").args(words.split_whitespace()).current_dir(folder).output();
        made.is_ok_and(|made| made.status.success())
    })
}

#[test]
fn the_address_says_whether_there_is_tls_and_what_is_verified() {
    let place = tempfile::tempdir().expect("a temporary folder");
    if !postgres_server::is_installed() || !certify(place.path()) {
        eprintln!("not tested: the packages postgresql and openssl are not both installed");
        return;
    }
    let file = |name: &str| place.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let settings = format!(
        "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n",
        file("server.pem"),
        file("server.key")
    );
    let postgres = Postgres::start_with(place.path(), &settings).expect("a database server");
    let rules = place.path().join("data/pg_hba.conf");
    let encrypted = fs::read_to_string(&rules).expect("its rules").replace("\nhost ", "\nhostssl ");
    fs::write(&rules, encrypted).expect("they can be written");
    postgres.reload().expect("it reads them");

    let folder = Folder::with_file();
    let port = postgres.host().rsplit(':').next().expect("a port").to_owned();
    let migrate = |host: &str, query: &str, authority: &str| {
        let address = format!("postgres://postgres@{host}:{port}/postgres{query}");
        let mut command = folder.command(&["migrate", "--database", &address]);
        if !authority.is_empty() {
            command.args(["--database-ca", &file(authority)]);
        }
        let output = folder.finish(&mut command);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (host, query, authority, refusal) in [
        ("127.0.0.1", "?sslmode=require", "ca.pem", ""),
        ("127.0.0.1", "", "ca.pem", ""),
        // As libpq does it: nobody looks at the certificate.
        ("127.0.0.1", "", "", ""),
        ("127.0.0.1", "?sslmode=prefer", "", ""),
        ("127.0.0.1", "?sslmode=disable", "", "no encryption"),
        ("127.0.0.1", "?sslmode=require", "", "invalid peer certificate"),
        ("127.0.0.1", "?sslmode=require", "stranger.pem", "invalid peer certificate"),
        ("127.0.0.1", "", "stranger.pem", "invalid peer certificate"),
        ("localhost", "?sslmode=require", "ca.pem", "invalid peer certificate"),
        ("127.0.0.1", "?sslmode=require", "missing.pem", "missing.pem"),
        ("127.0.0.1", "?sslmode=require", "server.key", "there is no certificate in"),
    ] {
        let (is_done, error) = migrate(host, query, authority);
        assert_eq!(is_done, refusal.is_empty(), "{host} {query} {authority}: {error}");
        assert!(error.contains(refusal), "{host} {query} {authority}: {error}");
    }
}
