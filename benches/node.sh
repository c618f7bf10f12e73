#!/usr/bin/env bash
# Compares the whole program with a baseline that lists the process table and reads two files of each process, and a folder in
# kube-bench's format with the built-in benchmark: on 10 to 10,000 real processes in a PID namespace of their own. Needs root,
# unshare and cc.
#   benches/node.sh [COUNT ...]
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != --inside ]; then
  cargo build --release --quiet
  cargo build --release --quiet --example floor --example alternate
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' >"$work/idle.c"
  cc -O1 -static -o "$work/idle" "$work/idle.c"
  for name in kube-apiserver kube-controller-manager kube-scheduler etcd kubelet kube-proxy; do cp "$work/idle" "$work/$name"; done
  benches/folder.sh "$work/folders"
  for count in "${@:-10 500 3000 10000}"; do
    for n in $count; do unshare --pid --fork --mount-proc "$0" --inside "$work" "$n"; done
  done
  exit
fi

work=$2 count=$3
target=${CARGO_TARGET_DIR:-target}/release
"$work/kube-apiserver" --authorization-mode=Node,RBAC --client-ca-file=/etc/kubernetes/pki/ca.crt --profiling=false &
"$work/kube-controller-manager" --bind-address=127.0.0.1 &
"$work/kube-scheduler" --bind-address=127.0.0.1 &
"$work/etcd" --client-cert-auth=true --data-dir=/var/lib/etcd &
"$work/kubelet" --config=/var/lib/kubelet/config.yaml &
"$work/kube-proxy" --config=/var/lib/kube-proxy/config.conf &
for ((i = 6; i < count; i++)); do "$work/idle" --some-flag="$i" --another=value & done
sleep 1
native=("$target/nodeproof" run --benchmark cis-1.12 --json)
printf '%6d processes, nodeproof and baseline: ' "$count"
"$target/examples/alternate" 20 "${native[@]}" -- "$target/examples/floor"
printf '%6d processes, folder and built-in:    ' "$count"
"$target/examples/alternate" 20 "$target/nodeproof" run -D "$work/folders" --benchmark folder --json -- "${native[@]}"
# When this shell exits, the namespace and all processes in it end.
disown -a
