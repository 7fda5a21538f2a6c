#!/usr/bin/env bash
# Installs what this host lacks, and nothing that it has.
#
#   scripts/setup.sh run     what Longshore needs to run, its DynamoDB engine, and a Python
#                            environment with awscli
#   scripts/setup.sh test    and what its tests need (the default)
#   scripts/setup.sh bench   and what its benchmarks compare it with
#
# Packages are installed with apt-get, as root on Debian and Ubuntu; elsewhere their names are
# printed. The Python environment is `.venv` in the source tree.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-test}
case $purpose in
run | test | bench) ;;
*)
    echo "usage: scripts/setup.sh [run|test|bench]" >&2
    exit 2
    ;;
esac

missing=()

# need PACKAGE PROGRAM...: the package is missing unless one of the programs is there.
need() {
    local package=$1 program
    shift
    for program in "$@"; do
        if PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null; then
            return
        fi
    done
    missing+=("$package")
}

need runc runc crun
need nftables nft
need iproute2 ip
need util-linux nsenter
need python3 python3
need gcc cc gcc clang
if [ ! -e /usr/include/stdio.h ]; then
    missing+=(libc6-dev)
fi
# Debian's own Python comes without the part that makes environments.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=(python3-venv)
fi
# The images of the demo and the tests are made of it, so it has to be the static one.
if ! command -v busybox >/dev/null || ldd "$(command -v busybox)" >/dev/null 2>&1; then
    missing+=(busybox-static)
fi
need curl curl
if [ "$purpose" != run ]; then
    need docker-registry docker-registry
fi
if [ "$purpose" = bench ]; then
    need haproxy haproxy
    need wrk wrk
fi

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Missing here: ${missing[*]}" >&2
        echo "Install them (Debian: sudo apt-get install ${missing[*]}) and call again." >&2
        exit 1
    fi
    echo "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# The shop's image is made of packages that apt has to know.
if command -v apt-cache >/dev/null && ! apt-cache show postgresql >/dev/null 2>&1 &&
    [ "$(id -u)" = 0 ]; then
    apt-get update -qq
fi

if ! command -v cargo >/dev/null; then
    echo "Missing here: cargo. Install Rust as https://rustup.rs says and call again." >&2
    exit 1
fi

# What keeps DynamoDB's tables is a program of its own, with a lock file of its own: two minutes of
# building, once. `longshore up` finds it beside itself or on the path.
engine=.build/bin/longshore-dynamodb
wanted=$(cat engines/dynamodb/Cargo.* engines/dynamodb/src/*.rs rust-toolchain.toml | sha256sum)
if [ ! -x $engine ] || [ "$(cat $engine.made-of 2>/dev/null || true)" != "$wanted" ]; then
    echo "building longshore-dynamodb"
    cargo build --locked --release --quiet --manifest-path engines/dynamodb/Cargo.toml \
        --target-dir .build/engines
    mkdir -p .build/bin
    # In place of the one that may be running.
    cp ".build/engines/$(rustc -vV | sed -n 's/^host: //p')/release/longshore-dynamodb" $engine.new
    mv $engine.new $engine
    echo "$wanted" >$engine.made-of
fi

# The environment is made again when its list changes, and only then.
wanted=$(sha256sum tests/requirements.txt)
if [ "$(cat .venv/.requirements 2>/dev/null || true)" != "$wanted" ]; then
    echo "making .venv"
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r tests/requirements.txt
    .venv/bin/pip check --disable-pip-version-check
    echo "$wanted" >.venv/.requirements
fi
