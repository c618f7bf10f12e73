//! Rows in a PostgreSQL that these tests start: the server's own programs, a port of its own, a folder that goes again.

use crate::canned::report;
use crate::support::nodeproof;
use assert_cmd::assert::Assert;
use nodeproof::internals::kube_bench::format::rows;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "open sesame's \\ 'way'";

/// Who may come in how. Every user but the first needs the password.
const ACCESS: &str = "\
host      all postgres   127.0.0.1/32 trust
hostssl   all tls_only   127.0.0.1/32 scram-sha-256
hostnossl all plain_only 127.0.0.1/32 scram-sha-256
host      all scanner    127.0.0.1/32 scram-sha-256
host      all inserter   127.0.0.1/32 scram-sha-256
";

pub(crate) struct Server {
    process: Child,
    programs: PathBuf,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    pub(crate) port: u16,
}

/// One server for all tests that run at a time. None where PostgreSQL is not installed, which CI does not forgive.
pub(crate) fn server() -> Option<Arc<Server>> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return Some(server);
    }
    let Some(programs) = programs() else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "PostgreSQL is not installed: apt-get install postgresql"
        );
        println!("SKIPPED: PostgreSQL is not installed (apt-get install postgresql)");
        return None;
    };
    let server = Arc::new(Server::start(programs));
    *shared = Arc::downgrade(&server);
    Some(server)
}

/// Where Debian keeps the programs of the newest server.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|e| Some(e.ok()?.path().join("bin")));
    versions.filter(|bin| bin.join("initdb").exists()).max()
}

/// The server refuses to run as root: an account of its own, or nobody's.
fn owner() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").expect("accounts");
    let account = ["postgres", "nobody"].into_iter().find_map(|name| {
        let line = accounts.lines().find(|l| l.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(|n| n.parse().expect("a number"));
        Some((numbers.next()?, numbers.next()?))
    });
    Some(account.expect("an account that is not root's"))
}

impl Server {
    fn start(programs: PathBuf) -> Self {
        let owner = owner();
        let folder = TempDir::new().expect("a folder");
        let path = folder.path();
        certificates(path);
        for file in [".", "ca.pem", "other.pem", "server.pem", "server.key"] {
            owner.into_iter().for_each(|(user, group)| {
                chown(path.join(file), Some(user), Some(group)).expect("the server owns its files");
            });
        }
        let data = path.join("data");
        run(as_owner(&programs.join("initdb"), owner)
            .args(["-U", "postgres", "-E", "UTF8", "-A", "trust", "--no-sync", "-D"])
            .arg(&data));
        fs::write(data.join("pg_hba.conf"), ACCESS).expect("access rules");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let process = as_owner(&programs.join("postgres"), owner)
            .arg("-D")
            .arg(&data)
            .args([
                "-p",
                &port.to_string(),
                "-k",
                "",
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off",
                "-c",
                "ssl=on",
            ])
            .args(["-c", &format!("ssl_cert_file={}", path.join("server.pem").display())])
            .args(["-c", &format!("ssl_key_file={}", path.join("server.key").display())])
            .stdout(Stdio::null())
            .stderr(fs::File::create(path.join("log")).expect("a log"))
            .spawn()
            .expect("the server starts");
        let mut server = Self { process, programs, folder, owner, port };
        server.wait();
        for user in ["tls_only", "plain_only", "scanner", "inserter"] {
            let password = PASSWORD.replace('\'', "''");
            server.sql("postgres", &format!("CREATE ROLE {user} LOGIN PASSWORD '{password}'"));
        }
        server
    }

    fn wait(&mut self) {
        let begin = Instant::now();
        loop {
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status();
            if ready.expect("pg_isready runs").success() {
                return;
            }
            let ended = self.process.try_wait().expect("a child");
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none() && begin.elapsed() < Duration::from_secs(60), "no server: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The client, as the server's administrator, for a database.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "-d",
            database,
        ]);
        psql.args(["-p", &self.port.to_string()]);
        psql
    }

    /// What a statement gives, as the server's administrator: columns set apart by `|`.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> String {
        run(self.psql(database).args(["-c", statement]))
    }

    /// A database of a test's own; `scanner` may do in it what it likes.
    pub(crate) fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER scanner"));
        name.to_owned()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with all of its settings, judging one target.
    fn nodeproof(&self, database: &str, user: &str, mode: &str) -> assert_cmd::Command {
        let mut command = nodeproof();
        command
            .args(["run", "--targets", "node,policies", "--benchmark", "cis-1.20", "--host", "example", "--pgsql"])
            .env("KUBE_BENCH_PGSQL_HOST", "127.0.0.1")
            .env("KUBE_BENCH_PGSQL_PORT", self.port.to_string())
            .env("KUBE_BENCH_PGSQL_USER", user)
            .env("KUBE_BENCH_PGSQL_DBNAME", database)
            .env("KUBE_BENCH_PGSQL_SSLMODE", mode)
            .env("KUBE_BENCH_PGSQL_PASSWORD", PASSWORD)
            .env("KUBE_BENCH_K8S_HOST", "node-1.example");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = as_owner(&self.programs.join("pg_ctl"), self.owner);
        stop.args(["-s", "-m", "immediate", "-D"]).arg(self.file("data")).arg("stop");
        if !stop.status().is_ok_and(|s| s.success()) {
            drop(self.process.kill());
        }
        drop(self.process.wait());
    }
}

fn as_owner(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir("/");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

/// An authority, a certificate for `localhost` that it signed, and an authority that signed nothing.
fn certificates(folder: &Path) {
    let authority = || {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
    };
    let (ca, other) = (authority(), authority());
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &ca).expect("a certificate");
    fs::write(folder.join("ca.pem"), ca.pem()).expect("a file");
    fs::write(folder.join("other.pem"), other.pem()).expect("a file");
    fs::write(folder.join("server.pem"), certificate.pem()).expect("a file");
    fs::write(folder.join("server.key"), key.serialize_pem()).expect("a file");
    fs::set_permissions(folder.join("server.key"), fs::Permissions::from_mode(0o600)).expect("a mode");
}

/// What a run said that did not reach the database: exit code 1, the report all the same, and never the password.
fn refused(run: Assert) -> String {
    let output = run.code(1).get_output().clone();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains(" need attention"), "the report is not there: {stdout}");
    assert!(!stderr.contains("sesame") && !stdout.contains("sesame"), "the password: {stderr}");
    assert!(stderr.contains("the report is not stored in database"), "{stderr}");
    stderr.into_owned()
}

#[test]
fn each_target_of_a_report_is_a_row() {
    let Some(server) = server() else { return };
    let database = server.database("rows");
    let before = server.sql(&database, "SELECT now()");
    let stdout = server.nodeproof(&database, "scanner", "prefer").assert().code(0).get_output().stdout.clone();
    assert!(String::from_utf8_lossy(&stdout).contains(" need attention"), "the report is on stdout as well");

    let columns = "SELECT column_name, data_type, character_maximum_length, is_nullable FROM information_schema.columns
                   WHERE table_name = 'scan_results' ORDER BY ordinal_position";
    assert_eq!(
        server.sql(&database, columns),
        "id|bigint||NO
created_at|timestamp with time zone||YES
updated_at|timestamp with time zone||YES
deleted_at|timestamp with time zone||YES
scan_host|character varying|63|NO
scan_time|timestamp with time zone||NO
scan_info|jsonb||NO"
    );
    let known = format!(
        "SELECT scan_host, scan_info->>'node_type', deleted_at IS NULL, created_at >= '{before}' AND created_at <= now(),
                abs(extract(epoch FROM scan_time - created_at)) < 60
         FROM scan_results ORDER BY id"
    );
    assert_eq!(server.sql(&database, &known), "node-1.example|node|t|t|t\nnode-1.example|policies|t|t|t");

    let json = nodeproof()
        .args([
            "run",
            "--targets",
            "node,policies",
            "--benchmark",
            "cis-1.20",
            "--host",
            "example",
            "--json",
            "--nototals",
        ])
        .assert()
        .code(0);
    let expected: Value = serde_json::from_slice(&json.get_output().stdout).expect("JSON");
    let stored = server.sql(&database, "SELECT jsonb_agg(scan_info ORDER BY id) FROM scan_results");
    assert_eq!(serde_json::from_str::<Value>(&stored).expect("JSON"), expected);

    server.nodeproof(&database, "scanner", "prefer").assert().code(0);
    assert_eq!(server.sql(&database, "SELECT count(*), count(DISTINCT scan_time) FROM scan_results"), "4|2");
}

#[test]
fn the_database_takes_every_letter_of_a_row() {
    let Some(server) = server() else { return };
    for row in rows(&report()).expect("memory takes everything") {
        let statement = format!("SELECT jsonb_typeof($row${row}$row$::jsonb)");
        assert_eq!(server.sql("postgres", &statement), "object");
    }
}

#[test]
fn the_connection_is_as_safe_as_sslmode_says() {
    let Some(server) = server() else { return };
    let database = server.database("modes");
    server.nodeproof(&database, "scanner", "disable").assert().code(0);
    server.sql(&database, "GRANT INSERT ON scan_results TO tls_only, plain_only; GRANT USAGE ON SEQUENCE scan_results_id_seq TO tls_only, plain_only");
    let cases = [
        ("disable", "plain_only", "127.0.0.1", None, true),
        ("disable", "tls_only", "127.0.0.1", None, false),
        ("allow", "plain_only", "127.0.0.1", None, true),
        ("allow", "tls_only", "127.0.0.1", None, true),
        ("prefer", "plain_only", "127.0.0.1", None, true),
        ("prefer", "tls_only", "127.0.0.1", None, true),
        ("require", "plain_only", "127.0.0.1", None, false),
        ("require", "tls_only", "127.0.0.1", None, true),
        ("require", "tls_only", "127.0.0.1", Some("ca.pem"), true),
        ("require", "tls_only", "127.0.0.1", Some("other.pem"), false),
        ("verify-ca", "tls_only", "127.0.0.1", Some("ca.pem"), true),
        ("verify-ca", "tls_only", "127.0.0.1", Some("other.pem"), false),
        ("verify-ca", "tls_only", "127.0.0.1", None, false),
        ("verify-full", "tls_only", "localhost", Some("ca.pem"), true),
        ("verify-full", "tls_only", "127.0.0.1", Some("ca.pem"), false),
        ("verify-full", "tls_only", "localhost", Some("other.pem"), false),
        ("verify-full", "tls_only", "localhost", None, false),
        ("verify-full", "tls_only", "localhost", Some("server.key"), false),
        ("verify-full", "tls_only", "localhost", Some("not-there.pem"), false),
    ];
    for (mode, user, host, authorities, comes_in) in cases {
        let mut command = server.nodeproof(&database, user, mode);
        command.env("KUBE_BENCH_PGSQL_HOST", host);
        if let Some(file) = authorities {
            command.env("PGSSLROOTCERT", server.file(file));
        }
        let run = command.assert();
        let code = if comes_in { 0 } else { 1 };
        assert_eq!(run.get_output().status.code(), Some(code), "{mode} {user} {host} {authorities:?}: {run}");
    }
}

#[test]
fn a_server_that_refuses_is_named_with_its_words() {
    let Some(server) = server() else { return };
    let database = server.database("refusals");
    let wrong = server.nodeproof(&database, "scanner", "require").env("KUBE_BENCH_PGSQL_PASSWORD", "sesame").assert();
    let stderr = refused(wrong);
    let parts = [
        format!("database refusals of 127.0.0.1:{} as user scanner", server.port),
        "password authentication failed".to_owned(),
    ];
    for part in parts {
        assert!(stderr.contains(&part), "{part} is not in {stderr}");
    }
    let none =
        refused(server.nodeproof(&database, "scanner", "require").env_remove("KUBE_BENCH_PGSQL_PASSWORD").assert());
    assert!(none.contains("password"), "{none}");
    let nowhere = refused(server.nodeproof("nowhere", "scanner", "require").assert());
    assert!(nowhere.contains("database \"nowhere\" does not exist (SQLSTATE 3D000)"), "{nowhere}");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let closed =
        server.nodeproof(&database, "scanner", "prefer").env("KUBE_BENCH_PGSQL_PORT", free.to_string()).assert();
    let stderr = refused(closed);
    assert!(stderr.to_lowercase().contains("connection refused"), "{stderr}");
}

#[test]
fn a_user_who_may_only_add_rows_needs_a_table_that_is_there() {
    let Some(server) = server() else { return };
    let database = server.database("rights");
    let stderr = refused(server.nodeproof(&database, "inserter", "disable").assert());
    assert!(stderr.contains("permission denied"), "{stderr}");
    server.nodeproof(&database, "scanner", "disable").assert().code(0);
    server.sql(
        &database,
        "GRANT INSERT ON scan_results TO inserter; GRANT USAGE ON SEQUENCE scan_results_id_seq TO inserter",
    );
    server.nodeproof(&database, "inserter", "disable").assert().code(0);
    assert_eq!(server.sql(&database, "SELECT count(*) FROM scan_results"), "4");
}

#[test]
fn nodes_that_make_the_table_at_once_do_not_trip_over_each_other() {
    let Some(server) = server() else { return };
    let database = server.database("together");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| server.nodeproof(&database, "scanner", "disable").assert().code(0));
        }
    });
    assert_eq!(server.sql(&database, "SELECT count(*) FROM scan_results"), "12");
}

#[test]
fn a_silent_server_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let run = nodeproof()
        .args(["run", "-s", "node", "--benchmark", "cis-1.20", "--host", "example", "--pgsql"])
        .env("KUBE_BENCH_PGSQL_HOST", "127.0.0.1")
        .env("PGPORT", port.to_string())
        .env("KUBE_BENCH_PGSQL_USER", "scanner")
        .env("KUBE_BENCH_PGSQL_DBNAME", "scans")
        .env("KUBE_BENCH_PGSQL_SSLMODE", "prefer")
        .env("KUBE_BENCH_K8S_HOST", "node-1")
        .assert();
    let stderr = refused(run);
    assert!(stderr.contains("no answer within 10 s"), "{stderr}");
}
