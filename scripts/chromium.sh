#!/usr/bin/env bash
# Makes sure that Chromium is on this machine; the tests of the dashboard drive it.
#
# Owns nothing else. PACELINE_CHROMIUM names another program than the one that is found.
set -euo pipefail

found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

[[ -n ${PACELINE_CHROMIUM:-} ]] && { printf '%s\n' "$PACELINE_CHROMIUM"; exit 0; }
found && exit 0
printf 'setup: installing chromium with apt-get: the tests of the dashboard need a browser\n' >&2
sudo=()
[[ $(id -u) -eq 0 ]] || sudo=(sudo -n)
if command -v apt-get >/dev/null; then
    "${sudo[@]}" apt-get update -qq >&2 || true
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends chromium >&2 || true
fi
found && exit 0
printf 'setup: there is no Chromium on this machine\n' >&2
printf 'setup: what to do: install it (apt-get install chromium), or set PACELINE_CHROMIUM\n' >&2
exit 1
