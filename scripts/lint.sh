#!/usr/bin/env bash
# Static checks: format, clippy, documentation, dependencies.
source "$(dirname "$0")/common.sh"

scripts/setup.sh rust linker
if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    fail "please run: rustup component add rustfmt clippy"
fi

say "format"
cargo fmt --all --check
say "clippy"
cargo clippy --workspace --all-targets --locked -- -D warnings
say "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
scripts/deny.sh
