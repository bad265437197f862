#!/bin/bash
# [Port]: ports of the host that lead into a namespace: from outside, from the host by every address; what was open is closed with the
# namespace.
. "$TOP/tests/ports.sh"

no_more_than_needed() {
    $NB up --type=nat plain
    fails nft list map inet netns-broker ports4 2>/dev/null
    fails nft list chain inet netns-broker prerouting 2>/dev/null
}
closed_before() { same "$(at net get $UPLINK4:8080) $(get 127.0.0.1:8080)" "7 7"; }
tcp_from_outside() {
    $NB up web
    web web 80
    local four six
    four=$(at net get $UPLINK4:8080) six=$(at net get "[$UPLINK6]:8080")
    web_end
    same "$four $six" "203.0.113.2 2001:db8::2"
}
udp_from_outside() {
    both_up
    udp web 53
    local four six
    four=$(at net ask $UPLINK4 8053) six=$(at net ask $UPLINK6 8053)
    web_end
    same "$four $six" "203.0.113.2 2001:db8::2"
}
tcp_from_host() {
    both_up
    web web 80
    local out; out="$(get $UPLINK4:8080) $(get 127.0.0.1:8080) $(get 127.8.9.1:8080) $(get "[$UPLINK6]:8080") $(get '[::1]:8080')"
    web_end
    local four six; four=$(host_address vn-web0 inet) six=$(host_address vn-web0 inet6)
    same "$out" "$four $four $four $six $six"
}
udp_from_host() {
    both_up
    udp web 53
    local out; out="$(ask $UPLINK4 8053) $(ask 127.0.0.1 8053) $(ask $UPLINK6 8053) $(ask ::1 8053)"
    web_end
    local four six; four=$(host_address vn-web0 inet) six=$(host_address vn-web0 inet6)
    same "$out" "$four $four $six $six"
}
one_protocol() {
    both_up
    udp web 80
    local out; out="$(at net ask $UPLINK4 8080) $(ask 127.0.0.1 8080)"
    web_end
    same "$out" "7 7"
}
not_for_namespaces() {
    both_up
    web web 80
    local out; out="$(at plain get $UPLINK4:8080) $(at plain get "[$UPLINK6]:8080") $(at web get $UPLINK4:8080)"
    web_end
    same "$out" "7 7 7"
}
out_all_the_same() { both_up; same "$(at web get 203.0.113.2) $(at plain get '[2001:db8::2]')" "203.0.113.1 2001:db8::1"; }
with_host_access() {
    both_up
    nat guest $'[NAT]\nHostAccess=yes'
    $NB up guest
    web web 80
    local out; out="$(at guest get $UPLINK4:8080) $(at guest get "[$UPLINK6]:8080") $(at guest get "$(host_address vn-guest0 inet):8080")"
    web_end
    # by the host, whose address it sees; not by its own address
    same "$out" "$(host_address vn-web0 inet) $(host_address vn-web0 inet6) $(host_address vn-web0 inet)"
    web web 80
    out=$(at guest get "$(inner_address web inet):80")
    web_end
    $NB down guest
    same "$out" 28
}
its_own_port() {
    nat self $'[NAT]\nHostAccess=yes\n[Port web]\nListen=8090\nTo=80'
    $NB up self
    web self 80
    local out want; out="$(at self get $UPLINK4:8090) $(at self get "[$UPLINK6]:8090")"
    want="$(host_address vn-self0 inet) $(host_address vn-self0 inet6)"
    web_end; $NB down self
    same "$out" "$want"
}
ranges() {
    nat range $'[Port kept]\nListen=8000-8010\n[Port moved]\nListen=8100-8110\nTo=9100-9110'
    $NB up range
    web range 8007; local kept; kept=$(at net get $UPLINK4:8007); web_end
    web range 9110; local moved; moved=$(at net get $UPLINK4:8110); web_end
    web range 8011; local beyond; beyond=$(at net get $UPLINK4:8011); web_end
    $NB down range
    same "$kept $moved $beyond" "203.0.113.2 203.0.113.2 7"
}
large_range() {
    nat range $'[Port all]\nListen=10000-59999\nProtocol=both'
    $NB up range
    web range 50505; local out; out="$(at net get "[$UPLINK6]:50505")"; web_end
    $NB down range
    same "$out" 2001:db8::2
}
one_address() {
    nat addr $'[Port four]\nListen=203.0.113.1:8070\nTo=80\n[Port six]\nListen=[2001:db8::1]:8071\nTo=80\n[Port own]\nListen=127.0.0.1:8072\nTo=80\n[Port own6]\nListen=[::1]:8073\nTo=80\n[Port any4]\nListen=0.0.0.0:8074\nTo=80'
    $NB up addr
    web addr 80
    local outside host
    outside="$(at net get $UPLINK4:8070) $(at net get "[$UPLINK6]:8070") $(at net get $UPLINK4:8071) $(at net get "[$UPLINK6]:8071") $(at net get $UPLINK4:8072) $(at net get "[$UPLINK6]:8073")"
    host="$(get $UPLINK4:8070) $(get 127.0.0.1:8070) $(get 127.0.0.1:8072) $(get $UPLINK4:8072) $(get '[::1]:8073') $(get "[$UPLINK6]:8073") $(get 127.0.0.1:8074) $(get '[::1]:8074')"
    web_end
    local four six; four=$(host_address vn-addr0 inet) six=$(host_address vn-addr0 inet6)
    $NB down addr
    same "$outside" "203.0.113.2 7 7 2001:db8::2 7 7"
    same "$host" "$four 7 $four 7 $six 7 $four 7"
}
closed_with_it() {
    both_up; wait_until 100 nft list table inet netns-broker-guard
    web web 80; local open; open=$(at net get $UPLINK4:8080); web_end
    $NB down web
    # nor is it open by the twin that `watch` holds of the table
    nft list table inet netns-broker-guard
    fails sh -c 'nft list map inet netns-broker-guard ports4 2>/dev/null | grep 8080'
    same "$open" 203.0.113.2
    same "$(at net get $UPLINK4:8080) $(at net get "[$UPLINK6]:8080") $(get 127.0.0.1:8080) $(get '[::1]:8080')" "7 7 7 7"
}
udp_turns() {
    # one source port all along: what connection tracking remembers follows
    same "$(at net ask $UPLINK4 8053 40000)" 7
    $NB up web
    udp web 53; local open; open="$(at net ask $UPLINK4 8053 40000) $(at net ask $UPLINK6 8053 40000)"; web_end
    $NB down web
    same "$open" "203.0.113.2 2001:db8::2"
    same "$(at net ask $UPLINK4 8053 40000) $(at net ask $UPLINK6 8053 40000)" "7 7"
    nat other $'[Port echo]\nListen=8053\nTo=53\nProtocol=udp'
    $NB up other
    udp other 53; open="$(at net ask $UPLINK4 8053 40000)"; web_end
    $NB down other
    same "$open" 203.0.113.2
}
two_of_them() {
    nat one $'[Port p]\nListen=8061\nTo=80'; nat two $'[Port p]\nListen=8062\nTo=80'
    $NB up one two
    local out= n
    for n in one two; do web $n 80 "$n"; out="$out$(get "[::1]:806$([ $n = one ] && echo 1 || echo 2)") $(get "127.0.0.1:806$([ $n = one ] && echo 1 || echo 2)") "; web_end; done
    $NB down one
    web two 80 still; out="$out$(get '[::1]:8062') $(at net get $UPLINK4:8062) $(get 127.0.0.1:8061)"; web_end
    $NB down two
    same "$out" "one one two two still still 7"
}
reload() {
    nat re $'[Port p]\nListen=8065\nTo=80'
    $NB up re
    nat re $'[Port p]\nListen=8066\nTo=80'
    $NB up re
    web re 80; local out; out="$(at net get $UPLINK4:8065) $(at net get $UPLINK4:8066)"; web_end
    nat re ''
    $NB up re
    out="$out $(at net get $UPLINK4:8066)"
    same "$(sysctl -n net.ipv4.conf.vn-re0.route_localnet)" 0
    $NB down re
    same "$out" "7 203.0.113.2 7"
}
tunnel() {
    conf tun <<<$'[Namespace]\nType=tunnel\n[Port p]\nListen=8067\nTo=80'
    $NB up tun
    web tun 80
    local out; out="$(at net get $UPLINK4:8067) $(at net get "[$UPLINK6]:8067") $(get 127.0.0.1:8067) $(get '[::1]:8067')"
    web_end
    same "$out" "203.0.113.2 2001:db8::2 $(host_address vn-tun0 inet) $(host_address vn-tun0 inet6)"
}
tunnel_stays_one() {
    # no way out of it, although its answers are forwarded; and in only by the port
    in_ns net tcpdump -i eth0 -U -w /tmp/leak.pcap src net 198.18.0.0/15 or src net fd6e:6574:6e73::/48 >/dev/null 2>&1 & local dump=$!
    sleep 0.5
    local inside; inside=$(inner_address tun inet)
    same "$(at tun get 203.0.113.2) $(at tun get '[2001:db8::2]') $(at tun ask 203.0.113.2 9)" "28 28 28"
    ip -n net route add 198.18.0.0/15 via $UPLINK4; ip -n net -6 route add fd6e:6574:6e73::/48 via $UPLINK6
    web tun 80
    local out; out="$(at net get "$inside:80") $(at net get "[$(inner_address tun inet6)]:80") $(get "$inside:80")"
    web_end
    ip -n net route del 198.18.0.0/15; ip -n net -6 route del fd6e:6574:6e73::/48
    same "$out" "28 28 $(host_address vn-tun0 inet)"
    kill $dump; wait $dump 2>/dev/null || :
    same "$(tcpdump -nr /tmp/leak.pcap 2>/dev/null)" ""
    same "$(stat -c %s /tmp/leak.pcap)" 24 # tcpdump was there, and wrote its header
    $NB down tun
}
# A second way into the host: `vpn`, which has its default route
second_way() {
    ip netns add vpn; ip link add vpn0 type veth peer name eth0 netns vpn
    ip addr add 192.0.2.1/24 dev vpn0; ip link set vpn0 up; ip -n vpn addr add 192.0.2.2/24 dev eth0; ip -n vpn link set eth0 up; ip -n vpn link set lo up
    ip -n vpn route add default via 192.0.2.1
    ip route add default via 192.0.2.2 metric 1
}
no_second_way() { ip route del default via 192.0.2.2 metric 1; ip link del vpn0; ip netns del vpn; }
by_the_uplink() {
    second_way
    conf past <<<$'[Namespace]\nType=lan\n[NAT]\nUplink=uplink0\n[Port p]\nListen=8068\nTo=80'
    $NB up past
    web past 80
    ip -n net addr add 198.51.100.7/32 dev lo
    # from a client that the host itself would answer by the VPN
    local out; out="$(at net get $UPLINK4:8068) $(in_ns net curl -s -m 2 --interface 198.51.100.7 "http://$UPLINK4:8068/") $(at net get "[$UPLINK6]:8068") $(get 127.0.0.1:8068) $(get '[::1]:8068')"
    local other; other="$(at vpn get 192.0.2.1:8068) $(at vpn get $UPLINK4:8068)"
    web_end
    ip -n net addr del 198.51.100.7/32 dev lo
    local want; want="203.0.113.2 198.51.100.7 2001:db8::2 $(host_address vn-past0 inet) $(host_address vn-past0 inet6)"
    $NB down past; no_second_way
    same "$out" "$want"
    same "$other" "7 7"
}
shown() {
    $NB up web
    contains "$($NB status web)" "Ports: tcp 8080 to $(inner_address web inet):80, [$(inner_address web inet6)]:80"
    $NB status --json web | json_told
    same "$($NB status --json web | python3 -c 'import json,sys; s=json.load(sys.stdin); s = s[0] if isinstance(s, list) else s; print([(p["name"], p["protocol"], p["listen"], len(p["to"])) for p in s["ports"]])')" \
        "[('web', 'tcp', '8080', 2), ('echo', 'udp', '8053', 2)]"
}

it "a host without published ports has nothing of them in its table" no_more_than_needed
it "a port is closed before its namespace is up" closed_before
it "a client outside reaches a published TCP port by both families, and is seen with its address" tcp_from_outside
it "so it does a UDP port" udp_from_outside
it "clients of the host reach it by the host's address, 127.0.0.1 and ::1" tcp_from_host
it "so they do a UDP port" udp_from_host
it "Protocol= publishes that protocol alone" one_protocol
it "other namespaces are refused at a published port, and so is its own" not_for_namespaces
it "a namespace with ports goes out as before" out_all_the_same
it "a namespace with HostAccess=yes reaches the ports of others by the host, and not otherwise" with_host_access
it "a namespace with HostAccess=yes reaches its own published port" its_own_port
it "a range keeps its ports, or becomes another of the same size" ranges
it "a range of 50000 ports is published" large_range
it "Listen= with an address is for that address alone, and 127.0.0.1 for the host alone" one_address
it "a port is closed with its namespace" closed_with_it
it "a UDP client that keeps its port is led in, refused, and led to the next" udp_turns
it "two namespaces have ports, and the host's loopback leads to each" two_of_them
it "a changed file changes the ports" reload
it "a port of a tunnel without masquerading works" tunnel
it "and such a tunnel still leads to the host alone" tunnel_stays_one
it "with Uplink= a port is for clients by the uplink and for the host's own" by_the_uplink
it "status shows the ports" shown
end_ports
finish
