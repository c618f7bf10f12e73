//! What objects of a cluster mean where the kind of input is wide: rules of roles against a plain reading of the authorizer, owners in
//! chains and cycles, and lists that are broken or unusual.

mod bad_input;
mod owners;
mod rules;

use nodeproof::internals::cluster::rbac::{Coverage, Permission, PermissionObject, Reach};
use nodeproof::internals::source::cluster::object::Rule;
use nodeproof::internals::source::cluster::{ListState, ObjectKind, ObjectLists, read_saved};
use serde_json::{Value as Json, json};

/// The lists of one file with this text.
fn read_text(name: &str, text: &[u8]) -> ObjectLists {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    read_saved(&path).expect("lists")
}

/// The lists of these objects.
fn read_objects(items: &[Json]) -> ObjectLists {
    let lists =
        read_text("objects.json", json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string().as_bytes());
    for kind in ObjectKind::ALL {
        if let ListState::Broken(reason) = lists.state(kind) {
            panic!("{reason}");
        }
    }
    lists
}

/// A request about a resource; the name is empty for one without.
fn on_resource(verb: &str, group: &str, resource: &str, name: &str) -> Permission {
    let object = PermissionObject::Resource {
        group: group.to_owned(),
        resource: resource.to_owned(),
        name: Some(name.to_owned()),
    };
    Permission { verb: verb.to_owned(), object, reach: Reach::Namespaces }
}

/// A request of a URL.
fn on_url(verb: &str, url: &str) -> Permission {
    Permission { verb: verb.to_owned(), object: PermissionObject::Url(url.to_owned()), reach: Reach::Namespaces }
}

/// Whether a rule allows a request.
fn allows(rule: &Rule, permission: &Permission) -> bool {
    permission.coverage(rule) == Coverage::All
}
