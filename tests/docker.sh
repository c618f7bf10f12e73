#!/usr/bin/env bash
# Builds the image and runs it with a real container engine, against a fake node: a container with the files and the processes
# of a recorded control plane, and an engine of its own, in which every command is what a user types on such a node.
# No image is pulled: the builder is made of the toolchain that is installed here.
#
#   tests/docker.sh                builds the image and tests it
#   tests/docker.sh NAME:TAG       tests an image that is there
set -euo pipefail
cd "$(dirname "$0")/.."

if ! docker info >/dev/null 2>&1; then
  echo "docker: skipped, no engine answers (docker info)"
  exit 0
fi
for program in dockerd containerd runc gcc setpriv; do
  if ! PATH=$PATH:/usr/sbin:/sbin type -P "$program" >/dev/null; then
    echo "docker: skipped, $program is not installed, and the fake node needs it"
    exit 0
  fi
done

description=testdata/oracle/kubeadm-control-plane.json
id=nodeproof-test-$$
image=nodeproof:test-$$
work=$(mktemp -d)
images=()
clean_up() {
  docker rm -f "$id" >/dev/null 2>&1 || true
  if [ "${#images[@]}" -gt 0 ]; then docker rmi -f "${images[@]}" >/dev/null 2>&1 || true; fi
  # What the build left has inherited the builder's label.
  docker image prune -f --filter "label=nodeproof.test=$id" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

passed=0 failed=0
# assert WHAT COMMAND…: one line for each outcome.
assert() {
  local what=$1
  shift
  if "$@" >"$work/assert" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $what"
  else
    failed=$((failed + 1))
    echo "FAILED  $what"
    head -20 "$work/assert" | sed 's/^/        /'
  fi
}
# equal GOT EXPECTED
equal() { diff <(echo "$1") <(echo "$2"); }
at_most() { [ "$1" -le "$2" ] || { echo "$1 is more than $2"; return 1; }; }
has() { grep -qF -- "$2" "$1" || { echo "no \`$2\` in:"; cat "$1"; return 1; }; }
has_not() { if grep -nF -- "$2" "$1"; then return 1; fi; }

# The state of each check: of a JSON report, and of one for people, in which groups have a line of their own and a list at the end
# names some checks once more.
states_of_json() { grep -oE '"(test_number|status)":"[^"]*"' "$1" | cut -d'"' -f4 | paste - -; }
states_of_text() {
  sed 's/\x1b\[[0-9;]*m//g; s/\r$//' "$1" | sed -nE 's/^\[([A-Z]+)\] ([0-9.]+) .*/\2\t\1/p' |
    awk 'NR == FNR { checks[$1]; next } $1 in checks && !seen[$1]++' <(states_of_json "$work/described") -
}
# One check of a JSON report.
check() { grep -oE "\"test_number\":\"${2//./\\.}\",.*" "$1" | sed 's/,{"test_number".*//'; }
# same FILE: whether a JSON report has the states of the description's.
same() { [ -s "$1" ] && diff <(states_of_json "$1") <(states_of_json "$work/described"); }

# 1. The image.
if [ $# -gt 0 ]; then
  docker tag "$1" "$image"
else
  echo "building the image; this takes some minutes"
  tests/docker/builder.sh "nodeproof-builder:test-$$" "nodeproof.test=$id"
  images=("nodeproof-builder:test-$$")
  DOCKER_BUILDKIT=0 docker build --force-rm --build-arg "BUILDER=nodeproof-builder:test-$$" \
    --build-arg CARGO_OPTIONS=--offline -t "$image" . >"$work/build.log" 2>&1 || { tail -40 "$work/build.log"; exit 1; }
fi
images=("$image" "${images[@]}")
docker create --name "$id" "$image" >/dev/null
mkdir "$work/files"
docker export "$id" | tar -x -C "$work/files" --exclude=dev
docker cp "$id":/nodeproof "$work/nodeproof"
docker rm "$id" >/dev/null
size=$(docker image inspect -f '{{.Size}}' "$image")
echo "the image has $size bytes"
assert "the image is at most 14 MB" at_most "$size" 14000000
assert "it holds one executable" equal "$(cd "$work/files" && find . -type f -size +0 -printf '%P %m\n')" "nodeproof 555"
assert "kube-bench is another name of it" equal "$(readlink "$work/files/kube-bench")" nodeproof
assert "kubesec is another name of it" equal "$(readlink "$work/files/kubesec")" nodeproof
assert "nothing in it can be written to" equal "$(cd "$work/files" && find . -type f -size +0 -perm /222)" ""
assert "it needs no library" equal "$(file -bL "$work/nodeproof" | grep -oE 'static-pie linked|statically linked')" "static-pie linked"
assert "it is labelled with its version" equal \
  "$(docker image inspect -f '{{index .Config.Labels "org.opencontainers.image.version"}}' "$image")" "$("$work/nodeproof" version | cut -d' ' -f2)"
assert "it starts without a writable path" docker run --rm --read-only --network none "$image" version
assert "it starts as kube-bench" docker run --rm --network none --entrypoint kube-bench "$image" version
assert "it starts as kubesec" docker run --rm --network none --entrypoint kubesec "$image" version
# Whoever asks for the trace of a failure finds no tables for it in the image.
code=0
docker run --rm --network none -e RUST_BACKTRACE=1 "$image" --root /none --version 1.21 >"$work/one" 2>"$work/errors" || code=$?
assert "it fails with its own words, whatever is asked of the runtime" has "$work/errors" "--root /none"
assert "it fails with its own exit code" equal "$code" 1
code=0
docker run --rm --network none -e KUBE_BENCH_PGSQL_HOST=127.0.0.1 -e KUBE_BENCH_PGSQL_USER=u -e KUBE_BENCH_PGSQL_DBNAME=d \
  -e KUBE_BENCH_PGSQL_SSLMODE=disable -e KUBE_BENCH_PGSQL_PASSWORD=p -e KUBE_BENCH_K8S_HOST=node "$image" --host example --version 1.21 --pgsql >"$work/one" 2>"$work/errors" || code=$?
assert "it writes to a database: one that is not there is an error" equal "$code" 1
assert "it writes to a database: the server is named" has "$work/errors" "127.0.0.1"
assert "it writes to a database: the report is printed all the same" has "$work/one" "| total "

# 2. The fake node, with the image in its engine.
cargo build --locked --examples 2>/dev/null
target=$(cargo metadata --no-deps --format-version 1 --offline | grep -oE '"target_directory":"[^"]*"' | cut -d'"' -f4)
mkdir -p "$work"/image/{dev,etc,node,opt,proc,run,sys,tmp,usr,var/lib}
ln -s /run "$work/image/var/run"
for name in bin lib lib32 lib64 libx32 sbin; do
  if [ -L "/$name" ]; then cp -a "/$name" "$work/image/"; fi
done
cp tests/docker/node.sh "$target/debug/examples/idle" "$work/nodeproof" "$work/image/node/"
cp "$description" "$work/image/node/description.json"
"$target/debug/examples/node_script" "$description" >"$work/image/node/description.sh"
tar -C "$work/image" --owner=0 --group=0 -c . | docker import - "nodeproof-node:test-$$" >/dev/null
images+=("nodeproof-node:test-$$")
# What --privileged would give, but for one capability that not every engine has itself. The control groups of its processes are
# not those of a container of Docker, since on a node the kubelet runs in none.
parent=/nodeproof-node
if [ "$(docker info -f '{{.CgroupDriver}}')" = systemd ]; then parent=nodeproof-node.slice; fi
docker run -d --name "$id" --cgroup-parent "$parent" --cap-add ALL --cap-drop SYS_RESOURCE --network none --tmpfs /run:exec --tmpfs /engine:exec \
  --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
  -v /usr:/usr:ro -v /sys/fs/cgroup:/sys/fs/cgroup "nodeproof-node:test-$$" /bin/bash /node/node.sh >/dev/null
node() { docker exec "$id" "$@"; }
for _ in $(seq 100); do
  if node test -e /run/ready 2>/dev/null; then break; fi
  sleep 0.3
done
if ! node test -e /run/ready; then
  echo "the fake node did not start:"
  docker logs "$id" 2>&1 | tail -20
  node tail -20 /run/engine.log || true
  exit 1
fi
docker save "$image" | docker exec -i "$id" docker load >/dev/null
node docker tag "$image" nodeproof
# audit FILE ARGUMENT…: what the command prints on the node, its errors in FILE.errors, its exit code in FILE.code.
audit() {
  local file=$1 code=0
  shift
  node "$@" >"$file" 2>"$file.errors" || code=$?
  echo "$code" >"$file.code"
}

# 3. The ways to run it.
least=(--read-only --cap-drop ALL --cap-add DAC_READ_SEARCH --cap-add SYS_PTRACE --security-opt no-new-privileges --network none)
mounts=(-v /etc:/etc:ro -v /var:/var:ro)
audit "$work/described" /node/nodeproof --version 1.21 --json --host /node/description.json
audit "$work/direct" /node/nodeproof --version 1.21 --json
assert "described: more than ninety checks are judged" test "$(states_of_json "$work/described" | wc -l)" -gt 90
assert "directly on the node: the verdicts of the description" same "$work/direct"

audit "$work/verbatim" docker run --pid=host -v /etc:/etc:ro -v /var:/var:ro -t nodeproof --version 1.21
# Units and their drop-ins can also be below /usr/lib, /lib and /run, which these mounts leave out: they are unknown.
usual_states() { states_of_json "$work/described" | sed -E 's/^(4\.1\.[12])\tPASS$/\1\tFAIL/'; }
assert "as root: the usual command gives the same verdicts but for unit files" \
  equal "$(states_of_text "$work/verbatim")" "$(usual_states)"

audit "$work/least" docker run --rm "${least[@]}" --pid=host "${mounts[@]}" nodeproof --version 1.21 --json
assert "with two capabilities alone: the same verdicts but for unit files" \
  equal "$(states_of_json "$work/least")" "$(usual_states)"
check "$work/least" 4.1.1 >"$work/one"
assert "unit files that may be elsewhere: the mount is named" has "$work/one" "not mounted into this container"

audit "$work/root" docker run --rm "${least[@]}" --pid=host -v /:/host:ro nodeproof --root /host --version 1.21 --json
assert "with --root /host: the same verdicts" same "$work/root"

audit "$work/procroot" docker run --rm "${least[@]}" --pid=host nodeproof --root /proc/1/root --version 1.21 --json
assert "with the first process's root in place of a mount: the same verdicts" same "$work/procroot"

audit "$work/hostproc" docker run --rm "${least[@]}" -v /:/host:ro nodeproof --root /host --proc /host/proc --version 1.21 --json
assert "with the machine's proc directory in place of --pid=host: the same verdicts" same "$work/hostproc"

plain=(--user 65534:65534 --read-only --cap-drop ALL --security-opt no-new-privileges --network none --pid=host)
node chmod 600 /var/lib/kubelet/config.yaml
audit "$work/plain" docker run --rm "${plain[@]}" "${mounts[@]}" nodeproof --version 1.21 --json
node chmod 644 /var/lib/kubelet/config.yaml
assert "as a plain user: it runs" equal "$(cat "$work/plain.code")" 0
assert "as a plain user: no check passes that does not pass otherwise" \
  equal "$(comm -13 <(states_of_json "$work/described" | grep PASS | sort) <(states_of_json "$work/plain" | grep PASS | sort) | grep -vE '^4\.1\.9\s' || true)" ""
check "$work/plain" 1.1.1 >"$work/one"
assert "as a plain user: the mode of a file is seen" has "$work/one" '"status":"PASS"'
check "$work/plain" 4.2.1 >"$work/one"
assert "as a plain user: a closed file cannot be told, for want of a capability" has "$work/one" "DAC_READ_SEARCH"
assert "as a plain user: and fails" has "$work/one" '"status":"FAIL"'
check "$work/plain" 2.3 >"$work/one"
assert "as a plain user: an environment cannot be told, for want of a capability" has "$work/one" "SYS_PTRACE"

audit "$work/alone" docker run --rm "${least[@]}" "${mounts[@]}" nodeproof --version 1.21
assert "without --pid=host: nothing is judged" equal "$(cat "$work/alone.code") $(wc -c <"$work/alone")" "4 0"
head -1 "$work/alone.errors" >"$work/one"
assert "without --pid=host: the first line says so" has "$work/one" "--pid=host"
assert "without --pid=host: it is said once" equal "$(grep -oF -- --pid=host "$work/alone.errors" | wc -l)" 1
audit "$work/alone" docker run --rm --init "${least[@]}" "${mounts[@]}" nodeproof run --targets node --version 1.21
head -2 "$work/alone" >"$work/one"
assert "without --pid=host, targets named, beside an init: the report begins with it" has "$work/one" "--pid=host"
# Once in the notice, and once with what to do about failed checks and about the others.
assert "without --pid=host, targets named: no check repeats it" equal "$(grep -oF -- --pid=host "$work/alone" | wc -l)" 3

audit "$work/bare" docker run --rm "${least[@]}" --pid=host nodeproof --version 1.21 --json
check "$work/bare" 1.1.13 >"$work/one"
assert "without a mount: a path is not mounted, and the mount is named" has "$work/one" 'not mounted into this container; add `-v /etc:/etc:ro`'
assert "without a mount: and it fails" has "$work/one" '"status":"FAIL"'
check "$work/bare" 1.1.11 >"$work/one"
assert "without a mount: a folder that a process names is seen in that process's root" has "$work/one" '"status":"PASS"'
assert "without a mount: what processes say is judged all the same" \
  equal "$(states_of_json "$work/bare" | grep '^1\.[34]\.')" "$(states_of_json "$work/described" | grep '^1\.[34]\.')"
assert "without a mount: nothing is called absent that may be there" has_not "$work/bare" "was found: "
audit "$work/half" docker run --rm "${least[@]}" --pid=host -v /etc:/etc:ro nodeproof --version 1.21 --json
assert "with one mount: the other is named" has "$work/half" 'add `-v /var:/var:ro`'
check "$work/half" 1.1.1 >"$work/one"
assert "with one mount: its own files are judged" has "$work/one" '"status":"PASS"'

node sh -c 'mkdir -p /opt/kubernetes && mv /etc/kubernetes/admin.conf /opt/kubernetes/ && ln -s /opt/kubernetes/admin.conf /etc/kubernetes/admin.conf'
audit "$work/link" docker run --rm "${least[@]}" --pid=host "${mounts[@]}" nodeproof --version 1.21 --json
check "$work/link" 1.1.13 >"$work/one"
assert "a link to what is not mounted: its mount is named" has "$work/one" 'not mounted into this container; add `-v /opt:/opt:ro`'
node sh -c 'rm /etc/kubernetes/admin.conf && mv /opt/kubernetes/admin.conf /etc/kubernetes/admin.conf'

# 4. The loop of the DaemonSet: a thousand runs in a row, two hundred and fifty days of --every 6h.
# SIGUSR1 starts the next audit at once, since 10 seconds are the shortest interval.
cat >"$work/loop.sh" <<'END'
size() { sed -nE 's/^VmRSS:\s+([0-9]+) kB/\1/p' "/proc/$1/status" | paste -d' ' - <(ls "/proc/$1/fd" | wc -l); }
"$@" 2>/run/loop.errors | {
  runs=0
  while IFS= read -r _; do
    runs=$((runs + 1))
    if [ "$runs" -eq 1 ]; then pid=$(docker inspect -f '{{.State.Pid}}' loop); fi
    case $runs in 100 | 1000) size "$pid" ;; esac
    if [ "$runs" -eq 1000 ]; then break; fi
    kill -USR1 "$pid"
  done
  echo "$runs"
  kill -TERM "$pid"
}
END
node bash -c "$(cat "$work/loop.sh")" loop docker run --name loop --log-driver none "${least[@]}" --pid=host -v /:/host:ro nodeproof \
  run --every 6h --root /host --version 1.21 >"$work/sizes" || true
{ read -r early early_open && read -r late late_open && read -r lines; } <"$work/sizes" || true
echo "the loop has ${early:-?} KiB and ${early_open:-?} descriptors after 100 runs, ${late:-?} KiB and ${late_open:-?} after 1000"
assert "the loop: a thousand lines" equal "${lines:-}" 1000
assert "the loop: no more memory after a thousand runs" at_most "${late:-999999}" "$((${early:-0} + 512))"
assert "the loop: no more descriptors after a thousand runs" at_most "${late_open:-999999}" "$((${early_open:-0} + 8))"
# end NAME: the milliseconds from SIGTERM to the end of a container's process.
end() {
  node bash -c 'pid=$(docker inspect -f "{{.State.Pid}}" "$0"); start=$(date +%s%N); kill -TERM "$pid"
    while [ -d "/proc/$pid" ]; do sleep 0.002; done; echo $((($(date +%s%N) - start) / 1000000))' "$1"
}
node docker rm -f loop >/dev/null
node docker run -d --name loop --log-driver none "${least[@]}" --pid=host -v /:/host:ro nodeproof run --every 10s --root /host --version 1.21 >/dev/null
sleep 1
node docker kill --signal USR1 loop >/dev/null
took=$(end loop)
assert "the loop: ends $took ms after SIGTERM while it runs" at_most "$took" 100
assert "the loop: and exits with 0" equal "$(node docker wait loop)" 0
node docker run -d --name asleep --network none nodeproof run --every 6h --host example --version 1.21 >/dev/null
for _ in $(seq 50); do
  if [ -n "$(node docker logs asleep)" ]; then break; fi
  sleep 0.1
done
took=$(end asleep)
assert "the loop: ends $took ms after SIGTERM while it sleeps, as the first process of its container" at_most "$took" 100
assert "the loop: and exits with 0 then" equal "$(node docker wait asleep)" 0
assert "the loop: one line a run" equal "$(node docker logs asleep | wc -l)" 1

echo "docker: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
