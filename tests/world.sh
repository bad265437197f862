# world.sh - sourced by tests: a made-up internet around the host (which is the sandbox's root namespace).
#   world_up       namespace `net`: 203.0.113.2/24 and 2001:db8::2/64, reached by the host's uplink0 (203.0.113.1, 2001:db8::1),
#                  default routes of the host go there; a web server on port 80 answers with the client's address
#   world_down     takes it away
#   names_up, broker_up, well: see below
#   conf NAME      writes /etc/netns-broker/NAME.netns from stdin
NB=${NETNSCTL:-/usr/bin/netnsctl}
WORLD_PID=
world_up() {
    ip netns add net
    ip link add uplink0 type veth peer name eth0 netns net
    ip addr add 203.0.113.1/24 dev uplink0; ip addr add 2001:db8::1/64 dev uplink0 nodad; ip link set uplink0 up
    ip -n net addr add 203.0.113.2/24 dev eth0; ip -n net addr add 2001:db8::2/64 dev eth0 nodad
    ip -n net link set eth0 up; ip -n net link set lo up
    ip route add default via 203.0.113.2; ip -6 route add default via 2001:db8::2
    ip netns exec net python3 "$TOP/tests/web.py" & WORLD_PID=$!
    wait_until 100 curl -s -m 2 http://203.0.113.2/
    wait_until 100 sh -c '! ip -6 addr show dev uplink0 tentative | grep .'
}
world_down() {
    [ -z "$WORLD_PID" ] || { kill "$WORLD_PID"; wait "$WORLD_PID" 2>/dev/null; WORLD_PID=; }
    ip link del uplink0
    ip netns del net
}
conf() { mkdir -p /etc/netns-broker; cat >"/etc/netns-broker/$1.netns"; }
# the file of `lab`: a nat namespace with a route and a rule of its own; @1: its MTU
lab_conf() { conf lab <<<$'[Namespace]\nType=nat\n[Link]\nMTU='"${1:-1400}"$'\n[Route hole]\nDestination=198.51.100.0/24\nType=blackhole\n[Rule x]\nFrom=10.0.0.1\nTable=7'; }
# the doctor calls it good, and this is what it says of it; whether NTP keeps the clock is the machine's affair
well() {
    local said
    said=$($NB doctor "$1") || { echo "$said"; return 1; }
    same "$(head -n 1 <<<"$said")" "$1: good"
    sed -e 1d -e '/^    clock: nobody keeps it by NTP$/d' <<<"$said"
}
# names_up [COMMAND-BEFORE...] - (no function: it is to be ended) a name server that works on 203.0.113.2, in `net` if nothing else is said, and the host asks it
names_up() {
    [ $# -gt 0 ] || set -- ip netns exec net
    [ -e /run/resolv.before ] || cp -L /etc/resolv.conf /run/resolv.before 2>/dev/null || : >/run/resolv.before
    "$@" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --bind-interfaces \
        --listen-address="${NAMES-203.0.113.2}" --local=/example.com/ >/run/names.log 2>&1 & NAMES_PID=$!
    wait_until 100 "$@" sh -c "ss -lunH | grep -qF '${NAMES-203.0.113.2}:53'"
    echo "nameserver ${NAMES-203.0.113.2}" >/etc/resolv.conf
}
names_down() { kill "$NAMES_PID"; wait "$NAMES_PID" 2>/dev/null || :; cat /run/resolv.before >/etc/resolv.conf; }
# broker_up, broker_down - the front, by which a doctor (and chnetns) enters
broker_up() {
    mkdir -p /run/netns-broker
    "${SERVE:=/usr/libexec/netns-broker/serve}" --listen /run/netns-broker/socket 2>>/run/serve.log & BROKER_PID=$!
    wait_until 100 test -S /run/netns-broker/socket
}
broker_down() { kill "$BROKER_PID"; wait "$BROKER_PID" 2>/dev/null || :; rm -f /run/netns-broker/socket; }
# json_told: each member of the JSON on stdin, as a verb prints it with --json, is told of in netnsctl(1)
json_told() {
    local told unknown
    told=$(sed -n '/^\.Sh JSON/,/^\.Sh FILES/p' "$TOP/man/netnsctl.1" | grep -E '^\.(It )?Va ' | tr ' ' '\n')
    unknown=$(jq -r '[.. | objects | keys[]] | unique[]' | grep -vxF "$told") || :
    [ -z "$unknown" ] || { echo "not told of in netnsctl(1): $unknown"; return 1; }
}
in_ns() { local n=$1; shift; ip netns exec "$n" "$@"; }
# everything of the host that up and down may touch, as text to compare
host_state() {
    ip -d -j link | python3 -c 'import json,sys
for l in json.load(sys.stdin):
    for k in ("operstate", "flags", "stats64"): l.pop(k, None)
    print(l)'
    ip -j addr | python3 -c 'import json,sys
for l in json.load(sys.stdin): print(l["ifname"], sorted((a["local"], a["prefixlen"]) for a in l["addr_info"]))'
    ip -j route show table all; ip -6 -j route show table all; ip -j rule; ip -6 -j rule
    # the twin that `watch` holds comes a moment after the first `up`; leftovers.sh looks whether it has gone
    nft -s -j list ruleset | jq -c '.nftables[] | select((.[].table // .[].name) != "netns-broker-guard")' | sed 's/"handle": *[0-9]*/"handle": N/g'
    sysctl -a --pattern '^net\.' 2>/dev/null | grep -v -e nf_conntrack_count -e stat_refresh
    awk '$5 != "/run/netns" { print $4, $5, $6 }' /proc/self/mountinfo | sort
    ls -d /run/netns/* /run/netns-broker/state/* 2>/dev/null
    [ ! -e /run/netns-broker/forwarding.json ] || cat /run/netns-broker/forwarding.json
}
# web NS PORT [TEXT]: a web server in NS ("-" = the host); its pid in $WEB. web_end stops it.
web() {
    if [ "$1" = - ]; then python3 "$TOP/tests/web.py" "${@:2}" & else ip netns exec "$1" python3 "$TOP/tests/web.py" "${@:2}" & fi
    WEB=$!
    if [ "$1" = - ]; then wait_until 100 curl -s -m 1 "http://127.0.0.1:$2/"; else wait_until 100 ip netns exec "$1" curl -s -m 1 "http://127.0.0.1:$2/"; fi
}
web_end() { kill "$WEB"; wait "$WEB" 2>/dev/null || :; }
global_of() { python3 -c "import json,sys; print([a['local'] for l in json.load(sys.stdin) for a in l['addr_info'] if a['family'] == '$1' and a['scope'] == 'global'][0])"; }
host_address() { ip -j addr show dev "$1" | global_of "$2"; }   # INTERFACE inet|inet6
inner_address() { ip -n "$1" -j addr | global_of "$2"; }        # NAMESPACE inet|inet6
