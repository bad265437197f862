#!/bin/bash
# Type lan and Uplink= by themselves: which uplink, roaming under a VPN, the kill-switch, what is left.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/vpn.sh"

by_home() { pages_are "$HOME4 $HOME6" in_ns out; }
by_phone() { pages_are "$PHONE4 $PHONE6" in_ns out; }
# nothing NAMESPACE: IPv4 is refused at once, by a route that says so (7), IPv6 too, but the program hears of it at its second SYN,
# and an error a second is all that ICMPv6 sends: 28 is a time-out
nothing() {
    local rc=0
    in_ns "$1" curl -s -m 3 "http://203.0.113.${WEB:-80}/" || rc=$?
    same $rc 7 || return 1
    rc=0
    in_ns "$1" curl -s -m 1.3 "http://[2001:db8::${WEB:-80}]/" || rc=$?
    [[ $rc == 7 || $rc == 28 ]]
}

no_vpn() { $NB up --type=lan out; same "$(pages in_ns out)" "$HOME4 $HOME6"; }
neighbours() {
    begin printer home python3 "$TOP/tests/web.py" 631 printer
    wait_until 100 at home curl -s http://127.0.0.1:631/
    same "$(in_ns out curl -s -m 3 http://192.168.1.1:631/)" printer
    end printer
}

# Under a VPN whose outer packets take the desktop's best uplink, whichever that is
roams() {
    vpn_up nm-wireguard
    phone_up 50
    soon by_phone
    same "$(pages)" "$EXIT4 $EXIT6"
}
# The kernel says so up to a second late (net/core/link_watch.c)
cable_pulled() { pull_out phone; within 2 by_home; plug_in phone 2001:db8:2::; within 2 by_phone; }
switched_off() {
    ip link set uplink1 down
    soon by_home
    same "$(pages)" "$EXIT4 $EXIT6"
    phone_down
    vpn_down nm-wireguard
    soon by_home
}
move_gateway() { # FROM4 TO4 FROM6 TO6
    at home ip addr del "$1/24" dev lan
    at home ip addr add "$2/24" dev lan
    at home ip addr del "$3/64" dev lan
    at home ip addr add "$4/64" dev lan nodad
    ip route replace default via "$2" dev uplink0 metric 100
    ip -6 route replace default via "$4" dev uplink0 metric 1024
}
other_gateway() {
    move_gateway 192.168.1.1 192.168.1.254 fe80::1 fe80::2
    soon by_home
    move_gateway 192.168.1.254 192.168.1.1 fe80::2 fe80::1
    soon by_home
}
no_uplink() {
    ip link set uplink0 down
    soon nothing out
    ip link set uplink0 up
    ip -6 addr add 2001:db8:1::23/64 dev uplink0 nodad
    ip route add default via 192.168.1.1 dev uplink0 metric 100
    ip -6 route add default via fe80::1 dev uplink0 metric 1024
    within 2 by_home # the router's end notes the carrier up to a second late
}

# A default route that a VPN replaced: what was noted is preferred to an admin's own route by another router
replaced() {
    ip route add 192.0.2.7 via 192.168.1.66 dev uplink0 # sorts before the one to the VPN's server
    ip route add 203.0.113.200 via 192.168.1.1 dev uplink0
    ip tuntap add dev tun9 mode tun; ip addr add 10.99.0.1/24 dev tun9; ip link set tun9 up
    ip route replace default via 10.99.0.2 dev tun9 metric 100
    soon same "$(page4 in_ns out)" "$HOME4" || { cat /run/netns-broker/uplink/out.json; return 1; }
    $NB status --json out | json_told
    ip link del tun9
    ip route del 203.0.113.200
    ip route del 192.0.2.7
    ip route add default via 192.168.1.1 dev uplink0 metric 100
    soon by_home
}

named() {
    phone_up 2000
    conf named <<<$'[Namespace]\nType=lan\n[NAT]\nUplink=\nUplink=uplink1'
    conf first <<<$'[Namespace]\nType=lan\n[NAT]\nUplink=\nUplink=wl* up*1 uplink0'
    $NB up named first
    same "$(pages in_ns named)" "$PHONE4 $PHONE6"
    same "$(pages in_ns first)" "$PHONE4 $PHONE6"
    same "$(pages in_ns out)" "$HOME4 $HOME6"
    ip link set uplink1 down
    soon pages_are "$HOME4 $HOME6" in_ns first
    nothing named
    $NB down named first
    phone_down
}

# A rule without a priority comes to stand in front of all others (wg-quick's and Mullvad's are such)
first_rule() { ip "$1" rule | sed -n '2s/:.*iif vn-out0 .*\|:.*to .*lookup 11[0-9]*/ ours/p'; }
first_rules_are() { [ "$(first_rule -4), $(first_rule -6)" = "$1" ]; }
in_front() {
    first_rules_are "94 ours, 94 ours"
    both rule add table 7777
    soon first_rules_are "90 ours, 90 ours"
    both rule del table 7777
    soon first_rules_are "94 ours, 94 ours"
}

# Only the box asks .81, so what home sees of that is the box's. The desktop goes out by home all the time when there is no VPN.
nothing_before() {
    conf box <<<$'[Namespace]\nType=nat\n[NAT]\nUplink=tun0'
    $NB up box
    WEB=81 nothing box
    same "$(seen home)" 0
}
only_through() {
    vpn_up openvpn-def1
    WEB=81 soon pages_are "$EXIT4 $EXIT6" in_ns box
    same "$(seen home)" 0
    [ "$(seen gate)" -gt 0 ]
}
nothing_without() {
    kill -9 "$(cat $PLACES/vpn.pid)"
    wait_until 100 fails ip link show tun0
    WEB=81 PATIENCE=0.3 fails page4 in_ns box
    WEB=81 PATIENCE=0.3 fails page6 in_ns box
    WEB=81 nothing box
    same "$(seen home)" 0
    same "$(pages)" "$HOME4 $HOME6"
}
returns() {
    ip route del $EXIT4
    vpn_up openvpn-def1
    WEB=81 soon pages_are "$EXIT4 $EXIT6" in_ns box
    vpn_down openvpn-def1
    same "$(seen home)" 0
    WEB=81 pages_are "$HOME4 $HOME6"
    [ "$(seen home)" -gt 0 ]
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

internet_up 100
witness
BEFORE=$(host_state)
it "type lan needs no VPN to work" no_vpn
it "type lan reaches what is in the uplink's own network" neighbours
it "a better uplink that appears is taken within a second" roams
it "a cable that is pulled and put back is noticed" cable_pulled
it "an uplink that goes is left within a second" switched_off
it "a gateway that changes is followed within a second" other_gateway
it "without an uplink packets are refused at once; it works again when there is one" no_uplink
it "where a VPN has replaced the default route, another router's host route is not taken for the way" replaced
it "Uplink= takes the first that there is of names and patterns, and no other" named
it "the rules of type lan stay in front of others that come, and go back when those go" in_front
it "Uplink=tun0 without a tun0: nothing leaves" nothing_before
it "Uplink=tun0: out through the tunnel when it comes" only_through
it "Uplink=tun0: the VPN is killed, and not a packet leaves by the uplink" nothing_without
it "Uplink=tun0: out through the tunnel when it returns" returns
it "after down of everything the host is as it was" restored
internet_down
finish
