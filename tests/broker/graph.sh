#!/bin/bash
# graph.sh - netnsctl graph for users: what the broker lets them see, and the host's interfaces, which everybody may read.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../people.sh"
: "${NETNSCTL:=/usr/bin/netnsctl}" "${SERVE:=/usr/libexec/netns-broker/serve}"
mkdir -p /etc/netns-broker
hostname laptop
web_host eth0 hello 192.0.2.1/24
ip addr add 192.0.2.10/24 dev eth0
ip route add default via 192.0.2.1
printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/lab.netns
printf '[Link wire]\nKind=veth\nPeer=lab\nHostName=tohidden\n' >/etc/netns-broker/hidden.netns
printf '[Namespace]\nType=nat\nDescription=secret\n' >/etc/netns-broker/locked.netns
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log &
SERVE_PID=$!
wait_until 100 as alice "$NETNSCTL list"
"$NETNSCTL" up lab locked hidden

as_root() { COLUMNS=100 LC_ALL=C.UTF-8 "$NETNSCTL" graph "$@"; }
as_user() { as "$1" "COLUMNS=100 $NETNSCTL graph ${*:2}"; }

all() {
    same "$(as_root --json | jq -rc '[.namespaces[].name]')" '["hidden","lab","locked"]'
    contains "$(as_root)" 'vn-locked0'
}
it "root draws all" all
user_sees() {
    local drawn form; drawn=$(as_user alice)
    contains "$drawn" 'vn-lab0 ─ NAT'; contains "$drawn" 'via 192.0.2.1'; contains "$drawn" 'own programs'
    for form in '' --svg --dot --json; do
        drawn=$(as_user alice $form)
        contains "$drawn" 'vn-lab0'
        fails grep -q -e locked -e secret -e toleft <<<"$drawn"
    done
}
it "a user draws the namespaces that list him, and in no form another's name" user_sees
same_picture() { same "$(as_user alice lab)" "$(as_root lab)"; same "$(as_user alice --svg)" "$(as_root --svg lab)"; }
it "the same picture as root's of those" same_picture
same_ways() {
    local way; way=$(as_user alice --json lab | jq -rc '.namespaces[0].links[] | select(.port) | .ways[0].interface')
    same "$way" eth0
    ip route add unreachable default table 77; ip rule add iif vn-lab0 lookup 77
    way=$(as_user alice --json lab | jq -rc '.namespaces[0].links[] | select(.port) | .note')
    ip rule del iif vn-lab0; ip route flush table 77
    same "$way" 'no way out'
}
it "and follows the host's rules without a privilege" same_ways
nobody() {
    local drawn; drawn=$(as_user mallory)
    contains "$drawn" 'own programs'
    fails grep -q -e lab -e locked <<<"$drawn"
    same "$drawn" "$(as_user bob)"
}
it "whom no file lists sees the host alone" nobody
denied() {
    local rc=0 said; said=$(as_user alice locked 2>&1) || rc=$?
    same "$rc" 1
    same "$said" "$(as_user alice none 2>&1 | sed 's/none/locked/')"
    rc=0; said=$(as_user alice lab locked 2>/run/said) || rc=$?
    same "$rc" 1; contains "$said" 'vn-lab0'; contains "$(cat /run/said)" 'locked: '
}
it "forbidden and unknown names are failures in the same words, and the others are drawn" denied
in_there() {
    local drawn; drawn=$(as alice "chnetns lab netnsctl graph" 2>/run/said)
    contains "$drawn" 'vn-lab0'; fails grep -q eth0 <<<"$drawn"
    contains "$(cat /run/said)" 'from inside a namespace'
}
it "from inside, a user is told that the host is not to be seen" in_there
no_broker() {
    kill $SERVE_PID; wait $SERVE_PID 2>/dev/null || :; rm -f /run/netns-broker/socket
    local rc=0 said; said=$(as_user alice 2>/run/said) || rc=$?
    same "$rc" 1; same "$said" ''
    [ -s /run/said ]
    contains "$(as_root)" 'vn-lab0'
}
it "without a broker a user is told so, and root draws on" no_broker

"$NETNSCTL" down --all
ip link del eth0
kill $WEB_HOST_PID; wait $WEB_HOST_PID 2>/dev/null
finish
