#!/usr/bin/env bash
# Runs fuzz targets and prints executions, seconds and findings for each. Exits with 1 if there are findings.
#   scripts/fuzz.sh [SECONDS [TARGET…]]     by default 600 seconds for each of all targets
# Environment:
#   JOBS       targets that run in parallel (2)
#   SANITIZER  sanitizer to build with (address)
#   KEEP=1     add new inputs to the corpora, minimise them and replace their archives
# Logs and findings are written to fuzz/artifacts.
# Needs cargo-fuzz (cargo install --locked cargo-fuzz), a C++ compiler, GNU tar and zstd. A stable toolchain is enough.
set -euo pipefail
cd "$(dirname "$0")/.."
# Allows sanitizers and coverage instrumentation, which are unstable options, on a stable compiler.
export RUSTC_BOOTSTRAP=1
seconds=${1:-600}
shift || true
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
  mapfile -t targets < <(cargo fuzz list)
fi
options=(--sanitizer "${SANITIZER:-address}" --codegen-units 16)
for target in "${targets[@]}"; do
  cargo fuzz build "${options[@]}" "$target"
done
scripts/corpus.sh unpack "${targets[@]}"

artifacts=fuzz/artifacts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export seconds artifacts work KEEP

run() {
  local target=$1 log=$artifacts/$1.log begun=$SECONDS status=0
  shift
  mkdir -p "$artifacts/$target" "$work/$target"
  # libFuzzer writes new inputs to the first folder.
  local corpora=("$work/$target" "fuzz/corpus/$target")
  [ "${KEEP:-}" != 1 ] || corpora=("fuzz/corpus/$target")
  cargo fuzz run "$@" "$target" "${corpora[@]}" -- -max_total_time="$seconds" -rss_limit_mb=2048 \
    -timeout=10 -max_len=4096 -print_final_stats=1 >"$log" 2>&1 || status=$?
  local executions findings
  executions=$(awk '/stat::number_of_executed_units/ { n = $2 } END { print n + 0 }' "$log")
  findings=$(find "$artifacts/$target" -type f -newer "$work/begun" | wc -l)
  # A stack overflow may leave no artifact.
  if [ "$status" -ne 0 ] && [ "$findings" -eq 0 ]; then findings=1; fi
  printf '%-24s %12d executions %6d s %4d findings\n' "$target" "$executions" $((SECONDS - begun)) "$findings"
}
export -f run
touch "$work/begun"
printf '%s\n' "${targets[@]}" \
  | xargs -P "${JOBS:-2}" -I{} bash -euo pipefail -c 'run "$@"' run {} "${options[@]}" \
  | tee "$work/table"

if [ "${KEEP:-}" = 1 ]; then
  for target in "${targets[@]}"; do
    cargo fuzz cmin "${options[@]}" "$target" >>"$artifacts/$target.log" 2>&1
    scripts/corpus.sh pack "$target"
  done
fi
awk '{ findings += $6 } END { exit findings > 0 }' "$work/table"
