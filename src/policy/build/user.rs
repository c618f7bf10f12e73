//! The user of the image.

use super::finding::BuildFinding;
use crate::dockerfile::{Dockerfile, ImageReference};

/// Users of Windows images with all rights.
const ADMINISTRATORS: [&str; 2] = ["containeradministrator", "administrator"];

/// The user that the last stage sets or inherits.
pub(super) fn examine(file: &Dockerfile) -> BuildFinding {
    let Some(user) = file.user() else { return no_user(file) };
    let subject = format!("USER {}", user.value.shown());
    let finding = match &user.value.value {
        Ok(value) => judge(&subject, value),
        Err(unknown) => BuildFinding::undetermined(&subject, unknown.to_string()),
    };
    finding.with("USER", &user.value.written).with_build_args(&user.value.build_args).at(user.position)
}

fn judge(subject: &str, value: &str) -> BuildFinding {
    let (user, group) = value.split_once(':').map_or((value, None), |(user, group)| (user, Some(group)));
    let is_zero = |text: &str| !text.is_empty() && text.bytes().all(|b| b == b'0');
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let root_group = group.is_some_and(|group| group == "root" || is_zero(group));
    let note = if root_group { "; its group is root, which may change files that are open to that group" } else { "" };
    match user.trim() {
        "" => BuildFinding::undetermined(subject, "the user is empty"),
        user if user == "root" || is_zero(user) => BuildFinding::fail(subject, "the image runs as root"),
        user if ADMINISTRATORS.contains(&user.to_ascii_lowercase().as_str()) => {
            BuildFinding::fail(subject, "the image runs with all rights of its Windows")
        }
        user if is_number(user) => BuildFinding::pass(subject, format!("the user is a number other than 0{note}")),
        _ => BuildFinding::pass(
            subject,
            format!(
                "the user is not root by name{note}; a number is better: the kubelet cannot tell whether a name is root, and \
                 refuses it where a pod sets runAsNonRoot alone"
            ),
        ),
    }
}

fn no_user(file: &Dockerfile) -> BuildFinding {
    let chain = file.last_chain();
    let position = chain.last().map(|stage| stage.position);
    let finding = match file.last_base() {
        None => BuildFinding::fail("no USER", "without USER, an image on nothing runs as user 0"),
        Some(base) => {
            let image = base.known().map(ImageReference::parse);
            let says_so = image.and_then(|image| image.tag).is_some_and(|tag| tag.contains("nonroot"));
            let hint = if says_so { "; its tag says that it does" } else { "" };
            BuildFinding::fail(
                "no USER",
                format!("nothing in the file sets a user; the base image may set one{hint}, and else it is root"),
            )
            .with("base", base.shown())
        }
    };
    match position {
        Some(position) => finding.at(position),
        None => finding,
    }
}
