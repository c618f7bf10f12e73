//! Parts of the keys of probes.

use crate::model::Component;

/// `etcd/--cert-file,$ETCD_CERT_FILE,client-transport-security.cert-file`, with the keys of a map in brackets.
pub(super) fn sources_key(
    component: Component,
    flag: Option<&str>,
    env: Option<&str>,
    path: Option<&str>,
    map_keys: &[String],
) -> String {
    let flag = flag.map(|flag| format!("--{flag}"));
    let env = env.map(|env| format!("${env}"));
    let sources: Vec<String> = flag.into_iter().chain(env).chain(path.map(str::to_owned)).collect();
    let map_keys = if map_keys.is_empty() { String::new() } else { format!("[{}]", map_keys.join(",")) };
    format!("{component}/{}{map_keys}", sources.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_source() {
        let key = sources_key(Component::Etcd, Some("cert-file"), Some("ETCD_CERT_FILE"), Some("a.cert-file"), &[]);
        assert_eq!(key, "etcd/--cert-file,$ETCD_CERT_FILE,a.cert-file");
        let key = sources_key(Component::Kubelet, None, None, Some("featureGates"), &["A".to_owned(), "B".to_owned()]);
        assert_eq!(key, "kubelet/featureGates[A,B]");
    }
}
