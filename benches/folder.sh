#!/usr/bin/env bash
# Writes a folder of definitions in kube-bench's format, with as many checks as cis-1.12 and audits of the usual kinds:
#   benches/folder.sh DIRECTORY
set -euo pipefail
folder=$1/folder
mkdir -p "$folder"
cp "$(dirname "$0")/../cfg/config.yaml" "$1/config.yaml"

start() { printf 'controls:\nid: %s\ntext: Bench\ntype: %s\ngroups:\n  - id: %s.1\n    text: Bench\n    checks:\n' "$1" "$2" "$1"; }
# check ID AUDIT AUDIT_CONFIG TEST_ITEM
check() {
  printf '      - id: %s\n        text: Bench\n        audit: "%s"\n' "$1" "$2"
  if [ -n "$3" ]; then printf '        audit_config: "%s"\n' "$3"; fi
  printf '        tests: { test_items: [%s] }\n        remediation: Nothing\n        scored: true\n' "$4"
}
# files SECTION VARIABLE ...: mode and owner of each
files() {
  local section=$1 n=0 file
  for file in "${@:2}"; do
    check "$section.$((++n))" "/bin/sh -c 'if test -e $file; then stat -c permissions=%a $file; fi'" "" \
      "{ flag: permissions, compare: { op: bitmask, value: '600' } }"
    check "$section.$((++n))" "/bin/sh -c 'if test -e $file; then stat -c %U:%G $file; fi'" "" "{ flag: 'root:root' }"
  done
}
# flags SECTION COUNT PROGRAM
flags() {
  for ((n = 1; n <= $2; n++)); do
    check "$1.$n" "/bin/ps -ef | grep $3 | grep -v grep" "" "{ flag: --flag-$n, set: false }"
  done
}

{
  start 1 master
  files 1.1 '$apiserverconf' '$controllermanagerconf' '$schedulerconf' '$etcdconf' '$schedulerkubeconfig' '$controllermanagerkubeconfig'
  flags 1.2 30 '$apiserverbin'
  flags 1.3 7 '$controllermanagerbin'
  flags 1.4 2 '$schedulerbin'
} >"$folder/master.yaml"
{
  start 2 etcd
  flags 2 7 '$etcdbin'
} >"$folder/etcd.yaml"
{
  start 4 node
  files 4.1 '$kubeletsvc' '$kubeletkubeconfig' '$kubeletconf' '$kubeletcafile' '$proxykubeconfig'
  for ((n = 1; n <= 14; n++)); do
    check "4.2.$n" '/bin/ps -fC $kubeletbin' "/bin/sh -c 'if test -e \$kubeletconf; then /bin/cat \$kubeletconf; fi'" \
      "{ flag: --flag-$n, path: '{.flag$n}', set: false }"
  done
} >"$folder/node.yaml"
{
  start 5 policies
  for ((n = 1; n <= 49; n++)); do
    printf '      - { id: 5.1.%s, text: Bench, type: manual, remediation: Nothing, scored: false }\n' "$n"
  done
} >"$folder/policies.yaml"
