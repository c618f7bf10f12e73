#!/usr/bin/env bash
# Makes an image to build in from what is installed here, so that no image need be pulled: the Rust toolchain, a C compiler,
# a shell, and the crates that cargo has fetched before.
#   tests/docker/builder.sh NAME:TAG LABEL=VALUE
set -euo pipefail
image=$1 label=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/image/{tmp,usr/bin}

# Each file at its own path, after the links that lead to it.
take() {
  local path target
  for path in "$@"; do
    while path=$(realpath "$(dirname "$path")")/$(basename "$path"); do
      echo "${path#/}"
      [ -L "$path" ] || break
      target=$(readlink "$path")
      case $target in /*) path=$target ;; *) path=$(dirname "$path")/$target ;; esac
    done
  done >>"$work/files"
}
program() { type -P "$1"; }

# Folders at the top that are links here, such as /lib, are links there.
for name in bin lib lib32 lib64 libx32 sbin; do
  if [ -L "/$name" ]; then cp -a "/$name" "$work/image/"; fi
done

# The toolchain, without its documentation.
sysroot=$(realpath "$(rustc --print sysroot)")
take "$sysroot"/bin/{cargo,rustc} "$sysroot/lib"
for name in cargo rustc; do ln -s "$sysroot/bin/$name" "$work/image/usr/bin/$name"; done

# The shell and what the Dockerfile calls; the compiler and its parts; the C library to link with.
programs=()
for name in sh sed mkdir cp ln rm touch chmod gcc cc ld as ar; do programs+=("$(program "$name")"); done
for name in cc1 collect2 lto-wrapper; do programs+=("$(gcc -print-prog-name="$name")"); done
mapfile -t libraries < <(ldd "${programs[@]}" "$sysroot"/bin/{cargo,rustc} "$sysroot"/lib/librustc_driver-*.so 2>/dev/null |
  grep -oE '/[^ ):]+\.so[^ ):]*' | grep -v "^$sysroot" | sort -u)
take "${programs[@]}" "${libraries[@]}" /usr/include
gcc_parts=$(dirname "$(gcc -print-libgcc-file-name)")
take "$gcc_parts"/{*.o,libgcc*,include} "$(gcc -print-file-name=liblto_plugin.so)" "$(gcc -print-file-name=libgcc_s.so.1)"
c_library=$(dirname "$(gcc -print-file-name=crt1.o)")
for part in "$c_library"/{*crt?.o,lib{c,m,mvec,pthread,dl,rt,util}.{a,so},libm-*.a,libc_nonshared.a}; do
  if [ -e "$part" ]; then take "$part"; fi
done

# What cargo fetched, packed; it unpacks what it needs.
cargo_home=$(realpath "${CARGO_HOME:-$HOME/.cargo}")
sort -u "$work/files" >"$work/sorted"
tar -c -C "$work/image" . -C / -T "$work/sorted" -C "$cargo_home" --transform 's,^registry/,cargo/registry/,' registry/index registry/cache |
  docker import -c 'ENV PATH=/usr/bin:/bin CARGO_HOME=/cargo' -c "LABEL $label" - "$image" >/dev/null
