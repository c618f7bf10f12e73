//! CPU time and memory of a scan of 1,000 manifests with 3,000 containers, about 3 MB: `cargo bench --bench scan`. Prints figures,
//! asserts nothing. With KUBESEC=PROGRAM it prints those of kubesec for the same files beside them.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench runs the program and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const MANIFESTS: usize = 1_000;
const CONTAINERS: usize = 3;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let mut files = Vec::new();
    for number in 0..MANIFESTS {
        let path = folder.path().join(format!("app-{number}.yaml"));
        std::fs::write(&path, manifest(number)?)?;
        files.push(path);
    }
    let program = Path::new(env!("CARGO_BIN_EXE_nodeproof"));
    println!("CPU is user and system time of one run; memory is that of the largest run so far");
    for (what, args) in [
        ("Pod Security", &["--pod-security", "restricted"][..]),
        ("JSON", &["--json"]),
        ("text", &[]),
        ("report", &["--format", "report"]),
    ] {
        measure(what, Command::new(program).arg("scan").arg(folder.path()).args(args))?;
    }
    if let Some(kubesec) = std::env::var_os("KUBESEC") {
        let before = cpu()?;
        for file in &files {
            // Its exit code tells the score.
            Command::new(&kubesec).arg("scan").arg(file).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        }
        println!("{:14} {:>6} ms CPU", "kubesec", cpu()? - before);
    }
    Ok(())
}

fn cpu() -> Result<i64, Error> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds())
}

/// Runs a scan in a process of its own.
fn measure(what: &str, command: &mut Command) -> Result<(), Error> {
    let before = cpu()?;
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if !matches!(status.code(), Some(0 | 6)) {
        return Err(format!("{what}: the scan ended with {status}").into());
    }
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1024;
    println!("{what:14} {:>6} ms CPU {memory:>5} MiB", cpu()? - before);
    Ok(())
}

/// A workload; every second container is hardened.
fn manifest(number: usize) -> Result<String, Error> {
    let kind = ["Deployment", "StatefulSet", "DaemonSet"][number % 3];
    let mut text = format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: app-{number}\n  namespace: team-{}\n  labels: {{app: app-{number}}}\n\
         spec:\n  selector:\n    matchLabels: {{app: app-{number}}}\n  template:\n    metadata:\n      labels: {{app: app-{number}}}\n\
         \x20   spec:\n      serviceAccountName: app-{number}\n      volumes:\n      - name: tmp\n        emptyDir: {{}}\n      containers:\n",
        number % 20
    );
    for container in 0..CONTAINERS {
        write!(
            text,
            "      - name: c{container}\n        image: registry.example.com/team/app-{container}:{number}.2.3\n        args: \
             [--listen=:8080, --config=/etc/app/config.yaml]\n        ports:\n        - containerPort: 8080\n          name: http\n        \
             env:\n        - name: LOG_LEVEL\n          value: info\n        - name: POD_NAME\n          valueFrom:\n            fieldRef: \
             {{fieldPath: metadata.name}}\n        - name: DATABASE\n          valueFrom:\n            secretKeyRef: {{name: db, key: url}}\n\
             \x20       resources:\n          requests: {{cpu: 100m, memory: 128Mi}}\n          limits: {{cpu: \"1\", memory: 256Mi}}\n        \
             readinessProbe:\n          httpGet: {{path: /ready, port: 8080}}\n        livenessProbe:\n          httpGet: {{path: /live, \
             port: 8080}}\n"
        )?;
        if (number + container).is_multiple_of(2) {
            text.push_str(
                "        securityContext:\n          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n          \
                 runAsNonRoot: true\n          runAsUser: 10001\n          capabilities: {drop: [ALL]}\n          seccompProfile: {type: \
                 RuntimeDefault}\n        volumeMounts:\n        - {name: tmp, mountPath: /tmp}\n",
            );
        }
    }
    Ok(text)
}
