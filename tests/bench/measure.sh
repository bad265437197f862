# measure.sh - sourced by the parts of the benchmark. Needs BENCH and TARGET (the two programs) and $NETNSCTL, $CHNETNS, $SERVE.
#
# A part writes its cases (bench.c) with `case_run`, `case_before`, `case_after`, measures them, and prints rows of the table with
# `row`. On its standard output only lines starting with "row" or "note" count; everything else goes to standard error.
ROUNDS=${ROUNDS:-200}
TRIES=${TRIES:-4}
SMOKE=${SMOKE-}

say() { printf '%s\n' "$*" >&2; }
tabs() { local IFS=$'\t'; printf '%s\n' "$*"; }
# case_run LABEL USER CMD... / case_before LABEL CMD... / case_after LABEL CMD... - CMD's program is looked up here, not in each run
case_run() { local label=$1 user=$2 program; program=$(command -v "$3"); shift 3; tabs run "$label" "$(id -u "$user")" "$program" "$@"; }
case_before() { local label=$1 program; program=$(command -v "$2"); shift 2; tabs before "$label" "$program" "$@"; }
case_after() { local label=$1 program; program=$(command -v "$2"); shift 2; tabs after "$label" "$program" "$@"; }

# column RESULT LABEL N - a figure of a case: 3 min, 4 median, 5 p99, 6 median CPU time
column() { awk -F'\t' -v label="$2" -v n="$3" '$1 == label { print $n; found = 1 } END { exit !found }' "$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", b ? a / b : 0 }'; }
within() { awk -v x="$1" -v low="$2" -v high="$3" 'BEGIN { exit !(x >= low && x <= high) }'; }

# measure RESULT REFERENCE [BENCH-OPTION...] <CASES - one interleaved run. The reference is in it twice, as REFERENCE and as
# "REFERENCE, again": where those two differ by more than 5 %, the machine was too busy, the run is discarded and made again.
# SELF is then the ratio of the two; if it never came right, the last run stands and NOISY says so.
measure() {
    local result=$1 reference=$2 cases try
    shift 2
    cases=$(cat)
    for try in $(seq "$TRIES"); do
        "$BENCH" "$@" <<<"$cases" >"$result" || return 1
        SELF=$(ratio "$(column "$result" "$reference, again" 4)" "$(column "$result" "$reference" 4)")
        [ -z "$SMOKE" ] || SELF=1.000
        NOISY=
        ! within "$SELF" 0.95 1.05 || break
        NOISY="self-ratio of the reference $SELF"
        say "    discarded: the reference against itself is $SELF (run $try of at most $TRIES)"
        [ "$try" = "$TRIES" ] || sleep 5
    done
    awk -F'\t' '{ printf "    %-52s n=%-4d min %8d  median %8d  p99 %8d  cpu %8d us\n", $1, $2, $3, $4, $5, $6 }' "$result" >&2
    say "    the reference against itself: $SELF"
}

# row WHAT AGAINST RATIO CPU-RATIO TARGET [NOTE] - a row of the table; "-" where there is no figure. Met is RATIO <= TARGET, or >= for
# a TARGET written ">=X".
row() { tabs row "$@"; }
# compare RESULT WHAT-LABEL AGAINST-LABEL TARGET [WHAT AGAINST] - the row for two cases of a run
compare() {
    row "${5:-$2}" "${6:-$3}" "$(ratio "$(column "$1" "$2" 4)" "$(column "$1" "$3" 4)")" \
        "$(ratio "$(column "$1" "$2" 6)" "$(column "$1" "$3" 6)")" "$4" "$NOISY"
}
wait_until() { local n=$1; shift; while ! "$@" >/dev/null 2>&1; do n=$((n - 1)); [ "$n" -gt 0 ] || { say "never came: $*"; return 1; }; sleep 0.05; done; }
conf() { mkdir -p /etc/netns-broker; cat >"/etc/netns-broker/$1.netns"; }
# `… | measure` must set variables of ours
shopt -s lastpipe
WORK=$(mktemp -d)
