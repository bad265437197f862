#!/bin/bash
# netnsctl.sh - list, status, start and stop: what root finds out itself, what others get from the broker, and iproute2 as the judge.
. "$(dirname "$0")/../lib.sh"
: "${CHNETNS:=/usr/bin/chnetns}" "${NETNSCTL:=/usr/bin/netnsctl}" "${SERVE:=/usr/libexec/netns-broker/serve}"
HERE=$(dirname "$(realpath "$0")")
PYTHON=/usr/bin/python3
export NETNSCTL
mkdir -p /etc/netns-broker
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
status_of() { local rc=0; "$@" >/dev/null 2>&1 || rc=$?; echo $rc; }
cat >/etc/netns-broker/lab.netns <<'X'
[Namespace]
Description=Alice's lab
Type=nat
[Access]
Users=alice carol
Authorize=list
[DNS]
Servers=203.0.113.1 2001:db8::1
Domains=example.org
X
printf '[Namespace]\nType=basic\n' >/etc/netns-broker/locked.netns
printf '[Namespace]\nTpye=basic\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/slip.netns
cat >/etc/polkit-1/rules.d/10-test.rules <<'X'
polkit.addRule(function(action, subject) { if (action.id == "org.netns-broker.manage" && subject.user == "carol") return polkit.Result.YES; });
X
sleep 0.7
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log &
SERVE_PID=$!
wait_until 100 as alice "$NETNSCTL" list

list_root() {
    local list
    list=$("$NETNSCTL" list)
    same "$(head -n 1 <<<"$list" | xargs)" 'NAME STATE TYPE DESCRIPTION'
    same "$(sed -n 2p <<<"$list")" "lab     down   nat    Alice's lab"
    same "$("$NETNSCTL" list --names | xargs)" 'lab locked slip'
    same "$("$NETNSCTL" list --no-legend | wc -l)" 3
}
it "root lists everything configured, with state, type and description" list_root
list_users() {
    same "$(as carol "$NETNSCTL" list --names)" lab
    same "$(as mallory "$NETNSCTL" list --names)" ''
    same "$(as carol "$NETNSCTL" list --json)" "$("$NETNSCTL" list --json | $PYTHON -c 'import json, sys; print(json.dumps(json.load(sys.stdin)[:1], indent=2))')"
}
it "others list what they may enter, in the same words" list_users
slip() { contains "$("$NETNSCTL" status slip)" 'slip.netns:2'; }
it "a slip in a file is shown with its line" slip
down() { same "$(as alice "$NETNSCTL" status lab | xargs -d '\n' | sed 's/  */ /g')" "lab Description: Alice's lab State: down Type: nat"; }
it "status of a namespace that is down says so" down

denied() { contains "$(as alice "$NETNSCTL" start --no-ask-password lab 2>&1 || :)" 'lab: '; same "$(status_of as alice "$NETNSCTL" start --no-ask-password lab)" 1; }
it "a user whom polkit does not let manage cannot start it" denied
started() { as carol "$NETNSCTL" start lab; contains "$("$NETNSCTL" list)" 'lab     up'; }
it "a user whom polkit lets manage starts it" started

ip -n lab link add br0 type bridge
ip -n lab link set br0 up
ip -n lab link add mv0 link br0 type macvlan
ip -n lab addr add 10.9.0.1/24 dev br0
ip -n lab -6 addr add fd09::1/64 dev br0 nodad
ip -n lab link set lo up
ip -n lab route add blackhole 10.10.0.0/16
ip -n lab route add 10.11.0.0/16 via 10.9.0.9 dev br0 metric 7 table 100
ip -n lab route add 10.12.0.0/16 nexthop via 10.9.0.7 dev br0 nexthop via 10.9.0.8 dev br0
ip -n lab route add 10.13.0.0/16 via inet6 fd09::9 dev br0
ip -n lab -6 route add fd0a::/64 via fd09::9 dev br0 table 5000
ip -n lab rule add from 10.9.0.0/24 lookup 100 priority 1000
ip -n lab rule add iif br0 prohibit priority 1001
ip -n lab -6 rule add from fd09::/64 lookup 5000 priority 1002
# twice if need be: a link that is just coming up gets its fe80::/64 between the two questions
judged() { wait_until 40 $PYTHON "$HERE/judge.py" lab || $PYTHON "$HERE/judge.py" lab; }
it "status says what iproute2 says about links, addresses, routes and rules" judged
text() {
    local text
    text=$(as alice "$NETNSCTL" status lab)
    for words in 'State: up' 'Type: nat' 'other end vn-lab0' 'blackhole 10.10.0.0/16' '10.11.0.0/16 via 10.9.0.9 dev br0 metric 7 table 100' \
        '1000: from 10.9.0.0/24 lookup 100 (ipv4)' '1001: from all iif br0 prohibit' 'DNS: 203.0.113.1 2001:db8::1' 'Domains: example.org'; do
        contains "$text" "$words"
    done
}
it "and says it to people, for users too" text
same_json() { same "$(as alice "$NETNSCTL" status --json lab)" "$("$NETNSCTL" status --json lab)"; }
it "users get the JSON that root gets" same_json

as alice "$CHNETNS" lab sleep 60 &
as carol "$CHNETNS" lab sleep 61 &
wait_until 100 bash -c '[ $(ip netns pids lab | wc -l) = 2 ]'
json_members() {
    . "$TOP/tests/world.sh"
    "$NETNSCTL" status --json | json_told
    "$NETNSCTL" list --json | json_told
}
it "each member of the JSON is told of in netnsctl(1)" json_members
who() {
    contains "$("$NETNSCTL" status lab)" 'alice sleep 60'
    contains "$("$NETNSCTL" status lab)" 'carol sleep 61'
    contains "$(as alice "$NETNSCTL" status lab)" 'alice sleep 60'
    fails grep -q carol <<<"$(as alice "$NETNSCTL" status lab)"
    same "$("$NETNSCTL" status --json lab | $PYTHON -c 'import json, sys; print(*sorted(p["pid"] for p in json.load(sys.stdin)[0]["processes"]))')" \
        "$(ip netns pids lab | sort -n | xargs)"
}
it "status shows who is inside: root all, a user his own" who
kill $(ip netns pids lab) 2>/dev/null
wait %2 %3 2>/dev/null || :

escapes() {
    as alice "$CHNETNS" lab bash -c $'exec -a "\033[2Jx\302\233y" sleep 62' &
    wait_until 100 bash -c '[ $(ip netns pids lab | wc -l) = 1 ]'
    local text json
    text=$("$NETNSCTL" status lab); json=$("$NETNSCTL" status --json lab)
    kill $(ip netns pids lab)
    contains "$text" '?[2Jx?y 62'
    LC_ALL=C fails grep -qaP '\x1b|\xc2[\x80-\x9f]' <<<"$text$json"
    same "$(jq -r '.[0].processes[0].command' <<<"$json" | od -c | head -n 2)" "$(printf '\033[2Jx\302\233y 62\n' | od -c | head -n 2)"
}
it "a command line's control characters do not reach the terminal" escapes
foreign() {
    ip netns add strange
    local state
    state=$("$NETNSCTL" status strange)
    ip netns del strange
    contains "$state" 'State: foreign'
}
it "a namespace made by someone else is called foreign" foreign
broken() {
    cp /run/netns-broker/state/lab.json /run/lab.json
    sed -i 's/"ready": *true/"ready": false/' /run/netns-broker/state/lab.json
    local state hers
    state=$("$NETNSCTL" list)
    hers=$(as alice "$NETNSCTL" status lab; as alice "$NETNSCTL" doctor lab || :)
    cp /run/lab.json /run/netns-broker/state/lab.json
    contains "$state" 'lab     broken'; contains "$state" '(it was made and not finished)'
    contains "$hers" 'State: broken: it was made and not finished'; contains "$hers" 'state: it was made and not finished'
}
it "one that was left half built is called broken, and why, to its users too" broken
changing() {
    local holder said
    flock /run/netns-broker/lock/lab sleep 60 & holder=$!
    wait_until 100 fails flock -n /run/netns-broker/lock/lab true
    said=$("$NETNSCTL" list) || :
    pkill -P $holder; wait $holder || :
    contains "$said" 'lab     changing'
}
it "one that a worker has in hand is called changing" changing

stopped() { as carol "$NETNSCTL" stop lab; contains "$("$NETNSCTL" list)" 'lab     down'; same "$(ip netns list)" ''; }
it "the same user stops it" stopped
root_starts() {
    "$NETNSCTL" start lab locked
    same "$("$NETNSCTL" list --no-legend | awk '{ print $2 }' | xargs)" 'up up down'
    "$NETNSCTL" stop lab locked
    same "$("$NETNSCTL" list --no-legend | awk '{ print $2 }' | xargs)" 'down down down'
}
it "root starts and stops several, without the broker" root_starts
all() {
    same "$("$NETNSCTL" status | grep -c State)" 3
    same "$("$NETNSCTL" status --json | $PYTHON -c 'import json, sys; print(*[n["name"] for n in json.load(sys.stdin)])')" 'lab locked slip'
}
it "status without a name shows all" all
usage() {
    same "$(status_of "$NETNSCTL" list lab) $(status_of "$NETNSCTL" list --frob) $(status_of "$NETNSCTL" start) $(status_of "$NETNSCTL" start --json lab)" '2 2 2 2'
    same "$(status_of "$NETNSCTL" stop -- '*') $(status_of "$NETNSCTL" start ../x)" '2 2'
    same "$(status_of "$NETNSCTL" status none) $(status_of as alice "$NETNSCTL" status none)" '1 1'
    contains "$("$NETNSCTL" list --frob 2>&1 || :)" 'no option --frob'
    same "$(as mallory "$NETNSCTL" status lab 2>&1 || :)" "$(as mallory "$NETNSCTL" status lax 2>&1 | sed s/lax/lab/ || :)"
}
it "slips in the command line are exit status 2, failures 1" usage
full() { same "$(status_of bash -c "exec '$NETNSCTL' list 2>&1 >/dev/full")" 1; }
it "output that cannot be written is a failure" full

kill $SERVE_PID
wait $SERVE_PID
rm -f /run/netns-broker/socket
finish
