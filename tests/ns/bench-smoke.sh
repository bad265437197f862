#!/bin/bash
# The benchmark's harness itself: three rounds of nothing, right sums, and an end with words when a command fails.
. "$TOP/tests/lib.sh"
DIR=$(mktemp -d)
compiles() {
    command -v cc >/dev/null || { echo "no C compiler here"; return 77; }
    cc -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$DIR/bench" "$TOP/tests/bench/bench.c"
    cc -O1 -Wall -Wextra -Werror -static -nostdlib -o "$DIR/target" "$TOP/tests/bench/target.c"
}
have() { [ -x "$DIR/target" ] || { echo "no C compiler here"; return 77; }; }
cases() { local IFS=$'\t'; printf '%s\n' "$*"; }
counts() {
    have
    { cases before sleeper "$DIR/target"; cases run sleeper 0 "$(command -v sleep)" 0.02; cases run nothing 0 "$DIR/target"; } |
        "$DIR/bench" --rounds 3 --warmup 1 >"$DIR/result"
    same "$(cut -f1,2 "$DIR/result")" $'sleeper\t3\nnothing\t3'
    # min, median, p99 in order; asleep for 20 ms or more, without using the CPU for it
    awk -F'\t' '$3 > $4 || $5 < $3 || ($1 == "sleeper" && ($3 < 20000 || $6 > 15000)) || ($1 == "nothing" && $3 > 15000) { print; bad = 1 } END { exit bad }' \
        "$DIR/result"
}
becomes() {
    have
    cases run who 61001 "$(command -v bash)" -c '[ "$(id -u) $(id -g) $(id -G)" = "61001 61001 61001" ]' | "$DIR/bench" --rounds 1
}
says_so() {
    have
    local said rc=0
    said=$(cases run wrong 0 "$(command -v bash)" -c 'exit 7' | "$DIR/bench" --rounds 3 2>&1) || rc=$?
    same "$rc" 1
    contains "$said" 'wrong: the command ended with status 7'
}
judges() {
    have
    local out
    # one run whose reference differs from itself is made again, and told of if it never comes right
    out=$(BENCH="$DIR/fake" TRIES=2 bash -c '. "$1/tests/bench/measure.sh"
        sleep() { :; }
        printf "#!/bin/sh\nprintf \"ref\\t1\\t10\\t10\\t10\\t10\\nref, again\\t1\\t10\\t12\\t10\\t10\\nours\\t1\\t5\\t5\\t5\\t4\\n\"\n" >"$BENCH"
        chmod +x "$BENCH"
        echo | measure "$WORK/r" ref
        compare "$WORK/r" ours ref 0.6' sh "$TOP" 2>"$DIR/said")
    same "$(grep -c discarded "$DIR/said")" 2
    same "$out" $'row\tours\tref\t0.500\t0.400\t0.6\tself-ratio of the reference 1.200'
    same "$(awk -F'\t' -f "$TOP/tests/bench/table.awk" <<<"$out" | tail -n 1)" '| ours | ref | 0.500 | 0.400 | ≤ 0.6 | met | self-ratio of the reference 1.200 |'
}
it "the benchmark's two programs compile without a warning" compiles
it "it times what it is given and not what comes before" counts
it "it runs a command as the user it is told, without groups" becomes
it "it ends with words when a command fails" says_so
it "a run whose reference differs from itself is made again, and the table tells" judges
rm -rf "$DIR"
finish
