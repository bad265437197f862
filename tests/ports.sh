# ports.sh - sourced by the tests of [Port]: asking at published ports from outside, the host and inside.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

UPLINK4=203.0.113.1 UPLINK6=2001:db8::1
# what `net`, the host, a namespace gets from a TCP port; or curl's status
get() { local rc=0 out; out=$(curl -s -m 2 "http://$1/") || rc=$?; echo "${out:-$rc}"; }
ask() { local rc=0 out; out=$(python3 "$TOP/tests/udp.py" "$@") || rc=$?; echo "${out:-$rc}"; }
export -f get ask
at() { local n=$1; shift; in_ns "$n" bash -c '"$@"' - "$@"; }
# udp NS PORT: a server there; web_end stops it, as it does a web server
udp() {
    if [ "$1" = - ]; then python3 "$TOP/tests/udp.py" "$2" & else ip netns exec "$1" python3 "$TOP/tests/udp.py" "$2" & fi
    WEB=$!
    if [ "$1" = - ]; then wait_until 100 answered "$2"; else wait_until 100 at "$1" answered "$2"; fi
}
answered() { same "$(ask 127.0.0.1 "$1")" 127.0.0.1; }
export -f answered same
said_of() { local out; out=$($NB up "$1" 2>&1) && { echo "it came up"; return 1; }; echo "$out"; }
nat() { conf "$1" <<<$'[Namespace]\nType=nat\n'"$2"; }
# the two that most tests are about; up again is nothing where they are up
both_up() { $NB up --type=nat plain; $NB up web; }
nat web $'[Port web]\nListen=8080\nTo=80\n[Port echo]\nListen=8053\nTo=53\nProtocol=udp'
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); same "$(find /run/netns-broker/firewall /run/netns-broker/dns -type f 2>/dev/null)" ""; }

world_up
BEFORE=$(host_state)
end_ports() { it "after down of everything the host is as it was" restored; world_down; }
