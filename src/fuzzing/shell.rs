//! Audit scripts, run by the interpreter on a described node.

use super::texts;
use crate::kube_bench::shell::{Interpreter, MAX_OUTPUT};
use crate::source::node::RecordedSource;
use serde_json::json;

/// A script and the content of /etc/file on the node, separated by a zero byte. The script gives the same result each time, and
/// its output is limited.
pub fn shell(data: &[u8]) {
    let [script, content] = texts(data);
    let Ok(source) = RecordedSource::parse(&node(&content)) else { panic!("the node is invalid") };
    let run = || Interpreter::new(&source).run(&script);
    let first = run();
    if let Ok(output) = &first {
        assert!(output.text.len() <= 65 * MAX_OUTPUT, "{} bytes", output.text.len());
    }
    assert_eq!(first, run(), "{script}");
}

fn node(content: &str) -> String {
    json!({
        "files": [
            { "path": "/etc/file", "content": content },
            { "path": "/etc/kubernetes/pki/a.crt", "mode": "644", "content": "x" },
            { "path": "/etc/kubernetes/pki/b.key", "mode": "600", "owner": 1501, "group": 1501 },
            { "path": "/etc/kubernetes/pki/sub/c.crt", "mode": "640" },
            { "path": "/etc/link", "target": "/etc/kubernetes/pki/a.crt" },
            { "path": "/etc/denied", "error": "denied" },
            { "path": "/etc/kubelet.yaml", "content": "authentication:\n  anonymous: {enabled: false}\n" },
        ],
        "accounts": { "etcd": 1501 },
        "processes": [
            { "argv": ["kube-apiserver", "--anonymous-auth=false", "--profiling=false"], "pid": 11 },
            { "argv": ["/usr/bin/kubelet", "--config=/etc/kubelet.yaml"], "pid": 12 },
            { "argv": ["etcd", "--data-dir=/var/lib/etcd"], "pid": 13, "user": "etcd" },
        ],
    })
    .to_string()
}
