#!/usr/bin/env bash
# Makes sure that PostgreSQL's server programs and PgBouncer are on this machine; tests start servers
# and poolers of their own.
#
# Owns nothing else: no server is started or configured here.
set -euo pipefail

server() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
pooler() { command -v pgbouncer >/dev/null || [[ -x /usr/sbin/pgbouncer ]]; }

missing=()
server || missing+=(postgresql)
pooler || missing+=(pgbouncer)
[[ ${#missing[@]} -eq 0 ]] && exit 0
printf 'setup: installing %s with apt-get: the tests need the programs\n' "${missing[*]}"
sudo=()
[[ $(id -u) -eq 0 ]] || sudo=(sudo -n)
if command -v apt-get >/dev/null; then
    "${sudo[@]}" apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null || true
fi
server && pooler && exit 0
printf 'setup: there is no initdb or no pgbouncer on this machine\n' >&2
printf 'setup: what to do: install PostgreSQL 13 or newer and PgBouncer (apt-get install postgresql pgbouncer)\n' >&2
exit 1
