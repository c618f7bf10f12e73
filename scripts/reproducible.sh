#!/usr/bin/env bash
# Builds the last commit twice, in two directories, with the options of the Dockerfile, and compares the binaries.
#   scripts/reproducible.sh
# Exits with 1 if they differ. TARGET is the target triple, by default that of the host.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}
commit=$(git rev-parse HEAD)
cargo_home=$(realpath "${CARGO_HOME:-$HOME/.cargo}")
flags=$(sed -n 's/^ENV RUSTFLAGS="\(.*\)"$/\1/p' Dockerfile)
features=$(sed -n 's/^ARG FEATURES=//p' Dockerfile)

build() {
  local folder=$work/$2
  mkdir -p "$folder"
  git archive "$commit" | tar -x -C "$folder"
  # Panic messages contain source paths.
  (cd "$folder" && env -u CARGO_TARGET_DIR \
    RUSTFLAGS="${flags//\/build\//$folder/} --remap-path-prefix=$folder=/build --remap-path-prefix=$cargo_home=/cargo" \
    cargo build --quiet --profile image --locked --no-default-features --features "$features" --target "$target")
  cp "$folder/target/$target/image/nodeproof" "$work/nodeproof-$1"
  rm -rf "$folder"
}
build 1 source
build 2 another/and/deeper

rustc -V
wc -c <"$work/nodeproof-1" | sed 's/$/ bytes/'
(cd "$work" && sha256sum nodeproof-1 nodeproof-2)
if cmp "$work/nodeproof-1" "$work/nodeproof-2"; then
  echo "identical"
else
  echo "different" >&2
  exit 1
fi
