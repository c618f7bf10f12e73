#!/usr/bin/env bash
# Installs what reads the reports in the tests: programs from Debian's packages, and two Python environments below
# NODEPROOF_CHECKERS, by default ~/.cache/nodeproof-checkers. What is there already is kept.
set -euo pipefail
cd "$(dirname "$0")"
folder=${NODEPROOF_CHECKERS:-$HOME/.cache/nodeproof-checkers}

needed=()
command -v promtool >/dev/null || needed+=(prometheus)
command -v java >/dev/null || needed+=(default-jre-headless)
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || needed+=(chromium-headless-shell)
python3 -c 'import ensurepip, venv' 2>/dev/null || needed+=(python3-venv)
if [ "${#needed[@]}" -gt 0 ]; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${needed[@]}"
fi

# The copy of the list says that the environment is complete.
install() {
  local environment=$folder/$1 list=$2
  cmp -s "$list" "$environment/installed.txt" && return
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install -q --disable-pip-version-check --no-deps -r "$list"
  cp "$list" "$environment/installed.txt"
}
install oscal requirements-oscal.txt &
oscal=$!
install main requirements.txt
wait "$oscal"
