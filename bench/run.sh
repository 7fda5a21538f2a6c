#!/usr/bin/env bash
# Builds release binaries and prints the measurements, as ratios to what else does the same.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked --release --bin longshore --bin longshore-testserver --bin longshore-load \
    --example commits --example network_speed --example decision_speed --example verify_time
target=$PWD/target/$(rustc -vV | sed -n 's/^host: //p')/release
export LONGSHORE_BIN=$target/longshore
export LONGSHORE_TESTSERVER_BIN=$target/longshore-testserver
export LONGSHORE_LOAD_BIN=$target/longshore-load
export LONGSHORE_COMMITS_BIN=$target/examples/commits
export LONGSHORE_DECISIONS_BIN=$target/examples/decision_speed
export LONGSHORE_VERIFY_BIN=$target/examples/verify_time
export LONGSHORE_NETWORK_BIN=$target/examples/network_speed
PYTHONPATH=tests exec .venv/bin/python bench/bench.py "$@"
