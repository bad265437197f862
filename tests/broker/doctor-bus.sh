#!/bin/bash
# doctor-bus.sh - netnsctl doctor beside a real system bus with a real avahi-daemon on it, and a real polkit.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
: "${CHNETNS:=/usr/bin/chnetns}" "${SERVE:=/usr/libexec/netns-broker/serve}"
LEAK='DNS: a name asked of avahi-daemon over the system bus leaves by uplink0 of the host, past the namespace'

said() {
    local rc=0 want=$1 words
    shift
    SAID=$($NB doctor lab 2>&1) || rc=$?
    same "$rc" "$want" || { echo "$SAID"; return 1; }
    for words in "$@"; do contains "$SAID" "$words"; done
}
said_not() { fails grep -qF -e "$1" <<<"$SAID"; }

world_up
names_up
mkdir -p /etc/netns-broker /run/avahi-daemon
conf lab <<<$'[Namespace]\nType=nat\n[Access]\nUsers=alice'
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log & SERVE_PID=$!
wait_until 100 $NB list
$NB up lab
wait_until 100 "$CHNETNS" lab true

good() { said 0 'lab: good' 'DNS: 203.0.113.2 answers, and no path leads past'; said_not entering; }
it "a bus where nobody looks names up, and a polkit that answers, are good" good
avahi() {
    command -v avahi-daemon >/dev/null || { echo "there is no avahi-daemon"; return 77; }
    local rc=0 pid
    printf '[server]\nuse-ipv4=yes\nuse-ipv6=no\nallow-interfaces=uplink0\n[publish]\ndisable-publishing=yes\n' >/run/avahi.conf
    avahi-daemon --no-drop-root --no-chroot --no-rlimits -f /run/avahi.conf >/run/avahi.log 2>&1 & pid=$!
    wait_until 100 grep -q 'startup complete' /run/avahi.log || rc=1
    said 3 'lab: warning' "$LEAK" SystemBus=no || rc=1
    kill $pid; wait $pid 2>/dev/null || :
    said 0 'lab: good' || rc=1
    return $rc
}
it "a name of multicast DNS that avahi-daemon asks for is seen to leave by the host" avahi
no_polkit() {
    kill -STOP "$POLKITD_PID"
    local rc=0
    said 1 'lab: broken' 'entering: polkit does not answer: only root can enter' || rc=1
    kill -CONT "$POLKITD_PID"
    said 0 'lab: good' || rc=1
    return $rc
}
it "a polkit that hangs is missed: nobody but root can enter" no_polkit
unknown_action() {
    local rc=0 file=/usr/share/polkit-1/actions/org.netns-broker.policy
    mv $file /run/policy
    wait_until 100 sh -c '! pkaction --action-id org.netns-broker.enter'
    said 1 'entering: polkit does not know the actions of netns-broker: only root can enter' 'install netns-broker again' || rc=1
    mv /run/policy $file
    wait_until 100 pkaction --action-id org.netns-broker.enter
    said 0 'lab: good' || rc=1
    return $rc
}
it "so is one that has never heard of us" unknown_action

kill $SERVE_PID; wait $SERVE_PID 2>/dev/null || :
rm -f /run/netns-broker/socket
$NB down --all
names_down
world_down
finish
