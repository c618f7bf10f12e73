//! The manifests of static pods: those that the kubelet starts, by what they run and not by their names.

use super::candidates;
use super::located::Located;
use super::settings::{path_setting, text_of};
use crate::model::{Component, Observed};
use crate::node::Instance;
use crate::probe::context::{CollectContext, shown};
use crate::probe::effective;
use crate::probe::excerpt::Leaf;
use crate::probe::file_ref::FileRole;
use crate::probe::observed_error::observed_error;
use crate::probe::path::DocumentPath;
use crate::source::node::{FileKind, HostPath, SourceError, base_name};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// The most files in a folder of static pods that are read.
const MAX_MANIFESTS: usize = 500;

/// The manifests from which a component is started.
pub(super) fn files(context: &CollectContext<'_>, component: Component) -> Vec<Located> {
    if context.node.is_blind() {
        return vec![Err(context.absent(component))];
    }
    if let Some(reason) = runs_in_units(context, component) {
        return vec![Err(Observed::NotApplicable(reason))];
    }
    let mut found = Vec::new();
    let mut folders = Vec::new();
    let mut unknown_folder = None;
    for folder in folders_of_kubelets(context) {
        match folder {
            Ok(folder) => {
                found.extend(in_folder(context, component, &folder));
                folders.push(shown(&folder.path));
            }
            Err(reason) => unknown_folder = Some(reason),
        }
    }
    if found.is_empty() && unknown_folder.is_none() && !folders.is_empty() {
        // What lies at the usual place is started by no kubelet of this node.
        let reason = format!("no manifest of {} was found in {}", component.program(), folders.join(", "));
        found.push(Err(Observed::Missing(reason)));
    }
    if !found.is_empty() {
        return found;
    }
    let usual = usual_places(context, component);
    let is_of_other =
        |located: &Located| located.as_ref().is_ok_and(|file| is_of_other_process(context, component, file));
    match (unknown_folder, usual.iter().find(|located| is_of_other(located))) {
        (Some(reason), Some(Ok(other))) => vec![Err(Observed::Unknown(format!(
            "{} is not the manifest of the running {}, whose own cannot be located: {reason}",
            shown(&other.path),
            component.program()
        )))],
        _ => usual,
    }
}

/// The folders from which the kubelets of this node start static pods.
pub(super) fn folders(context: &CollectContext<'_>) -> Vec<HostPath> {
    let of_kubelets: Vec<HostPath> = folders_of_kubelets(context).into_iter().flatten().collect();
    if of_kubelets.is_empty() { usual_folders(context, Component::Apiserver) } else { of_kubelets }
}

/// What is read of a manifest to know what its containers see of the node.
const MOUNTS: &[(&str, Leaf)] = &[("spec.containers[*].volumeMounts", Leaf::Whole), ("spec.volumes", Leaf::Whole)];

/// The path on the node of a path in the container of a static pod, if a manifest of the component mounts it from the node.
pub(super) fn path_on_node(context: &CollectContext<'_>, component: Component, path: &Path) -> Option<HostPath> {
    files(context, component).iter().flatten().find_map(|manifest| {
        context.documents.parts(manifest, MOUNTS).ok()?;
        let document = context.documents.parts(manifest, PARTS).ok()?;
        let spec = document.get("spec")?;
        let runs = |container: &&Json| container_runs(context.programs(component), container);
        let container = spec.get("containers")?.as_array()?.iter().find(runs)?;
        let mounts = container.get("volumeMounts")?.as_array()?.iter();
        let at = |mount: &Json| mount.get("mountPath").and_then(Json::as_str).map(PathBuf::from);
        let above = mounts.filter_map(|mount| Some((at(mount)?, mount))).filter(|(at, _)| path.starts_with(at));
        let (at, mount) = above.max_by_key(|(at, _)| at.components().count())?;
        if mount.get("subPath").or_else(|| mount.get("subPathExpr")).is_some() {
            return None;
        }
        let mut volumes = spec.get("volumes")?.as_array()?.iter();
        let volume = volumes.find(|volume| volume.get("name") == mount.get("name"))?;
        let on_node = volume.get("hostPath")?.get("path")?.as_str()?;
        let below = path.strip_prefix(at).ok()?;
        // To join nothing would add a slash.
        Some(HostPath::host(if below == Path::new("") { on_node.into() } else { Path::new(on_node).join(below) }))
    })
}

/// Why a component has no manifest: each of its processes runs in a unit of the system's service manager.
fn runs_in_units(context: &CollectContext<'_>, component: Component) -> Option<String> {
    let instances = &context.node.processes(component).instances;
    let (instance, unit) = instances.iter().find_map(|instance| Some((instance, instance.unit()?)))?;
    let all = instances.iter().all(|instance| instance.unit().is_some());
    all.then(|| format!("{} runs in {unit}, not in a static pod", context.subject(instance)))
}

/// The folder of each kubelet that has one, or why it is unknown.
fn folders_of_kubelets(context: &CollectContext<'_>) -> Vec<Result<HostPath, String>> {
    let probe = path_setting(Component::Kubelet, "pod-manifest-path", None, Some("staticPodPath"));
    let folder = |instance: &Instance| {
        let path = match text_of(effective::value(context, &probe, instance).0) {
            Ok(path) => path?,
            Err(observed) => return Some(Err(observed.reason().unwrap_or_default().to_owned())),
        };
        Some(context.resolve(instance, &path).map_err(|error| format!("{path} {error}")))
    };
    let mut folders: Vec<Result<HostPath, String>> =
        context.node.processes(Component::Kubelet).instances.iter().filter_map(folder).collect();
    folders.dedup();
    folders
}

/// The manifests of a component in a folder, or the one file that stands in place of a folder. A manifest that does not say
/// what it runs counts by its name.
fn in_folder(context: &CollectContext<'_>, component: Component, folder: &HostPath) -> Vec<Located> {
    let names = match context.stat(folder) {
        Ok(stat) if stat.kind == FileKind::File => return vec![Ok(folder.clone())],
        Ok(_) => context.list(folder),
        Err(SourceError::NotFound | SourceError::NotDirectory) => return Vec::new(),
        Err(error) => Err(error),
    };
    let names = match names {
        Ok(names) => names,
        Err(error) => {
            return vec![Err(observed_error(&shown(&folder.path), &error).missing_is_unknown(|reason| reason))];
        }
    };
    if names.len() > MAX_MANIFESTS {
        let reason = format!("{} has more than {MAX_MANIFESTS} files", shown(&folder.path));
        return vec![Err(Observed::Unknown(reason))];
    }
    let names_of_candidates: Vec<&str> =
        candidates::of(context.node, component, FileRole::Manifest).into_iter().map(base_name).collect();
    let has_its_name = |name: &str| name.starts_with(component.program()) || names_of_candidates.contains(&name);
    let mut by_content = Vec::new();
    let mut by_name = Vec::new();
    for name in names.iter().filter(|name| !name.starts_with('.')) {
        let file = folder.with_path(folder.path.join(name));
        match context.stat(&file) {
            Ok(stat) if stat.kind == FileKind::Directory => continue,
            Err(SourceError::NotFound) => continue,
            Ok(_) => {}
            Err(error) => {
                if has_its_name(name) {
                    by_content.push(Err(observed_error(&shown(&file.path), &error)));
                }
                continue;
            }
        }
        match runs(context, component, &file) {
            Some(true) => by_content.push(Ok(file)),
            None if has_its_name(name) => by_content.push(Ok(file)),
            Some(false) if has_its_name(name) => by_name.push(Ok(file)),
            Some(false) | None => {}
        }
    }
    // Such as a program that starts the component.
    if by_content.is_empty() { by_name } else { by_content }
}

/// What is read of a manifest to know what it runs.
const PARTS: &[(&str, Leaf)] = &[
    ("spec.containers[*].image", Leaf::Whole),
    ("spec.containers[*].command", Leaf::Program),
    ("spec.containers[*].args", Leaf::Program),
];

/// Whether a manifest runs a component; `None` if it does not say what it runs.
fn runs(context: &CollectContext<'_>, component: Component, manifest: &HostPath) -> Option<bool> {
    let document = context.documents.parts(manifest, PARTS).ok()?;
    let containers = document.get("spec")?.get("containers")?.as_array().filter(|list| !list.is_empty())?;
    Some(containers.iter().any(|container| container_runs(context.programs(component), container)))
}

/// Whether a container starts one of these programs, each perhaps with words that must follow: by its command, else by its
/// image.
fn container_runs(programs: &[String], container: &Json) -> bool {
    let words = |key: &str| container.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let mut command: Vec<&str> = words("command").chain(words("args")).collect();
    if let Some(first) = command.first_mut() {
        *first = base_name(first);
    }
    let starts = |program: &String| command.starts_with(&program.split(' ').collect::<Vec<_>>());
    let image = container.get("image").and_then(Json::as_str).map(image_name);
    programs.iter().any(|program| starts(program) || Some(program.as_str()) == image)
}

/// The name of an image without registry, tag and digest, and without the architecture that old images end in.
fn image_name(image: &str) -> &str {
    let name = base_name(image);
    let name = name.split(['@', ':']).next().unwrap_or(name);
    let architectures = ["-amd64", "-arm64", "-arm", "-ppc64le", "-s390x"];
    architectures.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

/// The values that a path with `[*]` finds in a document; none if it cannot be read.
fn values(context: &CollectContext<'_>, document: &HostPath, path: &str) -> Vec<Json> {
    let found = path.parse::<DocumentPath>().ok().and_then(|path| context.documents.value(document, &path).ok()?);
    match found {
        Some(Json::Array(values)) => values,
        Some(_) | None => Vec::new(),
    }
}

/// The manifests in the usual folders, else the first of the other usual places that exists.
fn usual_places(context: &CollectContext<'_>, component: Component) -> Vec<Located> {
    let folders = usual_folders(context, component);
    let found: Vec<Located> = folders.iter().flat_map(|folder| in_folder(context, component, folder)).collect();
    if found.iter().any(Result::is_ok) {
        return found;
    }
    let places = candidates::of(context.node, component, FileRole::Manifest);
    candidates::first_of(context, component, FileRole::Manifest, &places)
}

/// The folders of static pods among the usual places.
fn usual_folders(context: &CollectContext<'_>, component: Component) -> Vec<HostPath> {
    let mut folders: Vec<HostPath> = Vec::new();
    for place in candidates::of(context.node, component, FileRole::Manifest) {
        if let Some(folder) = Path::new(place).parent()
            && folder.to_string_lossy().contains("manifests")
            && !folders.iter().any(|known| known.path == folder)
        {
            folders.push(HostPath::host(folder));
        }
    }
    folders
}

/// Whether a manifest has flags that none of the component's processes has: then none was started from it.
fn is_of_other_process(context: &CollectContext<'_>, component: Component, manifest: &HostPath) -> bool {
    let words = |path: &str| {
        let lists: Vec<Vec<String>> =
            values(context, manifest, path).into_iter().filter_map(|v| serde_json::from_value(v).ok()).collect();
        lists.into_iter().flatten()
    };
    let words = words("spec.containers[*].command").chain(words("spec.containers[*].args"));
    let flags: Vec<String> = words.filter(|word| word.starts_with('-')).collect();
    let has_flags = |instance: &Instance| flags.iter().all(|flag| instance.process.argv.contains(flag));
    !flags.is_empty() && !context.node.processes(component).instances.iter().any(has_flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_name_of_an_image() {
        let cases = [
            ("registry.k8s.io/kube-apiserver:v1.32.0", "kube-apiserver"),
            ("localhost:5000/x/etcd@sha256:00ff", "etcd"),
            ("k8s.gcr.io/kube-scheduler-amd64:v1.15.0", "kube-scheduler"),
            ("etcd-manager:1", "etcd-manager"),
        ];
        for (image, name) in cases {
            assert_eq!(image_name(image), name, "{image}");
        }
    }
}
