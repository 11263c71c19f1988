#!/usr/bin/env bash
# Checks that Node and npm are there and new enough to build and test the dashboard.
#
# Owns nothing else: what a system has for Node differs too much to install it from here.
set -euo pipefail

readonly WANTED='Node 20.19 or newer, with npm'
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    printf 'setup: node or npm is not on the PATH\n' >&2
elif node -e 'const [a, b] = process.versions.node.split(".").map(Number);
              process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    exit 0
else
    printf 'setup: %s is too old\n' "$(node --version)" >&2
fi
printf 'setup: what to do: install %s (https://nodejs.org/en/download)\n' "$WANTED" >&2
exit 1
