//! The unit probe: a setting of a systemd unit over its file and drop-ins, as systemd puts them together. Never judges.

use super::context::{CollectContext, shown};
use super::markup;
use super::setting::not_seen;
use crate::model::{Evidence, Observation, Observed, Value};
use crate::source::node::{HostPath, SourceError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where systemd looks for units; of files with one name the first counts. `system.control` is what
/// `systemctl set-property` writes.
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
const FOR_ALL: &str = "service.d";

/// Where the drop-ins of services and those of this unit are looked for.
pub(super) fn folders(unit: &str) -> Vec<PathBuf> {
    let of_unit = format!("{unit}.d");
    [unit, &of_unit, FOR_ALL].iter().flat_map(|name| FOLDERS.map(|folder| Path::new(folder).join(name))).collect()
}

/// Drop-ins of one unit.
const MAX_DROP_INS: usize = 1000;

/// The words of a key's value: of several lines, those behind the last empty one together.
pub(super) fn collect(
    scene: &CollectContext<'_>,
    places: &[Result<HostPath, Observed>],
    section: &str,
    key: &str,
    attribute: &str,
) -> Evidence {
    let mut observation = Observation {
        subject: "unit files".to_owned(),
        attribute: attribute.to_owned(),
        observed: Observed::Unset { default: None },
        source: "unit files".to_owned(),
    };
    match value(scene, places, section, key) {
        Ok(Some((value, file))) => {
            let words = value.split(markup::BLANKS).filter(|word| !word.is_empty());
            observation.observed = Observed::Value(Value::List(words.map(str::to_owned).collect()));
            observation.source = format!("file {file}");
            observation.subject = file;
        }
        Ok(None) => {}
        Err(observed) => observation.observed = observed,
    }
    Evidence::one(observation)
}

/// The value, with the last file that adds to it.
fn value(
    scene: &CollectContext<'_>,
    places: &[Result<HostPath, Observed>],
    section: &str,
    key: &str,
) -> Result<Option<(String, String)>, Observed> {
    let mut found: Vec<(String, String)> = Vec::new();
    for place in files(scene, places)? {
        let name = shown(&place.path);
        let values = scene.contents.unit_values(&place, section, key);
        for value in values.map_err(|trouble| unknown(&name, &trouble))? {
            if value.is_empty() {
                found.clear();
            } else {
                found.push((value, name.clone()));
            }
        }
    }
    let values: Vec<&str> = found.iter().map(|(value, _)| value.as_str()).collect();
    Ok(found.last().map(|(_, file)| (values.join(" "), file.clone())))
}

/// The files that make up the units that places belong to: for each unit its file, then its drop-ins by name.
fn files(scene: &CollectContext<'_>, places: &[Result<HostPath, Observed>]) -> Result<Vec<HostPath>, Observed> {
    let mut units: Vec<String> = Vec::new();
    let mut elsewhere: Vec<HostPath> = Vec::new();
    for place in places {
        let place = match place {
            Ok(place) => place,
            Err(Observed::Remark(_)) => continue,
            Err(seen) => return Err(seen.clone()),
        };
        match unit_of(&place.path) {
            Some(unit) if units.contains(&unit) => {}
            Some(unit) => units.push(unit),
            None => elsewhere.push(place.clone()),
        }
    }
    let mut files = elsewhere;
    for unit in units {
        files.extend(unit_file(scene, &unit)?);
        files.extend(drop_ins(scene, &unit)?);
    }
    Ok(files)
}

/// The unit that a file below one of systemd's folders belongs to.
fn unit_of(path: &Path) -> Option<String> {
    let below = FOLDERS.iter().find_map(|folder| path.strip_prefix(folder).ok())?;
    let name = below.iter().next()?.to_str()?;
    Some(name.strip_suffix(".d").unwrap_or(name).to_owned())
}

fn unit_file(scene: &CollectContext<'_>, unit: &str) -> Result<Option<HostPath>, Observed> {
    for folder in FOLDERS {
        let place = HostPath::host(Path::new(folder).join(unit));
        match scene.stat(&place) {
            Ok(_) => return Ok(Some(place)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(trouble) => return Err(unknown(&shown(&place.path), &trouble)),
        }
    }
    Ok(None)
}

/// `*.conf` of the unit and of all services, over all folders, by name; of one name the unit's own, and of these that of
/// the first folder.
fn drop_ins(scene: &CollectContext<'_>, unit: &str) -> Result<Vec<HostPath>, Observed> {
    let mut by_name: BTreeMap<String, HostPath> = BTreeMap::new();
    let of_unit = format!("{unit}.d");
    for folder in [of_unit.as_str(), FOR_ALL].iter().flat_map(|d| FOLDERS.map(|f| Path::new(f).join(d))) {
        let place = HostPath::host(&folder);
        match scene.stat(&place).and_then(|_| scene.list(&place)) {
            Ok(names) => {
                for name in names.iter().filter(|n| n.ends_with(".conf")) {
                    let place = HostPath::host(folder.join(name));
                    by_name.entry(name.clone()).or_insert(place);
                }
            }
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(trouble) => return Err(unknown(&shown(&folder), &trouble)),
        }
        if by_name.len() > MAX_DROP_INS {
            return Err(Observed::Unknown(format!("{unit} has more than {MAX_DROP_INS} drop-ins")));
        }
    }
    Ok(by_name.into_values().collect())
}

/// A file that was there a moment ago, or that a list names, and cannot be read: nothing is known.
fn unknown(name: &str, trouble: &SourceError) -> Observed {
    match not_seen(name, trouble) {
        Observed::Missing(reason) => Observed::Unknown(reason),
        other => other,
    }
}
