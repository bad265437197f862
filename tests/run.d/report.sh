# report.sh - part of tests/run: what a script printed becomes one line on the terminal, its failures in full, and rows for the sum.

# report TIER SCRIPT SECONDS STATUS FILE - FILE holds the output of SCRIPT, which ended with STATUS.
# A row in results is: tier, script, ok|fail|skip, sentence, reason.
report() {
    local tier=$1 script=$2 seconds=$3 status=$4 file=$5 rows counts
    rows=$(awk -v tier="$tier" -v script="$script" -v status="$status" '
        function row(what, sentence, reason) { n[what]++; printf "%s\t%s\t%s\t%s\t%s\n", tier, script, what, sentence, reason }
        # lib.sh:  ok - S    not ok - S (rc=1)    skip - S: reason        TAP:  ok 1 /s    not ok 1 /s    ok 1 /s # SKIP reason
        { line = $0 }
        sub(/^ok( [0-9]+)?( -)? /, "", line) {
            if (match(line, /# SKIP/)) row("skip", substr(line, 1, RSTART - 2), substr(line, RSTART + 7))
            else row("ok", line, "")
            next
        }
        sub(/^not ok( [0-9]+)?( -)? /, "", line) { sub(/ \(rc=[0-9]+\)$/, "", line); row("fail", line, ""); next }
        sub(/^skip - /, "", line) { i = index(line, ": "); row("skip", substr(line, 1, i ? i - 1 : length(line)), i ? substr(line, i + 2) : ""); next }
        /^1\.\.0/ { row("skip", script, substr($0, index($0, "# SKIP") + 7)) }
        END {
            if (status == 124 || status == 137) row("fail", script " ends in time", "")
            else if (status != 0 && !n["fail"]) row("fail", script " ends well", "status " status)
            else if (!n["ok"] && !n["fail"] && !n["skip"]) row("fail", script " runs at least one test", "")
        }' "$file")
    counts=$(awk -F'\t' '{ n[$3]++ } END { printf "%3d ok", n["ok"]; if (n["fail"]) printf ", %d FAILED", n["fail"]; if (n["skip"]) printf ", %d skipped", n["skip"] }' <<<"$rows")
    {
        flock 9
        echo "$rows" >>"$WORK/results"
        printf '%-16s %-24s %6.1f s  %s\n' "$tier" "$script" "$seconds" "$counts"
        awk -F'\t' '$3 == "skip" { print "    skip: " $4 ": " $5 }' <<<"$rows"
        if grep -q "$(printf '\tfail\t')" <<<"$rows"; then
            awk -F'\t' '$3 == "fail" { print "    FAILED: " $4 ($5 == "" ? "" : " (" $5 ")") }' <<<"$rows"
            echo "    ---- its output:"
            # of one that hung it is of interest how far it came
            case $status in 124 | 137) cat "$file" ;; *) grep -vE '^(ok|skip) ' "$file" ;; esac | tail -n 200 | sed 's/^/    | /'
            echo "    ----"
        fi
    } 9>>"$WORK/terminal.lock"
}

# timed TIER SCRIPT CMD... - run CMD, report it
timed() {
    local tier=$1 script=$2 out start rc=0
    shift 2
    out=$(mktemp -p "$WORK")
    start=$EPOCHREALTIME
    timeout -k 5 "${LIMIT:-600}" "$@" >"$out" 2>&1 </dev/null || rc=$?
    report "$tier" "$script" "$(bc_minus "$EPOCHREALTIME" "$start")" "$rc" "$out"
    rm -f "$out"
}
bc_minus() { awk -v a="$1" -v b="$2" 'BEGIN { print a - b }'; }

# say TIER WORDS SECONDS - a step that is not a test
say() { { flock 9; printf '%-16s %-24s %6.1f s\n' "$1" "$2" "$3"; } 9>>"$WORK/terminal.lock"; }

# A broken step of the machinery counts as one failed test: nothing may pass because nothing ran.
broken() {
    local tier=$1 sentence=$2 file=$3
    {
        flock 9
        printf '%s\t%s\tfail\t%s\t\n' "$tier" setup "$sentence" >>"$WORK/results"
        printf '%-16s FAILED: %s\n' "$tier" "$sentence"
        tail -n 60 "$file" | sed 's/^/    | /'
    } 9>>"$WORK/terminal.lock"
}

summary() {
    if [ ${#CHOICE[@]} = 0 ]; then
        awk -F'\t' '$3 == "skip" { skip[$4] = $5; where[$4] = $2 } $3 != "skip" { ran[$4] = 1 }
            END { for (s in skip) if (!(s in ran)) printf "everywhere\t%s\tfail\t%s\t%s\n", where[s], s, skip[s] }' \
            "$WORK/results" >"$WORK/nowhere"
        [ ! -s "$WORK/nowhere" ] || { echo "skipped in every tier, so nobody ran them:"; cut -f2,4,5 "$WORK/nowhere" | sed 's/^/    FAILED: /'; }
        cat "$WORK/nowhere" >>"$WORK/results"
    fi
    if grep -q "$(printf '\tfail\t')" "$WORK/results"; then
        echo "failed:"
        awk -F'\t' '$3 == "fail" { printf "    %-16s %s: %s\n", $1, $2, $4 }' "$WORK/results"
    fi
    awk -F'\t' '{ n[$3]++ } END { printf "%d passed, %d failed, %d skipped\n", n["ok"], n["fail"], n["skip"]; exit n["fail"] > 0 || n["ok"] == 0 }' "$WORK/results"
}
