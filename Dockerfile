# One static binary and nothing else: no shell, no package manager, nothing that can be written to.
#
#   docker build -t nodeproof:0.2.0 .
#
# The builder may be any image with a Rust toolchain, a C compiler and a shell; it is named with its digest, so that the same
# source is built by the same tools. What is said here, every builder of images understands.
ARG BUILDER=rust:1.95-alpine@sha256:606fd313a0f49743ee2a7bd49a0914bab7deedb12791f3a846a34a4711db7ed2

FROM ${BUILDER} AS build
# Whom the binary is for: the builder's own machine unless it says otherwise. Given to cargo in any case, so that the flags
# below are for the binary alone and not for what runs during the build.
ARG TARGET=
# Optional parts of the program: the database for `--pgsql`.
ARG FEATURES=postgres
# More for cargo, such as --offline.
ARG CARGO_OPTIONS=
# Static; addresses that are relocated at the start are noted in the short form, tables for unwinding not at all.
ENV RUSTFLAGS="-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs -C link-arg=-Wl,--no-eh-frame-hdr -C link-arg=-Wl,-T,/build/scripts/no-unwind.ld"
WORKDIR /build

# The dependencies: built again only when they change. Of the program itself there are only empty files of its names.
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

# The program. Its files are as old as the last change to them, which may be older than what was just built.
COPY . .
RUN set -eu; \
    touch build.rs src/main.rs src/lib.rs; \
    target="${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}"; \
    cargo build --profile image --locked ${CARGO_OPTIONS} --no-default-features --features "${FEATURES}" --target "$target"; \
    mkdir /image; \
    cp "target/$target/image/nodeproof" /image/nodeproof; \
    chmod 0555 /image/nodeproof; \
    ln -s nodeproof /image/kube-bench

FROM scratch
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="nodeproof" \
      org.opencontainers.image.description="Audits a Kubernetes node against the CIS benchmarks and says what it saw" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# At the root, where no folder that is mounted from the machine can hide it.
COPY --from=build /image/ /
# The first tells the program that its root is not the machine's, whatever runtime and storage it finds itself in.
ENV container=oci PATH=/
# Root, because capabilities are given to no other user; what it may do is for the capabilities to say.
USER 0:0
ENTRYPOINT ["/nodeproof"]
