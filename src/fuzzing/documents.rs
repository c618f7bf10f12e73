//! Documents of the audited machine: YAML and JSON, unit files, certificates, and what is kept of them for a snapshot.

use super::{parts, texts};
use crate::model::KubernetesVersions;
use crate::probe::certificate::{self, Reader};
use crate::probe::excerpt::{ReadScope, ReadScopes};
use crate::probe::select::{audit_policy, encryption_writer};
use crate::probe::{DocumentPath, markup, pem};
use crate::source::node::SourceError;
use serde_json::Value as Json;

/// A secret of the seeds: no message may quote it.
const SECRET: &str = "hunter2";

/// A path into a document, `Section.key` of a unit file, and the document itself, apart by NUL: read within its budget, or
/// refused without a quotation; an excerpt answers as the whole does, and has no excerpt but itself.
pub fn documents(data: &[u8]) {
    let [path, unit, _] = texts(data);
    let [_, _, document] = parts(data);
    let path = path.parse::<DocumentPath>().ok();
    if let Some(path) = &path {
        assert_eq!(path.to_string().parse().as_ref(), Ok(path), "{path}");
    }
    let (section, key) = unit.split_once('.').unwrap_or((&unit, ""));
    let parsed = markup::parse(document, markup::DuplicateKeys::LastCounts);
    match &parsed {
        Ok(json) => {
            let (nodes, depth) = size(json);
            assert!(nodes <= markup::MAX_NODES && depth <= markup::MAX_DEPTH, "{nodes} nodes, {depth} deep");
            meaning(json);
        }
        Err(error) => assert!(!error.to_string().contains(SECRET), "{error}"),
    }
    for value in markup::unit_values(document, section, key) {
        assert_eq!(value.trim(), value);
    }
    certificates(document);
    let unit = ReadScope::Unit { section: section.to_owned(), key: key.to_owned() };
    let paths: Vec<ReadScope> = path.iter().cloned().map(ReadScope::Path).collect();
    for requested in [
        paths,
        vec![ReadScope::Parts(encryption_writer::PARTS)],
        vec![ReadScope::Parts(audit_policy::PARTS)],
        vec![ReadScope::Certificates],
        vec![unit],
    ] {
        keep(requested, document);
    }
    if let (Some(path), Ok(json)) = (&path, &parsed)
        && let Ok(excerpt) = requested(vec![ReadScope::Path(path.clone())]).excerpt(document)
    {
        assert_eq!(
            markup::parse(excerpt.as_bytes(), markup::DuplicateKeys::LastCounts).ok().and_then(|e| path.find(&e)),
            path.find(json),
            "{path} in {excerpt}"
        );
    }
}

/// An excerpt has the same authorities as the whole, and the bytes by themselves may be a certificate as well.
fn certificates(document: &[u8]) {
    let encoded = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", pem::encode(document));
    for text in [document, encoded.as_bytes()] {
        let excerpt = certificate::excerpt(text);
        for reader in [Reader::Etcd, Reader::Kubernetes] {
            let authorities = certificate::authorities(text, reader);
            assert_eq!(certificate::authorities(excerpt.as_bytes(), reader), authorities);
            authorities.iter().flatten().for_each(|certificate| drop(certificate.authority.name()));
        }
        assert_eq!(certificate::excerpt(excerpt.as_bytes()), excerpt);
    }
}

fn requested(parts: Vec<ReadScope>) -> ReadScopes {
    let mut requested = ReadScopes::default();
    parts.into_iter().for_each(|part| requested.add(part));
    requested
}

/// What is kept of an excerpt is all of it.
fn keep(parts: Vec<ReadScope>, document: &[u8]) {
    let requested = requested(parts);
    match requested.excerpt(document) {
        Ok(excerpt) => assert_eq!(requested.excerpt(excerpt.as_bytes()).as_ref(), Ok(&excerpt)),
        Err(error) => assert!(matches!(error, SourceError::Malformed(_) | SourceError::Io(_))),
    }
}

/// What the document means as one of the kinds that are known.
fn meaning(json: &Json) {
    for writer in
        [false, true].into_iter().filter_map(|w| encryption_writer::encryption_writer(json, "secrets", w).ok())
    {
        assert!(
            writer == "identity" || json.to_string().contains(&Json::String(writer.clone()).to_string()),
            "{writer}"
        );
    }
    if let Ok(policy) = audit_policy::Policy::read(json) {
        if let Ok(levels) = audit_policy::audit_levels(&policy, KubernetesVersions::UNKNOWN) {
            assert!(levels.len() <= 3 && !levels.contains(&audit_policy::Level::None));
        }
        for (resource, verb) in [("pods/exec", "create"), ("secrets", "list")] {
            let levels = audit_policy::levels_of(&policy, "", resource, verb, KubernetesVersions::UNKNOWN);
            assert!(levels.is_err() || levels.is_ok_and(|levels| !levels.is_empty()));
        }
    }
}

/// Nodes and levels of a document.
fn size(json: &Json) -> (usize, usize) {
    let inner: Vec<(usize, usize)> = match json {
        Json::Array(items) => items.iter().map(size).collect(),
        Json::Object(map) => map.values().map(size).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return (1, 0),
    };
    let deepest = inner.iter().map(|(_, depth)| *depth).max().unwrap_or_default();
    (1 + inner.iter().map(|(nodes, _)| nodes).sum::<usize>(), 1 + deepest)
}
