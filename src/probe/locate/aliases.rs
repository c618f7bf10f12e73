//! The names of a systemd unit: links in the folders that systemd searches give it further ones, each with drop-ins of its own
//! (`systemd.unit(5)`).

use super::unit_names::{FOLDERS, drop_in_names, existing_folders, unknown};
use crate::model::Observed;
use crate::probe::context::{CollectContext, UnitWithDropIns, shown};
use crate::source::node::{HostPath, SourceError};
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// Links from one name to the next. They can form a cycle.
const MAX_STEPS: usize = 8;
/// Other units whose names are looked at, all of which have drop-ins.
const MAX_CANDIDATES: usize = 200;

/// The names of a unit that matter for its drop-ins: its own first, then those to which a link of its own name leads, then those
/// whose links lead to it.
pub(super) fn names_of(context: &CollectContext<'_>, unit: &str) -> Result<Vec<String>, Observed> {
    // First the folders, whose names answer for every file that does not exist.
    let with_drop_ins = context.units_with_drop_ins.get_or_init(|| units_with_drop_ins(context)).as_ref();
    let with_drop_ins = with_drop_ins.map_err(Clone::clone)?;
    let mut names = chain(context, unit)?;
    let known: BTreeSet<String> = names.iter().flat_map(|name| drop_in_names(name)).collect();
    let kind = |name: &str| Path::new(name).extension().map(OsStr::to_owned);
    let candidates = with_drop_ins.iter().filter(|(name, _)| kind(name) == kind(unit) && !names.contains(name));
    let has_others = |drop_ins: &[String]| drop_ins.iter().any(|drop_in| !known.contains(drop_in));
    let candidates: Vec<&String> =
        candidates.filter(|(_, drop_ins)| has_others(drop_ins)).map(|(name, _)| name).collect();
    if candidates.len() > MAX_CANDIDATES {
        let reason =
            format!("more than {MAX_CANDIDATES} units have drop-ins, and links may give their names to {unit}");
        return Err(Observed::Unknown(reason));
    }
    let own = names.last().cloned();
    let in_folders = |name: &&String| -> Vec<HostPath> {
        existing_folders(context).iter().map(|folder| HostPath::host(Path::new(folder).join(name))).collect()
    };
    context.files.prefetch(candidates.iter().flat_map(in_folders).collect());
    for candidate in candidates {
        if chain(context, candidate)?.last() == own.as_ref() {
            names.push(candidate.clone());
        }
    }
    Ok(names)
}

/// A name, and the names to which its links lead.
fn chain(context: &CollectContext<'_>, unit: &str) -> Result<Vec<String>, Observed> {
    let mut names = vec![unit.to_owned()];
    while let Some(next) = target(context, names.last().map_or("", String::as_str))? {
        if names.contains(&next) || names.len() > MAX_STEPS {
            break;
        }
        names.push(next);
    }
    Ok(names)
}

/// The name of the unit that the first file with a name is a link to. A link that leads out of the folders is a unit itself.
fn target(context: &CollectContext<'_>, unit: &str) -> Result<Option<String>, Observed> {
    for folder in existing_folders(context) {
        let file = HostPath::host(Path::new(folder).join(unit));
        let stat = context.files.lstat(&file);
        match stat {
            Ok(found) => {
                let target = found.target.map(|target| without_dots(&Path::new(folder).join(target)));
                let target =
                    target.filter(|target| target.parent().is_some_and(|p| FOLDERS.iter().any(|f| p == Path::new(f))));
                return Ok(target.and_then(|target| Some(target.file_name()?.to_str()?.to_owned())));
            }
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error) => return Err(unknown(&shown(&file.path), &error)),
        }
    }
    Ok(None)
}

/// The units that have drop-ins. Others need not be looked at: most links of systemd are for targets and have none.
fn units_with_drop_ins(context: &CollectContext<'_>) -> Result<Vec<UnitWithDropIns>, Observed> {
    let lists = lists(context)?;
    let mut units: Vec<&str> = Vec::new();
    let mut drop_ins = DropInFolders::default();
    for name in lists.iter().flat_map(|names| names.iter()) {
        match name.strip_suffix(".d") {
            Some(stem) => drop_ins.add(stem),
            None => units.push(name),
        }
    }
    units.retain(|unit| drop_ins.may_be_of(unit));
    units.sort_unstable();
    units.dedup();
    let all = units.into_iter().map(|unit| (unit.to_owned(), drop_ins.of(unit)));
    Ok(all.filter(|(_, drop_ins)| !drop_ins.is_empty()).collect())
}

/// The names in all folders of units.
fn lists(context: &CollectContext<'_>) -> Result<Vec<Rc<Vec<String>>>, Observed> {
    let mut lists = Vec::new();
    for folder in existing_folders(context) {
        let place = HostPath::host(folder);
        match context.stat(&place).and_then(|_| context.list(&place)) {
            Ok(names) => lists.push(names),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error) => return Err(unknown(folder, &error)),
        }
    }
    Ok(lists)
}

/// The folders of drop-ins that exist.
#[derive(Default)]
struct DropInFolders<'n> {
    /// Their names without `.d`.
    stems: HashSet<&'n str>,
    /// Of those for all units whose names begin alike, such as `a-b-.service.d`, what stands before the first dash.
    first_words: HashSet<&'n str>,
}

impl<'n> DropInFolders<'n> {
    fn add(&mut self, stem: &'n str) {
        self.stems.insert(stem);
        if stem.contains("-.") {
            self.first_words.extend(first_word(stem));
        }
    }

    /// Whether one may be of a unit. Of the hundreds of units of a node, few have drop-ins.
    fn may_be_of(&self, unit: &str) -> bool {
        let kind = unit.rsplit_once('.').map_or("", |(_, kind)| kind);
        let is_for_prefix = || first_word(unit).is_some_and(|word| self.first_words.contains(word));
        unit.contains('@') || self.stems.contains(unit) || self.stems.contains(kind) || is_for_prefix()
    }

    /// The names of those of a unit, the most specific first.
    fn of(&self, unit: &str) -> Vec<String> {
        let exists = |name: &String| name.strip_suffix(".d").is_some_and(|stem| self.stems.contains(stem));
        drop_in_names(unit).into_iter().filter(exists).collect()
    }
}

/// What stands before the first dash.
fn first_word(name: &str) -> Option<&str> {
    name.split_once('-').map(|(word, _)| word)
}

/// A path without `..`.
fn without_dots(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(result.pop()),
            Component::CurDir => {}
            Component::RootDir | Component::Normal(_) | Component::Prefix(_) => result.push(part),
        }
    }
    result
}
