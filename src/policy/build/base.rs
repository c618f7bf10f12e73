//! The images that a build starts from.

use super::finding::BuildFinding;
use crate::dockerfile::{Dockerfile, ImageReference};
use crate::model::Status;

/// Every image has a digest.
pub(super) fn digest(file: &Dockerfile) -> Vec<BuildFinding> {
    each(file, |subject, image| {
        if image.has_valid_digest() {
            return BuildFinding::pass(subject, "it is named by its digest");
        }
        let reason = match (image.digest, image.tag) {
            (Some(_), _) => "what follows @ is no SHA-256 digest of 64 digits",
            (None, None | Some("latest")) => {
                "it has no digest, and its tag is latest: every build may take another image"
            }
            (None, Some(_)) => "it has no digest: its publisher can move the tag to another image",
        };
        BuildFinding::fail(subject, reason)
    })
}

/// Every image has a digest, or a tag that names a version.
pub(super) fn tag(file: &Dockerfile) -> Vec<BuildFinding> {
    each(file, |subject, image| match (image.digest, image.tag) {
        (Some(_), _) if image.has_valid_digest() => BuildFinding::pass(subject, "it is named by its digest"),
        (_, Some(tag)) if tag != "latest" => BuildFinding::pass(subject, format!("its tag is {tag}")),
        (_, Some(_)) => BuildFinding::fail(subject, "its tag is latest, which is another image after each release"),
        (_, None) => BuildFinding::fail(subject, "it has no tag, which means latest"),
    })
}

fn each(file: &Dockerfile, judge: impl Fn(&str, ImageReference<'_>) -> BuildFinding) -> Vec<BuildFinding> {
    let images = file.images();
    if images.is_empty() {
        let reason = "every stage is built on nothing, so there is no image to name";
        return vec![BuildFinding::new(Status::NotApplicable, "FROM scratch", reason)];
    }
    images
        .into_iter()
        .map(|(place, image, position)| {
            let subject = format!("{place}: {}", image.shown());
            let finding = match &image.value {
                Ok(value) => judge(&subject, ImageReference::parse(value)),
                Err(unknown) => BuildFinding::undetermined(&subject, unknown.to_string()),
            };
            let finding = finding.with("image", image.shown()).with_build_args(&image.build_args);
            let is_changed = image.known().is_some_and(|value| value != image.written);
            (if is_changed { finding.with("written", &image.written) } else { finding }).at(position)
        })
        .collect()
}
