//! Settings that kube-bench takes from the environment.

use super::format::Origin;

pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Settings that are missing or malformed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Missing.
    #[error("{flag} needs the environment variable{} {}", if .missing.len() == 1 { "" } else { "s" }, .missing.join(", "))]
    Missing {
        /// What needs them.
        flag: &'static str,
        /// Their names.
        missing: Vec<&'static str>,
    },
    /// Malformed.
    #[error("{name}: `{value}` is not {expected}")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: &'static str,
    },
}

/// The account, region and cluster of `--asff`.
pub(crate) fn origin(variable: Variables<'_>) -> Result<Origin, SettingError> {
    let mut settings = Settings::new("--asff", variable);
    let (account_name, account) = settings.required(&["KUBE_BENCH_AWS_ACCOUNT", "AWS_ACCOUNT"]);
    let (_, region) = settings.required(&["KUBE_BENCH_AWS_REGION", "AWS_REGION"]);
    let (cluster_name, cluster) = settings.required(&["KUBE_BENCH_CLUSTER_ARN", "CLUSTER_ARN"]);
    let (_, node) = settings.required(&["KUBE_BENCH_NODE_NAME", "NODE_NAME"]);
    settings.finish()?;
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SettingError::Malformed {
            name: account_name,
            value: account,
            expected: "an account number of twelve digits",
        });
    }
    if !cluster.starts_with("arn:") || cluster.split(':').count() < 6 {
        return Err(SettingError::Malformed {
            name: cluster_name,
            value: cluster,
            expected: "an ARN such as arn:aws:eks:eu-central-1:123456789012:cluster/one",
        });
    }
    Ok(Origin { account, region, cluster, node })
}

/// Reads variables, and remembers those that are missing, to name them all at once.
pub(crate) struct Settings<'a> {
    flag: &'static str,
    variable: Variables<'a>,
    missing: Vec<&'static str>,
}

impl<'a> Settings<'a> {
    pub(crate) const fn new(flag: &'static str, variable: Variables<'a>) -> Self {
        Self { flag, variable, missing: Vec::new() }
    }

    /// The first of these variables that is set and not empty, with its value.
    pub(crate) fn optional(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        let set = |name: &&'static str| (self.variable)(name).filter(|value| !value.is_empty()).map(|v| (*name, v));
        names.iter().find_map(set)
    }

    /// The same; if none is set, the first counts as missing.
    pub(crate) fn required(&mut self, names: &[&'static str]) -> (&'static str, String) {
        self.optional(names).unwrap_or_else(|| {
            self.missing.extend(names.first());
            ("", String::new())
        })
    }

    pub(crate) fn finish(self) -> Result<(), SettingError> {
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

    const AWS: [(&str, &str); 4] = [
        ("KUBE_BENCH_AWS_ACCOUNT", "123456789012"),
        ("AWS_REGION", "eu-central-1"),
        ("CLUSTER_ARN", "arn:aws:eks:eu-central-1:123456789012:cluster/one"),
        ("NODE_NAME", "node-1"),
    ];

    #[test]
    fn missing_settings_are_named() {
        let error = origin(&from(&AWS[..3])).expect_err("incomplete").to_string();
        assert_eq!(error, "--asff needs the environment variable KUBE_BENCH_NODE_NAME");
    }

    #[test]
    fn malformed_settings_are_refused() {
        assert!(origin(&from(&AWS)).is_ok());
        for (name, value) in [("KUBE_BENCH_AWS_ACCOUNT", "12345"), ("CLUSTER_ARN", "one")] {
            let pairs: Vec<_> = AWS.iter().map(|(n, v)| if *n == name { (*n, value) } else { (*n, *v) }).collect();
            let error = origin(&from(&pairs)).expect_err(name).to_string();
            assert!(error.starts_with(&format!("{name}: `{value}` is not a")), "{error}");
        }
    }
}
