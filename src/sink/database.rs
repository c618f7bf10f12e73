//! The databases of `--pgsql` and of `--store pgsql`, from environment variables. Connects to nothing.

use crate::kube_bench::SettingError;
use crate::kube_bench::settings::{Settings, Variables};
use std::fmt;
use std::path::PathBuf;

/// Characters of a host name that the table can hold.
const HOST_LENGTH: usize = 63;

/// Connection settings of a PostgreSQL database.
pub(crate) struct Database {
    /// Name or address of its machine, or the folder of its socket.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// The user.
    pub(crate) user: String,
    /// The database's name.
    pub(crate) name: String,
    /// What is asked of the connection.
    pub(crate) tls: TlsMode,
    /// File of certificate authorities, in place of the machine's.
    pub(crate) authorities: Option<PathBuf>,
    /// Never part of a message.
    pub(crate) password: Option<String>,
    /// What the rows say about where the report is from.
    pub(crate) scan_host: String,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "database {} of {}:{} as user {}", self.name, self.host, self.port, self.user)
    }
}

/// PostgreSQL's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsMode {
    /// Never.
    Disable,
    /// Where the server refuses without.
    Allow,
    /// Where the server can.
    Prefer,
    /// Always, with any certificate.
    Require,
    /// Always, with a certificate of an authority that is trusted.
    VerifyCa,
    /// Always, and the certificate names the host.
    VerifyFull,
}

impl TlsMode {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}

/// The database of `--pgsql`, from kube-bench's variables.
pub(crate) fn database(variable: Variables<'_>) -> Result<Database, SettingError> {
    let mut settings = Settings::new("--pgsql", variable);
    let (_, host) = settings.required(&["KUBE_BENCH_PGSQL_HOST"]);
    let (_, user) = settings.required(&["KUBE_BENCH_PGSQL_USER"]);
    let (_, name) = settings.required(&["KUBE_BENCH_PGSQL_DBNAME"]);
    let (mode_name, mode) = settings.required(&["KUBE_BENCH_PGSQL_SSLMODE"]);
    let (_, scan_host) = settings.required(&["KUBE_BENCH_K8S_HOST"]);
    let port = settings.optional(&["KUBE_BENCH_PGSQL_PORT", "PGPORT"]);
    let password = settings.optional(&["KUBE_BENCH_PGSQL_PASSWORD"]).map(|(_, password)| password);
    let authorities = settings.optional(&["PGSSLROOTCERT"]).map(|(_, path)| PathBuf::from(path));
    settings.finish()?;
    let (tls, port) = (tls_mode(mode_name, mode)?, port_number(port)?);
    let scan_host = scan_host.chars().take(HOST_LENGTH).collect();
    Ok(Database { host, port, user, name, tls, authorities, password, scan_host })
}

/// The database of `--store pgsql`, from the variables of PostgreSQL's own programs, or else from those of `--pgsql`. `flag` needs
/// it.
pub(crate) fn store_database(flag: &'static str, variable: Variables<'_>) -> Result<Database, SettingError> {
    let mut settings = Settings::new(flag, variable);
    let (_, host) = settings.required(&["PGHOST", "KUBE_BENCH_PGSQL_HOST"]);
    let (_, user) = settings.required(&["PGUSER", "KUBE_BENCH_PGSQL_USER"]);
    let (_, name) = settings.required(&["PGDATABASE", "KUBE_BENCH_PGSQL_DBNAME"]);
    let (mode_name, mode) = settings.required(&["PGSSLMODE", "KUBE_BENCH_PGSQL_SSLMODE"]);
    let port = settings.optional(&["PGPORT", "KUBE_BENCH_PGSQL_PORT"]);
    let password = settings.optional(&["PGPASSWORD", "KUBE_BENCH_PGSQL_PASSWORD"]).map(|(_, password)| password);
    let authorities = settings.optional(&["PGSSLROOTCERT"]).map(|(_, path)| PathBuf::from(path));
    settings.finish()?;
    let (tls, port) = (tls_mode(mode_name, mode)?, port_number(port)?);
    Ok(Database { host, port, user, name, tls, authorities, password, scan_host: String::new() })
}

fn tls_mode(name: &'static str, value: String) -> Result<TlsMode, SettingError> {
    let expected = "one of disable, allow, prefer, require, verify-ca, verify-full";
    TlsMode::parse(&value).ok_or(SettingError::Malformed { name, value, expected })
}

fn port_number(port: Option<(&'static str, String)>) -> Result<u16, SettingError> {
    let Some((name, value)) = port else { return Ok(5432) };
    value.parse().map_err(|_| SettingError::Malformed { name, value, expected: "a port number" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube_bench::SettingError;

    fn from<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    }

    const DATABASE: [(&str, &str); 6] = [
        ("KUBE_BENCH_PGSQL_HOST", "db"),
        ("KUBE_BENCH_PGSQL_USER", "scanner"),
        ("KUBE_BENCH_PGSQL_DBNAME", "scans"),
        ("KUBE_BENCH_PGSQL_SSLMODE", "verify-ca"),
        ("KUBE_BENCH_PGSQL_PASSWORD", "opensesame"),
        ("KUBE_BENCH_K8S_HOST", "node-1"),
    ];

    #[test]
    fn a_database_is_named_whole() {
        let found = database(&from(&DATABASE)).expect("complete");
        assert_eq!(found.to_string(), "database scans of db:5432 as user scanner");
        assert_eq!((found.tls, found.password.as_deref()), (TlsMode::VerifyCa, Some("opensesame")));
        assert!(!format!("{found:?}").contains("opensesame"));
        let long = "é".repeat(70);
        let pairs = [DATABASE.as_slice(), &[("KUBE_BENCH_PGSQL_PORT", "6543")]].concat();
        let pairs: Vec<_> = pairs
            .into_iter()
            .map(|(n, v)| if n == "KUBE_BENCH_K8S_HOST" { (n, long.as_str()) } else { (n, v) })
            .collect();
        let found = database(&from(&pairs)).expect("complete");
        assert_eq!((found.port, found.scan_host), (6543, "é".repeat(63)));
    }

    #[test]
    fn the_store_has_the_variables_of_postgresql_first() {
        let pairs =
            [DATABASE.as_slice(), &[("PGHOST", "other"), ("PGDATABASE", "nodes"), ("PGPASSWORD", "word")]].concat();
        let found = store_database("--store pgsql", &from(&pairs)).expect("complete");
        assert_eq!(found.to_string(), "database nodes of other:5432 as user scanner");
        assert_eq!(found.password.as_deref(), Some("word"));
        let error = store_database("--store pgsql", &from(&[("PGHOST", "db")])).map(|_| ()).expect_err("incomplete");
        assert_eq!(error.to_string(), "--store pgsql needs the environment variables PGUSER, PGDATABASE, PGSSLMODE");
    }

    #[test]
    fn what_is_missing_is_named_at_once() {
        let error = database(&from(&DATABASE[1..3])).map(|_| ()).expect_err("incomplete").to_string();
        assert_eq!(
            error,
            "--pgsql needs the environment variables KUBE_BENCH_PGSQL_HOST, KUBE_BENCH_PGSQL_SSLMODE, KUBE_BENCH_K8S_HOST"
        );
    }

    #[test]
    fn malformed_settings_are_refused() {
        let with = |pairs: &[(&'static str, &'static str)], name: &str, value: &'static str| -> Vec<_> {
            pairs.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect()
        };
        let database_with = |name: &str, value| database(&from(&with(&DATABASE, name, value))).map(|_| ());
        assert!(
            matches!(database_with("KUBE_BENCH_PGSQL_SSLMODE", "on"), Err(SettingError::Malformed { value, .. }) if value == "on")
        );
        let pairs = [DATABASE.as_slice(), &[("PGPORT", "x")]].concat();
        assert!(matches!(database(&from(&pairs)).map(|_| ()), Err(SettingError::Malformed { .. })));
    }
}
