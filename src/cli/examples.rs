//! Examples of each command, for the manual pages.

/// Command lines, and what each does. `command`: none for the program without a command.
pub(super) fn examples(command: Option<&str>) -> &'static [(&'static str, &'static str)] {
    match command {
        None => &[
            ("nodeproof", "Audit the targets that apply to this node."),
            ("nodeproof --check 4.2.1,4.2.2 --include-test-output", "Evaluate two checks and show their evidence."),
            ("nodeproof --format text --format report=report.json", "Print the text report and save the full one."),
            ("nodeproof --host example --version 1.33", "Audit the host that is built in."),
            ("nodeproof --json --exit-code 10", "Print JSON, and exit with 10 if a check is FAIL."),
        ],
        Some("run") => &[
            ("nodeproof run --targets master,etcd", "Audit these targets, whatever runs here."),
            ("nodeproof run --every 6h", "Audit now and every six hours, with one line of JSON each time."),
            (
                "nodeproof run --every 6h --format report=/var/lib/nodeproof/report.json",
                "The same, and keep the latest full report in a file.",
            ),
        ],
        Some("cluster") => &[
            ("nodeproof cluster --kubeconfig admin.conf", "Audit the policies of a running cluster."),
            ("nodeproof cluster --cluster lists/", "Audit saved lists."),
            ("nodeproof cluster --cluster lists/ --show-access --json", "Print who holds which power as JSON."),
        ],
        Some("who-can") => &[
            ("nodeproof who-can get secrets -n web", "Tell who may read Secrets in a namespace."),
            ("nodeproof who-can create pods --subresource exec", "Tell who may run commands in pods."),
            ("nodeproof who-can get /metrics --cluster lists/", "Tell who may read a URL, by saved lists."),
        ],
        Some("scan") => &[
            ("nodeproof scan deploy/", "Judge the manifests and Dockerfiles of a directory."),
            ("nodeproof scan deploy/ --fail-on high", "Exit with 6 if a rule of severity high or critical fails."),
            (
                "nodeproof scan web.yaml --pod-security restricted:v1.31",
                "Tell which pods Kubernetes 1.31 would refuse.",
            ),
            ("nodeproof scan web.yaml --format kubesec", "Print what kubesec prints."),
        ],
        Some("snapshot") => &[
            ("nodeproof snapshot -o node.yaml", "Record this node."),
            ("nodeproof --host node.yaml", "Audit the recorded node, on any machine."),
            ("nodeproof snapshot --kubeconfig admin.conf -o cluster.json", "Record the objects of a cluster."),
        ],
        Some("benchmarks") => {
            &[("nodeproof benchmarks", "List the benchmarks."), ("nodeproof benchmarks --json", "List them as JSON.")]
        }
        Some("explain") => &[
            ("nodeproof explain 4.2.1 --version 1.33", "Explain a check of the benchmark for Kubernetes 1.33."),
            ("nodeproof explain kubelet-anonymous-auth", "Explain a rule."),
            ("nodeproof explain --anonymous-auth", "List the rules that read this flag."),
            ("nodeproof explain certificate", "List the rules with this word."),
        ],
        Some("profile") => &[
            ("nodeproof profile cis-1.12", "List the checks of a benchmark."),
            ("nodeproof profile 1.33", "List those of the benchmark for Kubernetes 1.33."),
            ("nodeproof profile --version 1.33 --json", "The same as JSON."),
        ],
        Some("pgsql") => &[
            (
                "nodeproof pgsql migrate --writer nodeproof_writer",
                "Make or update the schema, and let this role store reports.",
            ),
            ("nodeproof pgsql maintain --retention 365d", "Make partitions ahead, and drop what is older than a year."),
        ],
        Some("lint") => &[
            ("nodeproof lint my-rules/", "Validate all definition files of a directory."),
            ("nodeproof lint config.yaml --json", "Validate a file and print JSON."),
            ("nodeproof lint waivers.yaml", "Validate waivers."),
        ],
        Some("convert") => &[
            ("nodeproof convert report.json", "Print a saved report as text."),
            ("nodeproof convert report.json --format junit=report.xml", "Write it as JUnit XML."),
            ("nodeproof convert - --json", "Read the report from standard input."),
            (
                "nodeproof convert report.json --waivers waivers.yaml",
                "Print it with the failures that these waivers accept.",
            ),
        ],
        Some("diff") => &[
            ("nodeproof diff old.json new.json", "Print what changed between two reports."),
            (
                "nodeproof diff monday/ tuesday/ --fail-on-broken",
                "Compare the reports of two directories, node by node.",
            ),
            ("nodeproof diff old.json new.json --format markdown=diff.md", "Write a comment for a merge request."),
        ],
        Some("merge") => &[
            ("nodeproof merge reports/", "Print one report about all nodes of a directory."),
            (
                "nodeproof merge reports/ --expect nodes.txt --older-than 24h",
                "Name the nodes that are missing or silent.",
            ),
            ("nodeproof merge - --format csv=fleet.csv", "Read reports from standard input, one a line."),
        ],
        Some("judge") => &[
            ("nodeproof judge snapshots/", "Print a report for each snapshot, one a line."),
            ("nodeproof judge snapshots/ --output-dir reports", "Write each report to a file of its own."),
            ("nodeproof judge snapshots/ --merge --format text", "Print one report about all nodes."),
        ],
        Some("waivers") => {
            &[("nodeproof waivers draft report.json --outputfile waivers.yaml", "Start from what fails today.")]
        }
        Some("completions") => {
            &[("nodeproof completions bash --outputfile nodeproof.bash", "Write the completion script for bash.")]
        }
        Some("man") => &[
            ("nodeproof man --outputfile nodeproof.1", "Write the manual page of the program."),
            ("nodeproof man explain", "Print the manual page of a command."),
        ],
        Some("version") => &[("nodeproof version", "Print the version.")],
        Some("help") => &[("nodeproof help run", "Print the help of a command.")],
        Some(_) => &[],
    }
}
