//! Names of capabilities.

/// A name as Kubernetes writes it: in capitals, and without `CAP_`.
pub(crate) fn capability_name(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("CAP_").map_or(name.clone(), str::to_owned)
}
