//! The document that a kubelet answers at `/configz`.

use crate::text::{quote, sanitize};
use crate::yaml::{Diagnostic, Position, TextFile};
use serde_json::Value as Json;
use std::path::Path;

/// The configuration that a kubelet runs with: its file, its drop-ins, the flags that set a field of it, and all defaults.
#[derive(Debug, Clone)]
pub struct KubeletConfiguration {
    /// The file that it is in, as the user named it.
    pub file: String,
    /// Its fields. The kubelet leaves out those that are empty and no pointers.
    pub fields: Json,
}

/// The key around the fields.
const WRAPPER: &str = "kubeletconfig";

/// Fields that every kubelet shows, whatever their values. Without them a document was cut or filtered, so that an absent field means
/// nothing.
const ALWAYS_SHOWN: [&str; 6] = [
    "/authentication/anonymous/enabled",
    "/authentication/webhook/enabled",
    "/authorization/mode",
    "/streamingConnectionIdleTimeout",
    "/makeIPTablesUtilChains",
    "/eventRecordQPS",
];

/// How to get such a document.
const COMMAND: &str = "kubectl get --raw /api/v1/nodes/NODE/proxy/configz";

impl KubeletConfiguration {
    /// Reads a file that the user named.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        Self::parse(&TextFile::read(path)?)
    }

    /// Reads the document: JSON, or YAML.
    pub fn parse(file: &TextFile) -> Result<Self, Diagnostic> {
        let refused = |what: String| file.error(Position::START, format!("{what}; expected what `{COMMAND}` prints"));
        if file.text.trim().is_empty() {
            return Err(refused("the file is empty, as after a command that failed".to_owned()));
        }
        let root: Json = file.parse().map_err(|error| Diagnostic {
            message: format!("{}; expected what `{COMMAND}` prints", error.message),
            ..error
        })?;
        let Some(fields) = root.get(WRAPPER).filter(|fields| fields.is_object()) else {
            return Err(refused(describe_other(&root)));
        };
        if let Some(missing) = ALWAYS_SHOWN.iter().find(|field| fields.pointer(field).is_none_or(Json::is_null)) {
            let name = missing.trim_start_matches('/').replace('/', ".");
            return Err(refused(format!("this is a part of the configuration of a kubelet: `{name}` is missing")));
        }
        Ok(Self { file: file.name.clone(), fields: fields.clone() })
    }
}

/// What a document is that is not read here.
fn describe_other(root: &Json) -> String {
    let text = |key: &str| root.get(key).and_then(Json::as_str);
    let shown = |text: &str| quote(&sanitize::line(text));
    match (text("kind"), text("message")) {
        (Some("Status"), Some(message)) => format!("this is an error of the API server: {}", shown(message)),
        (Some("KubeletConfiguration"), _) => {
            "this is the configuration file of a kubelet, which flags and drop-ins may override".to_owned()
        }
        (Some(kind), _) => format!("this is a document of another kind ({})", shown(kind)),
        (None, _) if root.get("kubeproxy.config.k8s.io").is_some() => {
            "this is the configuration of kube-proxy".to_owned()
        }
        (None, _) => format!("this has no `{WRAPPER}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"kubeletconfig": {"authentication": {"anonymous": {"enabled": false}, "webhook": {"enabled": true}},
        "authorization": {"mode": "Webhook"}, "streamingConnectionIdleTimeout": "4h0m0s", "makeIPTablesUtilChains": true,
        "eventRecordQPS": 50}}"#;

    fn parse(text: &str) -> Result<KubeletConfiguration, String> {
        KubeletConfiguration::parse(&TextFile::new("a.json", text.to_owned())).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_what_a_kubelet_answers() {
        let configuration = parse(WHOLE).expect("a configuration");
        assert_eq!(configuration.fields["authorization"]["mode"], "Webhook");
    }

    #[test]
    fn refuses_other_content() {
        let cases = [
            ("", "the file is empty"),
            ("{", "a.json:1"),
            ("[]", "this has no `kubeletconfig`"),
            ("{\"kubeletconfig\": []}", "this has no `kubeletconfig`"),
            (
                "{\"kind\": \"Status\", \"message\": \"nodes is forbidden\"}",
                "an error of the API server: `nodes is forbidden`",
            ),
            ("{\"kind\": \"KubeletConfiguration\"}", "this is the configuration file of a kubelet"),
            ("{\"kind\": \"Pod\"}", "this is a document of another kind (`Pod`)"),
            ("{\"kubeproxy.config.k8s.io\": {}}", "this is the configuration of kube-proxy"),
            ("{\"kubeletconfig\": {\"authorization\": {}}}", "`authentication.anonymous.enabled` is missing"),
        ];
        for (text, expected) in cases {
            let error = parse(text).expect_err(text);
            assert!(error.contains(expected) && error.contains(COMMAND), "{text}: {error}");
        }
        for end in 0..WHOLE.len() {
            assert!(parse(&WHOLE[..end]).is_err(), "{end}");
        }
        for field in ["anonymous", "mode", "streamingConnectionIdleTimeout", "eventRecordQPS", "makeIPTablesUtilChains"]
        {
            assert!(parse(&WHOLE.replace(field, "other")).is_err(), "{field}");
        }
    }
}
