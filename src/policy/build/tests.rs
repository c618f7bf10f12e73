//! What each test says about Dockerfiles that were written for it.

use super::BuildTest;
use crate::dockerfile::Dockerfile;
use std::collections::BTreeMap;

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// Each finding as `status line subject`.
fn results(test: BuildTest, text: &str) -> Vec<String> {
    with(test, text, &[])
}

fn with(test: BuildTest, text: &str, build_args: &[(&str, &str)]) -> Vec<String> {
    let build_args = build_args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = Dockerfile::parse(text, &build_args).unwrap_or_else(|e| panic!("line {}: {e}\n{text}", e.position.line));
    let findings = test.examine(&file);
    assert!(!findings.is_empty(), "{text}");
    let title = |finding: &super::BuildFinding| {
        let line = finding.position.map_or("-".to_owned(), |position| position.line.to_string());
        format!("{} {line} {}", finding.status, finding.subject)
    };
    findings.iter().map(title).collect()
}

fn reason(test: BuildTest, text: &str) -> String {
    let file = Dockerfile::parse(text, &BTreeMap::new()).expect("a file that is read");
    test.examine(&file).into_iter().map(|finding| finding.reason).collect::<Vec<_>>().join("\n")
}

fn check(test: BuildTest, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let text = text.replace("DIGEST", DIGEST);
        let expected: Vec<String> = expected.iter().map(|line| line.replace("DIGEST", DIGEST)).collect();
        assert_eq!(results(test, &text), expected, "{text}");
    }
}

#[test]
fn base_images_have_a_digest() {
    check(
        BuildTest::BaseImageDigest,
        &[
            ("FROM a@DIGEST", &["pass 1 stage 0: a@DIGEST"]),
            ("FROM a:1@DIGEST AS build", &["pass 1 stage build: a:1@DIGEST"]),
            ("FROM host:5000/a@DIGEST", &["pass 1 stage 0: host:5000/a@DIGEST"]),
            ("FROM a", &["fail 1 stage 0: a"]),
            ("FROM a:1", &["fail 1 stage 0: a:1"]),
            ("FROM host:5000/a", &["fail 1 stage 0: host:5000/a"]),
            ("FROM a@sha256:11", &["fail 1 stage 0: a@sha256:11"]),
            ("FROM scratch", &["not-applicable - FROM scratch"]),
            ("FROM a:1 AS x\nFROM X\nFROM scratch", &["fail 1 stage x: a:1"]),
            (
                "FROM a@DIGEST\nFROM scratch\nCOPY --from=b:1 /x /x\nCOPY --from=0 /x /y\nRUN --mount=from=c,target=/c make",
                &["pass 1 stage 0: a@DIGEST", "fail 3 COPY --from: b:1", "fail 5 RUN --mount: c"],
            ),
            ("ARG D=DIGEST\nFROM a@$D", &["pass 2 stage 0: a@DIGEST"]),
            ("ARG V\nFROM a:$V", &["undetermined 2 stage 0: a:$V"]),
        ],
    );
}

#[test]
fn base_images_have_a_version() {
    check(
        BuildTest::BaseImageTag,
        &[
            ("FROM a:1", &["pass 1 stage 0: a:1"]),
            ("FROM a@DIGEST", &["pass 1 stage 0: a@DIGEST"]),
            ("FROM a:latest@DIGEST", &["pass 1 stage 0: a:latest@DIGEST"]),
            ("FROM a", &["fail 1 stage 0: a"]),
            ("FROM a:latest", &["fail 1 stage 0: a:latest"]),
            ("FROM host:5000/a", &["fail 1 stage 0: host:5000/a"]),
            ("FROM a@sha256:11", &["fail 1 stage 0: a@sha256:11"]),
            ("FROM scratch", &["not-applicable - FROM scratch"]),
            ("ARG V=3\nFROM --platform=$BUILDPLATFORM a:${V}", &["pass 2 stage 0: a:3"]),
            ("ARG V\nFROM a:${V:-latest}", &["fail 2 stage 0: a:latest"]),
            ("FROM a:1 AS x\nFROM x", &["pass 1 stage x: a:1"]),
        ],
    );
    assert_eq!(with(BuildTest::BaseImageTag, "ARG V\nFROM a:$V", &[("V", "2")]), ["pass 2 stage 0: a:2"]);
    let file = Dockerfile::parse("ARG V=3\nFROM a:$V", &BTreeMap::new()).expect("a file");
    let evidence = BuildTest::BaseImageTag.examine(&file).remove(0).evidence;
    let expected = [("image", "a:3"), ("--build-arg may change it", "V"), ("written", "a:$V")];
    assert_eq!(evidence, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn what_builds_stays_out_of_the_image() {
    check(
        BuildTest::MultiStage,
        &[
            ("FROM alpine\nRUN go build -o /app", &["fail 2 RUN go build"]),
            ("FROM golang AS b\nRUN go build -o /app\nFROM scratch\nCOPY --from=b /app /", &["pass - stages"]),
            ("FROM golang\nRUN go build -o /app", &["fail 1 FROM golang", "fail 2 RUN go build"]),
            (
                "FROM debian\nRUN apt-get update && \\\n apt-get install -y gcc",
                &["fail 2 RUN apt-get update", "fail 3 RUN apt-get install gcc"],
            ),
            ("FROM debian\nRUN <<EOF\nset -e\napt-get install -y curl\nEOF", &["fail 4 RUN apt-get install"]),
            ("FROM debian\nRUN bash <<EOF\nmake\nEOF", &["fail 3 RUN make"]),
            ("FROM debian\nRUN cat <<EOF > /x\nmake\nEOF", &["pass - stages"]),
            ("FROM debian\nRUN <<EOF\n#!/usr/bin/env python3\nmake\nEOF", &["pass - stages"]),
            ("FROM debian\nRUN [\"apt-get\", \"install\", \"x\"]", &["fail 2 RUN apt-get install"]),
            ("FROM debian\nRUN [\"sh\", \"-c\", \"cd /x; make\"]", &["fail 2 RUN make"]),
            ("FROM a AS b\nRUN make\nFROM alpine\nRUN apk add --no-cache tini", &["pass 4 RUN apk add"]),
            ("FROM a AS b\nRUN make\nFROM b\nUSER 7", &["fail 2 RUN make"]),
            ("FROM a AS b\nRUN make\nFROM alpine\nRUN make", &["fail 4 RUN make"]),
            ("FROM alpine\nCOPY app /app", &["pass - stages"]),
            ("FROM alpine\nRUN echo make", &["pass - stages"]),
            ("FROM alpine\nRUN ./build.sh", &["undetermined 2 RUN ./build.sh"]),
            ("FROM a\nRUN make\nFROM alpine\nRUN ./configure.sh", &["pass - stages"]),
        ],
    );
}

#[test]
fn the_last_stage_has_a_user() {
    check(
        BuildTest::ImageUser,
        &[
            ("FROM a\nUSER 7", &["pass 2 USER 7"]),
            ("FROM a\nUSER 65532:65532", &["pass 2 USER 65532:65532"]),
            ("FROM a\nUSER 7:0", &["pass 2 USER 7:0"]),
            ("FROM a\nUSER web", &["pass 2 USER web"]),
            ("FROM a\nUSER root", &["fail 2 USER root"]),
            ("FROM a\nUSER 0", &["fail 2 USER 0"]),
            ("FROM a\nUSER 00:7", &["fail 2 USER 00:7"]),
            ("FROM a\nUSER root:web", &["fail 2 USER root:web"]),
            ("FROM a\nUSER ContainerAdministrator", &["fail 2 USER ContainerAdministrator"]),
            ("FROM a\nUSER root\nRUN x\nUSER 7", &["pass 4 USER 7"]),
            ("FROM a\nUSER 7\nUSER root", &["fail 3 USER root"]),
            ("FROM a AS b\nUSER root\nFROM c\nUSER 7", &["pass 4 USER 7"]),
            ("FROM a AS b\nUSER 7\nFROM c", &["fail 3 no USER"]),
            ("FROM a AS b\nUSER 7\nFROM b", &["pass 2 USER 7"]),
            ("FROM a AS b\nUSER 7\nFROM b\nUSER 0", &["fail 4 USER 0"]),
            ("FROM a", &["fail 1 no USER"]),
            ("FROM scratch", &["fail 1 no USER"]),
            ("FROM a\nARG UID=1000\nUSER ${UID}", &["pass 3 USER 1000"]),
            ("FROM a\nARG UID=0\nUSER ${UID}", &["fail 3 USER 0"]),
            ("FROM a\nARG UID\nUSER ${UID}", &["undetermined 3 USER ${UID}"]),
            ("FROM a\nUSER ${UID}", &["undetermined 2 USER ${UID}"]),
            ("FROM a\nUSER :7", &["undetermined 2 USER :7"]),
        ],
    );
    for (text, part) in [
        ("FROM a", "the base image may set one, and else it is root"),
        ("FROM gcr.io/distroless/static:nonroot", "its tag says that it does"),
        ("FROM scratch", "runs as user 0"),
        ("FROM a\nUSER web", "a number is better"),
        ("FROM a\nUSER 7:0", "its group is root"),
    ] {
        assert!(reason(BuildTest::ImageUser, text).contains(part), "{text}");
    }
    assert_eq!(with(BuildTest::ImageUser, "FROM a\nARG U\nUSER $U", &[("U", "0")]), ["fail 3 USER 0"]);
}

#[test]
fn the_image_has_no_shell() {
    check(
        BuildTest::ImageShell,
        &[
            ("FROM scratch\nCOPY app /app", &["pass 1 FROM scratch"]),
            ("FROM gcr.io/distroless/static\nCOPY app /app", &["pass 1 FROM gcr.io/distroless/static"]),
            ("FROM gcr.io/distroless/base:debug", &["fail 1 FROM gcr.io/distroless/base:debug"]),
            ("FROM alpine:3.20", &["fail 1 FROM alpine:3.20"]),
            ("FROM docker.io/library/busybox", &["fail 1 FROM docker.io/library/busybox"]),
            ("FROM example.com/app:1", &["undetermined 1 FROM example.com/app:1"]),
            ("FROM example.com/app:1\nRUN x", &["fail 2 RUN"]),
            (
                "FROM example.com/app:1\nRUN --mount=from=busybox:1,target=/bin x",
                &["undetermined 1 FROM example.com/app:1"],
            ),
            ("FROM example.com/app:1\nRUN [\"x\"]", &["undetermined 1 FROM example.com/app:1"]),
            ("FROM example.com/app:1\nRUN [\"/bin/sh\", \"-c\", \"x\"]", &["fail 2 RUN"]),
            ("FROM debian AS b\nRUN make\nFROM scratch\nCOPY --from=b /app /app", &["pass 3 FROM scratch"]),
            ("FROM scratch\nCOPY --from=busybox:1 /bin/sh /bin/sh", &["pass 1 FROM scratch", "fail 2 COPY /bin/sh"]),
            ("FROM scratch\nCOPY --from=busybox:1 /bin /bin", &["pass 1 FROM scratch", "fail 2 COPY /bin"]),
            ("FROM debian AS b\nFROM scratch\nCOPY --from=b / /", &["pass 2 FROM scratch", "fail 3 COPY /"]),
            (
                "FROM debian AS b\nRUN rm /bin/sh\nFROM scratch\nCOPY --from=b / /",
                &["pass 3 FROM scratch", "undetermined 4 COPY /"],
            ),
            ("FROM scratch\nADD rootfs.tar.xz /", &["pass 1 FROM scratch", "undetermined 2 ADD rootfs.tar.xz"]),
            ("FROM scratch\nCOPY . /", &["pass 1 FROM scratch", "undetermined 2 COPY ."]),
            ("FROM scratch\nCOPY . /src", &["pass 1 FROM scratch"]),
            (
                "FROM alpine\nRUN rm -rf /bin/sh /bin/bash",
                &["fail 1 FROM alpine", "fail 2 RUN rm -rf /bin/sh /bin/bash"],
            ),
            ("FROM alpine\nRUN chmod u-w /etc && rm /bin/*", &["fail 1 FROM alpine", "fail 2 RUN rm /bin/*"]),
            ("FROM alpine\nRUN chmod 000 /bin/busybox", &["fail 1 FROM alpine", "fail 2 RUN chmod 000 /bin/busybox"]),
            ("FROM alpine\nRUN rm -rf /var/cache/apk/*", &["fail 1 FROM alpine"]),
            ("FROM alpine\nRUN chmod 755 /start.sh && rm /tmp/x.sh", &["fail 1 FROM alpine"]),
            ("ARG B\nFROM $B", &["undetermined 2 FROM $B"]),
        ],
    );
    assert!(reason(BuildTest::ImageShell, "FROM alpine\nRUN rm /bin/sh").contains("the layers below keep them"));
}

#[test]
fn files_have_strict_modes() {
    check(
        BuildTest::ImageWritableFiles,
        &[
            ("FROM a\nRUN chmod 755 /x", &["pass - modes"]),
            ("FROM a\nRUN chmod 777 /x", &["fail 2 chmod 777 /x"]),
            ("FROM a\nRUN chmod -R o+w /x /y", &["fail 2 chmod o+w /x /y"]),
            ("FROM a\nRUN true && \\\n  chmod 4755 /x", &["fail 3 chmod 4755 /x"]),
            ("FROM a\nRUN <<EOF\nchmod u+s /x\nEOF", &["fail 3 chmod u+s /x"]),
            ("FROM a\nRUN chmod 1777 /tmp", &["pass - modes"]),
            ("FROM a\nRUN chmod +x /x", &["pass - modes"]),
            ("FROM a\nRUN chmod u-s /x", &["pass - modes"]),
            ("FROM a\nRUN find / -perm -4000 -exec chmod a-s {} +", &["pass - modes"]),
            ("FROM a\nRUN find /x -exec chmod 777 {} +", &["fail 2 chmod 777 {} +"]),
            ("FROM a\nRUN install -m 4755 x /y", &["fail 2 install 4755 /y"]),
            ("FROM a\nRUN install -m0755 x /y", &["pass - modes"]),
            ("FROM a\nRUN mkdir --mode=777 /y", &["fail 2 mkdir 777 /y"]),
            ("FROM a\nRUN echo chmod 777 /x", &["pass - modes"]),
            ("FROM a\nCOPY --chmod=777 x /y", &["fail 2 COPY --chmod=777 /y"]),
            ("FROM a\nADD --chmod=4755 x /y", &["fail 2 ADD --chmod=4755 /y"]),
            ("FROM a\nCOPY --chmod=0555 x /y", &["pass - modes"]),
            ("FROM a\nENV M=777\nCOPY --chmod=$M x /y", &["fail 3 COPY --chmod=777 /y"]),
            ("FROM a\nCOPY --chmod=$M x /y", &["undetermined 2 COPY --chmod=$M /y"]),
            ("FROM a AS b\nRUN chmod 777 /x\nFROM c\nCOPY --from=b /y /y", &["pass - modes"]),
            ("FROM a AS b\nRUN chmod 4755 /x\nFROM c\nCOPY --from=b /x /y", &["fail 4 chmod 4755 /x"]),
            ("FROM a AS b\nRUN chmod 4755 /d/x\nFROM c\nCOPY --from=b /d /d", &["fail 4 chmod 4755 /d/x"]),
            ("FROM a AS b\nRUN chmod 4755 /x\nFROM c\nCOPY --from=b --chmod=755 /x /y", &["pass - modes"]),
            ("FROM a AS b\nRUN chmod 777 /x\nFROM b", &["fail 2 chmod 777 /x"]),
        ],
    );
}

#[test]
fn secrets_are_named_and_never_shown() {
    check(
        BuildTest::ImageSecrets,
        &[
            ("FROM a\nENV COLOR=blue\nRUN x", &["pass - file"]),
            ("FROM a\nRUN --mount=type=secret,id=npm npm ci", &["pass - file"]),
            ("ARG NPM_TOKEN=hunter2\nFROM a", &["fail 1 ARG NPM_TOKEN"]),
            ("FROM a\nARG NPM_TOKEN=hunter2", &["fail 2 ARG NPM_TOKEN"]),
            ("FROM a\nARG NPM_TOKEN", &["fail 2 ARG NPM_TOKEN"]),
            ("FROM a AS b\nARG NPM_TOKEN\nFROM c", &["manual 2 ARG NPM_TOKEN"]),
            ("FROM a AS b\nARG NPM_TOKEN=hunter2\nFROM c", &["fail 2 ARG NPM_TOKEN"]),
            ("FROM a\nARG TOKEN_FILE=/run/x", &["pass - file"]),
            ("FROM a\nENV DB_PASSWORD=hunter2", &["fail 2 ENV DB_PASSWORD"]),
            ("FROM a\nENV DB_PASSWORD hunter2", &["fail 2 ENV DB_PASSWORD"]),
            ("FROM a\nENV A=1 \\\n  DB_PASSWORD=\"hunter2\"", &["fail 2 ENV DB_PASSWORD"]),
            ("FROM a\nENV DB_PASSWORD=", &["pass - file"]),
            ("FROM a\nENV DB_PASSWORD_FILE=/run/secrets/db", &["pass - file"]),
            ("FROM a\nENV DB_PASSWORD=$OTHER", &["pass - file"]),
            ("FROM a\nARG X\nENV DB_PASSWORD=$X", &["fail 3 ENV DB_PASSWORD"]),
            ("FROM a AS b\nARG X\nENV DB_PASSWORD=$X\nFROM c", &["pass - file"]),
            ("FROM a\nLABEL token=hunter2", &["fail 2 LABEL token"]),
            ("FROM a\nRUN export TOKEN=hunter2; x", &["fail 2 RUN"]),
            ("FROM a\nRUN x && \\\n curl -u https://me:hunter2@example.com/", &["fail 3 RUN"]),
            ("FROM a\nRUN [\"tool\", \"--password=hunter2\"]", &["fail 2 RUN"]),
            ("FROM a\nRUN <<EOF\nx\nexport TOKEN=hunter2\nEOF", &["fail 4 RUN"]),
            ("FROM a\nRUN cat <<EOF > /k\n-----BEGIN PRIVATE KEY-----\nhunter2hunter2\nEOF", &["fail 3 RUN"]),
            ("FROM a\nCOPY <<EOF /etc/app\nPASSWORD=hunter2\nEOF", &["fail 3 COPY"]),
            ("FROM a\nCMD [\"app\", \"--api-key\", \"hunter2\"]", &["fail 2 CMD"]),
            ("FROM a\nENTRYPOINT app --token=hunter2", &["fail 2 ENTRYPOINT"]),
            ("FROM a\nHEALTHCHECK CMD curl https://me:hunter2@localhost/", &["fail 2 HEALTHCHECK"]),
            ("FROM a\nONBUILD ENV TOKEN=hunter2", &["fail 2 ONBUILD"]),
            ("FROM a\nCOPY id_rsa /root/.ssh/id_rsa", &["manual 2 COPY id_rsa"]),
            ("FROM a\nCOPY .env .npmrc /app/", &["manual 2 COPY .env", "manual 2 COPY .npmrc"]),
            ("FROM a\nADD tls/server.key /tls/", &["manual 2 ADD tls/server.key"]),
            ("FROM a\nCOPY .aws/credentials /x", &["manual 2 COPY .aws/credentials"]),
            ("FROM a\nCOPY .env.example ca.pem id_rsa.pub server-cert.pem /x/", &["pass - file"]),
        ],
    );
    for text in [
        "FROM a\nARG NPM_TOKEN=hunter2\nENV P_PASSWORD=hunter2\nLABEL secret=hunter2",
        "FROM a\nRUN tool --password=hunter2 && TOKEN=hunter2 x\nCMD [\"x\", \"--token\", \"hunter2\"]",
        "FROM a\nCOPY <<EOF /x\nTOKEN=hunter2\nEOF",
        "FROM a\nADD https://me:hunter2@example.com/x?token=hunter2 /x",
    ] {
        let file = Dockerfile::parse(text, &BTreeMap::new()).expect("a file");
        for (_, test) in BuildTest::ALL {
            let findings = format!("{:?}", test.examine(&file));
            assert!(!findings.contains("hunter2"), "{findings}");
        }
    }
}

#[test]
fn downloads_are_verified() {
    check(
        BuildTest::ImageAddUrl,
        &[
            ("FROM a\nCOPY x /y", &["pass - ADD"]),
            ("FROM a\nADD x /y", &["pass 2 ADD x"]),
            ("FROM a\nADD x.tar.gz /y", &["pass 2 ADD x.tar.gz"]),
            ("FROM a\nADD https://example.com/x /y", &["fail 2 ADD https://example.com/x"]),
            ("FROM a\nADD http://example.com/x?y=z /y", &["fail 2 ADD http://example.com/x"]),
            ("FROM a\nADD --checksum=DIGEST https://example.com/x /y", &["pass 2 ADD https://example.com/x"]),
            ("FROM a\nADD --checksum=sha256:1 https://example.com/x /y", &["fail 2 ADD https://example.com/x"]),
            ("FROM a\nADD git@github.com:a/b.git /y", &["fail 2 ADD git@github.com:a/b.git"]),
            ("FROM a\nADD https://github.com/a/b.git#v1 /y", &["fail 2 ADD https://github.com/a/b.git#v1"]),
            (
                "FROM a\nADD https://github.com/a/b.git#1111111111111111111111111111111111111111:d /y",
                &["pass 2 ADD https://github.com/a/b.git#1111111111111111111111111111111111111111:d"],
            ),
            ("FROM a AS b\nADD https://example.com/x /y\nFROM c", &["fail 2 ADD https://example.com/x"]),
            ("FROM scratch\nENV V=1\nADD https://example.com/x-$V /y", &["fail 3 ADD https://example.com/x-1"]),
            ("FROM a\nARG U\nADD $U /y", &["undetermined 3 ADD $U"]),
        ],
    );
}

#[test]
fn programs_start_without_a_shell() {
    check(
        BuildTest::ExecForm,
        &[
            ("FROM a\nCMD [\"/app\"]", &["pass 2 CMD"]),
            ("FROM a\nENTRYPOINT [\"/app\"]\nCMD [\"-v\"]", &["pass 2 ENTRYPOINT", "pass 3 CMD"]),
            ("FROM a\nCMD /app", &["fail 2 CMD"]),
            ("FROM a\nENTRYPOINT /app", &["fail 2 ENTRYPOINT"]),
            ("FROM a\nCMD ['/app']", &["fail 2 CMD"]),
            ("FROM a\nCMD /app\nCMD [\"/app\"]", &["pass 3 CMD"]),
            ("FROM a AS b\nCMD /app\nFROM b\nENTRYPOINT [\"/app\"]", &["pass 4 ENTRYPOINT"]),
            ("FROM a AS b\nCMD /app\nFROM c\nCMD [\"/app\"]", &["pass 4 CMD"]),
            ("FROM a", &["undetermined - no CMD"]),
            ("FROM scratch", &["not-applicable - no CMD"]),
        ],
    );
    assert!(reason(BuildTest::ExecForm, "FROM a\nCMD ['/app']").contains("double quotes"));
}

#[test]
fn the_program_is_in_the_image() {
    check(
        BuildTest::StartPathExists,
        &[
            ("FROM scratch\nCOPY app /app\nCMD [\"/app\"]", &["pass 3 CMD /app"]),
            ("FROM scratch\nCOPY app /bin/\nENTRYPOINT [\"/bin/app\"]", &["pass 3 ENTRYPOINT /bin/app"]),
            ("FROM scratch\nCOPY app /bin/\nENTRYPOINT [\"app\"]", &["pass 3 ENTRYPOINT app"]),
            ("FROM scratch\nCOPY app /bin/\nENTRYPOINT [\"/app\"]", &["fail 3 ENTRYPOINT /app"]),
            ("FROM scratch\nCOPY app.bin /x\nCMD [\"/y\"]", &["fail 3 CMD /y"]),
            ("FROM scratch\nWORKDIR /w\nCOPY app .\nCMD [\"./app\"]", &["pass 4 CMD ./app"]),
            ("FROM scratch\nCOPY app /\nWORKDIR /w\nCMD [\"./app\"]", &["fail 4 CMD ./app"]),
            ("FROM scratch\nCOPY app-1.0 /app-1.0\nCMD app-1.0 -v", &["fail 3 CMD app-1.0"]),
            ("FROM scratch\nCOPY . /srv\nCMD [\"/srv/app\"]", &["undetermined 3 CMD /srv/app"]),
            ("FROM scratch\nCOPY bin /srv\nCMD [\"/srv/app\"]", &["undetermined 3 CMD /srv/app"]),
            ("FROM scratch\nCOPY . /srv\nCMD [\"/app\"]", &["fail 3 CMD /app"]),
            ("FROM scratch\nCOPY <<EOF /start\nx\nEOF\nCMD [\"/start\"]", &["pass 5 CMD /start"]),
            ("FROM a\nCMD [\"/app\"]", &["undetermined 2 CMD /app"]),
            ("FROM a\nCMD [\"nginx\"]", &["undetermined 2 CMD nginx"]),
            ("FROM a\nCOPY app /opt/app\nCMD [\"/srv/app\"]", &["fail 3 CMD /srv/app"]),
            ("FROM a\nCOPY app /opt/\nCMD [\"app\"]", &["undetermined 3 CMD app"]),
            ("FROM a\nRUN go build -o /usr/bin/app\nCMD /usr/bin/app", &["pass 3 CMD /usr/bin/app"]),
            ("FROM a\nRUN cp x /usr/bin/app && echo >/start\nCMD /start", &["pass 3 CMD /start"]),
            (
                "FROM a AS b\nRUN go build -o /out/app\nFROM scratch\nCOPY --from=b /out /srv\nCMD [\"/srv/app\"]",
                &["pass 5 CMD /srv/app"],
            ),
            (
                "FROM a AS b\nRUN go build -o /out/app\nFROM scratch\nCOPY --from=b /out /srv\nCMD [\"/srv/web\"]",
                &["fail 5 CMD /srv/web"],
            ),
            (
                "FROM a AS b\nRUN cp x /out/app\nFROM scratch\nCOPY --from=b /out/ /\nCMD [\"/app\"]",
                &["pass 5 CMD /app"],
            ),
            ("FROM a AS b\nRUN cp x /bin/app\nFROM scratch\nCOPY --from=b / /\nCMD [\"app\"]", &["pass 5 CMD app"]),
            ("FROM a AS b\nCOPY app /app\nFROM b\nCMD [\"/app\"]", &["pass 4 CMD /app"]),
            ("FROM a AS b\nCOPY app /app\nFROM scratch\nCMD [\"/app\"]", &["fail 4 CMD /app"]),
            ("FROM a\nCMD $APP", &["undetermined 2 CMD $APP"]),
            ("FROM a\nCMD [\"./app\"]", &["undetermined 2 CMD ./app"]),
            ("FROM a", &["undetermined - no CMD"]),
            ("FROM scratch", &["not-applicable - no CMD"]),
        ],
    );
    let text = "FROM alpine\nCOPY --from=b:1 /app /home/web/\nCMD [\"/home/app/app\"]";
    let reason = reason(BuildTest::StartPathExists, text);
    assert_eq!(reason, "no instruction makes /home/app/app, and COPY on line 2 makes /home/web/app");
}

#[test]
fn packages_are_updated_and_installed_together() {
    check(
        BuildTest::PackageUpdate,
        &[
            ("FROM a\nRUN apt-get update && apt-get install -y x", &["pass 2 RUN apt-get update"]),
            ("FROM a\nRUN apt-get update; apt install x", &["pass 2 RUN apt-get update"]),
            ("FROM a\nRUN <<EOF\napt-get update\napt-get install -y x\nEOF", &["pass 3 RUN apt-get update"]),
            ("FROM a\nRUN apt-get update\nRUN apt-get install -y x", &["fail 2 RUN apt-get update"]),
            ("FROM a\nRUN apk update", &["fail 2 RUN apk update"]),
            (
                "FROM a\nRUN apt-get update || apt-get update",
                &["fail 2 RUN apt-get update", "fail 2 RUN apt-get update"],
            ),
            ("FROM a\nRUN apk add x && apk update", &["fail 2 RUN apk update"]),
            ("FROM a\nRUN apt-get update && apt-get upgrade -y", &["pass 2 RUN apt-get update"]),
            ("FROM a\nRUN apk add --no-cache x", &["pass - RUN"]),
            ("FROM a\nRUN npm update", &["pass - RUN"]),
        ],
    );
}

#[test]
fn health_checks_decide_nothing() {
    check(
        BuildTest::Healthcheck,
        &[
            ("FROM a", &["not-applicable - HEALTHCHECK"]),
            ("FROM a\nHEALTHCHECK CMD x", &["not-applicable 2 HEALTHCHECK"]),
            ("FROM a\nHEALTHCHECK NONE", &["not-applicable 2 HEALTHCHECK"]),
        ],
    );
}

#[test]
fn tests_have_names_and_texts() {
    for (name, test) in BuildTest::ALL {
        assert_eq!(BuildTest::try_from(name.to_owned()), Ok(test));
        assert!(!test.reads().is_empty() && !test.expected().is_empty());
    }
    let error = BuildTest::try_from("image-usr".to_owned()).expect_err("no test");
    assert_eq!(error, "`image-usr` is not a test of Dockerfiles; did you mean `image-user`?");
}

#[test]
fn findings_of_hostile_files_are_bounded() {
    let text = format!("FROM a\nRUN {}", "chmod 777 /x; \\\n".repeat(60_000));
    let file = Dockerfile::parse(&text, &BTreeMap::new()).expect("a file");
    let findings = BuildTest::ImageWritableFiles.examine(&file);
    assert_eq!(findings.len(), 200);
    assert_eq!(findings[199].evidence.last(), Some(&("more of this kind".to_owned(), "59800".to_owned())));
    // Each copy is compared with what each command of another stage does.
    let commands = "RUN chmod 4755 /x; go build -o /x/y\n".repeat(8000);
    let text = format!("FROM a AS b\n{commands}FROM c\n{}", "COPY --from=b /x / /bin /y/\n".repeat(8000));
    let file = Dockerfile::parse(&text, &BTreeMap::new()).expect("a file");
    for (name, test) in BuildTest::ALL {
        assert!(test.examine(&file).len() <= 200, "{name}");
    }
}

/// What a reader expects of an example: the status and the lines of every test.
fn example(text: &str, expected: &[(&str, &[&str])]) {
    for (name, lines) in expected {
        let test = BuildTest::try_from((*name).to_owned()).expect("a test");
        assert_eq!(results(test, text), *lines, "{name}");
    }
    assert_eq!(expected.len(), BuildTest::ALL.len());
}

#[test]
fn the_example_with_one_stage_shows_each_mistake_with_its_line() {
    example(
        include_str!("../../../examples/workloads/Dockerfile.one-stage"),
        &[
            ("base-image-digest", &["fail 2 stage 0: debian"]),
            ("base-image-tag", &["fail 2 stage 0: debian"]),
            ("multi-stage", &["fail 4 RUN apt-get update", "fail 4 RUN apt-get install golang", "fail 7 RUN go build"]),
            ("image-user", &["fail 2 no USER"]),
            ("image-shell", &["fail 2 FROM debian"]),
            ("image-writable-files", &["fail 7 chmod 4755 /usr/local/bin/app"]),
            ("image-secrets", &["fail 3 ARG NPM_TOKEN"]),
            ("image-add-url", &["fail 5 ADD https://example.com/config.json"]),
            ("exec-form", &["fail 8 CMD"]),
            ("start-path-exists", &["pass 8 CMD /usr/local/bin/app"]),
            ("package-update", &["pass 4 RUN apt-get update"]),
            ("healthcheck", &["not-applicable - HEALTHCHECK"]),
        ],
    );
}

#[test]
fn the_example_with_two_stages_passes() {
    let base = format!("pass 2 stage build: golang:1.25.4-bookworm@{DIGEST}");
    example(
        include_str!("../../../examples/workloads/Dockerfile.two-stage"),
        &[
            ("base-image-digest", &[&base]),
            ("base-image-tag", &[&base]),
            ("multi-stage", &["pass - stages"]),
            ("image-user", &["pass 9 USER 65532:65532"]),
            ("image-shell", &["pass 7 FROM scratch"]),
            ("image-writable-files", &["pass - modes"]),
            ("image-secrets", &["pass - file"]),
            ("image-add-url", &["pass - ADD"]),
            ("exec-form", &["pass 10 ENTRYPOINT"]),
            ("start-path-exists", &["pass 10 ENTRYPOINT /app"]),
            ("package-update", &["pass - RUN"]),
            ("healthcheck", &["not-applicable - HEALTHCHECK"]),
        ],
    );
}

#[test]
fn the_example_that_removes_shells_keeps_them() {
    example(
        include_str!("../../../examples/workloads/Dockerfile.removes-shells"),
        &[
            ("base-image-digest", &["fail 2 stage build: golang:1.25", "fail 6 stage 1: alpine:latest"]),
            ("base-image-tag", &["pass 2 stage build: golang:1.25", "fail 6 stage 1: alpine:latest"]),
            ("multi-stage", &["pass - stages"]),
            ("image-user", &["pass 10 USER web"]),
            ("image-shell", &["fail 6 FROM alpine:latest", "fail 9 RUN rm /bin/*"]),
            ("image-writable-files", &["pass - modes"]),
            ("image-secrets", &["pass - file"]),
            ("image-add-url", &["pass - ADD"]),
            ("exec-form", &["pass 11 CMD"]),
            ("start-path-exists", &["fail 11 CMD /home/app/app"]),
            ("package-update", &["pass - RUN"]),
            ("healthcheck", &["not-applicable - HEALTHCHECK"]),
        ],
    );
}
