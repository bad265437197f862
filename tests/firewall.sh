# firewall.sh - sourced by the tests of [Firewall]: namespaces with a ruleset of their own, in a small world.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

ETC=/etc/netns-broker
settled() { diff <(echo "$BEFORE") <(host_state) | cut -c1-200 | head -n 20; [ "${PIPESTATUS[0]}" = 0 ]; }
way_out() { same "$(in_ns "$1" curl -s -m 5 "http://203.0.113.2:${2-80}/")" 203.0.113.1; }
index() { ip -n "$1" -j link show "vn-${1}1" | jq '.[0].ifindex'; }
rules() { in_ns "$1" nft -s list ruleset; }
state() { $NB list --json | jq -r --arg name "$1" '.[] | select(.name == $name).state'; }
# what a verb that must fail says
said_of() { local out; out=$("$@" 2>&1) && { echo "did not fail: $* $out"; return 1; }; echo "$out"; }
# nft NAME: a file for nft from stdin
nft_file() { cat >"$ETC/$1.nft"; chmod "${2-644}" "$ETC/$1.nft"; }
box() { conf "$1" <<<$'[Namespace]\nType=nat\n'"${3-}"$'\n[Firewall]\nFile='"${2-$1.nft}${4-}"; }
OPEN='table inet box { chain out { type filter hook output priority 0; policy accept; }; }'
# all but one port, by the policy alone
only() { echo "table inet box { chain out { type filter hook output priority 0; policy drop; oif lo accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; tcp dport $1 accept; }; }"; }
# A connection from NS to the server that is open until its end is written to. $TALK is its pid; `talks` says something over it.
talk_begin() {
    mkfifo "/run/talk.$1"
    ip netns exec "$1" bash -c 'exec 3<>/dev/tcp/203.0.113.2/80; while read -r line; do printf "GET / HTTP/1.0\r\nX: %s\r\n" "$line" >&3; [ "$line" != end ] || { printf "\r\n" >&3; cat <&3; }; done <"$0"' "/run/talk.$1" >"/run/said.$1" 2>&1 & TALK=$!
    exec 7>"/run/talk.$1"
    wait_until 100 sh -c "ip netns exec $1 ss -Htn state established | grep -q :80"
}
talk_end() { echo end >&7; exec 7>&-; wait_until 100 grep -qx 203.0.113.1 "/run/said.$1"; wait "$TALK"; rm "/run/talk.$1" "/run/said.$1"; }
# one that fails leaves its namespaces: they are not to fail the next ones
try() { it "$@"; $NB down --all 2>/dev/null; }

world_up
$NB up --type=nat warm; $NB down warm
BEFORE=$(host_state)
end_firewall() { $NB down --all; world_down; }
