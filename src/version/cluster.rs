//! The version of the API server, for nodes that do not show theirs.

use super::detect::{DetectedVersion, VersionNotFound};
use crate::source::cluster::{ServiceAccount, server_version};

/// Asks the API server. Fails with `not_found`, which says what else was tried, and the reason.
pub fn from_cluster(account: &ServiceAccount, not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    match server_version(account) {
        Ok(answer) => {
            Ok(DetectedVersion { version: answer.version, source: answer.url, running: true, disagreement: None })
        }
        Err(error) => Err(not_found.with_tried(error.to_string())),
    }
}
