#!/usr/bin/env bash
# Packs and unpacks the fuzz corpora. Git tracks one archive per target, fuzz/corpus/TARGET.tar.zst; the folders that
# cargo-fuzz reads, fuzz/corpus/TARGET, are ignored.
#   scripts/corpus.sh unpack [TARGET…]    adds the archived files to the folders
#   scripts/corpus.sh pack [TARGET…]      replaces the archives by the content of the folders
# Without a TARGET, all of them. Needs GNU tar and zstd.
set -euo pipefail
cd "$(dirname "$0")/../fuzz/corpus"
export LC_ALL=C

# `cargo test` runs every archived input, so a corpus stays small: the smallest inputs are kept.
max_inputs=150

usage() {
  sed -n 's/^#   \(scripts\/corpus.sh.*\)/\1/p' "../../scripts/corpus.sh" >&2
  exit 2
}

pack() {
  local target=$1 list
  [ -d "$target" ] || { echo "fuzz/corpus/$target: no such folder; run scripts/corpus.sh unpack $target first" >&2; exit 1; }
  list=$(find "$target" -type f -printf '%s %f\n' | sort -n -k1,1 -k2,2 | head -n "$max_inputs" | cut -d' ' -f2 | sort)
  [ -n "$list" ] || { echo "fuzz/corpus/$target: the folder is empty" >&2; exit 1; }
  # Sorted names, one mode, no time and no owner: the same inputs give the same archive.
  printf '%s\n' "$list" \
    | tar -C "$target" --format=ustar --mode=0644 --mtime=@0 --owner=:0 --group=:0 --no-recursion -cf - -T - \
    | zstd -q -19 -f -o "$target.tar.zst.new"
  mv "$target.tar.zst.new" "$target.tar.zst"
  echo "fuzz/corpus/$target.tar.zst: $(wc -l <<<"$list") inputs, $(wc -c <"$target.tar.zst") bytes"
}

unpack() {
  local target=$1
  [ -f "$target.tar.zst" ] || { echo "fuzz/corpus/$target.tar.zst: no such archive" >&2; exit 1; }
  mkdir -p "$target"
  zstd -q -d -c "$target.tar.zst" | tar -C "$target" -xf -
}

[ "$#" -gt 0 ] || usage
action=$1
shift
case $action in
pack) all=(*/) ;;
unpack) all=(*.tar.zst) ;;
*) usage ;;
esac
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
  targets=("${all[@]%.tar.zst}")
  targets=("${targets[@]%/}")
fi
for target in "${targets[@]}"; do
  "$action" "$target"
done
