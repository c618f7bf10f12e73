//! The documents of one audit: all of one provider, and of one cluster.

use super::belongs::reason_foreign;
use super::document::CloudDocument;
use super::kind::{CloudDocumentKind, Provider};
use crate::text::{quote, sanitize};
use crate::yaml::{Diagnostic, Position, TextFile};
use serde_json::Value as Json;
use std::path::Path;

/// The documents that the user gave.
#[derive(Debug, Clone, Default)]
pub struct CloudDocuments {
    documents: Vec<CloudDocument>,
}

impl CloudDocuments {
    /// Reads files that the user named.
    pub fn read(paths: &[impl AsRef<Path>]) -> Result<Self, Diagnostic> {
        let files = paths.iter().map(|path| TextFile::read(path.as_ref())).collect::<Result<Vec<_>, _>>()?;
        Self::of_files(&files)
    }

    /// The documents in these texts, each with the name of its file.
    #[cfg(any(test, feature = "internals"))]
    pub fn of_texts(texts: &[(&str, &str)]) -> Result<Self, Diagnostic> {
        let files = texts.iter().map(|(name, text)| TextFile::new(*name, (*text).to_owned()));
        Self::of_files(&files.collect::<Vec<_>>())
    }

    fn of_files(files: &[TextFile]) -> Result<Self, Diagnostic> {
        let mut all = Self::default();
        for file in files {
            for document in CloudDocument::read_all(file)? {
                all.add(file, document)?;
            }
        }
        all.require_one_cluster()?;
        Ok(all)
    }

    /// Refuses what names no cluster itself and is not of the cluster whose document was given.
    fn require_one_cluster(&self) -> Result<(), Diagnostic> {
        let Some(cluster) = self.cluster() else {
            return Ok(());
        };
        for document in &self.documents {
            if let Some(reason) = reason_foreign(document.kind, &document.body, &cluster.body) {
                let file = TextFile::new(document.file.clone(), String::new());
                let message = format!("this is {reason}; give documents of one cluster");
                return Err(file.error(Position::START, message));
            }
        }
        Ok(())
    }

    /// Adds a document. Those of two clusters, or two of one cluster, would be judged as one.
    fn add(&mut self, file: &TextFile, document: CloudDocument) -> Result<(), Diagnostic> {
        let refused = |message: String| Err(file.error(Position::START, message));
        if let Some(first) = self.documents.first().filter(|first| first.kind.provider() != document.kind.provider()) {
            return refused(format!(
                "this is a document of {}, and {} is one of {}; give documents of one cluster",
                document.kind.provider(),
                first.file,
                first.kind.provider()
            ));
        }
        if document.kind == document.kind.provider().cluster_document()
            && let Some(first) = self.documents.iter().find(|first| first.kind == document.kind)
        {
            return refused(format!("{} is the document of a cluster already; give that of one cluster", first.file));
        }
        let another = self.documents.iter().find_map(|first| {
            let (own, first_cluster) = (document.cluster.as_ref()?, first.cluster.as_ref()?);
            (!own.is_same(first_cluster)).then(|| {
                let shown = |cluster: &dyn std::fmt::Display| quote(&sanitize::line(&cluster.to_string()));
                format!("this is of the cluster {}, and {} of {}", shown(own), first.file, shown(first_cluster))
            })
        });
        if let Some(message) = another {
            return refused(format!("{message}; give documents of one cluster"));
        }
        self.documents.push(document);
        Ok(())
    }

    /// Whether the user gave none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Whose clusters they are about; none if there is no document.
    pub fn provider(&self) -> Option<Provider> {
        self.documents.first().map(|document| document.kind.provider())
    }

    /// The documents of a kind.
    pub fn of_kind(&self, kind: CloudDocumentKind) -> impl Iterator<Item = &CloudDocument> {
        self.documents.iter().filter(move |document| document.kind == kind)
    }

    /// The document of the cluster itself.
    pub fn cluster(&self) -> Option<&CloudDocument> {
        self.documents.iter().find(|document| document.kind == document.kind.provider().cluster_document())
    }

    /// The cluster's name and location, as the documents say it: `prod in europe-west1`.
    pub fn cluster_name(&self) -> Option<String> {
        let of_cluster = self.cluster().and_then(|document| document.cluster.as_ref());
        let cluster = of_cluster.or_else(|| self.documents.iter().find_map(|document| document.cluster.as_ref()));
        cluster.map(ToString::to_string)
    }

    /// Whether the cluster is one whose nodes Google manages.
    pub fn is_autopilot(&self) -> bool {
        let enabled = self.cluster().and_then(|document| document.body.pointer("/autopilot/enabled"));
        enabled.and_then(Json::as_bool) == Some(true)
    }

    /// Refuses documents of another provider than those that a benchmark reads.
    pub fn require_provider(&self, benchmark: &str, providers: &[Provider]) -> Result<(), Diagnostic> {
        let Some(document) = self.documents.iter().find(|document| !providers.contains(&document.kind.provider()))
        else {
            return Ok(());
        };
        let names: Vec<String> = providers.iter().map(ToString::to_string).collect();
        let commands: Vec<&str> = providers.iter().map(|provider| provider.cluster_document().command()).collect();
        let message = format!(
            "this is a document of {}, and {benchmark} is about {}; expected what `{}` prints",
            document.kind.provider(),
            names.join(", "),
            commands.join("`, `")
        );
        let file = TextFile::new(document.file.clone(), String::new());
        Err(file.error(Position::START, message))
    }
}
