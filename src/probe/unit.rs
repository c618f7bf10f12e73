//! A setting of a systemd unit over its file and drop-ins, merged as systemd merges them. Never judges.

use super::context::{CollectContext, shown};
use super::observed_error::observed_error;
use crate::model::Observed;
use crate::source::node::{HostPath, SourceError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where systemd looks for units; of several files with the same name the first counts. `systemctl set-property` writes to
/// `system.control`.
const FOLDERS: [&str; 8] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The folder of drop-ins for all services.
const FOR_ALL_SERVICES: &str = "service.d";

/// The most drop-ins of one unit that are read.
const MAX_DROP_INS: usize = 1000;

/// Where a unit and its drop-ins can be.
pub(super) fn folders(unit: &str) -> Vec<PathBuf> {
    let of_unit = format!("{unit}.d");
    let names = [unit, &of_unit, FOR_ALL_SERVICES];
    names.iter().flat_map(|name| FOLDERS.map(|folder| Path::new(folder).join(name))).collect()
}

/// The value of a key, and the last file that adds to it. Lines add up; an empty one resets the value.
pub(super) fn value(
    context: &CollectContext<'_>,
    places: &[Result<HostPath, Observed>],
    section: &str,
    key: &str,
) -> Result<Option<(String, String)>, Observed> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for place in files(context, places)? {
        let file = shown(&place.path);
        let values = context.documents.unit_values(&place, section, key);
        for value in values.map_err(|error| unknown(&file, &error))? {
            if value.is_empty() {
                lines.clear();
            } else {
                lines.push((value, file.clone()));
            }
        }
    }
    let values: Vec<&str> = lines.iter().map(|(value, _)| value.as_str()).collect();
    Ok(lines.last().map(|(_, file)| (values.join(" "), file.clone())))
}

/// The files of the units that the places belong to: for each unit its file, then its drop-ins in order.
fn files(context: &CollectContext<'_>, places: &[Result<HostPath, Observed>]) -> Result<Vec<HostPath>, Observed> {
    let mut units: Vec<String> = Vec::new();
    let mut files: Vec<HostPath> = Vec::new();
    for file in places {
        let file = match file {
            Ok(file) => file,
            Err(Observed::Remark(_)) => continue,
            Err(observed) => return Err(observed.clone()),
        };
        match unit_of(&file.path) {
            Some(unit) if units.contains(&unit) => {}
            Some(unit) => units.push(unit),
            // A file outside of the folders of systemd stands for itself.
            None => files.push(file.clone()),
        }
    }
    for unit in units {
        files.extend(unit_file(context, &unit)?);
        files.extend(drop_ins(context, &unit)?);
    }
    Ok(files)
}

/// The unit that a file below one of the folders belongs to.
fn unit_of(path: &Path) -> Option<String> {
    let below = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder).ok())?;
    let name = below.iter().next()?.to_str()?;
    Some(name.strip_suffix(".d").unwrap_or(name).to_owned())
}

fn unit_file(context: &CollectContext<'_>, unit: &str) -> Result<Option<HostPath>, Observed> {
    for folder in FOLDERS {
        let file = HostPath::host(Path::new(folder).join(unit));
        match context.stat(&file) {
            Ok(_) => return Ok(Some(file)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error) => return Err(unknown(&shown(&file.path), &error)),
        }
    }
    Ok(None)
}

/// `*.conf` of the unit and of all services in every folder, sorted by name; systemd ignores hidden files. Of one name that of the unit counts, and of
/// these the one in the first folder.
fn drop_ins(context: &CollectContext<'_>, unit: &str) -> Result<Vec<HostPath>, Observed> {
    let mut by_name: BTreeMap<String, HostPath> = BTreeMap::new();
    let of_unit = format!("{unit}.d");
    for folder in [of_unit.as_str(), FOR_ALL_SERVICES].iter().flat_map(|d| FOLDERS.map(|f| Path::new(f).join(d))) {
        let directory = HostPath::host(&folder);
        match context.stat(&directory).and_then(|_| context.list(&directory)) {
            Ok(names) => {
                for name in names.iter().filter(|name| name.ends_with(".conf") && !name.starts_with('.')) {
                    by_name.entry(name.clone()).or_insert_with(|| HostPath::host(folder.join(name)));
                }
            }
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error) => return Err(unknown(&shown(&folder), &error)),
        }
        if by_name.len() > MAX_DROP_INS {
            return Err(Observed::Unknown(format!("{unit} has more than {MAX_DROP_INS} drop-ins")));
        }
    }
    Ok(by_name.into_values().collect())
}

/// A file that existed a moment ago, or that a folder lists, and cannot be read: nothing is known.
fn unknown(name: &str, error: &SourceError) -> Observed {
    match observed_error(name, error) {
        Observed::Missing(reason) => Observed::Unknown(reason),
        other @ (Observed::Value(_)
        | Observed::Unset { .. }
        | Observed::Files(_)
        | Observed::Unknown(_)
        | Observed::Remark(_)) => other,
    }
}
