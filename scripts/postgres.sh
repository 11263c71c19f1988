#!/usr/bin/env bash
# Makes sure that PostgreSQL's server programs are on this machine; tests start servers of their own.
#
# Owns nothing else: no server is started or configured here.
set -euo pipefail

there() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

there && exit 0
printf 'setup: installing postgresql with apt-get: the tests need its programs\n'
sudo=()
[[ $(id -u) -eq 0 ]] || sudo=(sudo -n)
if command -v apt-get >/dev/null; then
    "${sudo[@]}" apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq postgresql >/dev/null || true
fi
there && exit 0
printf 'setup: there is no initdb on this machine\n' >&2
printf 'setup: what to do: install PostgreSQL 13 or newer (apt-get install postgresql)\n' >&2
exit 1
