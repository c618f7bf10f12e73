//! Settings of a delivery that stand in the environment, under kube-bench's names. Connects to nothing.

use crate::report::Origin;
use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

/// How many characters of a host's name the table has room for.
const HOST_LENGTH: usize = 63;

type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Settings that are not there, or not as they must be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Not there.
    #[error("{flag} needs the environment variable{} {}", if .missing.len() == 1 { "" } else { "s" }, .missing.join(", "))]
    Missing {
        /// What needs them.
        flag: &'static str,
        /// Their names.
        missing: Vec<&'static str>,
    },
    /// Of another form.
    #[error("{name}: `{value}` is not {expected}")]
    Form {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: &'static str,
    },
}

/// A PostgreSQL database, and who asks to be let in.
#[cfg_attr(
    not(feature = "postgres"),
    allow(dead_code, reason = "a build without the feature says so and goes no further")
)]
pub(crate) struct Database {
    /// Name or address of its machine, or the folder of its socket.
    pub(super) host: String,
    /// Its port.
    pub(super) port: u16,
    /// The user.
    pub(super) user: String,
    /// The database's name.
    pub(super) name: String,
    /// What is asked of the connection.
    pub(super) tls: TlsMode,
    /// File of certificate authorities, in place of the machine's.
    pub(super) authorities: Option<PathBuf>,
    /// Never part of a message.
    pub(super) password: Option<String>,
    /// What the rows say about where the report is from.
    pub(super) scan_host: String,
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

/// The database of `--pgsql`.
pub(crate) fn database(variable: Variables<'_>) -> Result<Database, SettingError> {
    let mut wanted = Wanted::new("--pgsql", variable);
    let host = wanted.need(&["KUBE_BENCH_PGSQL_HOST"]);
    let user = wanted.need(&["KUBE_BENCH_PGSQL_USER"]);
    let name = wanted.need(&["KUBE_BENCH_PGSQL_DBNAME"]);
    let mode = wanted.need(&["KUBE_BENCH_PGSQL_SSLMODE"]);
    let scan_host = wanted.need(&["KUBE_BENCH_K8S_HOST"]);
    let port = wanted.look(&["KUBE_BENCH_PGSQL_PORT", "PGPORT"]);
    let password = wanted.look(&["KUBE_BENCH_PGSQL_PASSWORD"]);
    let authorities = wanted.look(&["PGSSLROOTCERT"]).map(PathBuf::from);
    wanted.finish()?;
    let tls = TlsMode::parse(&mode).ok_or(SettingError::Form {
        name: "KUBE_BENCH_PGSQL_SSLMODE",
        value: mode,
        expected: "one of disable, allow, prefer, require, verify-ca, verify-full",
    })?;
    let port = match port {
        None => 5432,
        Some(text) => text.parse().map_err(|_| SettingError::Form {
            name: "KUBE_BENCH_PGSQL_PORT",
            value: text,
            expected: "a port number",
        })?,
    };
    let scan_host = scan_host.chars().take(HOST_LENGTH).collect();
    Ok(Database { host, port, user, name, tls, authorities, password, scan_host })
}

/// Where the findings of `--asff` are from.
pub(crate) fn origin(variable: Variables<'_>, time: SystemTime) -> Result<Origin, SettingError> {
    let mut wanted = Wanted::new("--asff", variable);
    let account = wanted.need(&["KUBE_BENCH_AWS_ACCOUNT", "AWS_ACCOUNT"]);
    let region = wanted.need(&["KUBE_BENCH_AWS_REGION", "AWS_REGION"]);
    let cluster = wanted.need(&["KUBE_BENCH_CLUSTER_ARN", "CLUSTER_ARN"]);
    let node = wanted.need(&["KUBE_BENCH_NODE_NAME", "NODE_NAME"]);
    wanted.finish()?;
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SettingError::Form {
            name: "KUBE_BENCH_AWS_ACCOUNT",
            value: account,
            expected: "an account number of twelve digits",
        });
    }
    if !cluster.starts_with("arn:") || cluster.split(':').count() < 6 {
        return Err(SettingError::Form {
            name: "KUBE_BENCH_CLUSTER_ARN",
            value: cluster,
            expected: "an ARN such as arn:aws:eks:eu-central-1:123456789012:cluster/one",
        });
    }
    Ok(Origin { account, region, cluster, node, time })
}

/// Reads variables, and remembers those that are not there, to name them all at once.
struct Wanted<'a> {
    flag: &'static str,
    variable: Variables<'a>,
    missing: Vec<&'static str>,
}

impl<'a> Wanted<'a> {
    const fn new(flag: &'static str, variable: Variables<'a>) -> Self {
        Self { flag, variable, missing: Vec::new() }
    }

    /// The first of these variables that is set and not empty.
    fn look(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| (self.variable)(name).filter(|value| !value.is_empty()))
    }

    fn need(&mut self, names: &[&'static str]) -> String {
        self.look(names).unwrap_or_else(|| {
            self.missing.extend(names.first());
            String::new()
        })
    }

    fn finish(self) -> Result<(), SettingError> {
        if self.missing.is_empty() {
            Ok(())
        } else {
            Err(SettingError::Missing { flag: self.flag, missing: self.missing })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    const AWS: [(&str, &str); 4] = [
        ("KUBE_BENCH_AWS_ACCOUNT", "123456789012"),
        ("AWS_REGION", "eu-central-1"),
        ("CLUSTER_ARN", "arn:aws:eks:eu-central-1:123456789012:cluster/one"),
        ("NODE_NAME", "node-1"),
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
    fn what_is_missing_is_named_at_once() {
        let error = database(&from(&DATABASE[1..3])).map(|_| ()).expect_err("incomplete").to_string();
        assert_eq!(
            error,
            "--pgsql needs the environment variables KUBE_BENCH_PGSQL_HOST, KUBE_BENCH_PGSQL_SSLMODE, KUBE_BENCH_K8S_HOST"
        );
        let error = origin(&from(&AWS[..3]), SystemTime::UNIX_EPOCH).expect_err("incomplete").to_string();
        assert_eq!(error, "--asff needs the environment variable KUBE_BENCH_NODE_NAME");
    }

    #[test]
    fn settings_of_another_form_are_refused() {
        let with = |pairs: &[(&'static str, &'static str)], name: &str, value: &'static str| -> Vec<_> {
            pairs.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect()
        };
        let database_with = |name: &str, value| database(&from(&with(&DATABASE, name, value))).map(|_| ());
        assert!(
            matches!(database_with("KUBE_BENCH_PGSQL_SSLMODE", "on"), Err(SettingError::Form { value, .. }) if value == "on")
        );
        let pairs = [DATABASE.as_slice(), &[("PGPORT", "x")]].concat();
        assert!(matches!(database(&from(&pairs)).map(|_| ()), Err(SettingError::Form { .. })));
        assert!(origin(&from(&AWS), SystemTime::UNIX_EPOCH).is_ok());
        for (name, value) in [("KUBE_BENCH_AWS_ACCOUNT", "12345"), ("CLUSTER_ARN", "one")] {
            let found = origin(&from(&with(&AWS, name, value)), SystemTime::UNIX_EPOCH);
            assert!(matches!(found, Err(SettingError::Form { value: v, .. }) if v == value), "{name}");
        }
    }
}
