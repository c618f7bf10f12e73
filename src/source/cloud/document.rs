//! One document of a provider.

use super::identity::ClusterIdentity;
use super::kind::{CloudDocumentKind, Provider};
use super::recognize::recognize;
use crate::yaml::{Diagnostic, Position, TextFile};
use serde_json::Value as Json;

/// A document, or one element of a list of documents.
#[derive(Debug, Clone)]
pub struct CloudDocument {
    /// What it is.
    pub kind: CloudDocumentKind,
    /// The file that it is in, as the user named it.
    pub file: String,
    /// Its fields.
    pub body: Json,
    pub(super) cluster: Option<ClusterIdentity>,
}

impl CloudDocument {
    /// The documents in a file: JSON or YAML. A key twice in one mapping is refused, since no tool of a provider prints that.
    pub(super) fn read_all(file: &TextFile) -> Result<Vec<Self>, Diagnostic> {
        let refused = |what: &str| file.error(Position::START, format!("{what}; {}", expected()));
        let start = file.text.trim_start();
        if start.is_empty() {
            return Err(refused("the file is empty, as after a command that failed"));
        }
        if start.starts_with('<') {
            return Err(refused("this is a page of HTML or XML"));
        }
        let root: Json = file.parse().map_err(|error| refused_syntax(start, &error))?;
        let found = recognize(root).map_err(|what| refused(&format!("this {what}")))?;
        let document = |(kind, body): (CloudDocumentKind, Json)| {
            let cluster = ClusterIdentity::of(kind, &body);
            if cluster.is_none() && !is_of_no_cluster(kind) {
                return Err(refused(&format!("the identifier in this document ({kind}) does not name its cluster")));
            }
            let body = with_configuration(kind, body);
            Ok(Self { kind, file: file.name.clone(), body, cluster })
        };
        found.into_iter().map(document).collect()
    }

    /// The name of what it shows.
    pub fn name(&self) -> &str {
        let key = match self.kind {
            CloudDocumentKind::EksNodegroup => "nodegroupName",
            CloudDocumentKind::EksAddon => "addonName",
            CloudDocumentKind::EksCluster
            | CloudDocumentKind::GkeCluster
            | CloudDocumentKind::GkeNodePool
            | CloudDocumentKind::GkeSubnetwork
            | CloudDocumentKind::GkeImagePolicy
            | CloudDocumentKind::AksCluster
            | CloudDocumentKind::AksNodePool
            | CloudDocumentKind::AksDiagnosticSetting => "name",
        };
        self.body.get(key).and_then(Json::as_str).unwrap_or_default()
    }

    /// The Kubernetes version of the control plane, if this is the document of a cluster.
    pub fn kubernetes_version(&self) -> Option<&str> {
        let keys: &[&str] = match self.kind {
            CloudDocumentKind::EksCluster => &["version"],
            CloudDocumentKind::GkeCluster => &["currentMasterVersion"],
            CloudDocumentKind::AksCluster => &["currentKubernetesVersion", "kubernetesVersion"],
            CloudDocumentKind::EksNodegroup
            | CloudDocumentKind::EksAddon
            | CloudDocumentKind::GkeNodePool
            | CloudDocumentKind::GkeSubnetwork
            | CloudDocumentKind::GkeImagePolicy
            | CloudDocumentKind::AksNodePool
            | CloudDocumentKind::AksDiagnosticSetting => &[],
        };
        keys.iter().find_map(|key| self.body.get(*key).and_then(Json::as_str))
    }
}

/// What `--cloud` takes, for a message.
fn expected() -> String {
    let commands = Provider::ALL.map(|provider| provider.cluster_document().command());
    format!("expected what one of these commands prints: {}", commands.map(|command| format!("`{command}`")).join(", "))
}

/// Texts that are neither JSON nor YAML are usually a table or an error message.
fn refused_syntax(start: &str, error: &Diagnostic) -> Diagnostic {
    let is_message = ["ERROR", "An error occurred", "usage:", "Traceback"].iter().any(|begin| start.starts_with(begin));
    let what = if is_message { "this is the error message of a command".to_owned() } else { error.message.clone() };
    Diagnostic { message: format!("{what}; {}", expected()), ..error.clone() }
}

/// Whether documents of this kind do not say which cluster they are for.
const fn is_of_no_cluster(kind: CloudDocumentKind) -> bool {
    matches!(kind, CloudDocumentKind::GkeSubnetwork | CloudDocumentKind::GkeImagePolicy)
}

/// The configuration of an add-on is a text with JSON or YAML in it. One that is neither stays a text.
fn with_configuration(kind: CloudDocumentKind, mut body: Json) -> Json {
    const KEY: &str = "configurationValues";
    let text = body.get(KEY).and_then(Json::as_str).filter(|_| kind == CloudDocumentKind::EksAddon);
    let configuration = text.and_then(|text| match text.trim() {
        "" => Some(Json::Null),
        text => TextFile::new(KEY, text.to_owned()).parse::<Json>().ok(),
    });
    if let Some(configuration) = configuration {
        body[KEY] = configuration;
    }
    body
}
