//! Shell text of audits, answered on a described machine.

use super::texts;
use crate::kube_bench::shell::{Interpreter, MAX_OUTPUT};
use crate::source::node::RecordedSource;
use serde_json::json;

/// A script, and what stands in the file /etc/file of the machine that it looks at, apart by NUL: it is answered or
/// refused, always alike, and never prints without end.
pub fn shell(data: &[u8]) {
    let [script, content] = texts(data);
    let Ok(host) = RecordedSource::parse(&machine(&content)) else { panic!("the machine is not one") };
    let answer = || Interpreter::new(&host).run(&script);
    let first = answer();
    if let Ok(answer) = &first {
        assert!(answer.text.len() <= 65 * MAX_OUTPUT, "{} bytes", answer.text.len());
    }
    assert_eq!(first, answer(), "{script}");
}

fn machine(content: &str) -> String {
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
