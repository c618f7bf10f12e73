//! `--store pgsql` and `nodeproof pgsql` with a real PostgreSQL: the schema, its writers, its maintenance, its views.

use crate::postgres::{PASSWORD, Server, server};
use crate::support::{nodeproof, repository, text_of};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Everything that a write can change.
const EVERYTHING: &str = "SELECT md5(concat(
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.run r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.subject r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.daily r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.check_text r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.outcome r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.current r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM nodeproof.change r)))";

/// The program in a database, with the variables of PostgreSQL.
fn program(server: &Server, database: &str, user: &str) -> assert_cmd::Command {
    let mut command = nodeproof();
    let port = server.port.to_string();
    let variables = [
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", &port),
        ("PGUSER", user),
        ("PGDATABASE", database),
        ("PGSSLMODE", "disable"),
    ];
    command.envs(variables).env("PGPASSWORD", PASSWORD);
    command
}

/// A database with our schema, of `scanner`; `inserter` writes, `plain_only` reads.
fn prepared(server: &Server, name: &str) -> String {
    let database = server.database(name);
    let done = program(server, &database, "scanner")
        .args(["pgsql", "migrate", "--writer", "inserter", "--reader", "plain_only"])
        .assert()
        .code(0);
    let said = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(said.contains("was 0") && said.contains("role inserter may store reports"), "{said}");
    database
}

/// Reports about made nodes, from one audit of a described host.
struct Reports {
    folder: TempDir,
    template: Value,
}

impl Reports {
    fn new() -> Self {
        let audit = nodeproof()
            .args(["run", "--targets", "node", "--benchmark", "cis-1.20", "--host", "example", "--format", "report"])
            .assert()
            .code(0);
        let template = serde_json::from_slice(&audit.get_output().stdout).expect("a report");
        Self { folder: TempDir::new().expect("a folder"), template }
    }

    fn checks(&self) -> usize {
        self.template["checks"].as_array().expect("checks").len()
    }

    /// The report with this number; `change` may alter it.
    fn write(&self, number: u32, node: &str, time: &str, change: impl FnOnce(&mut Value)) -> PathBuf {
        let mut report = self.template.clone();
        report["report_id"] = json!(format!("00000000-0000-4000-8000-{number:012}"));
        report["time"]["end"] = json!(time);
        report["subject"]["name"] = json!(node);
        report["subject"]["cluster"] = json!("prod");
        change(&mut report);
        let path = self.folder.path().join(format!("{number}.json"));
        fs::write(&path, report.to_string()).expect("a file");
        path
    }
}

/// The same status for the first check of a report.
fn first_is(status: &str) -> impl FnOnce(&mut Value) {
    let status = json!(status);
    move |report| report["checks"][0]["status"] = status
}

fn store(server: &Server, database: &str, file: &Path) {
    program(server, database, "inserter").arg("convert").arg(file).args(["--store", "pgsql"]).assert().code(0);
}

#[test]
fn a_report_is_stored_once_and_a_repeated_write_changes_nothing() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_once");
    let reports = Reports::new();
    let file = reports.write(1, "worker-1", "2026-11-03T10:00:00Z", |_| {});
    store(&server, &database, &file);
    let counts = "SELECT (SELECT count(*) FROM nodeproof.run), (SELECT count(*) FROM nodeproof.current),
        (SELECT count(*) FROM nodeproof.change WHERE was IS NULL), (SELECT count(*) FROM nodeproof.daily)";
    let checks = reports.checks();
    assert_eq!(server.sql(&database, counts), format!("1|{checks}|{checks}|1"));
    let before = server.sql(&database, EVERYTHING);
    store(&server, &database, &file);
    assert_eq!(server.sql(&database, EVERYTHING), before);

    // What is kept is what the report says.
    let kept =
        "SELECT jsonb_object_agg(check_id, status) FROM nodeproof.result WHERE cluster = 'prod' AND node = 'worker-1'";
    let kept: Value = serde_json::from_str(&server.sql(&database, kept)).expect("JSON");
    let of_report = reports.template["checks"].as_array().expect("checks");
    let of_report = of_report.iter().map(|c| (c["id"].as_str().expect("an id").to_owned(), c["status"].clone()));
    assert_eq!(kept, Value::Object(of_report.collect()));
}

#[test]
fn only_what_differs_becomes_history_and_a_late_report_changes_no_state() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_history");
    let reports = Reports::new();
    let checks = reports.checks();
    store(&server, &database, &reports.write(1, "w", "2026-11-03T10:00:00Z", first_is("pass")));
    store(&server, &database, &reports.write(2, "w", "2026-11-04T10:00:00Z", first_is("pass")));
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.change"), checks.to_string());
    store(&server, &database, &reports.write(3, "w", "2026-11-05T10:00:00Z", first_is("fail")));
    let history = "SELECT was, status, since AT TIME ZONE 'UTC' FROM nodeproof.changed WHERE was IS NOT NULL";
    assert_eq!(server.sql(&database, history), "pass|fail|2026-11-05 10:00:00");
    let before =
        server.sql(&database, "SELECT md5(string_agg(c::text, ';' ORDER BY check_key)) FROM nodeproof.current c");
    store(&server, &database, &reports.write(4, "w", "2026-11-04T12:00:00Z", first_is("manual")));
    let after =
        server.sql(&database, "SELECT md5(string_agg(c::text, ';' ORDER BY check_key)) FROM nodeproof.current c");
    assert_eq!(after, before);
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.run"), "4");
    // A clock that is ahead does not make later reports old.
    store(&server, &database, &reports.write(5, "w", "2199-01-01T00:00:00Z", |_| {}));
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.run WHERE time > now()"), "0");
}

#[test]
fn hostile_texts_are_stored_and_cut() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_hostile");
    let reports = Reports::new();
    let long = "é'".repeat(1 << 18);
    let file = reports.write(1, "worker'; DROP TABLE run; --", "2026-11-03T10:00:00Z", |report| {
        for key in ["id", "title", "reason"] {
            report["checks"][0][key] = json!(long);
        }
        report["subject"]["labels"] = json!({ "zone": long });
    });
    store(&server, &database, &file);
    let longest = "SELECT max(length(check_id)) <= 300, max(length(title)) <= 2000 FROM nodeproof.check_text";
    assert_eq!(server.sql(&database, longest), "t|t");
    assert_eq!(server.sql(&database, "SELECT node FROM nodeproof.subject"), "worker'; DROP TABLE run; --");
}

#[test]
fn a_writer_may_select_insert_and_update_and_no_more() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_rights");
    let rights = |role: &str| {
        let statement = format!(
            "SELECT string_agg(line, ' ' ORDER BY line) FROM (
                SELECT relname || ':' || string_agg(left(may, 1), '' ORDER BY may) AS line
                FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS may
                WHERE relnamespace = 'nodeproof'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
                    AND has_table_privilege('{role}', c.oid, may) GROUP BY relname) lines"
        );
        server.sql(&database, &statement)
    };
    let tables =
        ["change", "check_text", "current", "daily", "outcome", "run"].map(|table| format!("{table}:ISU")).join(" ");
    assert_eq!(rights("inserter"), format!("{tables} schema_version:S subject:ISU"));
    assert!(!rights("plain_only").contains(['I', 'U', 'D']), "{}", rights("plain_only"));
    let create = "SELECT has_schema_privilege('inserter', 'nodeproof', 'CREATE'), count(*) FILTER (WHERE
        has_function_privilege('inserter', oid, 'EXECUTE')) FROM pg_proc WHERE pronamespace = 'nodeproof'::regnamespace";
    assert_eq!(server.sql(&database, create), "f|0");
    let refused = program(&server, &database, "inserter").args(["pgsql", "maintain"]).assert().code(1);
    let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(
        said.contains("maintenance failed in database store_rights") && said.contains("permission denied"),
        "{said}"
    );
}

#[test]
fn a_database_without_the_schema_says_what_to_do() {
    let Some(server) = server() else { return };
    let database = server.database("store_none");
    let reports = Reports::new();
    let file = reports.write(1, "w", "2026-11-03T10:00:00Z", |_| {});
    let run =
        program(&server, &database, "inserter").arg("convert").arg(&file).args(["--store", "pgsql"]).assert().code(1);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("nodeproof pgsql migrate"), "{said}");
    assert!(String::from_utf8_lossy(&run.get_output().stdout).contains("passed"), "the report is printed all the same");
}

#[test]
fn a_second_migration_changes_nothing_and_a_newer_schema_is_left_alone() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_migrate");
    let again = program(&server, &database, "scanner").args(["pgsql", "migrate"]).assert().code(0);
    assert!(String::from_utf8_lossy(&again.get_output().stdout).contains("already"));
    server.sql(&database, "INSERT INTO nodeproof.schema_version (version, writers_from) VALUES (99, 99)");
    let newer = program(&server, &database, "scanner").args(["pgsql", "migrate"]).assert().code(1);
    assert!(String::from_utf8_lossy(&newer.get_output().stderr).contains("update nodeproof"));
    let reports = Reports::new();
    let file = reports.write(1, "w", "2026-11-03T10:00:00Z", |_| {});
    let older =
        program(&server, &database, "inserter").arg("convert").arg(&file).args(["--store", "pgsql"]).assert().code(1);
    assert!(String::from_utf8_lossy(&older.get_output().stderr).contains("update nodeproof"));
}

#[test]
fn two_writers_of_the_same_run_leave_one() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_twice");
    let reports = Reports::new();
    let file = reports.write(1, "w", "2026-11-03T10:00:00Z", |_| {});
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| store(&server, &database, &file));
        }
    });
    let counts = "SELECT (SELECT count(*) FROM nodeproof.run), (SELECT count(*) FROM nodeproof.change)";
    assert_eq!(server.sql(&database, counts), format!("1|{}", reports.checks()));
}

#[test]
fn sixty_four_writers_at_once_lose_nothing() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_many");
    let reports = Reports::new();
    // Each node twice, so that writers of one node meet as well.
    let files: Vec<PathBuf> = (0..64)
        .map(|n| reports.write(n, &format!("w-{}", n / 2), &format!("2026-11-03T10:{:02}:00Z", n % 2), |_| {}))
        .collect();
    std::thread::scope(|scope| {
        for file in &files {
            scope.spawn(|| store(&server, &database, file));
        }
    });
    let counts = "SELECT (SELECT count(*) FROM nodeproof.run), (SELECT count(*) FROM nodeproof.newest),
        (SELECT count(*) FROM nodeproof.current), (SELECT count(*) FROM nodeproof.change),
        (SELECT count(*) FROM nodeproof.newest WHERE extract(minute FROM time) = 1)";
    let results = 32 * reports.checks();
    assert_eq!(server.sql(&database, counts), format!("64|32|{results}|{results}|32"));
}

/// Waits until a query gives something.
fn wait_for(server: &Server, database: &str, query: &str) -> String {
    let begin = Instant::now();
    loop {
        let answer = server.sql(database, query);
        if !answer.is_empty() {
            return answer;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing from {query}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A writer that waits in the middle of its transaction, because another session has locked the state; with that session.
fn stuck_writer(server: &Server, database: &str, file: &Path) -> (Child, String, Child) {
    let locker = server
        .psql(database)
        .args(["-c", "BEGIN; LOCK TABLE nodeproof.current IN EXCLUSIVE MODE; SELECT pg_sleep(600)"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("psql");
    let locked = "SELECT pid FROM pg_locks WHERE relation = 'nodeproof.current'::regclass AND mode = 'ExclusiveLock' AND granted";
    wait_for(server, database, locked);
    let port = server.port.to_string();
    let writer = Command::new(assert_cmd::cargo::cargo_bin("nodeproof"))
        .env_clear()
        .envs([("PGHOST", "127.0.0.1"), ("PGUSER", "inserter"), ("PGDATABASE", database), ("PGSSLMODE", "disable")])
        .envs([("PGPORT", port.as_str()), ("PGPASSWORD", PASSWORD)])
        .arg("convert")
        .arg(file)
        .args(["--store", "pgsql"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nodeproof");
    let waiting = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND usename = 'inserter' AND wait_event_type = 'Lock'"
    );
    let backend = wait_for(server, database, &waiting);
    (writer, backend, locker)
}

fn end_session(server: &Server, database: &str, mut locker: Child) {
    server.sql(
        database,
        &format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        ),
    );
    drop(locker.wait());
}

#[test]
fn a_killed_writer_leaves_nothing() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_killed");
    let reports = Reports::new();
    let file = reports.write(1, "w", "2026-11-03T10:00:00Z", |_| {});
    let before = server.sql(&database, EVERYTHING);
    let (mut writer, _, locker) = stuck_writer(&server, &database, &file);
    writer.kill().expect("it runs");
    drop(writer.wait());
    end_session(&server, &database, locker);
    wait_for(
        &server,
        &database,
        "SELECT 'gone' WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'inserter' AND datname = 'store_killed')",
    );
    assert_eq!(server.sql(&database, EVERYTHING), before);
    store(&server, &database, &file);
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.run"), "1");
}

#[test]
fn a_database_that_goes_away_leaves_nothing_and_the_report_is_printed() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_gone");
    let reports = Reports::new();
    let file = reports.write(1, "w", "2026-11-03T10:00:00Z", |_| {});
    let before = server.sql(&database, EVERYTHING);
    let (writer, backend, locker) = stuck_writer(&server, &database, &file);
    server.sql(&database, &format!("SELECT pg_terminate_backend({backend})"));
    let output = writer.wait_with_output().expect("it ends");
    end_session(&server, &database, locker);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the report is not stored in database store_gone"), "{stderr}");
    assert!(stdout.contains(" passed"), "{stdout}");
    assert_eq!(server.sql(&database, EVERYTHING), before);
}

#[test]
fn maintenance_makes_months_moves_what_waits_and_drops_what_is_old() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_months");
    let months =
        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname ~ '^change_\\d{4}_\\d\\d$'";
    let expected = "SELECT string_agg(to_char(m, '\"change_\"YYYY_MM'), ' ' ORDER BY m)
        FROM generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + interval '3 months', '1 month') m";
    assert_eq!(server.sql(&database, months), server.sql(&database, expected));

    server.sql(
        &database,
        "INSERT INTO nodeproof.change (subject_key, check_key, status, outcome_key, since)
        SELECT 1, 1, 'fail', 1, now() - make_interval(days => d) FROM unnest(ARRAY[100, 100, 200, 4000]) d",
    );
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.change_rest"), "4");
    let maintain = |retention: &str| {
        let run = program(&server, &database, "scanner")
            .args(["pgsql", "maintain", "--retention", retention])
            .assert()
            .code(0);
        String::from_utf8_lossy(&run.get_output().stdout).into_owned()
    };
    let said = maintain("365d");
    assert!(said.contains("partitions made: 2\nchanges moved: 3\nmonths dropped: 0\nrows deleted: 1\n"), "{said}");
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.change_rest"), "0");
    let rows = "SELECT count(*), count(DISTINCT tableoid) FROM nodeproof.change";
    assert_eq!(server.sql(&database, rows), "3|2");
    let said = maintain("365d");
    assert!(said.contains("partitions made: 0\nchanges moved: 0\nmonths dropped: 0\nrows deleted: 0\n"), "{said}");
    let said = maintain("150d");
    assert!(said.contains("months dropped: 1\n"), "{said}");
    assert_eq!(server.sql(&database, rows), "2|1");
}

#[test]
fn what_is_past_retention_goes_with_its_evidence() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_retention");
    let reports = Reports::new();
    store(&server, &database, &reports.write(1, "gone", "2020-01-01T10:00:00Z", |_| {}));
    let run = program(&server, &database, "scanner").args(["pgsql", "maintain"]).assert().code(0);
    let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(said.contains("subjects dropped: 1\n"), "{said}");
    let left = "SELECT (SELECT count(*) FROM nodeproof.run), (SELECT count(*) FROM nodeproof.current),
        (SELECT count(*) FROM nodeproof.change), (SELECT count(*) FROM nodeproof.outcome), (SELECT count(*) FROM nodeproof.daily)";
    assert_eq!(server.sql(&database, left), "0|0|0|0|0");
}

#[test]
fn a_node_that_moves_to_a_new_edition_counts_once() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_moved");
    let reports = Reports::new();
    let edition = |id: &str| {
        let id = json!(id);
        move |report: &mut Value| report["benchmark"]["id"] = id
    };
    store(&server, &database, &reports.write(1, "w", "2026-11-03T10:00:00Z", edition("cis-1.20")));
    store(&server, &database, &reports.write(2, "w", "2026-11-03T12:00:00Z", edition("cis-1.23")));
    store(&server, &database, &reports.write(3, "w", "2026-11-03T11:00:00Z", edition("mine")));
    let newest = "SELECT string_agg(benchmark, ' ' ORDER BY benchmark) FROM nodeproof.newest";
    assert_eq!(server.sql(&database, newest), "cis-1.23 mine");
    let days = "SELECT string_agg(series || ':' || nodes, ' ' ORDER BY series) FROM nodeproof.compliance";
    assert_eq!(server.sql(&database, days), "cis:1 mine:1");
    let results = "SELECT count(*) FROM nodeproof.result WHERE node = 'w'";
    assert_eq!(server.sql(&database, results), (2 * reports.checks()).to_string());
    // A late report of the old edition changes nothing, and a node that moves back does.
    store(&server, &database, &reports.write(4, "w", "2026-11-03T10:30:00Z", edition("cis-1.20")));
    assert_eq!(server.sql(&database, newest), "cis-1.23 mine");
    store(&server, &database, &reports.write(5, "w", "2026-11-04T10:00:00Z", edition("cis-1.20")));
    assert_eq!(server.sql(&database, newest), "cis-1.20 mine");
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.compliance WHERE series = 'cis'"), "2");
}

#[test]
fn the_views_say_what_fails_drifts_is_waived_and_is_silent() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_views");
    let reports = Reports::new();
    for node in 1..=3 {
        let waived = |report: &mut Value| {
            report["checks"][0]["status"] = json!(if node == 3 { "fail" } else { "pass" });
            report["checks"][1]["status"] = json!("waived");
            report["checks"][1]["waiver"] = json!({
                "id": "SEC-1", "reason": "r", "owner": "o", "expires": "2027-03-31", "former_status": "fail"
            });
        };
        store(&server, &database, &reports.write(node, &format!("w-{node}"), "2026-11-03T10:00:00Z", waived));
    }
    let ids: Vec<&str> = (0..2).map(|n| reports.template["checks"][n]["id"].as_str().expect("an id")).collect();
    assert_eq!(server.sql(&database, "SELECT count(*) FROM nodeproof.drift"), "0", "before the view is refreshed");
    program(&server, &database, "scanner").args(["pgsql", "maintain"]).assert().code(0);
    let drift = "SELECT node, check_id, status, usual, usual_nodes FROM nodeproof.drift";
    assert_eq!(server.sql(&database, drift), format!("w-3|{}|fail|pass|2", ids[0]));
    let failing = format!("SELECT failing, waived FROM nodeproof.failing WHERE check_id = '{}'", ids[0]);
    assert_eq!(server.sql(&database, &failing), "1|0");
    let waived = "SELECT waiver, check_id, expires, nodes FROM nodeproof.waived";
    assert_eq!(server.sql(&database, waived), format!("SEC-1|{}|2027-03-31|3", ids[1]));
    let silent = "SELECT count(*) FROM nodeproof.silent WHERE silent_for > interval '1 hour'";
    assert_eq!(server.sql(&database, silent), "3");
}

/// Made results of 500 nodes, so that the planner has a choice.
fn fill(server: &Server, database: &str) {
    server.sql(
        database,
        "
        INSERT INTO nodeproof.check_text (benchmark, target, check_id, rule, title, severity, scored)
            SELECT 'cis-1.12', 'node', '1.' || n, 'rule-' || n, 'Title', 'high', true FROM generate_series(1, 131) n;
        INSERT INTO nodeproof.subject (cluster, kind, node, benchmark, series, run_id, time)
            SELECT 'prod', 'node', 'n-' || n, 'cis-1.12', 'cis', n, now() FROM generate_series(1, 500) n;
        INSERT INTO nodeproof.outcome (digest, reason, evidence) VALUES ('x', '', '[]');
        INSERT INTO nodeproof.current (subject_key, check_key, status, outcome_key, since)
            SELECT subject_key, check_key, CASE WHEN (subject_key + check_key) % 17 = 0 THEN 'fail' ELSE 'pass' END,
                (SELECT outcome_key FROM nodeproof.outcome), now() FROM nodeproof.subject, nodeproof.check_text;
        INSERT INTO nodeproof.change (subject_key, check_key, status, outcome_key, since)
            SELECT subject_key, check_key, status, outcome_key, since FROM nodeproof.current;
        ANALYZE",
    );
}

#[test]
fn questions_about_one_node_or_one_check_read_no_whole_table() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_plans");
    fill(&server, &database);
    // The months without a row are read whole.
    let month = server.sql(&database, "SELECT 'change_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')");
    for query in [
        "SELECT check_id, status, reason FROM nodeproof.result WHERE cluster = 'prod' AND node = 'n-7'",
        "SELECT node, since FROM nodeproof.result WHERE check_id = '1.7' AND status = 'fail'",
        "SELECT since, check_id, was, status FROM nodeproof.changed WHERE cluster = 'prod' AND node = 'n-7' ORDER BY since DESC",
    ] {
        let plan = server.sql(&database, &format!("EXPLAIN {query}"));
        assert!(
            !plan.contains("Seq Scan on current") && !plan.contains(&format!("Seq Scan on {month}")),
            "{query}\n{plan}"
        );
        assert!(plan.contains("Index"), "{query}\n{plan}");
    }
}

/// The statements of a page.
fn statements(page: &str) -> Vec<String> {
    let page = text_of(&repository(page));
    let blocks = page.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned());
    blocks.collect()
}

#[test]
fn every_statement_of_the_page_runs() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_page");
    fill(&server, &database);
    let statements = statements("docs/database.md");
    assert!(statements.len() > 5, "{}", statements.len());
    for statement in statements {
        // It ends with an error of the test if the server refuses it. What it changes is taken back.
        server.sql(&database, &format!("BEGIN; {statement}; ROLLBACK"));
    }
}

/// Runs the statements of standard input, set apart by lines of `;;`.
const DUCKDB: &str = "\
import sys, duckdb
connection = duckdb.connect()
for statement in sys.stdin.read().split('\\n;;\\n'):
    if statement.strip():
        print(len(connection.execute(statement).fetchall()))
";

#[test]
fn every_statement_of_the_page_on_duckdb_runs() {
    let here = repository("target/python/bin/python3");
    let pythons = [here.as_path(), Path::new("python3")];
    let works =
        |python: &&Path| Command::new(python).args(["-c", "import duckdb"]).output().is_ok_and(|o| o.status.success());
    let Some(python) = pythons.into_iter().find(works) else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "DuckDB is not installed: pip install duckdb");
        println!("SKIPPED: DuckDB is not installed (pip install duckdb)");
        return;
    };
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("checks")).expect("a folder");
    let reports = Reports::new();
    for (number, status) in (1..).zip(["pass", "pass", "fail"]) {
        let report = reports.write(number, &format!("w-{number}"), "2026-11-03T10:00:00Z", first_is(status));
        let lines = folder.path().join(format!("checks/{number}.ndjson"));
        nodeproof().arg("convert").arg(report).arg(format!("--format=ndjson={}", lines.display())).assert().code(0);
    }
    let statements = statements("docs/duckdb.md");
    let mut child = Command::new(python)
        .args(["-c", DUCKDB])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    child.stdin.take().expect("a pipe").write_all(statements.join("\n;;\n").as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counts = String::from_utf8(output.stdout).expect("numbers");
    let counts: Vec<&str> = counts.lines().collect();
    assert_eq!(counts.len(), statements.len());
    // The fourth lists the one result in which a node differs from the others; the last has one day.
    assert_eq!((counts[3], counts[4]), ("1", "1"));
}

/// A query of a panel, with the variables and macros of Grafana replaced.
fn as_run(query: &str) -> String {
    let mut query = query.to_owned();
    for (variable, value) in
        [("${cluster:sqlstring}", "'prod'"), ("${node:sqlstring}", "'n-7'"), ("${check:sqlstring}", "'1.7'")]
    {
        query = query.replace(variable, value);
    }
    while let Some(start) = query.find("$__timeFilter(") {
        let end = start + query[start..].find(')').expect("a bracket");
        let column = query[start + "$__timeFilter(".len()..end].to_owned();
        query.replace_range(start..=end, &format!("{column} BETWEEN now() - interval '30 days' AND now()"));
    }
    assert!(!query.contains('$'), "{query}");
    query
}

#[test]
fn every_panel_of_the_dashboards_is_a_query_that_runs() {
    let Some(server) = server() else { return };
    let database = prepared(&server, "store_panels");
    fill(&server, &database);
    let mut panels = 0;
    for entry in fs::read_dir(repository("deploy/grafana")).expect("dashboards") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let dashboard: Value = serde_json::from_str(&text_of(&path)).expect("JSON");
        assert_eq!(dashboard["schemaVersion"], 39, "{}", path.display());
        let variables = dashboard["templating"]["list"].as_array().expect("variables");
        assert_eq!((&variables[0]["name"], &variables[0]["type"]), (&json!("datasource"), &json!("datasource")));
        let queries =
            variables.iter().filter(|variable| variable["type"] == "query").map(|variable| &variable["query"]);
        let targets = dashboard["panels"].as_array().expect("panels").iter().flat_map(|panel| {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
            panel["targets"].as_array().expect("targets").iter().map(|target| &target["rawSql"])
        });
        for query in queries.chain(targets) {
            panels += 1;
            server.sql(&database, &as_run(query.as_str().expect("a query")));
        }
    }
    assert!(panels > 12, "{panels}");
}

#[test]
fn promtool_accepts_the_rules_and_refuses_a_broken_one() {
    let promtool =
        ["/usr/bin/promtool", "/usr/local/bin/promtool"].map(Path::new).into_iter().find(|path| path.exists());
    let Some(promtool) = promtool else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "promtool is not installed: apt-get install prometheus");
        println!("SKIPPED: promtool is not installed (apt-get install prometheus)");
        return;
    };
    let check = |path: &Path| Command::new(promtool).args(["check", "rules"]).arg(path).output().expect("it runs");
    let rules = repository("deploy/prometheus/rules.yaml");
    let output = check(&rules);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let folder = TempDir::new().expect("a folder");
    let broken = folder.path().join("rules.yaml");
    fs::write(&broken, text_of(&rules).replace("expr: ", "expr: ) ")).expect("a file");
    assert!(!check(&broken).status.success());
}
