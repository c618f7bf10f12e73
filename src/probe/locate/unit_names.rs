//! The names of systemd's units and of the folders in which systemd looks for their files.

use crate::model::Observed;
use crate::probe::context::CollectContext;
use crate::probe::observed_error::observed_error;
use crate::source::node::{HostPath, SourceError};
use std::path::Path;

/// Where systemd looks for units; of several files with the same name the first counts (`systemd.unit(5)`). `systemctl
/// set-property` writes to `system.control`.
pub(super) const FOLDERS: [&str; 13] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
];

/// Those of the folders that may exist, so that nothing is looked for below the others.
pub(super) fn existing_folders<'c>(context: &'c CollectContext<'_>) -> &'c [&'static str] {
    let is_absent = |folder: &str| matches!(context.stat(&HostPath::host(folder)), Err(SourceError::NotFound));
    context.unit_folders.get_or_init(|| FOLDERS.into_iter().filter(|folder| !is_absent(folder)).collect())
}

/// The folder of drop-ins for all units of a kind: `service.d` for all services.
pub(super) fn for_all_of_kind(unit: &str) -> Option<String> {
    unit.rsplit_once('.').map(|(_, kind)| format!("{kind}.d"))
}

/// The slices above a slice, from the outermost to itself: `a-b.slice` lies in `a.slice`, and each in the root slice.
pub(super) fn slices_above(slice: &str) -> Vec<String> {
    let mut slices = vec![ROOT_SLICE.to_owned()];
    let stem = slice.strip_suffix(".slice").unwrap_or(slice);
    slices.extend(stem.match_indices('-').filter(|(at, _)| *at > 0).map(|(at, _)| format!("{}.slice", &stem[..at])));
    if slice != ROOT_SLICE {
        slices.push(slice.to_owned());
    }
    slices
}

/// The slice in which all others lie.
pub(super) const ROOT_SLICE: &str = "-.slice";

/// The unit that a file below one of the folders belongs to.
pub(super) fn unit_of(path: &Path) -> Option<String> {
    let below = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder).ok())?;
    let name = below.iter().next()?.to_str()?;
    Some(name.strip_suffix(".d").unwrap_or(name).to_owned())
}

/// The names of a unit's file: of an instance such as `a@b.service`, also that of its template.
pub(super) fn unit_names(unit: &str) -> Vec<String> {
    std::iter::once(unit.to_owned()).chain(template(unit)).collect()
}

fn template(unit: &str) -> Option<String> {
    let (name, instance) = unit.split_once('@')?;
    let (_, kind) = instance.rsplit_once('.')?;
    (!instance.starts_with('.')).then(|| format!("{name}@.{kind}"))
}

/// The names of the folders of a unit's drop-ins, the most specific first: its own, its template's, those of the prefixes of
/// its name that end in a dash, and that of all units of its kind.
pub(super) fn drop_in_names(unit: &str) -> Vec<String> {
    let mut names: Vec<String> = unit_names(unit).into_iter().map(|name| format!("{name}.d")).collect();
    if let Some((stem, kind)) = unit.rsplit_once('.') {
        let dashes = stem.match_indices('-').map(|(at, _)| at).filter(|at| at + 1 < stem.len());
        names.extend(dashes.rev().map(|at| format!("{}.{kind}.d", &stem[..=at])));
    }
    names.extend(for_all_of_kind(unit));
    names
}

/// A file that existed a moment ago, or that a folder lists, and cannot be read: nothing is known.
pub(super) fn unknown(name: &str, error: &SourceError) -> Observed {
    observed_error(name, error).missing_is_unknown(|reason| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_folder_of_drop_ins() {
        let cases: [(&str, &[&str]); 6] = [
            ("system.slice", &["system.slice.d", "slice.d"]),
            ("-.slice", &["-.slice.d", "slice.d"]),
            ("kubelet.service", &["kubelet.service.d", "service.d"]),
            (
                "snap.microk8s.daemon-kubelite.service",
                &["snap.microk8s.daemon-kubelite.service.d", "snap.microk8s.daemon-.service.d", "service.d"],
            ),
            ("a-b-c.service", &["a-b-c.service.d", "a-b-.service.d", "a-.service.d", "service.d"]),
            ("kubelet@one.service", &["kubelet@one.service.d", "kubelet@.service.d", "service.d"]),
        ];
        for (unit, folders) in cases {
            assert_eq!(drop_in_names(unit), folders, "{unit}");
        }
        assert_eq!(template("kubelet@.service"), None);
    }

    #[test]
    fn a_slice_lies_in_others() {
        let cases: [(&str, &[&str]); 4] = [
            ("-.slice", &["-.slice"]),
            ("system.slice", &["-.slice", "system.slice"]),
            ("a-b-c.slice", &["-.slice", "a.slice", "a-b.slice", "a-b-c.slice"]),
            ("-x.slice", &["-.slice", "-x.slice"]),
        ];
        for (slice, above) in cases {
            assert_eq!(slices_above(slice), above, "{slice}");
        }
    }

    #[test]
    fn knows_the_unit_of_a_file() {
        let cases = [
            ("/etc/systemd/system/kubelet.service.d/10.conf", Some("kubelet.service")),
            ("/lib/systemd/system/kubelet.service", Some("kubelet.service")),
            ("/opt/kubelet.service", None),
        ];
        for (path, unit) in cases {
            assert_eq!(unit_of(Path::new(path)).as_deref(), unit, "{path}");
        }
    }
}
