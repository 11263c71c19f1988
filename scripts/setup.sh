#!/usr/bin/env bash
# Prepares a fresh checkout: checks the tools, makes the Python environment `.venv`.
#
# Owns what must be there before anything is built. A stamp with the hash of all that the
# environment depends on makes the second run take no time. `PACELINE_PYTHON` names another
# python3; `scripts/setup.sh --force` makes the environment anew.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VENV=.venv
readonly STAMP=$VENV/.paceline-stamp
readonly PYTHON=${PACELINE_PYTHON:-python3}
requirements=(scripts/requirements.txt)
for file in examples/*/requirements.txt; do
    [[ -f $file ]] && requirements+=("$file")
done

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$1" >&2
    printf 'setup: what to do: %s\n' "$2" >&2
    exit 1
}

# Installs a Debian package when that is possible without asking anybody.
apt_install() {
    local sudo=()
    if [[ $(id -u) -ne 0 ]]; then
        sudo -n true 2>/dev/null || return 1
        sudo=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    say "installing $* with apt-get"
    "${sudo[@]}" apt-get update -qq || return 1
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq "$@" >/dev/null
}

need_rust() {
    command -v cargo >/dev/null ||
        fail "cargo is not on the PATH" "install Rust with rustup, or add ~/.cargo/bin to the PATH"
    # SQLite is compiled from its C sources.
    command -v cc >/dev/null || apt_install gcc libc6-dev ||
        fail "there is no C compiler (cc)" "install one: apt-get install gcc libc6-dev"
}

need_python() {
    command -v "$PYTHON" >/dev/null ||
        fail "$PYTHON is not on the PATH" "install Python 3.10 or newer, or set PACELINE_PYTHON"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        fail "$("$PYTHON" --version) is too old" "set PACELINE_PYTHON to a Python 3.10 or newer"
}

# Debian splits venv's ensurepip off into a package of its own. virtualenv carries a pip inside,
# so it makes a full environment without that package.
make_venv() {
    rm -rf "$VENV"
    "$PYTHON" -m venv "$VENV" >/dev/null 2>&1 && return
    rm -rf "$VENV"
    local bootstrap
    bootstrap=$(mktemp -d)
    if "$PYTHON" -m pip install --quiet --target "$bootstrap" virtualenv >/dev/null 2>&1; then
        say "python's venv module does not work here; using virtualenv"
        PYTHONPATH=$bootstrap "$PYTHON" -m virtualenv --quiet "$VENV"
    elif apt_install python3-venv; then
        "$PYTHON" -m venv "$VENV"
    fi
    rm -rf "$bootstrap"
    [[ -x $VENV/bin/python ]] ||
        fail "cannot make a Python environment" "install venv (apt-get install python3-venv) or pip"
}

stamp_now() {
    { "$PYTHON" --version; pwd; cat scripts/setup.sh "${requirements[@]}"; } |
        "$PYTHON" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

python_environment() {
    local wanted
    wanted=$(stamp_now)
    if [[ ${1:-} != --force && -x $VENV/bin/python && $(cat "$STAMP" 2>/dev/null) == "$wanted" ]]; then
        say "everything is there"
        return
    fi
    say "making the Python environment $VENV ($("$PYTHON" --version)); this takes a minute, once"
    make_venv
    local arguments=()
    for file in "${requirements[@]}"; do
        say "installing ${file}"
        arguments+=(--requirement "$file")
    done
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "${arguments[@]}"
    # The SDK is used from its sources, by a path file: nothing to build, edits count at once.
    "$VENV/bin/python" - <<'PYTHON'
import pathlib, sysconfig

sources = pathlib.Path("sdk/python/src").resolve()
pathlib.Path(sysconfig.get_path("purelib"), "paceline-sources.pth").write_text(f"{sources}\n")
PYTHON
    printf '%s\n' "$wanted" >"$STAMP"
    say "done"
}

need_rust
need_python
python_environment "${1:-}"
