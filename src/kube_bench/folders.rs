//! Loads folders of definitions: one for each benchmark, with a file for each target. Variables such as `$kubeletconf` are
//! replaced in the text of a file before it is parsed; the caller says by what.

use super::folder_config::{merge, typed};
use super::target_file::{RawFile, section};
use super::{AuditCheck, Substitutions, warnings};
use crate::benchmark::{Benchmark, ForeignFormat};
use crate::model::{Id, Target};
use crate::node::Config;
use crate::text::system_error;
use crate::yaml::{Diagnostic, TextFile};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The benchmark folders of a configuration folder.
#[derive(Debug, Default)]
pub struct FolderSet {
    config: Option<TextFile>,
    folders: BTreeMap<String, Folder>,
}

/// A benchmark of a folder: its outline, and the checks that its assertions number.
#[derive(Debug)]
pub struct FolderBenchmark {
    /// The outline. Its assertions are external.
    pub benchmark: Benchmark,
    /// The checks, by the numbers of the assertions.
    pub checks: Vec<AuditCheck>,
}

#[derive(Debug)]
struct Folder {
    files: Vec<(Target, PathBuf)>,
    config: Option<TextFile>,
}

impl FolderSet {
    /// The benchmark folders below `folder`. `config` is the configuration that they extend.
    pub fn find(folder: Option<&Path>, config: Option<TextFile>) -> Result<Self, Diagnostic> {
        let mut folders = BTreeMap::new();
        for path in folder.map(folders_in).transpose()?.unwrap_or_default() {
            let files: Vec<(Target, PathBuf)> = Target::ALL
                .into_iter()
                .map(|target| (target, path.join(format!("{target}.yaml"))))
                .filter(|(_, file)| TextFile::is_present(file))
                .collect();
            let Some(id) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            if !files.is_empty() {
                let own = path.join("config.yaml");
                let config = TextFile::is_present(&own).then(|| TextFile::read_regular(&own)).transpose()?;
                folders.insert(id, Folder { files, config });
            }
        }
        Ok(Self { config, folders })
    }

    /// The benchmarks that have folders.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.folders.keys().map(String::as_str)
    }

    /// The common configuration, with the versions and targets of the folders' own.
    pub fn merged_config(&self, common: Config) -> Result<Config, Diagnostic> {
        let own: Vec<&TextFile> = self.folders.values().filter_map(|f| f.config.as_ref()).collect();
        let (false, Some(config)) = (own.is_empty(), &self.config) else {
            return Ok(common);
        };
        let mut merged: Json = config.parse()?;
        for source in &own {
            let mut mappings: Json = source.parse()?;
            if let Json::Object(map) = &mut mappings {
                map.retain(|key, _| matches!(key.as_str(), "version_mapping" | "target_mapping"));
                merge(&mut merged, mappings);
            }
        }
        typed(&own, merged)
    }

    /// The configuration for a benchmark.
    pub fn config_of(&self, id: &str, common: &Arc<Config>) -> Result<Arc<Config>, Diagnostic> {
        let (Some(own), Some(config)) = (self.folders.get(id).and_then(|f| f.config.as_ref()), &self.config) else {
            return Ok(Arc::clone(common));
        };
        let mut merged: Json = config.parse()?;
        match own.parse()? {
            overlay @ (Json::Object(_) | Json::Null) => merge(&mut merged, overlay),
            other => merged = other,
        }
        typed(&[own], merged).map(Arc::new)
    }

    /// Whether the folder of a benchmark has a configuration of its own.
    pub fn has_own_config(&self, id: &str) -> bool {
        self.folders.get(id).is_some_and(|f| f.config.is_some())
    }

    /// The warnings about the files of a benchmark.
    pub fn warnings_of(&self, id: &str) -> Result<Vec<Diagnostic>, Diagnostic> {
        let files = self.folders.get(id).into_iter().flat_map(|f| &f.files);
        let found = files.map(|(_, path)| warnings(&read(path)?)).collect::<Result<Vec<_>, _>>()?;
        Ok(found.concat())
    }

    /// Loads a benchmark; `None` if it has no folder. `words` gives the values of the variables for the file of a target.
    pub fn benchmark(
        &self,
        id: &str,
        words: &dyn Fn(Target) -> Substitutions,
    ) -> Option<Result<FolderBenchmark, Diagnostic>> {
        self.folders.get(id).map(|folder| {
            let mut checks = Vec::new();
            let mut sections = Vec::new();
            for (target, path) in &folder.files {
                sections.push(section(*target, read(path)?, &words(*target), &mut checks)?);
            }
            sections.sort_by_key(|s| Id::new(&s.id));
            let benchmark = Benchmark { id: id.to_owned(), title: id.to_owned(), sections };
            Ok(FolderBenchmark { benchmark, checks })
        })
    }
}

impl ForeignFormat for FolderSet {
    fn recognizes(&self, has: &dyn Fn(&str) -> bool, has_list: &dyn Fn(&str) -> bool) -> bool {
        has("controls") || has_list("groups")
    }

    fn warnings(&self, source: &TextFile) -> Result<Vec<Diagnostic>, Diagnostic> {
        source.parse::<RawFile>()?;
        warnings(source)
    }

    fn benchmarks(&self) -> Vec<&str> {
        self.ids().collect()
    }
}

/// The file of a target. kube-bench accepts duplicate keys, so a run must not refuse them.
fn read(path: &Path) -> Result<TextFile, Diagnostic> {
    TextFile::read_regular(path).map(TextFile::lenient)
}

/// The subfolders that may hold a benchmark. `catalog` and `profiles` hold native definitions.
#[expect(clippy::disallowed_methods, reason = "definition files are the user's own")]
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let unreadable = |error: &io::Error| Diagnostic::unreadable(folder, &system_error(error));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(&e))? {
        let path = entry.map_err(|e| unreadable(&e))?.path();
        if path.is_dir() && !path.ends_with("catalog") && !path.ends_with("profiles") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
