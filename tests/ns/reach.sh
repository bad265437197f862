#!/bin/bash
# NamespaceAccess=: namespaces that may open connections to others, by whatever order they come; HostAccess= and the host's name.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

get() { local rc=0 out; out=$(curl -s -m "${LIMIT:-0.7}" "http://$1/") || rc=$?; echo "${out:-$rc}"; }
export -f get
at() { local n=$1; shift; in_ns "$n" bash -c '"$@"' - "$@"; }
ns() { conf "$1" <<<$'[Namespace]\nType='"$2"$'\n'"${3-}"; }
# both FROM TO: what FROM gets from TO's web server by IPv4 and IPv6
both() {
    web "$2" 8080
    echo "$(at "$1" get "$(inner_address "$2" inet):8080") $(at "$1" get "[$(inner_address "$2" inet6)]:8080")"
    web_end
}
# what it gets when it may: its own addresses, as the other sees them
own() { echo "$(inner_address "$1" inet) $(inner_address "$1" inet6)"; }
closed='28 28'
hosts() { cat "/run/netns-broker/dns/$1/hosts"; }
stops() { $NB down "$@"; }

ns app nat $'[NAT]\nNamespaceAccess=db'
ns db nat
ns other nat
one_way() {
    $NB up db other app
    same "$(both app db)" "$(own app)"
    same "$(both db app)" "$closed"
    same "$(both app other)" "$closed"
    same "$(both other db)" "$closed"
}
out_as_before() { same "$(at app get 203.0.113.2) $(at db get '[2001:db8::2]')" "203.0.113.1 2001:db8::1"; }
any_order() {
    $NB down app db
    $NB up app; $NB up db
    same "$(both app db)" "$(own app)"
    $NB down db; $NB up db
    same "$(both app db)" "$(own app)"
    $NB down app; $NB up app
    # the twin that `watch` holds of the table is as far, when up is done
    contains "$(nft list set inet netns-broker-guard reach)" '"vn-app0" . "vn-db0"'
    same "$(both app db)" "$(own app)"
    same "$(both db app)" "$closed"
}
# what is for one that has gone is refused, and goes to nobody else, also when yet another one comes meanwhile
# IPv6: the program hears of it at its second SYN, which may be too late for it (28)
refused() { [[ "$(at app get "$1:8080") $(at app get "[$2]:8080")" =~ ^7\ (7|28)$ ]]; }
gone() {
    local v4 v6
    v4=$(inner_address db inet) v6=$(inner_address db inet6)
    nft -f - <<<"table inet witness { counter out { }; chain c { type filter hook postrouting priority 0; oifname \"uplink0\" ip daddr $v4 counter name out; oifname \"uplink0\" ip6 daddr $v6 counter name out; }; }"
    $NB down db
    refused "$v4" "$v6"
    contains "$(hosts app)" "$v4 db.netns.internal"
    $NB down app; $NB up app
    $NB up db; $NB down db
    ns third nat $'[NAT]\nNamespaceAccess=app'; $NB up third; $NB down third
    refused "$v4" "$v6"
    contains "$(nft list counter inet witness out)" "packets 0"
    nft delete table inet witness
    $NB up db
    same "$(both app db)" "$(own app)"
}
at_once() {
    local i
    for i in 1 2 3 4 5 6; do
        $NB down app & $NB down db & wait -n; wait -n
        same "$(find /run/netns-broker/firewall -name '*app*' -o -name '*db*'; find /run/netns-broker/dns -maxdepth 1 -name app -o -maxdepth 1 -name db)" ""
        $NB up app & $NB up db & wait -n; wait -n
        web db 8080
        same "$(at app get "$(inner_address db inet):8080")" "$(inner_address app inet)"
        web_end
        contains "$(hosts app)" "$(inner_address db inet) db.netns.internal"
    done
}
renamed() {
    ns db nat $'[Link]\nHostName=database0'
    $NB up db
    same "$(both app db)" "$(own app)"
    ns db nat
    $NB up db
    same "$(both app db)" "$(own app)"
}
withdrawn() {
    ns app nat
    $NB up app
    same "$(both app db)" "$closed"
    fails nft list chain inet netns-broker namespaces 2>/dev/null
    ns app nat $'[NAT]\nNamespaceAccess=db'
    $NB up app
    same "$(both app db)" "$(own app)"
}
flushed() {
    nft flush ruleset
    $NB up other
    same "$(both app db)" "$(own app)"
    same "$(both db app)" "$closed"
}
names_of_others() {
    contains "$(hosts app)" "$(inner_address db inet) db.netns.internal"
    contains "$(hosts app)" "$(inner_address db inet6) db.netns.internal"
    # the same file, changed in place: whoever is inside has it mounted
    $NB down db app; $NB up app
    local before; before=$(stat -c %i /run/netns-broker/dns/app/hosts)
    fails grep -q netns.internal /run/netns-broker/dns/app/hosts
    $NB up db
    same "$(stat -c %i /run/netns-broker/dns/app/hosts)" "$before"
    contains "$(hosts app)" "$(inner_address db inet) db.netns.internal"
    same "$(hosts app | head -n "$(wc -l </etc/hosts)")" "$(cat /etc/hosts)"
    [ ! -e /run/netns-broker/dns/db/hosts ]
}
both_ways() {
    ns db nat $'[NAT]\nNamespaceAccess=app other'
    $NB up db
    same "$(both app db) $(both db app) $(both db other)" "$(own app) $(own db) $(own db)"
    same "$(both other app) $(both app other)" "$closed $closed"
    ns db nat; $NB up db
    same "$(both db app)" "$closed"
    same "$(both app db)" "$(own app)"
}

# The host's default route is a VPN's from here on
vpn_up() {
    ip netns add vpn; ip link add vpn0 type veth peer name eth0 netns vpn
    ip addr add 192.0.2.1/24 dev vpn0; ip addr add 2001:db8:5::1/64 dev vpn0 nodad; ip link set vpn0 up
    ip -n vpn addr add 192.0.2.2/24 dev eth0; ip -n vpn addr add 2001:db8:5::2/64 dev eth0 nodad; ip -n vpn link set eth0 up
    ip route add default via 192.0.2.2 metric 1; ip -6 route add default via 2001:db8:5::2 metric 1
    in_ns vpn tcpdump -i eth0 -U -w /tmp/vpn.pcap src net 198.18.0.0/15 or dst net 198.18.0.0/15 or net fd6e:6574:6e73::/48 >/dev/null 2>&1 & DUMP=$!
    wait_until 100 test -s /tmp/vpn.pcap
}
vpn_down() {
    kill "$DUMP"; wait "$DUMP" 2>/dev/null || :
    ip route del default via 192.0.2.2 metric 1; ip -6 route del default via 2001:db8:5::2 metric 1
    ip link del vpn0; ip netns del vpn
}
past_a_vpn() {
    local rc=0
    vpn_up
    past_it || rc=1
    vpn_down
    $NB down app db lan2 || rc=1
    same "$(tcpdump -nr /tmp/vpn.pcap 2>/dev/null)" "" || rc=1
    return $rc
}
past_it() {
    $NB down app db
    ns app lan $'[NAT]\nUplink=uplink0\nNamespaceAccess=db lan2'
    ns lan2 lan $'[NAT]\nUplink=uplink0\nNamespaceAccess=db'
    ns db nat $'[NAT]\nNamespaceAccess=lan2'
    $NB up app db lan2
    same "$(both app db)" "$(own app)" # its packets have a way of their own, and its answers none
    same "$(both app lan2)" "$(own app)"
    same "$(both lan2 db)" "$(own lan2)"
    same "$(both db lan2)" "$(own db)" # the answers have
    same "$(both lan2 app) $(both db app) $(both app other)" "$closed $closed $closed"
    same "$(at app get 203.0.113.2) $(at app get '[2001:db8::2]')" "203.0.113.1 2001:db8::1"
    # whoever comes again is found again
    $NB down db; $NB up db
    same "$(both app db) $(both lan2 db) $(both db lan2)" "$(own app) $(own lan2) $(own db)"
    $NB down lan2; $NB up lan2
    same "$(both app lan2) $(both lan2 db) $(both db lan2)" "$(own app) $(own lan2) $(own db)"
    $NB up app lan2 db
    same "$(both app db) $(both lan2 db) $(both db lan2)" "$(own app) $(own lan2) $(own db)"
}
kill_switch() {
    ns app nat $'[NAT]\nUplink=tun9\nNamespaceAccess=db'; ns db nat
    $NB up app db
    same "$(both app db)" "$(own app)"
    fails in_ns app curl -s -m 1 http://203.0.113.2/
    $NB down app db
}

tunnels() {
    ns left tunnel $'[NAT]\nNamespaceAccess=right'; ns right tunnel
    $NB up right left
    same "$(both left right)" "$(own left)"
    same "$(both right left)" "$closed"
}
tunnels_stay() {
    in_ns net tcpdump -i eth0 -U -w /tmp/leak.pcap net 198.18.0.0/15 or net fd6e:6574:6e73::/48 >/dev/null 2>&1 & local dump=$! n
    wait_until 100 test -s /tmp/leak.pcap
    for n in left right; do same "$(at $n get 203.0.113.2) $(at $n get '[2001:db8::2]')" "$closed"; done
    # also when the one that opened it has gone, up again or not
    $NB down left
    same "$(at right get 203.0.113.2) $(at right get '[2001:db8::2]')" "$closed"
    $NB up right
    same "$(at right get 203.0.113.2) $(at right get '[2001:db8::2]')" "$closed"
    kill $dump; wait $dump 2>/dev/null || :
    same "$(tcpdump -nr /tmp/leak.pcap 2>/dev/null)" ""
    $NB down right
}

# What listens at one address of the host alone
bound() {
    python3 "$TOP/tests/web.py" 8090 hosted "$1" & WEB=$!
    wait_until 100 curl -s "http://$2:8090/"
}
at_host() {
    local n=$1 a out=
    for a in "$(host_address "vn-${n}0" inet)" "$(host_address "vn-${n}0" inet6)" 203.0.113.1 2001:db8::1; do
        case $a in *:*) bound "$a" "[$a]"; out="$out $(at "$n" get "[$a]:8090")" ;; *) bound "$a" "$a"; out="$out $(at "$n" get "$a:8090")" ;; esac
        web_end
    done
    echo $out
}
host_reached() {
    ns guest nat $'[NAT]\nHostAccess=yes'; ns past lan $'[NAT]\nUplink=uplink0\nHostAccess=yes'; ns shut nat
    $NB up guest past shut
    same "$(at_host guest)" "hosted hosted hosted hosted"
    same "$(at_host past)" "hosted hosted hosted hosted"
    # refused, by the second attempt at the latest (IPv6: the first answer finds the socket busy with asking)
    same "$(export LIMIT=4; at_host shut)" "7 7 7 7"
}
host_named() {
    contains "$(hosts guest)" "$(host_address vn-guest0 inet) host.netns.internal"
    contains "$(hosts guest)" "$(host_address vn-guest0 inet6) host.netns.internal"
    [ ! -e /run/netns-broker/dns/shut/hosts ]
    # the host's file as it is, at the next up
    echo 192.0.2.99 newcomer >>/etc/hosts
    $NB up guest
    contains "$(hosts guest)" newcomer
    printf '192.0.2.98 without-an-end' >>/etc/hosts
    $NB up guest
    contains "$(hosts guest)" "without-an-end
"
    contains "$(hosts guest)" "$(host_address vn-guest0 inet) host.netns.internal"
    ns guest nat
    $NB up guest
    [ ! -e /run/netns-broker/dns/guest/hosts ]
    $NB down guest past shut
}
shown() {
    ns app nat $'[NAT]\nNamespaceAccess=db other'
    $NB up app
    contains "$($NB status app)" "May reach: db other"
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); same "$(find /run/netns-broker/firewall /run/netns-broker/dns /run/netns-broker/uplink ! -type d 2>/dev/null)" ""; }

world_up
BEFORE=$(host_state)
it "NamespaceAccess= lets one namespace reach another by both families, and nobody else" one_way
it "they go out as before" out_as_before
it "in whatever order they come, and come again" any_order
it "what is for one that is down again is refused, and leads to nobody else" gone
it "also when both come, or go, at the same time" at_once
it "a new name of the other's end in the host is followed" renamed
it "taken out of the file it is closed again" withdrawn
it "what somebody flushed is there again with the next up, of any" flushed
it "those that may be reached have a name in the hosts file, in place" names_of_others
it "two may reach each other, and a third by one alone" both_ways
it "namespaces with Uplink= reach others and answer them, beside a VPN, and nothing of it comes into the VPN" past_a_vpn
it "one whose uplink is missing reaches the other, and nothing else" kill_switch
it "so do tunnels without masquerading" tunnels
it "and they still lead nowhere else, whoever has gone" tunnels_stay
it "HostAccess=yes reaches services bound to one address of the host, by both families, and with Uplink= too" host_reached
it "the host has a name then, beside what its own hosts file says" host_named
it "status shows what may be reached" shown
it "after down of everything the host is as it was" restored
world_down
finish
