//! What a scan reads, ready to be evaluated: its objects with their places, and what the reader must know.

use crate::commands::Failure;
use crate::dockerfile::{Dockerfile, DockerfileError};
use crate::evaluate::{ExaminedObject, FieldPlaces, LocatedField};
use crate::model::Location;
use crate::report::InputCounts;
use crate::source::manifests::{ManifestObject, Manifests, ObjectContent, Problem, ProblemKind};
use crate::workload::{
    Completeness, FieldPath, Place, PodTemplateRef, Surroundings, TestSubject, WorkloadUnit, refusals, write_path,
};
use std::collections::BTreeMap;
use std::path::Path;

/// Problems that the notices name one by one.
const MAX_NOTICES: usize = 100;

/// What a scan reads.
pub(super) struct ScanInput {
    manifests: Manifests,
}

impl ScanInput {
    /// Takes what was read. `minor`: what the API server of Kubernetes 1.`minor` refuses is a wrong document.
    pub(super) fn new(mut manifests: Manifests, minor: Option<u32>) -> Self {
        let Some(minor) = minor else { return Self { manifests } };
        let objects = std::mem::take(&mut manifests.objects);
        for object in objects {
            match refusal(&object, minor) {
                Some(message) => manifests.problems.push(Problem { kind: ProblemKind::Wrong, message }),
                None => manifests.objects.push(object),
            }
        }
        Self { manifests }
    }

    /// What is wrong or cannot be read, in words.
    pub(super) fn problems(&self) -> impl Iterator<Item = &str> {
        self.manifests.problems.iter().map(|problem| problem.message.as_str())
    }

    /// How much was evaluated. Accounts and network policies are read for the workloads beside them.
    pub(super) fn counts(&self) -> InputCounts {
        let objects = self.manifests.objects.iter();
        let evaluated = objects.clone().filter(|object| is_evaluated(object)).count();
        InputCounts {
            evaluated: evaluated + self.manifests.dockerfiles.len(),
            skipped: objects.count() - evaluated + self.manifests.skipped.values().sum::<usize>(),
            unreadable: self.manifests.problems.len(),
        }
    }

    /// Whether an object was read that some check is about.
    pub(super) fn has_evaluated_objects(&self) -> bool {
        self.manifests.objects.iter().any(is_evaluated)
    }

    /// Whether a Dockerfile was read.
    pub(super) fn has_dockerfiles(&self) -> bool {
        !self.manifests.dockerfiles.is_empty()
    }

    /// What is known beside each workload.
    pub(super) fn surroundings(&self) -> Surroundings<'_> {
        let accounts = self.manifests.objects.iter().filter_map(|object| match &object.content {
            ObjectContent::ServiceAccount(account) => Some(account.as_ref()),
            _ => None,
        });
        let policies = self.manifests.objects.iter().filter_map(|object| match &object.content {
            ObjectContent::NetworkPolicy(policy) => Some(policy.as_ref()),
            _ => None,
        });
        Surroundings::new(accounts, policies, Completeness::AtHand)
    }

    /// The places of each object.
    pub(super) fn places(&self) -> Vec<FilePlaces<'_>> {
        self.manifests.objects.iter().map(FilePlaces).collect()
    }

    /// The workloads of the input.
    pub(super) fn workloads(&self) -> impl Iterator<Item = (&ManifestObject, WorkloadUnit<'_>)> {
        self.manifests.objects.iter().filter_map(|object| Some((object, unit(object)?)))
    }

    /// What is examined. `places` are those of the objects, in their order.
    pub(super) fn examined<'a>(&'a self, places: &'a [FilePlaces<'a>]) -> Vec<ExaminedObject<'a>> {
        let objects = self.manifests.objects.iter().zip(places);
        let examined = objects.filter_map(|(object, places)| {
            let subject = match &object.content {
                ObjectContent::Pods { .. } => TestSubject::Workload(unit(object)?, object.pod_labels()?),
                ObjectContent::Binding(binding) => TestSubject::Binding(binding),
                ObjectContent::ConfigMap(data) => TestSubject::ConfigMap(&data.secrets),
                ObjectContent::ServiceAccount(_) | ObjectContent::NetworkPolicy(_) | ObjectContent::Other => {
                    return None;
                }
            };
            Some(ExaminedObject { title: object.title(), subjects: vec![(subject, 1)], places })
        });
        examined.collect()
    }

    /// The Dockerfiles, each with its name and what it builds.
    pub(super) fn dockerfiles(
        &self,
        build_args: &BTreeMap<String, String>,
    ) -> Vec<(&str, Result<Dockerfile, DockerfileError>)> {
        let files = self.manifests.dockerfiles.iter();
        files.map(|file| (file.name.as_str(), Dockerfile::parse(&file.text, build_args))).collect()
    }

    /// What the reader must know.
    pub(super) fn notices(&self) -> Vec<String> {
        let manifests = &self.manifests;
        let mut notices: Vec<String> =
            manifests.problems.iter().take(MAX_NOTICES).map(|problem| problem.message.clone()).collect();
        match manifests.problems.len().saturating_sub(MAX_NOTICES) {
            0 => {}
            more => notices.push(format!("{more} more documents are wrong or cannot be read")),
        }
        let unknown = || manifests.objects.iter().flat_map(|object| &object.unknown_fields);
        notices.extend(unknown().take(MAX_NOTICES).map(|field| format!("{field}; it has no effect")));
        match unknown().count().saturating_sub(MAX_NOTICES) {
            0 => {}
            more => notices.push(format!("{more} more fields are unknown")),
        }
        let custom = manifests
            .objects
            .iter()
            .filter(|object| matches!(object.content, ObjectContent::Pods { is_custom: true, .. }));
        let custom: Vec<String> = custom.map(|object| format!("{} ({})", object.title(), object.api_version)).collect();
        if !custom.is_empty() {
            let named = custom.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = custom.len().saturating_sub(5);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            notices.push(format!("no kind of Kubernetes, judged by the pod template in it: {named}{more}"));
        }
        if !manifests.skipped.is_empty() {
            let kinds = manifests.skipped.iter().map(|(kind, count)| format!("{count} {kind}"));
            notices.push(format!(
                "not evaluated, since no check is about their kind: {}",
                kinds.collect::<Vec<_>>().join(", ")
            ));
        }
        if manifests.not_manifests > 0 {
            notices.push(format!("no objects of Kubernetes: {} documents of the directories", manifests.not_manifests));
        }
        if manifests.suppressions > 0 {
            let count = manifests.suppressions;
            notices.push(format!(
                "comments and annotations that ask a scanner to ignore something have no effect here: {count}"
            ));
        }
        notices
    }
}

/// Whether a path is standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdin")
}

/// Ends a scan in which something was wrong, unreadable or not there.
pub(super) fn problem_failure(input: &ScanInput) -> Result<(), Failure> {
    let count = |kind: ProblemKind| input.manifests.problems.iter().filter(|problem| problem.kind == kind).count();
    let (wrong, unreadable) = (count(ProblemKind::Wrong), count(ProblemKind::Unreadable));
    let first = input.manifests.problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
    let documents = if wrong == 1 { "document is" } else { "documents are" };
    let files = if unreadable == 1 { "file" } else { "files" };
    match (wrong, unreadable, input.counts().evaluated) {
        (0, 0, 0) => Err(Failure::Nothing(
            "nothing was evaluated: no pod, nothing that makes pods, and no Dockerfile is in the input".to_owned(),
        )),
        (0, 0, _) => Ok(()),
        (0, ..) => Err(Failure::Incomplete(format!("{unreadable} {files} cannot be read: {first}"))),
        (_, 0, _) => Err(Failure::File(format!("{wrong} {documents} wrong: {first}"))),
        _ => Err(Failure::File(format!("{wrong} {documents} wrong, and {unreadable} {files} cannot be read: {first}"))),
    }
}

const fn is_evaluated(object: &ManifestObject) -> bool {
    match object.content {
        ObjectContent::Pods { .. } | ObjectContent::Binding(_) | ObjectContent::ConfigMap(_) => true,
        ObjectContent::ServiceAccount(_) | ObjectContent::NetworkPolicy(_) | ObjectContent::Other => false,
    }
}

/// The workload in an object.
fn unit(object: &ManifestObject) -> Option<WorkloadUnit<'_>> {
    match &object.content {
        ObjectContent::Pods { template, claims, is_custom, .. } => Some(WorkloadUnit {
            kind: &object.kind,
            api_version: Some(&object.api_version),
            is_custom: *is_custom,
            namespace: object.namespace.as_deref(),
            template: PodTemplateRef { annotations: &template.metadata.annotations, spec: &template.spec },
            claims,
        }),
        ObjectContent::ServiceAccount(_)
        | ObjectContent::NetworkPolicy(_)
        | ObjectContent::Binding(_)
        | ObjectContent::ConfigMap(_)
        | ObjectContent::Other => None,
    }
}

/// Why the API server refuses an object, with the place.
fn refusal(object: &ManifestObject, minor: u32) -> Option<String> {
    let refused = refusals(unit(object)?.template, minor);
    let (path, reason) = refused.first()?;
    let LocatedField { path, location, .. } = FilePlaces(object).locate(&Place::Template(path.clone()));
    let position = match location {
        Some(Location { file, line: Some(line), column: Some(column), .. }) => format!("{file}:{line}:{column}"),
        Some(Location { file, .. }) => file,
        None => object.origin.file.clone(),
    };
    Some(format!("{position}: {}: the API server refuses {path}: {reason}", object.title()))
}

/// Where the fields of an object in a file are.
pub(super) struct FilePlaces<'a>(pub(super) &'a ManifestObject);

impl FieldPlaces for FilePlaces<'_> {
    fn locate(&self, place: &Place) -> LocatedField {
        let Self(object) = self;
        let (prefix, path): (&[&str], &FieldPath) = match (place, &object.content) {
            (Place::Template(path), ObjectContent::Pods { path: prefix, .. }) => (prefix, path),
            (Place::Template(path) | Place::Object(path), _) => (&[], path),
        };
        let steps = || prefix.iter().copied().chain(path.steps());
        let found = object.places.find(steps());
        let mut whole = String::with_capacity(96);
        // Writing to a String cannot fail.
        let _ = write_path(steps(), &mut whole);
        let position = found.position;
        let in_input = || format!("{}:{}:{}", object.origin.file, position.line, position.column);
        let source = match (found.is_set, &object.origin.source) {
            (true, _) => in_input(),
            (false, None) => "not set".to_owned(),
            (false, Some(_)) => format!("not set; {}", in_input()),
        };
        let location = match &object.origin.source {
            // The line in the file that a tool made the document from is not known.
            Some(source) => Location { file: source.clone(), relative: None, line: None, column: None },
            None => Location {
                file: object.origin.file.clone(),
                relative: None,
                line: Some(position.line),
                column: Some(position.column),
            },
        };
        LocatedField { path: whole, source, location: Some(location) }
    }
}
