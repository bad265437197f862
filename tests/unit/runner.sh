# runner.sh - the runner itself: what counts as passed, failed and skipped, for a runner that passes everything hides everything.
. "$(dirname "$0")/../lib.sh"
RUN_D=$(dirname "$(realpath "$0")")/../run.d

# runs STATUS CHOICE <OUTPUT - the summary line of one script that printed OUTPUT and ended with STATUS
runs() {
    local status=$1
    WORK=$(mktemp -d)
    CHOICE=()
    [ -z "${2-}" ] || CHOICE=("$2")
    : >"$WORK/results"
    cat >"$WORK/out"
    . "$RUN_D/report.sh"
    report tier script 0 "$status" "$WORK/out" >"$WORK/shown"
    summary >"$WORK/sum" && echo good >>"$WORK/sum"
    tail -n 2 "$WORK/sum" | xargs
    rm -rf "$WORK"
}
ours() { same "$(runs 1 x <<<$'ok - one\nnot ok - two (rc=1)\n    why\nskip - three: no such kernel')" "tier script: two 1 passed, 1 failed, 1 skipped"; }
tap() { same "$(runs 0 x <<<$'1..3\nok 1 /a/b\nok 2 - c\nok 3 /d # SKIP no root')" "2 passed, 0 failed, 1 skipped good"; }
dies() { contains "$(runs 139 x <<<'ok - one')" "1 passed, 1 failed"; }
hangs() { contains "$(runs 124 x <<<'ok - one')" "1 passed, 1 failed"; }
silent() { contains "$(runs 0 x <<<'all is well')" "0 passed, 1 failed"; }
nowhere() {
    contains "$(runs 0 <<<$'ok - one\nskip - two: nobody has it')" "1 passed, 1 failed, 1 skipped"
    contains "$(runs 0 <<<$'ok - two\nskip - two: not here')" "1 passed, 0 failed, 1 skipped good"
}
empty() { contains "$(runs 0 x <<<'skip - one: not here')" "0 passed, 0 failed, 1 skipped"; fails grep -q good <<<"$(runs 0 x <<<'skip - one: not here')"; }
# A failure says at which line it was, and stands alone; of a script that hangs it is seen how far it came.
told_where() {
    local file=$WORK_T/where.sh said
    printf '%s\n' ". '$RUN_D/../lib.sh'" 'inner() { same a b; }' 'outer() {' '    inner' '    true' '}' 'none() { echo reason; local x; x=$(false) || true; echo "$(false)" >/dev/null; return 77; }' 'it fine true' 'it bad outer' 'it none none' 'finish' >"$file"
    said=$(bash "$file") || true
    contains "$said" $'at where.sh:2: inner: return 1\n    at where.sh:4: outer: inner'
    contains "$said" 'skip - none: reason'
    fails grep -q 'return 77' <<<"$said"
}
shown() { WORK=$WORK_T; report tier script 0 "$1" "$2" | sed -n 's/^    | //p'; }
shown_alone() {
    local file=$WORK_T/out
    . "$RUN_D/report.sh"
    printf '%s\n' 'ok - one' 'not ok - two (rc=1)' '    why' 'skip - three: none' >"$file"
    same "$(shown 1 "$file" | xargs)" 'not ok - two (rc=1) why'
    printf '%s\n' 'ok - one' 'not ok - two (rc=1)' 'ok - three' >"$file"
    same "$(shown 124 "$file" | tail -n 1)" 'ok - three'
}

# Each assertion whose failure would be ignored: set -e heeds neither what is left of && (unless it ends the function) nor what is
# behind an exclamation mark. Words in quotes are not looked at.
unheeded() {
    awk '
    function look(body, ends,    text, part, n, i, s, last) {
        text = body
        gsub(/\047[^\047]*\047/, "Q", text); gsub(/"([^"\\]|\\.)*"/, "Q", text); sub(/ # .*/, "", text); sub(/; *$/, "", text)
        n = split(text, part, /; */)
        for (i = 1; i <= n; i++) {
            s = part[i]; sub(/^ +/, "", s)
            while (sub(/^([a-z_0-9]+\(\) *\{|\{|do|then|else) +/, "", s)) ;
            last = i < n ? part[i + 1] ~ /^ *}/ : ends
            if (!last && s !~ / \|\| / && (s ~ /^! / || (s ~ /^(\[|same|contains|fails|wait_until|test) / && s ~ / && /))) print place ": " body
        }
    }
    FNR == 1 { if (held != "") look(held, 1); held = "" }
    held ~ /( &&|\\)$/ { held = held " " $0; next }
    { if (held != "") look(held, $0 ~ /^}/); held = $0; place = FILENAME ":" FNR }
    END { if (held != "") look(held, 1) }' "$@"
}
heeded() {
    local file=$WORK_T/t.sh found
    printf '%s\n' 'one() { [ 1 = 2 ] && [ 1 = 1 ]; true; }' 'two() {' '    same a b && same a a' '    ! true; [ 1 = 1 ] || return 1' '    contains a "b; c" &&' '        fails false' '    true' '}' >"$file"
    same "$(unheeded "$file" | cut -d: -f2 | xargs)" '1 3 4 5'
    printf '%s\n' 'one() { [ 1 = 1 ] && [ 1 = 1 ]; }' 'two() {' '    ! true || return 1; [ 1 = 1 ] && true || return 1' '    sh -c "[ 1 = 2 ] && true"; if [ 1 = 1 ] && true; then true; fi' '    same a a && same a a # so' '}' >"$file"
    same "$(unheeded "$file")" ''
    found=$(unheeded $(find "$(dirname "$RUN_D")" -name '*.sh'))
    same "$found" ''
}

it "our lines are counted, and one failure is a failed run" ours
it "TAP is counted" tap
it "a script that dies after its last test has failed" dies
it "a script that does not end has failed" hangs
it "a script that runs no test has failed" silent
it "a sentence skipped in every tier is a failure, one that ran somewhere is not" nowhere
it "a run in which nothing passed is no success" empty
WORK_T=$(mktemp -d)
it "no test ignores the failure of a line in its middle" heeded
it "a failure says which lines led to it" told_where
it "of a script that failed the failures are shown, of one that hangs how far it came" shown_alone
rm -r "$WORK_T"
finish
