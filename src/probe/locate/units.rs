//! The files of systemd units: those that systemd reads, and only those.

use super::located::Located;
use super::unit_names::{
    FOLDERS, ROOT_SLICE, drop_in_names, existing_folders, for_all_of_kind, slices_above, unit_names, unit_of, unknown,
};
use super::{aliases, candidates};
use crate::model::{Component, Observed};
use crate::probe::context::{CollectContext, shown};
use crate::probe::file_ref::FileRole;
use crate::source::node::{FileKind, HostPath, SourceError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The most drop-ins of one unit that are read.
const MAX_DROP_INS: usize = 1000;

/// A unit with the files that systemd reads for it.
pub(in crate::probe) struct Unit {
    /// Its name, such as `kubelet.service`; `None` for a file that is in no folder of systemd.
    pub(in crate::probe) name: Option<String>,
    /// Its file, then its drop-ins in the order in which they are read.
    pub(in crate::probe) files: Vec<HostPath>,
}

/// The files of the units in which a component runs.
pub(super) fn files(context: &CollectContext<'_>, component: Component) -> Vec<Located> {
    let mut files = Vec::new();
    for unit in units_of(context, component) {
        match unit {
            Ok(unit) => files.extend(unit.files.into_iter().map(Ok)),
            Err(observed) => files.push(Err(observed)),
        }
    }
    files
}

/// The units in which a component runs, by the control groups of its processes. Where no process tells, the units at the usual
/// places.
pub(in crate::probe) fn units_of(context: &CollectContext<'_>, component: Component) -> Vec<Result<Unit, Observed>> {
    let instances = &context.node.processes(component).instances;
    let mut names: Vec<&str> = instances.iter().filter_map(|instance| instance.unit()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return match instances.first() {
            Some(instance) if !instances.iter().any(|instance| context.has_root_of_node(instance)) => {
                let reason = format!("{} runs in a container, not in a unit", context.subject(instance));
                vec![Err(Observed::NotApplicable(reason))]
            }
            Some(_) | None => usual_units(context, component),
        };
    }
    let of_name = |name: &str| {
        let files = files_of(context, name)?;
        if files.is_empty() {
            let program = component.program();
            return Err(Observed::Unknown(format!("no file of {name} was found, although {program} runs in it")));
        }
        Ok(Unit { name: Some(name.to_owned()), files })
    };
    names.into_iter().map(of_name).collect()
}

/// The units to which the files at the usual places belong.
fn usual_units(context: &CollectContext<'_>, component: Component) -> Vec<Result<Unit, Observed>> {
    let places = candidates::of(context.node, component, FileRole::Service);
    let mut names: Vec<String> = Vec::new();
    let mut units: Vec<Result<Unit, Observed>> = Vec::new();
    let mut unseen: Vec<Observed> = Vec::new();
    for place in &places {
        let path = HostPath::host(place);
        match unit_of(&path.path) {
            Some(name) if names.contains(&name) => {}
            Some(name) => {
                match files_of(context, &name) {
                    // What is said for all services makes no unit.
                    Ok(files) if files.iter().all(|file| is_for_all_of_kind(&name, file)) => {}
                    Ok(files) => units.push(Ok(Unit { name: Some(name.clone()), files })),
                    Err(observed) => unseen.push(observed),
                }
                names.push(name);
            }
            // A file outside of the folders of systemd stands for itself.
            None => match context.stat(&path) {
                Ok(_) => units.push(Ok(Unit { name: None, files: vec![path] })),
                Err(SourceError::NotFound | SourceError::NotDirectory) => {}
                Err(error) => unseen.push(unknown(place, &error)),
            },
        }
    }
    unseen.dedup();
    units.extend(unseen.into_iter().map(Err));
    if units.is_empty() {
        let what = format!("no unit file of {} was found", component.program());
        tracing::info!("{what}; looked for {}", names.join(", "));
        vec![Err(Observed::Missing(what))]
    } else {
        units
    }
}

/// The unit in which a component that does not run would run: the one of the default in `config.yaml`.
pub(in crate::probe) fn usual_unit(context: &CollectContext<'_>, component: Component) -> Result<Unit, Observed> {
    if context.node.is_hidden(component) {
        return Err(context.absent(component));
    }
    let path = candidates::usual_path(context.node, component, FileRole::Service);
    let name = path.and_then(|path| unit_of(Path::new(&path)));
    let name = name.ok_or_else(|| context.absent(component))?;
    let files = files_of(context, &name)?;
    if files.is_empty() {
        let absence = context.node.absence(component);
        return Err(Observed::Missing(format!("{absence}, and {name} does not exist")));
    }
    Ok(Unit { name: Some(name), files })
}

/// The units to which files belong. A file that is in no folder of systemd stands for itself.
pub(in crate::probe) fn units_at(context: &CollectContext<'_>, files: Vec<Located>) -> Vec<Result<Unit, Observed>> {
    let unit_at = |file: Located| {
        let file = file?;
        match unit_of(&file.path) {
            Some(name) => Ok(Unit { files: files_of(context, &name)?, name: Some(name) }),
            None => Ok(Unit { name: None, files: vec![file] }),
        }
    };
    files.into_iter().map(unit_at).collect()
}

/// The slices in which a unit of a component lies, each once. One that nobody configured has no file.
pub(in crate::probe) fn slices_of(
    context: &CollectContext<'_>,
    component: Component,
    unit: &Unit,
) -> Result<Vec<Unit>, Observed> {
    let Some(name) = &unit.name else {
        return Ok(Vec::new());
    };
    let instances = &context.node.processes(component).instances;
    let running = instances.iter().filter(|instance| instance.unit() == Some(name));
    let mut names: Vec<String> = running.flat_map(|instance| instance.slices()).map(str::to_owned).collect();
    if instances.iter().any(|instance| instance.unit() == Some(name)) {
        names.push(ROOT_SLICE.to_owned());
        names.sort_unstable();
        names.dedup();
    } else {
        names = slices_above(&configured_slice(context, unit)?);
    }
    let slice = |name: String| Ok(Unit { files: files_of(context, &name)?, name: Some(name) });
    names.into_iter().map(slice).collect()
}

/// The slice in which systemd would start a unit.
fn configured_slice(context: &CollectContext<'_>, unit: &Unit) -> Result<String, Observed> {
    const OF_SERVICES: &str = "system.slice";
    let mut slice = OF_SERVICES.to_owned();
    for file in &unit.files {
        let values = context.documents.unit_values(file, "Service", "Slice");
        let values = values.map_err(|error| unknown(&shown(&file.path), &error))?;
        for value in values {
            if value.contains('%') {
                let file = shown(&file.path);
                return Err(Observed::Unknown(format!("the slice of the unit has a specifier in {file}: {value}")));
            }
            slice = if value.is_empty() { OF_SERVICES.to_owned() } else { value };
        }
    }
    Ok(slice)
}

/// Whether a file is a drop-in for all units of the kind.
fn is_for_all_of_kind(unit: &str, file: &HostPath) -> bool {
    for_all_of_kind(unit).is_some_and(|folder| file.path.parent().is_some_and(|parent| parent.ends_with(folder)))
}

/// Where the files of a unit can be.
pub(super) fn folders(unit: &str) -> Vec<PathBuf> {
    let drop_ins = drop_in_names(unit);
    let names = unit_names(unit).into_iter().chain(drop_ins);
    names.flat_map(|name| FOLDERS.map(|folder| Path::new(folder).join(&name))).collect()
}

/// The folders in which whoever can write adds to the units of a component: those that systemd searches, for a file that comes
/// before the one in use, and those of drop-ins. One that does not exist can be made in the first above it that does.
pub(super) fn folders_of_additions(context: &CollectContext<'_>, component: Component) -> Vec<HostPath> {
    let units = units_of(context, component);
    let mut names = units.iter().flatten().filter_map(|unit| unit.name.as_deref()).peekable();
    let searched = if names.peek().is_some() { &FOLDERS[..] } else { &[] };
    // Where the names are not known, the unit itself is not.
    let drop_ins = names.flat_map(|name| all_drop_in_names(context, name).unwrap_or_default());
    let existing = existing_folders(context);
    let drop_ins = drop_ins.flat_map(|name| existing.iter().map(|f| Path::new(f).join(&name)).collect::<Vec<_>>());
    let mut found: Vec<HostPath> = Vec::new();
    for folder in searched.iter().map(PathBuf::from).chain(drop_ins) {
        let mut existing = folder.ancestors().map(HostPath::host);
        let is_absent = |place: &HostPath| matches!(context.stat(place), Err(SourceError::NotFound));
        if let Some(place) = existing.find(|place| !is_absent(place)).filter(|place| !found.contains(place)) {
            found.push(place);
        }
    }
    found
}

/// The file of a unit and its drop-ins.
fn files_of(context: &CollectContext<'_>, unit: &str) -> Result<Vec<HostPath>, Observed> {
    let mut files = Vec::new();
    for name in unit_names(unit) {
        if let Some(file) = unit_file(context, &name)? {
            files.push(file);
            break;
        }
    }
    files.extend(drop_ins(context, unit, &all_drop_in_names(context, unit)?)?);
    Ok(files)
}

/// The same for each name that the unit has.
fn all_drop_in_names(context: &CollectContext<'_>, unit: &str) -> Result<Vec<String>, Observed> {
    let mut all: Vec<String> = Vec::new();
    let of_kind = for_all_of_kind(unit);
    for name in aliases::names_of(context, unit)?.iter().flat_map(|name| drop_in_names(name)) {
        if Some(&name) != of_kind.as_ref() && !all.contains(&name) {
            all.push(name);
        }
    }
    all.extend(of_kind);
    Ok(all)
}

fn unit_file(context: &CollectContext<'_>, unit: &str) -> Result<Option<HostPath>, Observed> {
    for folder in existing_folders(context) {
        let file = HostPath::host(Path::new(folder).join(unit));
        match context.stat(&file) {
            // A masked unit has no file; what is in the later folders does not count.
            _ if is_masked(context, &file) => return Ok(None),
            Ok(_) => return Ok(Some(file)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error) => return Err(unknown(&shown(&file.path), &error)),
        }
    }
    Ok(None)
}

/// `*.conf` in each folder of the unit's drop-ins, sorted by name; systemd ignores hidden files. Of one name the one in the
/// most specific folder counts, and of these the one in the first of the folders; a link to `/dev/null` hides the others.
fn drop_ins(context: &CollectContext<'_>, unit: &str, folders: &[String]) -> Result<Vec<HostPath>, Observed> {
    let mut by_name: BTreeMap<String, HostPath> = BTreeMap::new();
    let existing = existing_folders(context);
    for folder in folders.iter().flat_map(|d| existing.iter().map(move |f| Path::new(f).join(d))) {
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
    Ok(by_name.into_values().filter(|file| !is_masked(context, file)).collect())
}

/// Whether a path is a link to `/dev/null`, by which systemd hides a file.
fn is_masked(context: &CollectContext<'_>, file: &HostPath) -> bool {
    let may_be = match context.stat(file) {
        Ok(stat) => stat.kind == FileKind::Special,
        Err(SourceError::NotFound | SourceError::NotDirectory) => false,
        // The device is outside of what is mounted into this container.
        Err(_) => true,
    };
    may_be && context.link_target(file).is_some_and(|target| target == Path::new("/dev/null"))
}
