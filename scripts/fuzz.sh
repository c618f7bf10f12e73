#!/usr/bin/env bash
# Runs every fuzz target for a while and prints what came of it: executions, seconds, findings.
#   scripts/fuzz.sh [SECONDS [TARGET…]]     600 seconds and all targets by default
# JOBS targets run side by side (2), with SANITIZER (address). Logs and findings stay in fuzz/artifacts; what a run found
# interesting goes into fuzz/corpus only if KEEP=1, and `cargo fuzz cmin TARGET` makes that small again.
# Needs cargo-fuzz (cargo install --locked cargo-fuzz) and a C++ compiler; a stable toolchain will do.
set -euo pipefail
cd "$(dirname "$0")/.."
# The sanitizers and coverage are no stable options of the compiler.
export RUSTC_BOOTSTRAP=1
seconds=${1:-600}
shift || true
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
  mapfile -t targets < <(cargo fuzz list)
fi
sanitizer=${SANITIZER:-address}
for target in "${targets[@]}"; do
  cargo fuzz build --sanitizer "$sanitizer" --codegen-units 16 "$target"
done

found=fuzz/artifacts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export seconds found work sanitizer KEEP

run() {
  local target=$1 log=$found/$1.log begun=$SECONDS status=0
  mkdir -p "$found/$target" "$work/$target"
  # The first folder takes what is new.
  local corpora=("$work/$target" "fuzz/corpus/$target")
  [ "${KEEP:-}" != 1 ] || corpora=("fuzz/corpus/$target")
  cargo fuzz run --sanitizer "$sanitizer" --codegen-units 16 "$target" "${corpora[@]}" -- -max_total_time="$seconds" -rss_limit_mb=2048 \
    -timeout=10 -max_len=4096 -print_final_stats=1 >"$log" 2>&1 || status=$?
  local executions findings
  executions=$(awk '/stat::number_of_executed_units/ { n = $2 } END { print n + 0 }' "$log")
  findings=$(find "$found/$target" -type f -newer "$work/begun" | wc -l)
  # A stack that is exhausted may leave no file behind.
  if [ "$status" -ne 0 ] && [ "$findings" -eq 0 ]; then findings=1; fi
  printf '%-24s %12d executions %6d s %4d findings\n' "$target" "$executions" $((SECONDS - begun)) "$findings"
}
export -f run
touch "$work/begun"
printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-2}" -I{} bash -euo pipefail -c 'run {}' | tee "$work/table"
awk '{ findings += $6 } END { exit findings > 0 }' "$work/table"
