#!/usr/bin/env bash
# Makes sure that `ip` is on this machine: where the tests may, they give each node a network
# namespace of its own.
#
# Never fails: without it these nodes share the loopback, and their test says so.
set -euo pipefail

command -v ip >/dev/null && exit 0
[[ $(id -u) -eq 0 ]] || exit 0
command -v apt-get >/dev/null || exit 0
printf 'setup: installing iproute2 with apt-get: tests give nodes a network of their own\n'
apt-get update -qq || true
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq iproute2 >/dev/null || true
