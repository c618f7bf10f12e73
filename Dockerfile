# Builds an image that contains one static binary: no shell, no package manager.
#
#   docker build -t nodeproof:0.2.0 .
#
# BUILDER can be any image with a Rust toolchain, a C compiler and a shell. The default is pinned by digest, so that builds are
# reproducible. The file uses no BuildKit features, so that any image builder can read it.
ARG BUILDER=rust:1.95-alpine@sha256:606fd313a0f49743ee2a7bd49a0914bab7deedb12791f3a846a34a4711db7ed2

FROM ${BUILDER} AS build
# The target triple; by default that of the builder. It is passed to cargo even then, because RUSTFLAGS would otherwise apply to
# build scripts and procedural macros as well.
ARG TARGET=
# Comma-separated Cargo features.
ARG FEATURES=cluster,kube-bench,postgres
# Further options for cargo, such as --offline.
ARG CARGO_OPTIONS=
# Links statically, packs the relocations and drops the unwind tables.
ENV RUSTFLAGS="-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs -C link-arg=-Wl,--no-eh-frame-hdr -C link-arg=-Wl,-T,/build/scripts/no-unwind.ld"
WORKDIR /build

# Builds the dependencies in a layer of their own, with empty files in place of the program's.
COPY Cargo.toml Cargo.lock ./
COPY scripts/no-unwind.ld scripts/
RUN set -eu; \
    mkdir src benches; \
    echo 'fn main() {}' > src/main.rs; \
    touch src/lib.rs; \
    cp src/main.rs build.rs; \
    for name in $(sed -n 's/^name = "\(.*\)"/\1/p' Cargo.toml); do touch "benches/$name.rs"; done; \
    target="${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}"; \
    cargo build --profile image --locked ${CARGO_OPTIONS} --no-default-features --features "${FEATURES}" --target "$target"; \
    rm -r src benches build.rs

# Builds the program. `touch`, because Cargo treats files that are older than the last build as unchanged.
COPY . .
RUN set -eu; \
    touch build.rs src/main.rs src/lib.rs; \
    target="${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}"; \
    cargo build --profile image --locked ${CARGO_OPTIONS} --no-default-features --features "${FEATURES}" --target "$target"; \
    mkdir /image; \
    cp "target/$target/image/nodeproof" /image/nodeproof; \
    chmod 0555 /image/nodeproof; \
    ln -s nodeproof /image/kube-bench; \
    ln -s nodeproof /image/kubesec

FROM scratch
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="nodeproof" \
      org.opencontainers.image.description="Audits Kubernetes nodes against the CIS benchmarks and shows the evidence for every verdict" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# In the root directory, because a mount of the node's directories could hide any other.
COPY --from=build /image/ /
# `container` tells the program that it runs in a container, under any runtime.
ENV container=oci PATH=/
# Container engines grant capabilities to root only. Restrict the container by dropping capabilities.
USER 0:0
ENTRYPOINT ["/nodeproof"]
