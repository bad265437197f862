#!/bin/bash
# [Port]: who has a port already, who must not come in by one, and who flushes, forges or kills.
. "$TOP/tests/ports.sh"

same_port() {
    both_up
    nat web2 $'[Port http]\nListen=203.0.113.1:8080'
    local said; said=$(said_of web2)
    same "$said" "netnsctl: web2: not up: web2.netns:4: [Port http] Listen=203.0.113.1:8080: namespace web has it, as its [Port web]"
    fails ip netns exec web2 true
    same "$(ls /run/netns-broker/firewall/ports)" web
    nat web2 $'[Port http]\nListen=8080\nProtocol=udp'
    $NB up web2; $NB down web2
    # a reload that takes it is refused too, and the namespace stays as it was
    nat web2 $'[Port http]\nListen=8085'
    $NB up web2
    nat web2 $'[Port http]\nListen=8080'
    contains "$(said_of web2)" "namespace web has it"
    same "$($NB status --json web2 | python3 -c 'import json,sys; s=json.load(sys.stdin); s = s[0] if isinstance(s, list) else s; print(s["state"], s["ports"][0]["listen"])')" "up 8085"
    $NB down web2
}
at_once() {
    # two that want the same: one gets it, the other says who
    local i said=
    for i in a b; do nat both-$i $'[Port p]\nListen=8086'; $NB up both-$i >"/tmp/at-once-$i" 2>&1 & done
    wait -n || :; wait -n || :
    said=$(cat /tmp/at-once-a /tmp/at-once-b)
    same "$(ls /run/netns-broker/state | grep -c '^both-')" 1
    contains "$said" "has it, as its [Port p]"
    $NB down both-a both-b
}
host_listens() {
    nat busy $'[Port p]\nListen=8087'
    web - 8087
    local said; said=$(said_of busy); web_end
    same "$said" "netnsctl: busy: not up: busy.netns:4: [Port p] Listen=8087: the host listens there itself (TCP port 8087)"
    python3 "$TOP/tests/web.py" 8087 own 127.0.0.1 & WEB=$!; wait_until 100 curl -s http://127.0.0.1:8087/
    said=$(said_of busy)
    # what is bound to another address is not in the way
    nat busy $'[Port p]\nListen=203.0.113.1:8087'
    local rc=0; $NB up busy || rc=1
    local out; out=$(get 127.0.0.1:8087)
    web_end; $NB down busy
    contains "$said" "(TCP 127.0.0.1:8087)"
    same $rc 0
    same "$out" own
    udp - 8088
    nat busy $'[Port p]\nListen=8088\nProtocol=both'
    said=$(said_of busy); web_end
    contains "$said" "(UDP port 8088)"
    fails ip netns exec busy true
}
six_alone() {
    # an IPv6 socket that is for IPv6 alone
    python3 -c 'import socket, time; s = socket.socket(socket.AF_INET6); s.setsockopt(41, 26, 1); s.bind(("::", 8089)); s.listen(); time.sleep(60)' & WEB=$!
    wait_until 100 sh -c '[ "$(curl -s -m 1 "http://[::1]:8089/" -o /dev/null -w "%{time_connect}")" != 0.000000 ]'
    nat busy $'[Port p]\nListen=0.0.0.0:8089'
    local rc=0; $NB up busy || rc=1
    $NB down busy
    nat busy $'[Port p]\nListen=8089'
    local said; said=$(said_of busy); web_end
    same $rc 0
    contains "$said" "(TCP [::]:8089)"
}
unused_host_sockets() {
    # a client of the host with that port of its own is no listener
    udp net 7
    python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 8091)); s.connect(("203.0.113.2", 7)); time.sleep(60)' & local client=$!
    sleep 0.3
    nat busy $'[Port p]\nListen=8091\nProtocol=udp'
    local rc=0; $NB up busy || rc=1
    $NB down busy
    kill $client; wait $client 2>/dev/null || :
    web_end
    same $rc 0
}
# Somebody else has its lock, so none begins
no_watch() {
    kill "$(pgrep -xf 'netns-broker watch')"
    flock /run/netns-broker/lock/.watch sleep 300 & NO_WATCH=$!
    wait_until 100 sh -c '! nft list table inet netns-broker-guard'
}
watch_again() { pkill -P $NO_WATCH || :; wait $NO_WATCH 2>/dev/null || :; $NB up web; wait_until 100 nft list table inet netns-broker-guard; }
flushed() {
    both_up
    web web 80
    local rc=0 chain
    nft flush ruleset
    # the twin of the table that `watch` holds is there
    same "$(at net get $UPLINK4:8080)" 203.0.113.2 || rc=1
    # and without it
    no_watch
    nft flush ruleset
    same "$(at net get $UPLINK4:8080)" 7 || rc=1
    $NB up web
    same "$(at net get $UPLINK4:8080)" 203.0.113.2 || rc=1
    for chain in prerouting output ports postrouting forward input host namespaces; do
        nft flush chain inet netns-broker $chain
        $NB up web
        same "$(at net get "[$UPLINK6]:8080") $(get 127.0.0.1:8080) $(at plain get $UPLINK4:8080)" "2001:db8::2 $(host_address vn-web0 inet) 7" || { echo "after $chain was flushed"; rc=1; }
        [ "$(nft list chain inet netns-broker $chain | grep -cv -e 'chain' -e '}' -e 'type ' -e comment.*HostAccess)" -gt 0 ] || rc=1
    done
    web_end; watch_again
    return $rc
}
# Whoever is root inside, and has made 127.0.0.1 somebody else's
forge() {
    in_ns "$1" ip route add default via "$2" table 99
    in_ns "$1" ip rule add pref 5 to 127.0.0.1 lookup 99
    in_ns "$1" ip rule add pref 10 lookup local
    in_ns "$1" ip rule del pref 0
    in_ns "$1" sysctl -qw net.ipv4.conf.all.route_localnet=1
    in_ns "$1" ip -6 route del local ::1 dev lo table local
    in_ns "$1" ip -6 route add ::1 via "$3"
}
unforge() {
    in_ns "$1" ip rule add pref 0 lookup local
    in_ns "$1" ip rule del pref 10; in_ns "$1" ip rule del pref 5; in_ns "$1" ip route flush table 99
    in_ns "$1" sysctl -qw net.ipv4.conf.all.route_localnet=0
    in_ns "$1" ip -6 route del ::1 via "$2"
    in_ns "$1" ip -6 route add local ::1 dev lo table local
}
loopback_from_inside() {
    both_up
    local out udp_out
    nat evil $'[NAT]\nHostAccess=yes\n[Port web]\nListen=8095\nTo=80\n[Port own]\nListen=127.0.0.1:8096\nTo=80'
    $NB up evil
    same "$(sysctl -n net.ipv4.conf.vn-evil0.route_localnet)" 1
    forge evil "$(host_address vn-evil0 inet)" "$(host_address vn-evil0 inet6)"
    web - 8097 secret
    # the host's address is open to it, the loopback is not
    out="$(at evil get "$(host_address vn-evil0 inet):8097") $(at evil get 127.0.0.1:8097) $(at evil get '[::1]:8097')"
    web_end
    udp - 8097; udp_out="$(at evil ask 127.0.0.1 8097)"; web_end
    # nor is what another namespace published there
    web web 80
    out="$out $(at evil get 127.0.0.1:8080) $(at evil get 127.0.0.1:8096)"
    web_end; $NB down evil
    same "$out $udp_out" "secret 28 28 28 28 28"
}
loopback_from_outside() {
    both_up
    nat own $'[Port own]\nListen=127.0.0.1:8096\nTo=80'
    $NB up own
    forge net $UPLINK4 $UPLINK6
    web own 80
    local out; out="$(at net get 127.0.0.1:8096) $(at net get 127.0.0.1:8080) $(get 127.0.0.1:8096)"
    web_end
    unforge net $UPLINK6
    local want; want="28 28 $(host_address vn-own0 inet)"
    $NB down own
    same "$out" "$want"
}
# kill -9 at calls that change something, one after the other, before the call is made
kill_at() { # CALL N CMD...
    strace -qq -o /run/trace -e trace="$1" -e inject="$1:signal=KILL:when=$2" "${@:3}" & wait $! 2>/dev/null || :
    grep -q 'killed by SIGKILL' /run/trace
}
killed() {
    local call n killed=0 before
    nat victim $'[NAT]\nNamespaceAccess=web\n[Port p]\nListen=8069\nTo=80'
    both_up; before=$(host_state)
    for call in rename sendto write vfork unlink; do
        for n in $(seq 60); do
            kill_at "$call" "$n" "$NB" up victim || { $NB down victim; break; }
            killed=$((killed + 1))
            if [ $((n % 4)) = 0 ]; then
                $NB up victim
                web victim 80; same "$(at net get $UPLINK4:8069) $(get '[::1]:8069')" "203.0.113.2 $(host_address vn-victim0 inet6)" || return 1; web_end
            fi
            $NB down victim
            [ "$before" = "$(host_state)" ] || { echo "after a kill at $call $n:"; diff <(echo "$before") <(host_state) | cut -c1-300; return 1; }
        done
    done
    same "$(at net get $UPLINK4:8069)" 7
    echo "killed $killed times"; [ $killed -ge 40 ]
}

it "a port that another namespace has is refused, with its name, and nothing is left" same_port
it "of two that want a port at the same time one gets it" at_once
it "a port on which the host itself listens is refused, whatever address it has" host_listens
it "an IPv6 socket for IPv6 alone is not in the way of IPv4" six_alone
it "a connected UDP socket of the host is not in the way" unused_host_sockets
it "up restores what somebody flushed: the ruleset, or any chain of the table" flushed
it "the host's loopback cannot be reached from inside, with HostAccess=yes neither" loopback_from_inside
it "a port published at 127.0.0.1 cannot be reached by a neighbour who forges it" loopback_from_outside
it "whoever is killed while publishing leaves nothing in the way" killed
end_ports
finish
