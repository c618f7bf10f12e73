//! What of a container's files can be changed while it runs.

use super::judgement::{Judgement, pass_if, stated};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::{Container, Volume, is_remover, is_shell, names_shell};
use crate::workload::{ContainerRef, FieldPath, capability_name, is_allowed_volume_source};

const READ_ONLY: &str = "securityContext.readOnlyRootFilesystem";

pub(super) fn read_only_root(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let value = found.container.security_context.read_only_root_filesystem;
        Judgement::container(pass_if(value == Some(true)), found, READ_ONLY, stated(value), "")
    })
}

fn is_read_only(container: &Container) -> bool {
    container.security_context.read_only_root_filesystem == Some(true)
}

/// Sources of volumes that nobody can write to.
const READ_ONLY_SOURCES: [&str; 5] = ["configMap", "downwardAPI", "image", "projected", "secret"];

/// A mount that a container can write to.
struct WritableMount<'a> {
    /// Its position among the mounts.
    index: usize,
    /// The name of its volume.
    name: &'a str,
    /// Its volume; none if a StatefulSet asks for it.
    volume: Option<&'a Volume>,
}

impl WritableMount<'_> {
    /// Whether it can fill the disk of the node.
    fn is_unlimited(&self) -> bool {
        self.volume.is_some_and(|volume| {
            let is_limited = volume.empty_dir.as_ref().is_some_and(|of| of.size_limit);
            (volume.sources.is_empty() || volume.empty_dir.is_some()) && !is_limited
        })
    }
}

/// The mounts that a container can write to.
fn writable_mounts<'a>(unit: &WorkloadUnit<'a>, found: ContainerRef<'a>) -> Vec<WritableMount<'a>> {
    let volumes = &unit.template.spec.volumes;
    let mounts = found.container.volume_mounts.iter().enumerate().filter(|(_, mount)| !mount.read_only);
    let mounts = mounts.map(|(index, mount)| {
        let volume = volumes.iter().find(|volume| volume.name == mount.name);
        WritableMount { index, name: &mount.name, volume }
    });
    let is_read_only = |volume: &Volume| {
        let mut sources = volume.sources.iter();
        !volume.sources.is_empty() && sources.all(|of| READ_ONLY_SOURCES.contains(&of.as_str()))
    };
    mounts.filter(|mount| !mount.volume.is_some_and(is_read_only)).collect()
}

pub(super) fn writable_paths(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        if !is_read_only(found.container) {
            let reason = "the root file system can be written";
            return Judgement::container(Status::NotApplicable, found, READ_ONLY, "not true", reason);
        }
        let list = found.field("volumeMounts");
        match writable_mounts(unit, found).first() {
            Some(mount) => {
                let reason = match mount.is_unlimited() {
                    true => "an emptyDir without sizeLimit can fill the disk of the node",
                    false => "",
                };
                let observed = format!("volume {} is mounted writable", mount.name);
                Judgement::container_at(Status::Pass, found, list.clone().index(mount.index), observed, reason)
            }
            None => {
                let reason = "find out whether the program writes files, and mount an emptyDir there";
                Judgement::container_at(Status::Manual, found, list, "no mount can be written", reason)
            }
        }
    })
}

pub(super) fn restricted_volumes(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let list = FieldPath::of("spec.volumes");
    let volumes = unit.template.spec.volumes.iter().enumerate();
    let judgements: Vec<Judgement> = volumes
        .map(|(index, volume)| {
            let path = list.clone().index(index);
            let refused = volume.sources.iter().find(|source| !is_allowed_volume_source(source));
            match refused.or(volume.sources.first()) {
                Some(source) => {
                    Judgement::pod_at(pass_if(refused.is_none()), path.key(source.clone()), source.clone(), "")
                }
                None => Judgement::pod_at(Status::Pass, path, "no source", "the API server makes it an emptyDir"),
            }
        })
        .collect();
    if judgements.is_empty() { vec![Judgement::pod_at(Status::Pass, list, "no volumes", "")] } else { judgements }
}

/// A probe or hook that takes the shells out of a running container.
struct ShellRemoval {
    /// Its path in the container.
    at: &'static str,
    /// Whether a shell runs it, so that patterns are expanded.
    has_shell: bool,
    /// Whether a pattern stands for the shells.
    has_pattern: bool,
}

/// The start probe or start hook of a container that removes shells.
fn shell_removal(container: &Container) -> Option<ShellRemoval> {
    let handlers = container.handlers().filter(|(at, _)| matches!(*at, "startupProbe" | "lifecycle.postStart"));
    handlers.into_iter().find_map(|(at, handler)| {
        let command = &handler.exec.as_ref()?.command;
        let target = command.iter().skip(1).find(|word| names_shell(word))?;
        command.iter().any(|word| is_remover(word)).then(|| ShellRemoval {
            at,
            has_shell: command.first().is_some_and(|program| is_shell(program)),
            has_pattern: target.contains('*'),
        })
    })
}

/// Whether a container adds the capability to mount.
fn adds_mounting(container: &Container) -> bool {
    let added = container.security_context.capabilities.iter().flat_map(|of| &of.add);
    added.into_iter().any(|name| matches!(capability_name(name).as_str(), "SYS_ADMIN" | "ALL"))
}

pub(super) fn immutable(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let context = &found.container.security_context;
        let of_pod = &unit.template.spec.security_context;
        let is_root = match context.run_as_user.or(of_pod.run_as_user) {
            Some(user) => Some(user == 0),
            None => (context.run_as_non_root.or(of_pod.run_as_non_root) == Some(true)).then_some(false),
        };
        let judge = |status, keys: &'static str, observed: &'static str, reason: &'static str| {
            Judgement::container(status, found, keys, observed, reason)
        };
        let removal = shell_removal(found.container);
        match (is_read_only(found.container), removal) {
            (_, Some(ShellRemoval { at, has_shell: false, has_pattern: true })) => {
                let reason = "weak and broken: no shell expands the pattern, so the command fails and the kubelet restarts the \
                              container; and the layers of the image would keep the shells anyway";
                judge(Status::Fail, at, "removes shells by a pattern", reason)
            }
            (true, Some(ShellRemoval { at, .. })) => {
                judge(Status::Fail, at, "removes shells", "the root file system is read-only, so the command fails")
            }
            (false, Some(ShellRemoval { at, .. })) => {
                let reason = if at == "startupProbe" {
                    "weak: the shells are there until the probe ran after the start of the program, and again after each \
                     restart; the layers of the image keep them. Use an image without a shell, and a read-only root file system"
                } else {
                    "weak: the hook runs at the same time as the program, in no fixed order, and the shells are there again \
                     after each restart. Use an image without a shell, and a read-only root file system"
                };
                judge(Status::Manual, at, "removes shells", reason)
            }
            (true, None) if context.privileged == Some(true) => {
                judge(Status::Fail, READ_ONLY, "true", "a privileged container can mount it again to write")
            }
            (true, None) if is_root != Some(false) && adds_mounting(found.container) => {
                judge(Status::Fail, READ_ONLY, "true", "with SYS_ADMIN it can be mounted again to write")
            }
            (true, None) => match (is_root, writable_mounts(unit, found).is_empty()) {
                (Some(false), _) => judge(Status::Pass, READ_ONLY, "true", "and the user is not root"),
                (_, true) => judge(Status::Pass, READ_ONLY, "true", "and no mount can be written"),
                (Some(true), false) => judge(Status::Fail, READ_ONLY, "true", "root can put programs on a writable mount"),
                (None, false) => {
                    judge(Status::Undetermined, READ_ONLY, "true", "the image decides whether the user is root")
                }
            },
            (false, None) => judge(Status::Fail, READ_ONLY, "not true", ""),
        }
    })
}
