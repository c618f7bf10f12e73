//! Everything that is defined: the built-in benchmarks, the user's own, and those of kube-bench folders.

use super::flags::AuditFlags;
use super::within::within;
use crate::benchmark::{Benchmark, ForeignFormat, Library};
use crate::commands::Failure;
use crate::evaluate::{ExternalChecks, NoExternalChecks};
#[cfg(feature = "kube-bench")]
use crate::kube_bench::{AuditCheck, AuditRunner, FolderChecks, FolderSet, ProcessCache, Substitutions};
use crate::model::Id;
#[cfg(feature = "kube-bench")]
use crate::model::Target;
use crate::node::{Config, Platforms};
use crate::source::node::NodeSource;
use crate::yaml::Diagnostic;
use indexmap::IndexMap;
use std::path::Path;
use std::sync::Arc;

/// The definitions of a run.
pub(crate) struct Definitions {
    /// The core's own.
    pub(crate) library: Library,
    /// Where components are looked for, and which benchmark serves which version.
    pub(crate) config: Arc<Config>,
    /// The platforms that are known, and the one that the user names.
    pub(crate) platforms: Arc<Platforms>,
    #[cfg(feature = "kube-bench")]
    folders: FolderSet,
}

/// A benchmark, with what evaluates the checks that the core cannot.
pub(crate) struct LoadedBenchmark {
    pub(crate) benchmark: Benchmark,
    /// The configuration for it.
    pub(crate) config: Arc<Config>,
    /// Whether that configuration is its own.
    pub(crate) has_own_config: bool,
    #[cfg(feature = "kube-bench")]
    checks: Vec<AuditCheck>,
}

impl Definitions {
    /// The definitions that the flags name.
    pub(crate) fn from_flags(flags: &AuditFlags) -> Result<Self, Failure> {
        let (folder, config) = (flags.benchmark.config_dir.clone(), flags.benchmark.config.clone());
        let Some(named) = folder.as_ref().or(config.as_ref()).map(|path| path.display().to_string()) else {
            return Self::load(None, None)?.with_platform(flags.benchmark.platform.as_deref());
        };
        let option = if folder.is_some() { "-D" } else { "--config" };
        let read = within(flags.node.timeout, &named, move || Self::load(folder.as_deref(), config.as_deref()))?;
        let read = read.map_err(|error| {
            // Which option named what cannot be read; an error in a file has its place.
            let is_named = error.unreadable && error.file == named;
            if is_named { Failure::Other(anyhow::anyhow!("{option}: {error}")) } else { error.into() }
        });
        read?.with_platform(flags.benchmark.platform.as_deref())
    }

    /// The same with the platform that the user names.
    fn with_platform(mut self, id: Option<&str>) -> Result<Self, Failure> {
        if id.is_some() {
            let platforms = (*self.platforms).clone().with_chosen(id).map_err(Failure::Usage)?;
            self.platforms = Arc::new(platforms);
        }
        Ok(self)
    }

    /// The built-in definitions, with those of a folder over them. `config_file` replaces the configuration.
    pub(crate) fn load(folder: Option<&Path>, config_file: Option<&Path>) -> Result<Self, Diagnostic> {
        let library = Library::load(folder, config_file)?;
        #[cfg(feature = "kube-bench")]
        {
            let folders = FolderSet::find(folder, library.config_file().cloned())?;
            if let Some(folder) = folder.filter(|_| folders.ids().next().is_none()) {
                let has_benchmarks =
                    |folder: &Path| FolderSet::find(Some(folder), None).is_ok_and(|set| set.ids().next().is_some());
                folder::require_definitions(folder, &has_benchmarks)?;
            }
            let config = Arc::new(folders.merged_config((*library.config).clone())?);
            Ok(Self { platforms: Arc::clone(&library.platforms), library, config, folders })
        }
        #[cfg(not(feature = "kube-bench"))]
        {
            folder.map_or(Ok(()), |folder| folder::require_definitions(folder, &|_| false))?;
            Ok(Self { config: Arc::clone(&library.config), platforms: Arc::clone(&library.platforms), library })
        }
    }

    /// The ids of all benchmarks, in order.
    pub(crate) fn benchmarks(&self) -> Vec<&str> {
        let folders = self.foreign().map(ForeignFormat::benchmarks).unwrap_or_default();
        let built_in = self.library.benchmarks().into_iter().filter(|id| !folders.contains(id));
        let mut ids: Vec<&str> = built_in.chain(folders.iter().copied()).collect();
        ids.sort_by_cached_key(|id| self.library.order_of(id));
        ids
    }

    /// Whether there is such a benchmark.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.library.has(id) || self.foreign().is_some_and(|format| format.benchmarks().contains(&id))
    }

    /// The parameters of a check that differ from its rule's own.
    pub(crate) fn parameters(
        &self,
        benchmark: &str,
        check: &Id,
    ) -> Result<IndexMap<String, serde_json::Value>, Diagnostic> {
        if self.foreign().is_some_and(|format| format.benchmarks().contains(&benchmark)) {
            return Ok(IndexMap::new());
        }
        self.library.parameters(benchmark, check)
    }
}

#[cfg(feature = "kube-bench")]
impl Definitions {
    /// The format of definition files that the core does not read.
    pub(crate) fn foreign(&self) -> Option<&dyn ForeignFormat> {
        Some(&self.folders)
    }

    /// Loads a benchmark; a folder's variables such as `$kubeletconf` are replaced by their values on `source`.
    pub(crate) fn benchmark(&self, id: &str, source: Option<&dyn NodeSource>) -> Result<LoadedBenchmark, Diagnostic> {
        let config = self.folders.config_of(id, &self.config)?;
        if let (Some(source), true) = (source, self.folders.has_own_config(id)) {
            // One read of the processes for all targets. Errors are those of the reads that follow.
            drop(source.processes(&program_names(&config).collect::<Vec<_>>()));
        }
        let words =
            |target| source.map_or_else(Substitutions::default, |source| Substitutions::find(&config, target, source));
        match self.folders.benchmark(id, &words) {
            Some(folder) => {
                let folder = folder?;
                let has_own_config = self.folders.has_own_config(id);
                Ok(LoadedBenchmark { benchmark: folder.benchmark, config, has_own_config, checks: folder.checks })
            }
            None => Ok(LoadedBenchmark {
                benchmark: self.library.benchmark(id)?,
                config,
                has_own_config: false,
                checks: Vec::new(),
            }),
        }
    }

    /// The node, for an audit against this benchmark. Folders ask for processes again and again, so they are read once.
    pub(crate) fn source_for<'s>(
        &self,
        benchmark: Option<&str>,
        source: Box<dyn NodeSource + 's>,
    ) -> Result<Box<dyn NodeSource + 's>, Diagnostic> {
        let folders = self.folders.benchmarks();
        if folders.is_empty() || benchmark.is_some_and(|id| !folders.contains(&id)) {
            return Ok(source);
        }
        let own = benchmark.map(|id| self.folders.config_of(id, &self.config)).transpose()?;
        let configs = std::iter::once(&self.config).chain(&own);
        let names = configs.flat_map(|config| program_names(config)).map(str::to_owned).collect();
        Ok(Box::new(ProcessCache::new(source, names)))
    }

    /// What is suspicious in the files of a benchmark.
    pub(crate) fn warnings(&self, id: &str) -> Result<Vec<Diagnostic>, Diagnostic> {
        self.folders.warnings_of(id)
    }
}

/// The names of the programs of all components.
#[cfg(feature = "kube-bench")]
fn program_names(config: &Config) -> impl Iterator<Item = &str> {
    Target::ALL.into_iter().flat_map(|target| config.target(target).program_names())
}

#[cfg(not(feature = "kube-bench"))]
impl Definitions {
    /// The format of definition files that the core does not read.
    pub(crate) fn foreign(&self) -> Option<&dyn ForeignFormat> {
        None
    }

    /// Loads a benchmark.
    pub(crate) fn benchmark(&self, id: &str, _source: Option<&dyn NodeSource>) -> Result<LoadedBenchmark, Diagnostic> {
        let (benchmark, config) = (self.library.benchmark(id)?, Arc::clone(&self.config));
        Ok(LoadedBenchmark { benchmark, config, has_own_config: false })
    }

    /// The node, as it is.
    pub(crate) fn source_for<'s>(
        &self,
        _benchmark: Option<&str>,
        source: Box<dyn NodeSource + 's>,
    ) -> Result<Box<dyn NodeSource + 's>, Diagnostic> {
        Ok(source)
    }

    /// What is suspicious in the files of a benchmark.
    pub(crate) fn warnings(&self, _id: &str) -> Result<Vec<Diagnostic>, Diagnostic> {
        Ok(Vec::new())
    }
}

impl LoadedBenchmark {
    /// Whether checks of it are shell audits.
    pub(crate) fn has_audits(&self) -> bool {
        self.benchmark.checks().any(|(_, check)| check.rule.assertion.is_external())
    }

    /// In words, what an external check reads and expects.
    #[cfg(feature = "kube-bench")]
    pub(crate) fn describe(&self, number: usize) -> Option<(String, String)> {
        self.checks.get(number).map(|check| (check.reads(), check.expects()))
    }

    /// In words, what an external check reads and expects.
    #[cfg(not(feature = "kube-bench"))]
    pub(crate) fn describe(&self, _number: usize) -> Option<(String, String)> {
        None
    }

    /// What evaluates the checks that the core cannot.
    #[cfg(feature = "kube-bench")]
    pub(crate) fn external<'h>(&self, runner: impl FnOnce() -> AuditRunner<'h>) -> Box<dyn ExternalChecks + 'h> {
        if self.checks.is_empty() {
            Box::new(NoExternalChecks)
        } else {
            Box::new(FolderChecks::new(self.checks.clone(), runner()))
        }
    }
}

mod folder;
#[cfg(all(test, feature = "kube-bench"))]
mod tests;
