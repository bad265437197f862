#!/bin/bash
# Type vpn: the tun of a real OpenVPN and a real OpenConnect, handed over to a namespace that outlives it.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/vpn.sh"

inside() { pages_are "$EXIT4 $EXIT6" ip netns exec vpn; }
comes_up() { within 20 inside || { tail -n 20 $PLACES/*.log; in_ns vpn ip addr; in_ns vpn ip route; return 1; }; }
vpn_conf() { conf vpn <<<$'[Namespace]\nType=vpn\n'"${1-}"; }
resolv() { grep -v '^#' /run/netns-broker/dns/vpn/resolv.conf; }

openvpn_in() {
    vpn_conf; $NB up vpn
    contains "$($NB doctor vpn)" '[Link vpn]: its VPN is not there, and no way out until it comes'
    same "$(pages ip netns exec vpn)" " " # there is no way out before
    openvpn_into tun7; comes_up
    same "$(pages)" "$HOME4 $HOME6"
    fails ip link show tun7
    same "$(resolv)" $'nameserver 10.8.0.1\nsearch office.example'
    contains "$(ip -n vpn route)" 'default dev tun0 proto 110'
    $NB up vpn; inside # nothing to do
    # the server that the VPN brings
    NAMES=10.8.0.1 names_up nsenter --net=$PLACES/gate; broker_up
    local said; said=$(well vpn) || { echo "$said"; broker_down; names_down; return 1; }
    broker_down; names_down
    contains "$said" 'name servers: programs inside can ask none but 10.8.0.1, as [DNS] Guard= intends'
    same "$(tail -n 1 <<<"$said")" '    DNS: 10.8.0.1 answers, and no path leads past the namespace'
}
# a program inside sees the tunnel go and come
survives() {
    ip netns exec vpn sleep 300 & local program=$!
    wait_until 100 sh -c "[ \$(readlink /proc/$program/ns/net) != \$(readlink /proc/self/ns/net) ]"
    end vpn
    within 5 fails ip -n vpn link show tun0
    same "$(pages ip netns exec vpn)" " "
    same "$(resolv)" ""
    openvpn_into tun8; comes_up
    pages_are "$EXIT4 $EXIT6" nsenter --net=/proc/$program/ns/net
    same "$(resolv)" $'nameserver 10.8.0.1\nsearch office.example'
    kill $program; wait $program || :
}
# a new address in the middle, as after a reconnect: what the server says is asked for again
new_address() {
    env -i script_type=up script_context=restart dev=tun8 tun_mtu=1400 ifconfig_local=10.8.0.77 ifconfig_netmask=255.255.255.0 \
        'foreign_option_1=dhcp-option DNS 10.8.0.2' $NB take vpn
    same "$(ip -n vpn -j addr show tun0 | jq -c '[.[0].mtu, (.[0].addr_info[] | select(.scope == "global") | .local)]')" '[1400,"10.8.0.77"]'
    same "$(resolv)" 'nameserver 10.8.0.2'
    end vpn; openvpn_into tun7; comes_up
}
# stopped under it: what is the host's comes back, without an address and down
given_back() {
    $NB down vpn
    same "$(ip -j addr show tun7 | jq -c '.[0] | [(.flags | contains(["UP"])), (.addr_info | length)]')" '[false,0]'
    same "$(ip -j link show tun7 | jq -r '.[0].ifalias')" null
    same "$(pages)" "$HOME4 $HOME6"
    end vpn
}
starts_it() {
    openvpn_into tun7; comes_up # nobody has started the namespace
    same "$($NB list --json | jq -r '.[] | select(.name == "vpn") | .state')" up
    end vpn; $NB down vpn
}
openconnect_in() {
    vpn_conf; openconnect_into tun9; comes_up
    same "$(pages)" "$HOME4 $HOME6"
    same "$(resolv)" 'nameserver 10.9.0.53'
    end vpn; within 5 fails ip -n vpn link show tun0
    openconnect_into tun9; comes_up
    end vpn; $NB down vpn
}
# another program's interface does not get in beside it, nor its servers, nor does its end take them away
another() {
    vpn_conf; openvpn_into tun7; comes_up
    ip tuntap add tun5 mode tun
    refuses "another VPN's interface is in already: end that program first" script_type=up dev=tun5 ifconfig_local=10.0.0.1
    env -i script_type=down dev=tun5 $NB take vpn
    same "$(resolv)" $'nameserver 10.8.0.1\nsearch office.example'; inside
    ip link del tun5; end vpn; $NB down vpn
}
# the file has another link in front by now: nothing is taken that no record would tell of
changed_meanwhile() {
    vpn_conf; $NB up vpn; ip tuntap add tun5 mode tun
    conf vpn <<<$'[Link other]\nKind=vpn\nInterface=tun*'
    refuses "its file has changed since it was started: start it again first" script_type=up dev=tun5 ifconfig_local=10.0.0.1
    ip link show tun5; ip link del tun5; vpn_conf; $NB down vpn
}
secondary() {
    vpn_conf; $NB up vpn; ip tuntap add tun5 mode tun
    env -i script_type=up dev=tun5 ifconfig_local=10.0.0.5 ifconfig_netmask=255.255.255.0 $NB take vpn
    ip -n vpn addr add 10.0.0.6/24 dev tun0
    env -i script_type=up dev=tun5 ifconfig_local=10.0.0.7 ifconfig_netmask=255.255.255.0 $NB take vpn
    same "$(ip -n vpn -j addr show tun0 | jq -r '[.[0].addr_info[] | select(.family == "inet") | .local] | join(" ")')" 10.0.0.7
    refuses 'the VPN program says no address that could be its' script_type=up dev=tun5 ifconfig_local=224.0.0.1
    $NB down vpn; ip link del tun5
}
refuses() { local out; out=$(env -i "${@:2}" $NB take vpn 2>&1) && { echo "taken"; return 1; }; contains "$out" "netnsctl: vpn: $1"; }
not_any() {
    vpn_conf; $NB up vpn
    refuses "this is for OpenVPN's --up and --down, and OpenConnect's --script: neither has called it" A=b
    refuses 'no [Link] of Kind=vpn awaits an interface uplink0' script_type=up dev=uplink0 ifconfig_local=10.0.0.1
    refuses 'the environment does not say which interface (dev)' script_type=up dev=../../x
    refuses 'the interface is not there' script_type=up dev=tun5 ifconfig_local=10.0.0.1
    same "$(env -i reason=pre-init TUNDEV=tun5 $NB take vpn 2>&1)" ""
    $NB down vpn
}
# what a server pushes is text of somebody else's
pushed() {
    vpn_conf; $NB up vpn; ip tuntap add tun5 mode tun
    local out
    out=$(env -i script_type=up dev=tun5 tun_mtu=1500 ifconfig_local=10.0.0.1 ifconfig_ipv6_local=';reboot' \
        'foreign_option_1=dhcp-option DNS 1.2.3.4;x' $'foreign_option_2=dhcp-option DOMAIN a\nnameserver 6.6.6.6' \
        'foreign_option_3=dhcp-option DNS 10.0.0.53' $NB take vpn 2>&1)
    contains "$out" 'vpn: a name server that is not an address: left out'
    contains "$out" "a domain with other characters than a domain's: left out"
    contains "$out" 'ifconfig_ipv6_local is not an address: left out'
    same "$(resolv)" 'nameserver 10.0.0.53'
    same "$(ip -n vpn -j addr show tun0 | jq -r '.[0].addr_info[] | select(.scope == "global") | .local')" 10.0.0.1
    $NB down vpn; ip link del tun5
}
own_servers() {
    vpn_conf $'[DNS]\nServers=\nServers=192.0.2.53'; openvpn_into tun7; comes_up
    same "$(resolv)" 'nameserver 192.0.2.53'
    end vpn; $NB down vpn
}
second_way() {
    vpn_conf $'[Link lan]\nKind=veth'
    local out; out=$($NB up vpn 2>&1) && return 1
    contains "$out" 'vpn.netns:4: [Link lan] Kind=veth: a second way out: with [Namespace] KillSwitch=vpn there is that one and no other'
}
nothing_left() { diff <(echo "$BEFORE") <(host_state); }

internet_up
$NB up --type=nat warm; $NB down warm
BEFORE=$(host_state)
it "OpenVPN's tun goes into the namespace, with addresses and name servers; the host's own way stays" openvpn_in
it "the namespace and its programs outlive the VPN, without a way out meanwhile" survives
it "a new address and new name servers are taken over" new_address
it "stopped under a running VPN, the tun comes back to the host, down and without an address" given_back
it "a VPN starts its namespace" starts_it
it "OpenConnect's too, and again" openconnect_in
it "a second VPN is refused while the first is in" another
it "a file that has changed is to be applied first" changed_meanwhile
it "an address beside the first one is no obstacle, none at all is one" secondary
it "only what is awaited is taken" not_any
it "nothing that a server pushes but addresses, numbers and domains" pushed
it "name servers of the file's own go first" own_servers
it "there is no second way out" second_way
it "nothing of it is left" nothing_left
internet_down
finish
