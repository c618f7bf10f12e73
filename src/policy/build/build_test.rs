//! The closed set of tests of Dockerfiles.

use super::finding::{BuildFinding, MAX_FINDINGS};
use super::{add, base, modes, packages, secrets, shells, stages, start, start_path, user};
use crate::dockerfile::Dockerfile;
use crate::model::Status;
use crate::text::{quote, suggestions};
use serde::Deserialize;

/// A test of a Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub enum BuildTest {
    /// Images that the build starts from are named by digest.
    BaseImageDigest,
    /// Images that the build starts from have a version.
    BaseImageTag,
    /// What builds the program is not in the image.
    MultiStage,
    /// The image has a user other than root.
    ImageUser,
    /// The image has no shell.
    ImageShell,
    /// No file of the image can be changed by everyone, or changes the user.
    ImageWritableFiles,
    /// No secret is in the file or the image.
    ImageSecrets,
    /// What is downloaded is verified.
    ImageAddUrl,
    /// Programs start without a shell.
    ExecForm,
    /// The program that starts is in the image.
    StartPathExists,
    /// The list of packages is updated together with an installation.
    PackageUpdate,
    /// Health checks, which Kubernetes ignores.
    Healthcheck,
}

impl BuildTest {
    /// All of them, with their names in definition files.
    pub const ALL: [(&'static str, Self); 12] = [
        ("base-image-digest", Self::BaseImageDigest),
        ("base-image-tag", Self::BaseImageTag),
        ("multi-stage", Self::MultiStage),
        ("image-user", Self::ImageUser),
        ("image-shell", Self::ImageShell),
        ("image-writable-files", Self::ImageWritableFiles),
        ("image-secrets", Self::ImageSecrets),
        ("image-add-url", Self::ImageAddUrl),
        ("exec-form", Self::ExecForm),
        ("start-path-exists", Self::StartPathExists),
        ("package-update", Self::PackageUpdate),
        ("healthcheck", Self::Healthcheck),
    ];

    /// What the file says: at least one finding, those that pass as well.
    pub(crate) fn examine(self, file: &Dockerfile) -> Vec<BuildFinding> {
        let mut findings = match self {
            Self::BaseImageDigest => base::digest(file),
            Self::BaseImageTag => base::tag(file),
            Self::MultiStage => stages::examine(file),
            Self::ImageUser => vec![user::examine(file)],
            Self::ImageShell => shells::examine(file),
            Self::ImageWritableFiles => modes::examine(file),
            Self::ImageSecrets => secrets::examine(file),
            Self::ImageAddUrl => add::examine(file),
            Self::ExecForm => start::exec_form(file),
            Self::StartPathExists => vec![start_path::examine(file)],
            Self::PackageUpdate => packages::update_alone(file),
            Self::Healthcheck => start::healthcheck(file),
        };
        // Those that decide are kept.
        findings.sort_by_key(|finding| Status::WORST_FIRST.iter().position(|status| *status == finding.status));
        let more = findings.len().saturating_sub(MAX_FINDINGS);
        findings.truncate(MAX_FINDINGS);
        findings.sort_by_key(|finding| finding.position);
        if more > 0
            && let Some(last) = findings.last_mut()
        {
            last.evidence.push(("more of this kind".to_owned(), more.to_string()));
        }
        findings
    }

    /// The instructions that are read.
    pub const fn reads(self) -> &'static str {
        match self {
            Self::BaseImageDigest | Self::BaseImageTag => "FROM, COPY --from and RUN --mount=from of every stage",
            Self::MultiStage => "the stages, and RUN of the last one and those that it is built on",
            Self::ImageUser => "USER of the last stage and those that it is built on",
            Self::ImageShell => "FROM, RUN, COPY and ADD of the last stage and those that it is built on",
            Self::ImageWritableFiles => "RUN, COPY and ADD of the last stage and those that it is built on",
            Self::ImageSecrets => "ARG, ENV, LABEL, RUN, COPY, ADD, CMD and ENTRYPOINT of every stage",
            Self::ImageAddUrl => "ADD of every stage",
            Self::ExecForm => "ENTRYPOINT and CMD of the last stage and those that it is built on",
            Self::StartPathExists => {
                "ENTRYPOINT, CMD, COPY, ADD, RUN and WORKDIR of the last stage and those that it is built on"
            }
            Self::PackageUpdate => "RUN of every stage",
            Self::Healthcheck => "HEALTHCHECK of the last stage and those that it is built on",
        }
    }

    /// What must hold, in words.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::BaseImageDigest => "every image has a digest of 64 hexadecimal digits",
            Self::BaseImageTag => "every image has a digest or a tag other than latest",
            Self::MultiStage => "no compiler and no package manager is used in the only or the last stage",
            Self::ImageUser => "the user of the image is set and is not root",
            Self::ImageShell => "the image is built on nothing or on an image without shells, and adds none",
            Self::ImageWritableFiles => "no file becomes writable by everyone, set-user-ID or set-group-ID",
            Self::ImageSecrets => {
                "no secret is in the file, and none is passed as an argument or kept in the environment"
            }
            Self::ImageAddUrl => "ADD downloads nothing without a checksum or a commit",
            Self::ExecForm => "ENTRYPOINT and CMD are arrays in JSON form",
            Self::StartPathExists => "the image has the program that ENTRYPOINT or CMD names",
            Self::PackageUpdate => "the list of packages is updated in the same RUN as the installation",
            Self::Healthcheck => "nothing: Kubernetes uses the probes of the pod",
        }
    }
}

impl TryFrom<String> for BuildTest {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(id, _)| *id == name);
        found.map(|(_, test)| test).ok_or_else(|| {
            let near = suggestions(&name, Self::ALL.into_iter().map(|(id, _)| id));
            format!("{} is not a test of Dockerfiles{near}", quote(&name))
        })
    }
}
