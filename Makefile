# What there is to do here. Everything works on a clean clone.
#
#   make demo    three stories: a service that is rolled, a shop in tiers, and two roles
#   make test    every test: Rust's, and the system tests with the real AWS CLI
#   make lint    formatting, clippy, the house style
#   make bench   the measurements, as ratios to what else does the same

PYTEST := .venv/bin/pytest
# System tests side by side. Each is a host of its own; two keep two cores busy.
TEST_JOBS ?= 2
# `make setup` builds it.
DYNAMODB := .build/bin/longshore-dynamodb
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

.PHONY: setup build release test test-rust test-system lint format bench demo clean

setup:
	scripts/setup.sh test

build:
	cargo build --locked --workspace --bins

release:
	cargo build --locked --release --bin longshore --bin longshore-testserver
	[ ! -x $(DYNAMODB) ] || cp -u $(DYNAMODB) target/$(HOST)/release/

test: test-rust test-system

test-rust: setup
	cargo test --locked --workspace
	cargo test --locked --release --manifest-path engines/dynamodb/Cargo.toml \
		--target-dir .build/engines

test-system: setup build
	$(PYTEST) tests -n $(TEST_JOBS) --dist loadfile

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo fmt --manifest-path engines/dynamodb/Cargo.toml --check
	cargo clippy --locked --manifest-path engines/dynamodb/Cargo.toml --all-targets \
		--target-dir .build/engines -- -D warnings
	cargo test --locked --package tidy

format:
	cargo fmt --all

bench:
	scripts/setup.sh bench
	bench/run.sh

demo:
	scripts/setup.sh run
	examples/demo/run.sh
	examples/shop/run.sh
	examples/roles/run.sh

clean:
	cargo clean
	rm -rf .venv .build
