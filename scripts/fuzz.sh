#!/usr/bin/env bash
# Fuzzes what reads requests and contracts, one target after the other: fuzz.sh [--keep] [TARGET…]
#
# SECONDS_TO_TEST limits the time of each target (60 unless set). Inputs that reach new code are kept in target/fuzz/;
# --keep adds those that the corpora in tests/fuzz/corpus/ lack. tests/fuzz/targets/ has the targets.
source "$(dirname "$0")/common.sh"

keep=
if [ "${1:-}" = --keep ]; then
    keep=yes
    shift
fi
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
    for file in tests/fuzz/targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

scripts/setup.sh rust linker cxx python
cargo_fuzz=$(python3 scripts/fetch-tool.py cargo-fuzz)
work=${CARGO_TARGET_DIR:-target}/fuzz
mkdir -p "$work"
work=$(cd "$work" && pwd)
host=$(rustc -vV | sed -n 's/^host: //p')

say "building the fuzz targets (the first build takes some minutes)"
# The sanitizer is an unstable option of the compiler, which the stable one accepts with this variable.
for target in "${targets[@]}"; do
    RUSTC_BOOTSTRAP=1 "$cargo_fuzz" build --fuzz-dir tests/fuzz --target-dir "$work" --target "$host" "$target"
done

failed=()
for target in "${targets[@]}"; do
    say "fuzzing $target"
    mkdir -p "$work/corpus/$target" "$work/artifacts/$target"
    log=$work/$target.log
    if ! "$work/$host/release/$target" -max_total_time="${SECONDS_TO_TEST:-60}" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -print_final_stats=1 -artifact_prefix="$work/artifacts/$target/" \
        "$work/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        failed+=("$target")
        continue
    fi
    sed -n -e 's/^stat::number_of_executed_units: */    runs: /p' -e 's/^stat::peak_rss_mb: */    MB at most: /p' "$log"
    if [ -n "$keep" ]; then
        # Few inputs that reach all code, however often, instead of one for each count of each loop.
        "$work/$host/release/$target" -set_cover_merge=1 -use_counters=0 -max_len=4096 \
            -artifact_prefix="$work/artifacts/$target/" "tests/fuzz/corpus/$target" "$work/corpus/$target" >"$log" 2>&1
    fi
done
[ "${#failed[@]}" -eq 0 ] || fail "these targets have found something: ${failed[*]}; see above and $work/artifacts/"
