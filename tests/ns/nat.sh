#!/bin/bash
# Type nat: traffic out by both families, nothing in, nothing between namespaces, the host's settings put back.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

without_file() { $NB up --type=nat helloworld; contains "$(ip netns list)" helloworld; }
v4_out() { same "$(in_ns helloworld curl -s -m 5 http://203.0.113.2/)" 203.0.113.1; }
v6_out() { same "$(in_ns helloworld curl -s -m 5 'http://[2001:db8::2]/')" 2001:db8::1; }
no_global_forwarding() {
    same "$(sysctl -n net.ipv4.ip_forward)" 0
    [ ! -e /proc/sys/net/ipv6/conf/uplink0/force_forwarding ] || same "$(sysctl -n net.ipv6.conf.all.forwarding)" 0
}
many() {
    $NB up --type=nat n{1..20}
    same "$(ip -j addr | python3 -c 'import json,sys; a=[x["local"] for l in json.load(sys.stdin) if l["ifname"].startswith("vn-n") for x in l["addr_info"] if x["family"] == "inet"]; print(len(a), len(set(a)))')" "20 20"
    same "$(in_ns n7 curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    same "$(in_ns n20 curl -s -m 5 'http://[2001:db8::2]/')" 2001:db8::1
}
apart() {
    local rc=0 rc6=0
    web n2 8080
    in_ns n1 curl -s -m 1 "http://$(inner_address n2 inet):8080/" || rc=$?
    in_ns n1 curl -s -m 1 "http://[$(inner_address n2 inet6)]:8080/" || rc6=$?
    web_end
    same "$rc $rc6" "28 28"
}
host_closed() {
    local rc=0 rc6=0 uplink=0
    web - 8081
    in_ns n1 curl -s -m 2 "http://$(host_address vn-n10 inet):8081/" || rc=$?
    in_ns n1 curl -s -m 2 "http://[$(host_address vn-n10 inet6)]:8081/" || rc6=$?
    in_ns n1 curl -s -m 2 "http://203.0.113.1:8081/" || uplink=$?
    web_end
    # 7: refused at once, not a time-out
    same "$rc $rc6 $uplink" "7 7 7"
}
host_open() {
    conf open <<<$'[Namespace]\nType=nat\n[NAT]\nHostAccess=yes'
    $NB up open
    web - 8082 hello
    local answer; answer=$(in_ns open curl -s -m 2 "http://$(host_address vn-open0 inet):8082/") || :
    web_end
    same "$answer" hello
}
ping_gateway() { in_ns n1 ping -c1 -W5 "$(host_address vn-n10 inet)"; in_ns n1 ping -c1 -W5 "$(host_address vn-n10 inet6)"; }
nothing_in() {
    local rc=0 host
    web n2 8083 hello
    ip -n net route add 198.18.0.0/15 via 203.0.113.1
    in_ns net curl -s -m 1 "http://$(inner_address n2 inet):8083/" || rc=$?
    ip -n net route del 198.18.0.0/15
    host=$(curl -s -m 2 "http://$(inner_address n2 inet):8083/") || :
    web_end
    same "$rc $host" "28 hello"
}
# what conntrack makes nothing of: of no connection, or not to be looked at by the admin's own word
nothing_strange_in() {
    local to4 to6 forge="$TOP/tests/forge.py"
    to4=$(inner_address n2 inet) to6=$(inner_address n2 inet6)
    ip -n net route add 198.18.0.0/15 via 203.0.113.1; ip -n net -6 route add fd6e:6574:6e73::/48 via 2001:db8::1
    nft -f - <<<'table inet mine { chain p { type filter hook prerouting priority raw; udp dport 5353 notrack; }; }'
    in_ns n2 nft -f - <<<'table inet seen { counter c { }; chain i { type filter hook input priority 0; tcp sport 4000 counter name c; udp dport 5353 counter name c; }; }'
    seen() { in_ns n2 nft -j list counter inet seen c | jq '.nftables[] | select(.counter).counter.packets'; }
    in_ns net python3 "$forge" udp 203.0.113.2 "$to4" 5353; in_ns net python3 "$forge" udp 2001:db8::2 "$to6" 5353
    in_ns net python3 "$forge" tcp 203.0.113.2 "$to4" 4; in_ns net python3 "$forge" tcp 2001:db8::2 "$to6" 18
    sleep 0.3; same "$(seen)" 0
    nft delete table inet mine
    in_ns n2 nft delete table inet seen; ip -n net route del 198.18.0.0/15; ip -n net -6 route del fd6e:6574:6e73::/48
}
host_no_router() {
    # a second uplink: the host forwards for namespaces now, but not from one network to the other
    ip netns add lan; ip link add uplink1 type veth peer name eth0 netns lan
    ip addr add 192.0.2.1/24 dev uplink1; ip link set uplink1 up; ip -n lan addr add 192.0.2.2/24 dev eth0; ip -n lan link set eth0 up
    ip -n lan route add default via 192.0.2.1; ip -n net route add 192.0.2.0/24 via 203.0.113.1
    $NB up --type=nat n1
    same "$(sysctl -n net.ipv4.conf.uplink1.forwarding)" 1
    local rc=0 rc6=0; in_ns lan curl -s -m 1 http://203.0.113.2/ || rc=$?
    ip addr add 2001:db8:1::1/64 dev uplink1 nodad; ip -n lan addr add 2001:db8:1::2/64 dev eth0 nodad
    ip -n lan -6 route add default via 2001:db8:1::1; ip -n net -6 route add 2001:db8:1::/64 via 2001:db8::1
    in_ns lan curl -s -m 1 'http://[2001:db8::2]/' || rc6=$?
    ip link del uplink1; ip netns del lan; ip -n net route del 192.0.2.0/24 2>/dev/null || :; ip -n net -6 route del 2001:db8:1::/64 2>/dev/null || :
    same "$rc $rc6" "28 28"
}
host_router_by_another() {
    # Docker, or an admin, switches forwarding on while namespaces are up: what it forwards is not ours to drop
    ip netns add lan; ip link add uplink1 type veth peer name eth0 netns lan
    ip addr add 192.0.2.1/24 dev uplink1; ip addr add 2001:db8:1::1/64 dev uplink1 nodad; ip link set uplink1 up
    ip -n lan addr add 192.0.2.2/24 dev eth0; ip -n lan addr add 2001:db8:1::2/64 dev eth0 nodad; ip -n lan link set eth0 up
    ip -n lan route add default via 192.0.2.1; ip -n net route add 192.0.2.0/24 via 203.0.113.1
    $NB up --type=nat n1
    local rc=0; in_ns lan curl -s -m 1 http://203.0.113.2/ || rc=$?; same $rc 28
    sysctl -qw net.ipv4.ip_forward=1
    wait_until 40 sh -c 'ip netns exec lan curl -s -m 1 http://203.0.113.2/ | grep -q 192.0.2.2'
    same "$(sysctl -n net.ipv4.conf.uplink1.forwarding)" 1
    $NB down --all; same "$(sysctl -n net.ipv4.conf.uplink1.forwarding)" 1
    same "$(in_ns lan curl -s -m 2 http://203.0.113.2/)" 192.0.2.2
    sysctl -qw net.ipv4.ip_forward=0
    ip link del uplink1; ip netns del lan; ip -n net route del 192.0.2.0/24 2>/dev/null || :
    $NB up --type=nat helloworld
}
no_way_out() { # of or into a namespace that is not masqueraded, although the host forwards for others
    ip netns add lan; ip link add uplink1 type veth peer name eth0 netns lan
    ip addr add 192.0.2.1/24 dev uplink1; ip addr add 2001:db8:1::1/64 dev uplink1 nodad; ip link set uplink1 up
    ip -n lan addr add 192.0.2.2/24 dev eth0; ip -n lan addr add 2001:db8:1::2/64 dev eth0 nodad; ip -n lan link set eth0 up
    ip -n lan route add default via 192.0.2.1; ip -n lan -6 route add default via 2001:db8:1::1
    $NB up --type=nat n1; $NB up --type=tunnel t
    local four six rc=() way; four=$(inner_address t inet) six=$(inner_address t inet6)
    ip -n net route add 198.18.0.0/15 via 203.0.113.1; ip -n net -6 route add fd6e:6574:6e73::/48 via 2001:db8::1
    web t 80 inside
    for way in "lan http://$four/" "lan http://[$six]/" "net http://$four/" "net http://[$six]/" 't http://203.0.113.2/' 't http://[2001:db8::2]/'; do
        # shellcheck disable=SC2086 # two words
        set -- $way; in_ns "$1" curl -s -m 1 "$2" && rc+=(0) || rc+=($?)
    done
    local host; host=$(curl -s -m 2 "http://$four/")$(curl -s -m 2 "http://[$six]/")
    # an admin's router it is when the admin says so
    sysctl -qw net.ipv4.ip_forward=1; wait_until 40 eval '[ "$(in_ns lan curl -s -m 1 "http://$four/")" = inside ]'
    wait_until 20 eval '[ "$(in_ns t curl -s -m 1 http://203.0.113.2/)" = "$four" ]'
    sysctl -qw net.ipv4.ip_forward=0
    web_end; ip link del uplink1; ip netns del lan; ip -n net route del 198.18.0.0/15; ip -n net -6 route del fd6e:6574:6e73::/48
    $NB down t n1
    same "${rc[*]} $host" "28 28 28 28 28 28 insideinside"
}
stable() {
    local before after
    before=$(inner_address helloworld inet)
    $NB down helloworld; $NB up --type=nat helloworld; after=$(inner_address helloworld inet)
    same "$after" "$before"
}
avoids_routes() {
    local a; a=$(inner_address helloworld inet); $NB down helloworld
    ip route add "${a%.*}.0/24" dev uplink0
    $NB up --type=nat helloworld; local b; b=$(inner_address helloworld inet)
    ip route del "${a%.*}.0/24" dev uplink0
    [ "${a%.*}" != "${b%.*}" ]
    same "$(in_ns helloworld curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
}
default_in_pieces() {
    $NB down helloworld; ip route add 0.0.0.0/1 via 203.0.113.2; ip route add 128.0.0.0/1 via 203.0.113.2
    $NB up --type=nat helloworld
    ip route del 0.0.0.0/1; ip route del 128.0.0.0/1
    same "$(in_ns helloworld curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
}
ipv6_off() {
    sysctl -qw net.ipv6.conf.all.disable_ipv6=1; conf off <<<$'[Namespace]\nType=nat'
    same "$($NB up off 2>&1)" ''; same "$(in_ns off curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    broker_up; names_up
    $NB up off # the host's server
    local said; said=$(well off) || { echo "$said"; broker_down; names_down; return 1; }
    same "$said" $'    IPv4 out: leaves by uplink0\n    DNS: 203.0.113.2 answers, and no path leads past the namespace'
    broker_down; names_down
    $NB down off; sysctl -qw net.ipv6.conf.all.disable_ipv6=0
    ip addr add 2001:db8::1/64 dev uplink0 nodad; ip -6 route add default via 2001:db8::2 # they went with it
    wait_until 200 sh -c 'ip -6 addr show dev uplink0 scope link -tentative | grep .'
}
taken_network() { # said by check and by the doctor; what is up does not stand in its own way
    conf own <<<$'[Namespace]\nType=basic\n[Link]\nKind=veth\nAddress=203.0.113.9/24\nHostAddress=203.0.113.8/24'
    same "$($NB check own)" $'own.netns:6: [Link eth0] HostAddress=203.0.113.8/24: note: the host has 203.0.113.1/24 on uplink0: what is for one of the two networks goes to the other\nown.netns: good'
    conf own <<<$'[Namespace]\nType=basic\n[Link]\nKind=veth\nAddress=10.66.0.2/24\nHostAddress=10.66.0.1/24'
    $NB up own; same "$($NB check own)" 'own.netns: good'; $NB down own
}
pool_full() {
    conf tiny <<<$'[Namespace]\nType=nat\n[Link]\nPool=\nPool=198.18.0.0/30'
    conf tiny2 <<<$'[Namespace]\nType=nat\n[Link]\nPool=\nPool=198.18.0.0/30'
    $NB up tiny
    local said; said=$($NB up tiny2 2>&1) && return 1
    contains "$said" 'tiny2.netns:5: [Link host] Pool=198.18.0.0/30: no free subnet'
    fails ip netns exec tiny2 true
    $NB down tiny
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

world_up
BEFORE=$(host_state)
it "a nat namespace needs no file" without_file
it "nat: IPv4 goes out masqueraded" v4_out
it "nat: IPv6 goes out masqueraded" v6_out
it "nat leaves the global forwarding switches alone" no_global_forwarding
it "the subnet is the same again after down and up" stable
it "a subnet that the host routes elsewhere is not taken" avoids_routes
it "a VPN's default route in two halves does not take the pool" default_in_pieces
it "a network that the host has already is told" taken_network
it "a full pool is one sentence with file and line" pool_full
it "twenty nat namespaces have twenty subnets and all work" many
it "namespaces cannot reach each other by default" apart
it "a namespace cannot open connections to the host by default" host_closed
it "HostAccess=yes lets it" host_open
it "the gateway answers pings" ping_gateway
it "nobody outside can open connections into a nat namespace, the host can" nothing_in
it "nor send anything else into one: of no connection, or not tracked" nothing_strange_in
it "the host does not become a router between its own networks" host_no_router
it "without masquerading there is no way through the host, in or out, unless its admin makes it a router" no_way_out
it "another who makes the host a router meanwhile is not hindered, and keeps it" host_router_by_another
it "a host that switched IPv6 off by sysctl gives IPv4, and nothing is wrong" ipv6_off
it "after down of everything the host is as it was" restored
world_down
finish
