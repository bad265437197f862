#!/bin/bash
# build.sh - in sandbox.sh: bringing NAT namespaces up and down.
set -eu
HERE=$(dirname "$(realpath "$0")")
. "$HERE/measure.sh"
BROKER=/usr/bin/netns-broker
HAND=$HERE/byhand.sh
OLD=$HERE/predecessor.sh

# An uplink, so that there is something to masquerade to
ip link add uplink0 type veth peer name uplink1
ip addr add 203.0.113.1/24 dev uplink0
ip link set uplink0 up
ip link set uplink1 up
ip route add default via 203.0.113.2

say "the first NAT namespace of a host, and the last to go: our table comes and goes with it"
{
    case_run 'by hand, up' root "$HAND" up 1
    case_after 'by hand, up' "$HAND" down 1
    case_run 'by hand, up, again' root "$HAND" up 1
    case_after 'by hand, up, again' "$HAND" down 1
    case_run 'netns-broker up' root $BROKER up --type=nat first
    case_after 'netns-broker up' $BROKER down first
} | measure "$WORK/first" 'by hand, up' --rounds $(((ROUNDS + 7) / 8)) --pause 50
compare "$WORK/first" 'netns-broker up' 'by hand, up' - '`netns-broker up` of the first NAT namespace on the host' 'bash + `ip -batch` + `nft -f`'

say "up of one"
$BROKER up --type=nat stays
{
    case_run 'by hand, up' root "$HAND" up 1
    case_after 'by hand, up' "$HAND" down 1
    case_run 'by hand, up, again' root "$HAND" up 1
    case_after 'by hand, up, again' "$HAND" down 1
    case_run 'netns-broker up' root $BROKER up --type=nat one
    case_after 'netns-broker up' $BROKER down one
    case_run 'netns-broker up, basic' root $BROKER up --type=basic one
    case_after 'netns-broker up, basic' $BROKER down one
} | measure "$WORK/up" 'by hand, up' --rounds $(((ROUNDS + 1) / 2)) --pause 50
compare "$WORK/up" 'netns-broker up' 'by hand, up' 0.25 '`netns-broker up` of a NAT namespace (one process, no systemd)' 'bash + `ip -batch` + `nft -f`'

say "down of one"
{
    case_before 'by hand, down' "$HAND" up 1
    case_run 'by hand, down' root "$HAND" down 1
    case_before 'by hand, down, again' "$HAND" up 1
    case_run 'by hand, down, again' root "$HAND" down 1
    case_before 'netns-broker down' $BROKER up --type=nat one
    case_run 'netns-broker down' root $BROKER down one
    case_before 'netns-broker down --no-block' $BROKER up --type=nat one
    case_run 'netns-broker down --no-block' root $BROKER down --no-block one
} | measure "$WORK/down" 'by hand, down' --rounds $(((ROUNDS + 1) / 2)) --pause 80
compare "$WORK/down" 'netns-broker down --no-block' 'by hand, down' 0.25 '`down --no-block` of a NAT namespace, until the prompt is back' \
    'bash + `ip -batch` + `nft` down'
compare "$WORK/down" 'netns-broker down' 'by hand, down' - '`down` of a NAT namespace, until it is gone' same

say "a hundred in one process"
n=${SMOKE:+3}
n=${n:-100}
names=$(seq -f 'n%g' $n)
{
    case_run predecessor root "$OLD" up 1 $n
    case_after predecessor "$OLD" down
    case_run 'predecessor, again' root "$OLD" up 1 $n
    case_after 'predecessor, again' "$OLD" down
    case_run 'netns-broker up' root $BROKER up --type=nat $names
    case_after 'netns-broker up' $BROKER down $names
} | measure "$WORK/hundred" predecessor --rounds $(((ROUNDS + 19) / 20)) --warmup 1 --pause 200
compare "$WORK/hundred" 'netns-broker up' predecessor 0.03 "one process bringing up $n NAT namespaces" "the predecessor's command list, $n times"

# 1 there, 499, 1 again, after a fill (fresh guest memory is slow). nsenter is the measure of the machine's pace. "The 1st" is the first
# after one that stays, so that our table is there in all three: else the 1st pays for it and the 500th looks cheap.
say "the five hundredth"
n=${SMOKE:+5}
n=${n:-498}
names=$(seq -f 'n%g' $n)
$BROKER up --type=nat $names
$BROKER down $names
sleep 1
pace() {
    {
        case_run nsenter root nsenter --net=/proc/self/ns/net "$TARGET"
        case_run 'nsenter, again' root nsenter --net=/proc/self/ns/net "$TARGET"
        case_run 'netns-broker up' root $BROKER up --type=nat one
        case_after 'netns-broker up' $BROKER down one
    } | measure "$WORK/pace" nsenter --rounds $(((ROUNDS + 3) / 4)) --pause 50
    PACE=$(ratio "$(column "$WORK/pace" 'netns-broker up' 4)" "$(column "$WORK/pace" nsenter 4)")
    PACE_CPU=$(ratio "$(column "$WORK/pace" 'netns-broker up' 6)" "$(column "$WORK/pace" nsenter 6)")
    RAW=$(column "$WORK/pace" 'netns-broker up' 4)
    [ -z "$NOISY" ] || NOISE="$NOISY; "
}
NOISE=
pace; few=$PACE few_cpu=$PACE_CPU few_raw=$RAW
$BROKER up --type=nat $names
pace; lots=$PACE lots_cpu=$PACE_CPU lots_raw=$RAW
$BROKER down $names
sleep 1
pace
row "the $((n + 2))th NAT namespace" 'the 1st' "$(ratio "$lots" "$few")" "$(ratio "$lots_cpu" "$few_cpu")" 1.5 \
    "${NOISE}medians $few_raw and $lots_raw µs; the 1st again $RAW"
