#!/bin/bash
# kill -9 at every point of up and of down.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

# kill -9 at every call, one after the other, of the kinds that change something; before the call is made (strace counts each kind by itself)
CALLS='sendmsg sendto write rename mount umount2 unshare setns mkdir mkdirat rmdir unlink unlinkat flock clone vfork'
kill_at() { # CALL N CMD...
    strace -qq -o /run/trace -e trace="$1" -e inject="$1:signal=KILL:when=$2" "${@:3}" & wait $! 2>/dev/null
    grep -q 'killed by SIGKILL' /run/trace
}
# of each kind the first twenty: what is more than that is the last down, which waits and looks whether the watch has gone
calls_of() {
    strace -qq -o /run/trace "$@" && sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' /run/trace | grep -xF "${CALLS// /$'\n'}" | sort | uniq -c |
        awk '{ print ($1 > 20 ? 20 : $1), $2 }'
}
no_residue() { [ "$BEFORE" = "$(host_state)" ] || { echo "residue after kill at $*:"; diff <(echo "$BEFORE") <(host_state); false; }; }
killed_up() {
    lab_conf; local list count call n killed=0
    list=$(calls_of "$NB" up lab); $NB down lab; echo "$list"
    while read -r count call; do
        for n in $(seq "$count"); do
            ! kill_at "$call" "$n" "$NB" up lab || killed=$((killed + 1))
            [ $((n % 2)) = 0 ] || { $NB up lab; same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1; }
            $NB down lab
            no_residue "$call" "$n"
        done
    done <<<"$list"
    echo "killed $killed times"; [ $killed -ge 40 ]
}
killed_down() {
    lab_conf; local list count call n killed=0
    $NB up lab; list=$(calls_of "$NB" down lab); echo "$list"
    while read -r count call; do
        for n in $(seq "$count"); do
            $NB up lab
            ! kill_at "$call" "$n" "$NB" down lab || killed=$((killed + 1))
            $NB down lab
            no_residue "$call" "$n"
        done
    done <<<"$list"
    echo "killed $killed times"; [ $killed -ge 20 ]
}

world_up
BEFORE=$(host_state)
it "kill -9 of up at any point: the next down leaves nothing, the next up works" killed_up
it "kill -9 of down at any point: the next down leaves nothing" killed_down
$NB down --all
world_down
finish
