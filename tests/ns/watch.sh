#!/bin/bash
# netns-broker watch: the host's firewalls flushed, the uplink changed, namespaces removed by others; its own beginning and end.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

watch_pid() { pgrep -xf 'netns-broker watch'; }
has_table() { nft list table inet "$1" 2>/dev/null | grep -q 'chain forward'; }
tables() { has_table netns-broker && has_table netns-broker-guard; }
none_watches() { ! watch_pid; }
uplink_of() { jq -r ".ipv4.interface // \"none\"" "/run/netns-broker/uplink/$1.json"; }
table_of() { ip rule | sed -n "s/.*iif vn-${1}0 lookup \([0-9]*\).*/\1/p"; }
page() { in_ns "$1" curl -s -m "${2-2}" http://203.0.113.2/; }

begins() { none_watches; $NB up --type=nat n; wait_until 40 tables; watch_pid; }
one_for_all() { $NB up --type=nat n2 n3; sleep 0.1; same "$(watch_pid | wc -l)" 1; "$NB" watch; same "$(watch_pid | wc -l)" 1; }
small() {
    local kib; kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$(watch_pid)/status")
    echo "$kib KiB"; [ "$kib" -lt 12288 ]
}
switches() { grep ctxt_switches "/proc/$(watch_pid)/status"; }
sleeps_a_second() { local before; before=$(switches); sleep 1; [ "$(switches)" = "$before" ]; }
# nothing to do, nothing done: looking wakes nobody. (Addresses of the new links settle first.)
idle() { wait_until 8 sleeps_a_second; }
flushed() { nft flush ruleset; has_table netns-broker-guard; wait_until 20 tables; same "$(page n)" 203.0.113.1; }
flushed_chain() { nft flush chain inet netns-broker postrouting; wait_until 20 sh -c 'nft list chain inet netns-broker postrouting | grep -q masquerade'; }
# while the ruleset is flushed as fast as it goes, nothing gets from one namespace to the other or leaves with an address of its own
never_unprotected() {
    web n2 8080 open
    local there n=0; there=$(inner_address n2 inet)
    (while :; do nft flush ruleset; done) 2>/dev/null & local flusher=$!
    tcpdump -nli uplink0 -w /run/leak.pcap 'src net 198.18.0.0/15' 2>/dev/null & local dump=$!
    local end=$((SECONDS + 4)) got=
    while [ $SECONDS -lt $end ]; do
        ! in_ns n timeout 0.1 curl -s -m 0.1 "http://$there:8080/" || got=$got.
        ! page n 0.3 >/dev/null || n=$((n + 1))
    done
    kill $flusher; wait $flusher 2>/dev/null || :; sleep 0.2; kill $dump; wait $dump 2>/dev/null || :
    web_end
    echo "got through: ${got:-never}; pages meanwhile: $n"
    [ -z "$got" ]; [ $n -gt 5 ]
    same "$(tcpdump -nr /run/leak.pcap 2>/dev/null | wc -l)" 0
    wait_until 20 tables
}
killed() {
    local old; old=$(watch_pid); kill -9 "$old"; wait_until 100 flock -n /run/netns-broker/lock/.watch true
    same "$(page n)" 203.0.113.1
    $NB up --type=nat n; wait_until 40 watch_pid; wait_until 40 tables; [ "$(watch_pid)" != "$old" ]
}
new_interface() {
    ip link add late type veth peer name late2
    wait_until 20 sh -c '[ "$(cat /proc/sys/net/ipv4/conf/late/forwarding)" = 1 ]'
    wait_until 20 sh -c 'nft list set inet netns-broker guarded | grep -q late'
    ip link del late
}
foreign_removal() {
    $NB up --type=nat gone; ip netns del gone
    wait_until 60 sh -c '! ip link show vn-gone0 && ! [ -e /run/netns-broker/state/gone.json ]'
}
ends() { $NB down n n2 n3; wait_until 10 none_watches; same "$(nft list tables | grep -c netns-broker)" 0; }

lan_up() { conf lan <<<$'[Namespace]\nType=lan'; $NB up lan; wait_until 40 tables; same "$(page lan)" 203.0.113.1; }
rules_flushed() {
    for p in 94 95 96; do ip rule del pref $p; ip -6 rule del pref $p; done
    wait_until 20 sh -c 'ip rule | grep -q "iif vn-lan0 lookup"'; same "$(page lan)" 203.0.113.1
}
routes_flushed() {
    local table; table=$(table_of lan); ip route flush table "$table"
    wait_until 20 sh -c "ip route show table $table | grep -q ^default"; same "$(page lan)" 203.0.113.1
}
servers_are() { wait_until 20 sh -c "jq -e '.servers == [\"$1\"]' /run/netns-broker/uplink/lan.json"; }
# as dhcpcd does; and again after it was stopped, which removes its directory
servers_come_late() {
    local dir=/run/dhcpcd/hook-state/resolv.conf before n
    before=$(jq -r '.servers[0]' /run/netns-broker/uplink/lan.json)
    for n in 53 54; do
        mkdir -p $dir; sleep 0.1; echo "nameserver 203.0.113.$n" >$dir/uplink0.dhcp
        servers_are 203.0.113.$n
        wait_until 20 grep -q "nameserver 203.0.113.$n" /run/netns-broker/dns/lan/resolv.conf
        rm -r /run/dhcpcd
        servers_are "$before"
    done
}
# a resolver that has not answered yet is waited for, two seconds at most: by the watch alone
waits_alone() {
    local dir=/run/dhcpcd/hook-state/resolv.conf resolver=/run/netns-broker/resolver/named
    conf named <<<$'[Namespace]\nType=lan\n[DNS]\nResolver=dnsmasq'; $NB up named
    mv $resolver/resolver.pid /run/resolver.pid # as if it had just been started
    mkdir -p $dir; sleep 0.1; echo 'nameserver 203.0.113.55' >$dir/uplink0.dhcp
    wait_until 40 grep -q 203.0.113.55 $resolver/dnsmasq.servers
    flock -n /run/netns-broker/lock/.host true
    fails grep -q 203.0.113.55 $resolver/upstream.conf
    mv /run/resolver.pid $resolver/resolver.pid
    wait_until 60 grep -q 203.0.113.55 $resolver/upstream.conf
    rm -r /run/dhcpcd; $NB down named; rm /etc/netns-broker/named.netns
}
ways_have_lan() { nft list set inet netns-broker ways | grep -q vn-lan0; }
down_and_up() {
    ip link set uplink0 down; wait_until 20 fails ways_have_lan
    ip link set uplink0 up; ip addr add 2001:db8::1/64 dev uplink0 nodad
    ip route add default via 203.0.113.2; ip -6 route add default via 2001:db8::2
    wait_until 20 ways_have_lan; same "$(page lan)" 203.0.113.1
}
second_up() {
    ip netns add net2; ip link add uplink1 type veth peer name eth0 netns net2
    ip addr add 192.0.2.1/24 dev uplink1; ip link set uplink1 up; ip -n net2 addr add 192.0.2.2/24 dev eth0; ip -n net2 link set eth0 up
    ip -n net2 link set lo up; ip -n net2 addr add 198.51.100.7/32 dev lo
    ip netns exec net2 python3 "$TOP/tests/web.py" & echo $! >/run/second.pid
}
page2() { same "$(in_ns lan curl -s -m 1 http://198.51.100.7/)" 192.0.2.1; }
roams() {
    second_up
    ip netns exec lan sleep 100 & local program=$! before
    wait_until 40 sh -c "[ \"\$(readlink /proc/$program/ns/net)\" != \"$(readlink /proc/self/ns/net)\" ]"
    before=$(readlink /proc/$program/ns/net)
    ip route add default via 192.0.2.2 dev uplink1 metric 5; ip route change default via 203.0.113.2 metric 50 || ip route add default via 203.0.113.2 metric 50
    ip route del default metric 0 2>/dev/null || :
    wait_until 20 page2
    same "$(readlink /proc/$program/ns/net)" "$before"; kill $program; wait $program 2>/dev/null || :
    same "$(jq -c .servers /run/netns-broker/uplink/lan.json)" '["192.0.2.2"]'
    wait_until 20 grep -q 'nameserver 192.0.2.2' /run/netns-broker/dns/lan/resolv.conf
}
cable_out() { # the route stays, its carrier does not
    ip -n net2 link set eth0 down; wait_until 20 sh -c '[ "$(jq -r .ipv4.interface /run/netns-broker/uplink/lan.json)" = uplink0 ]'
    same "$(page lan)" 203.0.113.1
    ip -n net2 link set eth0 up; wait_until 20 page2
}
gateway_changes() {
    ip -n net2 addr flush dev eth0; ip -n net2 addr add 192.0.2.9/24 dev eth0
    ip route replace default via 192.0.2.9 dev uplink1 metric 5
    wait_until 20 page2
}
uplink_gone() {
    ip link del uplink1; kill "$(cat /run/second.pid)"; ip netns del net2
    wait_until 20 sh -c '[ "$(jq -r .ipv4.interface /run/netns-broker/uplink/lan.json)" = uplink0 ]'; same "$(page lan)" 203.0.113.1
}
all_gone() { # no uplink: nothing leaves, and it is said at once
    local rc=0
    ip route del default metric 50; ip -6 route del default; ip link set uplink0 down
    wait_until 20 sh -c '[ "$(jq -r .ipv4 /run/netns-broker/uplink/lan.json)" = null ]'
    in_ns lan curl -s -m 2 http://203.0.113.2/ || rc=$?; same $rc 7
    ip link set uplink0 up; ip addr add 2001:db8::1/64 dev uplink0 nodad 2>/dev/null || :
    ip route add default via 203.0.113.2; ip -6 route add default via 2001:db8::2
    wait_until 20 sh -c '[ "$(jq -r .ipv4.interface /run/netns-broker/uplink/lan.json)" = uplink0 ]'; same "$(page lan)" 203.0.113.1
}
lan_down() { $NB down lan; wait_until 10 none_watches; same "$(ip rule | wc -l)" 3; same "$(ip route show table all | grep -c 'table 11')" 0; same "$(ip -6 route show table all | grep -c 'table 11')" 0; }

world_up
it "watch begins with the first namespace that needs the host" begins
it "one watches for all" one_for_all
it "watch is small: less than 12 MiB" small
it "watch does nothing while nothing happens" idle
it "a flushed ruleset is back at once, and its twin was there all the time" flushed
it "a flushed chain is back at once" flushed_chain
it "while the ruleset is flushed in a loop, no namespace is unprotected for a moment" never_unprotected
it "watch that was killed begins again with the next up, without harm" killed
it "an interface that is plugged in later forwards, and is guarded" new_interface
it "what a namespace removed by others leaves is taken away" foreign_removal
it "watch ends with the last namespace, and its table before down does" ends
it "lan leaves by the uplink" lan_up
it "lan: rules flushed by another program are back within a second" rules_flushed
it "lan: routes flushed by another program are back within a second" routes_flushed
it "lan: name servers that a DHCP client writes down late, in a directory of its own, count" servers_come_late
it "lan: while the watch waits for a resolver, others have the host's lock" waits_alone
it "lan works again after its uplink was down" down_and_up
it "lan follows a better uplink within a second, with its name servers; programs stay" roams
it "lan leaves an uplink whose cable is out, and returns" cable_out
it "lan follows a new gateway" gateway_changes
it "lan falls back when an uplink goes" uplink_gone
it "lan without any uplink: refused at once, nothing leaves; and it comes back" all_gone
it "lan: down leaves no rule, no route, no watch" lan_down
world_down
finish
