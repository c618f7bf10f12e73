//! The images of a workload, and how they are pulled.

use super::image_name::{ImageName, RegistryKind};
use super::judgement::{Judgement, UNSET, pass_if};
use super::surroundings::Surroundings;
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::NamedRef;
use crate::workload::ContainerRef;

/// What a rule says of the image of each container. One without an image is set by a controller.
fn each_image(
    unit: &WorkloadUnit<'_>,
    judge: impl Fn(ContainerRef<'_>, &str, ImageName<'_>) -> Judgement,
) -> Vec<Judgement> {
    unit.each(|found| match found.container.image.as_deref().filter(|image| !image.is_empty()) {
        Some(image) => judge(found, image, ImageName::parse(image)),
        None => Judgement::container(Status::Undetermined, found, "image", UNSET, "something else sets the image"),
    })
}

pub(super) fn digest(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_image(unit, |found, image, name| {
        let reason = match (name.digest, name.has_valid_digest()) {
            (Some(_), false) => "this is no digest: sha256: and 64 hexadecimal digits",
            (None, _) => "the image behind a tag can change",
            (Some(_), true) => "",
        };
        Judgement::container(pass_if(name.has_valid_digest()), found, "image", image.to_owned(), reason)
    })
}

pub(super) fn tag(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_image(unit, |found, image, name| {
        let (status, reason) = match (name.digest, name.tag) {
            (Some(_), _) if name.has_valid_digest() => (Status::Pass, "the digest counts"),
            (Some(_), _) => (Status::Fail, "this is no digest: sha256: and 64 hexadecimal digits"),
            (None, Some("latest")) => (Status::Fail, "latest is whatever was pushed last"),
            (None, Some("") | None) => (Status::Fail, "no tag means latest"),
            (None, Some(_)) if name.has_valid_tag() => (Status::Pass, ""),
            (None, Some(_)) => (Status::Undetermined, "this is no tag: something else replaces it"),
        };
        Judgement::container(status, found, "image", image.to_owned(), reason)
    })
}

pub(super) fn pull_policy(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_image(unit, |found, _, name| {
        let is_latest = name.digest.is_none() && matches!(name.tag, None | Some("latest"));
        let policy = found.container.image_pull_policy.as_deref();
        let (status, reason) = match policy {
            _ if name.has_valid_digest() => (Status::Pass, "the image is named by its digest"),
            Some("Always") => (Status::Pass, ""),
            None if is_latest => (Status::Pass, "the default for latest is Always"),
            None => (Status::Fail, "the default for a tag is IfNotPresent: a pod may use what another one pulled"),
            Some(_) => (Status::Fail, "a pod may use a private image that another one pulled"),
        };
        Judgement::container(status, found, "imagePullPolicy", policy.unwrap_or(UNSET).to_owned(), reason)
    })
}

/// The names of Secrets. One without a name is none.
fn names(secrets: &[NamedRef]) -> Vec<&str> {
    secrets.iter().map(|secret| secret.name.as_str()).filter(|name| !name.is_empty()).collect()
}

pub(super) fn pull_secrets(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    let spec = unit.template.spec;
    let named = names(&spec.image_pull_secrets);
    let account = around.account(unit.namespace, spec.account());
    each_image(unit, |found, image, name| {
        let pod = |status, observed: String, reason: String| Judgement {
            container: Some(found.container.name.clone()),
            ..Judgement::pod(status, "spec.imagePullSecrets", observed, reason)
        };
        let is_listed = around.private_registries.iter().any(|place| name.is_from(place));
        if !named.is_empty() {
            return pod(Status::Pass, named.join(", "), String::new());
        }
        let image_status = |reason: &'static str| {
            Judgement::container(Status::NotApplicable, found, "image", image.to_owned(), reason)
        };
        match (name.registry_kind(), is_listed) {
            (RegistryKind::Public, false) => return image_status("everyone may pull it"),
            (RegistryKind::Cloud, false) => {
                return image_status("the node has the credential for a registry of its cloud");
            }
            (RegistryKind::Shared | RegistryKind::Own, _) | (_, true) => {}
        }
        let registry = name.registry.unwrap_or("the default registry");
        match account.map(|account| names(&account.image_pull_secrets)) {
            Some(of_account) if !of_account.is_empty() => {
                pod(Status::Pass, format!("{} of its account", of_account.join(", ")), String::new())
            }
            // Somebody's own registry is taken for one that needs a credential.
            Some(_) if is_listed || name.registry_kind() == RegistryKind::Own => {
                let reason = format!("neither the pod nor its account {} has a Secret for {registry}", spec.account());
                pod(Status::Fail, UNSET.to_owned(), reason)
            }
            Some(_) => {
                let reason = format!("{registry} has public and private images: --private-registry says that it needs a credential");
                pod(Status::Undetermined, UNSET.to_owned(), reason)
            }
            None => {
                let reason =
                    format!("its account {} may have a Secret for {registry}, and is not at hand", spec.account());
                pod(Status::Undetermined, UNSET.to_owned(), reason)
            }
        }
    })
}

pub(super) fn registry(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    if around.allowed_registries.is_empty() {
        let reason = "no registries are given with --allowed-registry";
        return vec![Judgement::pod(Status::NotApplicable, "spec.containers", "not evaluated", reason)];
    }
    each_image(unit, |found, image, name| {
        let is_allowed = around.allowed_registries.iter().any(|place| name.is_from(place));
        Judgement::container(pass_if(is_allowed), found, "image", image.to_owned(), "")
    })
}
