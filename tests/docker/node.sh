#!/bin/bash
# The first process of the fake node: makes the node that /node/description.sh describes, starts its programs and a container
# engine of its own, and shows both in /run/ready.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

account() { echo "$1:x:$2:$2::/:/bin/false" | tee -a /etc/passwd >>/etc/group; }
folder() { mkdir -p "$4"; chmod "$1" "$4"; chown "$2:$3" "$4"; }
file() { mkdir -p "$(dirname "$4")"; printf %s "$5" >"$4"; chmod "$1" "$4"; chown "$2:$3" "$4"; }

# What the kubelet starts as a pod has the capabilities of a container; itself and kube-proxy have all.
of_containers=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap
process() {
  local program=/node/bin/${1##*/} limits=()
  cp /node/idle "$program"
  case $1 in
    kubelet | kube-proxy) ;;
    *) limits=(setpriv --bounding-set="-all,$of_containers") ;;
  esac
  # shellcheck disable=SC2016
  env -i "${limits[@]}" /bin/bash -c 'exec -a "$0" "$@"' "$1" "$program" "${@:2}" <&9 &
}

umask 022
mkdir -p /node/bin /run
# The programs live until their standard input ends, which is never.
mkfifo /run/open
exec 9<>/run/open
account root 0
account nobody 65534
echo nogroup:x:65534: >>/etc/group
# shellcheck source=/dev/null
. /node/description.sh

mount -o remount,rw /sys
dockerd --data-root /engine --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none >/run/engine.log 2>&1 &
until docker info >/dev/null 2>&1; do sleep 0.2; done
touch /run/ready
wait
