//! The fuzz targets as tests: what fuzzing found before, and random bytes and words near each grammar. The same in
//! every run.

use super::{FuzzTarget, TARGETS};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use ruzstd::decoding::StreamingDecoder;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Words of the grammar of a target, with ␣ for a blank in one; a few of them in a row come near to what it reads.
fn tokens(target: &str) -> &'static str {
    match target {
        "accounts" => "root : x 0 7 4294967295 \n etcd :: -1 +5 admin \0 root:x:7:7 ¶",
        "cluster_lists" => {
            "{ } [ ] , : \" {\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[ {\"kind\":\"Pod\",\"apiVersion\":\"v1\", \
             \"metadata\":{\"name\":\"a\",\"namespace\":\"b\"} {\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[ \
             {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":403,\"details\":{\"kind\":\"pods\"}} \"spec\":{} ,\"spec\":{ null \
             {\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"type\":\"Opaque\", \"data\":{\"a\":\"hunter2\"} ]} }]} \"continue\":\"x\" \
             {\"kind\":\"CiliumNetworkPolicy\",\"apiVersion\":\"cilium.io/v2\", \"ingress\":[{}] \"endpointSelector\":{} \
             {\"kind\":\"NetworkPolicy\",\"apiVersion\":\"crd.projectcalico.org/v1\", \"selector\":\"all()\" kind:␣List\n \
             apiVersion:␣v1\n items:\n -␣kind:␣Role\n ␣␣apiVersion:␣rbac.authorization.k8s.io/v1\n ␣␣metadata:␣{name:␣a,␣namespace:␣b}\n \
             ␣␣rules:␣[]\n ---\n &a *a \u{feff} \n 1e999"
        }
        "kubeconfig" => {
            "apiVersion:␣v1\n kind:␣Config\n current-context:␣a\n contexts:\n clusters:\n users:\n -␣name:␣a\n \
             ␣␣context:␣{cluster:␣a,␣user:␣a}\n ␣␣cluster:\n ␣␣user:\n ␣␣␣␣server:␣https://h:1\n ␣␣␣␣token:␣hunter2\n \
             ␣␣␣␣password:␣hunter2\n ␣␣␣␣username:␣a\n ␣␣␣␣client-key-data:␣hunter2\n ␣␣␣␣client-certificate-data:␣QUJD\n \
             ␣␣␣␣certificate-authority-data:␣QUJD\n ␣␣␣␣insecure-skip-tls-verify:␣true\n ␣␣␣␣proxy-url:␣http://u:hunter2@h\n \
             ␣␣␣␣exec:␣{command:␣a,␣apiVersion:␣client.authentication.k8s.io/v1}\n ␣␣␣␣tls-server-name:␣a\n ␣␣␣␣as:␣a\n { } [ ] & * : \n ¶"
        }
        "command_line" => {
            "\0 nodeproof\0 kube-bench\0 run\0 -s\0 master,node --every 6h -v 3 -vv --json =true =0 --exit-code -- help\0 \
             lint\0 explain\0 --version 1.21 --scored=false --check 1.2.3, --log_dir snapshot\0 man\0 completions\0 bash =\0"
        }
        "described_host" | "snapshot" => {
            "files:\n dirs:\n processes:\n accounts:\n -␣{ path:␣/a ,␣ } [ ] target:␣../b error:␣denied \
             mode:␣644 owner:␣etcd argv:␣[kubelet] pid:␣1 content:␣x kind:␣fifo \n ␣␣ {\"files\":[] : \
             root:␣/r snapshot:␣{format:␣2} in_walk:␣io not_entered:␣hidden processes_error:␣io"
        }
        "kube_bench" => {
            "{ } . [ ] * : 0 -1 9999999999999999999 $ @ range␣ end 'a' \" \\ .a ['a'] \0 --flag eq\0 gte\0 bitmask\0 \
             regex\0 valid_elements\0 a:␣[1,2] {\"a\":1} 644 = \n true ␣ a,b"
        }
        "documents" => {
            "a: ␣ \n - [ ] { } , & * ! !!int | > hunter2 \" ' # --- << kind:␣Policy\n rules:\n level:␣None \
             kind:␣EncryptionConfiguration\n resources:\n providers:\n [*] [0] a.b \0 Service.A\0 [Service]\n A=1\n \\\n ; \
             -----BEGIN␣CERTIFICATE----- -----END␣CERTIFICATE----- QUJD ~ 1e400 0o17 \u{85}"
        }
        "dockerfile" => {
            "FROM␣ a␣ scratch AS␣ b\n alpine:3 @sha256: \n \n \n RUN␣ COPY␣ ADD␣ --from=0␣ --from=b␣ --chmod=777␣ \
             --mount=type=bind,from=a␣ /x␣ /bin/sh . USER␣ 0 root ENV␣ ARG␣ A=1 A $A ${A:-x} ${ } TOKEN=x WORKDIR␣ CMD␣ \
             ENTRYPOINT␣ [\"/app\"] [ ] , \" ' \\ \\\n ` <<E\n <<-'E' E\n #␣escape=`\n #␣x\n SHELL␣ ONBUILD␣ HEALTHCHECK␣ \
             chmod␣777␣/x rm␣/bin/* go␣build␣-o␣/app apt-get␣update && ; sh␣-c␣ \r\n \t \0 \u{feff}"
        }
        "environment" => {
            "A\n A=1 \0 = \n KUBE_BENCH_PGSQL_HOST=h\0 KUBE_BENCH_PGSQL_SSLMODE=require\0 PGPORT=5\0 KUBE_BENCH_PGSQL_USER=u\0 \
             KUBE_BENCH_PGSQL_DBNAME=d\0 KUBE_BENCH_K8S_HOST=k\0 AWS_ACCOUNT=123456789012\0 CLUSTER_ARN=arn:a:b:c:d:e\0 ¶"
        }
        "executable" => "\x7fELF \x02\x01\x01\0 \0\0\0\0 \u{1} \u{7f} .go.buildinfo Go␣buildinf: \x08\x02 \x40 ␣ k8s",
        "flags" => {
            "\0 \u{1} \u{3} --name =value --profiling -v 2 - -- --token secret _ = a=b,c= ://u:p@h/ --client_ca_file true \
             kubelet feature-gates"
        }
        "journal" => {
            "LPKSHHRH \0\0\0\0 \0\0\0\0\0\0\0\0 \u{10} \u{1} \u{2} \u{3} \u{6} \u{d0}\0\0\0\0\0\0\0 @ MESSAGE=a \
             _SYSTEMD_UNIT=k3s.service _SYSTEMD_UNIT"
        }
        "kube_bench_definitions" => {
            "controls:\n id:␣4.1\n text:␣T\n type:␣node\n groups:\n -␣ ␣␣ checks:\n audit:␣\"ps␣$kubeletbin\"\n \
             tests:\n test_items:\n bin_op:␣or\n flag:␣a\n env:␣B\n compare:\n {op:␣eq,␣value:␣1} scored:␣yes\n \
             set:␣perhaps\n remediation:␣|\n \n { } [ ] : , & * \" manual skip {\"type\":\"node\"}"
        }
        "native_definitions" => {
            "- ␣ ␣␣ id:␣a\n title:␣T\n severity:␣low\n rationale:␣W\n remediation:␣F\n steps:␣S\n file:␣{at:␣/x}\n \
             expect:␣{mode-at-most:␣\"600\"}\n setting:\n component:␣kubelet\n flag:␣f\n path:␣a.b[*]\n kind:␣map\n \
             params:␣{m:␣1}\n {m} all-of:\n \0 extends:␣x\n checks:\n '1.1.1':␣{rule:␣a}\n groups:\n targets:\n \
             drop:␣['1']\n node:\n { } [ ] & * : \n version_mapping:\n components:␣[a]\n {\"a\": ]"
        }
        "proc_files" => {
            "\0 \n Uid:\t0\t0 0::/a :name=systemd: 7␣(a)␣S 1 18446744073709551615 ␣ btime␣1 1.5 1␣0␣8:1␣/␣ / \
             \\040 \\777 ␣-␣overlay /etc/hosts ) ("
        }
        "shell" => {
            "$( ) ` ' \" ${ } $ { ( (( $(( [[ ]] if ␣then␣ ␣fi for a␣in␣ ␣do␣ done | & ; < << > >& \\ \n ␣ # ! * ? [ \
             ] a = ~ echo␣ x= \0 case esac while - 1 % :- @ grep␣ sed␣s/ awk␣{ tr␣[: cut␣-f find␣- ps␣-o \
             test␣ 99999999999 ~+ && || ;; xargs␣ -I printf␣ cat␣/etc/file stat␣-c␣%a /etc/* sort -n sh␣-c 2>&1 \
             >/dev/null head␣-n uniq wc␣-l"
        }
        "values" => {
            "1 0x - + h m s ms . true T \" , A= [ ] { } : null \0 equals:␣ at-least:␣ one-of:␣[ matches:␣( mode-at-most:␣ \
             owned-by:␣ set:␣true any-of:␣[{ all-of:␣[{ '{m}' root:root 9223372036854775808 µs"
        }
        "version" => {
            "v 1 . 29 + - _ k8s-1.29 : / @ kube-proxy:v1.2 \n \r Package:␣kubelet\n Status:␣install␣ok␣installed\n \
             Version:␣1.30.1\n \n\n ID=bottlerocket\n VARIANT_ID= mod\tk8s.io/kubernetes\tv1.28 /version.gitVersion= '"
        }
        other => panic!("the target {other} has no words"),
    }
}

fn run(name: &str, cases: u32, input: impl Strategy<Value = Vec<u8>>, target: fn(&[u8])) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    let result = runner.run(&input, |bytes| {
        target(&bytes);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{name}: {error}");
    }
}

fn random((name, target): &FuzzTarget) {
    // One that audits a whole machine, or reads every file several times, takes its time.
    let cases = match *name {
        "snapshot" => 4,
        "described_host" | "native_definitions" | "command_line" => 60,
        _ => 250,
    };
    run(name, cases, prop::collection::vec(any::<u8>(), 0..200), *target);
    let words: Vec<String> = tokens(name).split(' ').map(|word| word.replace('␣', " ")).collect();
    let near = prop::collection::vec(select(words), 0..40).prop_map(|words| words.concat().into_bytes());
    run(name, 2 * cases, near, *target);
    let parts = prop::collection::vec(any::<String>(), 1..6).prop_map(|parts| parts.join("\0").into_bytes());
    run(name, cases, parts, *target);
}

#[test]
fn targets_hold_for_random_texts() {
    std::thread::scope(|scope| {
        for target in TARGETS {
            scope.spawn(|| random(target));
        }
    });
}

/// The inputs in the corpus of a target, see scripts/corpus.sh.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/corpus/{target}.tar.zst"));
    let compressed = File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut archive = tar::Archive::new(StreamingDecoder::new(compressed).expect("a zstd frame"));
    let entries = archive.entries().expect("a tar archive");
    entries
        .map(|entry| {
            let mut input = Vec::new();
            entry.expect("an entry of the archive").read_to_end(&mut input).expect("a complete entry");
            input
        })
        .collect()
}

#[test]
fn targets_hold_for_every_file_of_the_corpus() {
    for (name, target) in TARGETS {
        let inputs = corpus(name);
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            target(&input);
        }
    }
}

#[test]
fn every_target_has_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let listed = std::fs::read_to_string(folder.join("Cargo.toml")).expect("the manifest of the targets");
    for (name, _) in TARGETS {
        assert!(folder.join(format!("fuzz_targets/{name}.rs")).exists(), "{name}");
        assert!(listed.contains(&format!("name = \"{name}\"")), "{name}");
    }
    let files = std::fs::read_dir(folder.join("fuzz_targets")).expect("the targets");
    assert_eq!(files.count(), TARGETS.len());
}
