#!/bin/bash
# Name servers of type lan: the uplink's, whatever a VPN makes of /etc/resolv.conf. Real DHCP, real vpnc-script.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/vpn.sh"

# name_server HOST ANSWER ARG...: who.test is ANSWER
name_server() { begin "dns-$1" "$1" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --address="/who.test/$2" "${@:3}"; }
asked_by() { "$@" getent ahostsv4 who.test | awk '$2 == "STREAM" { print $1 }'; }
asked_by_is() { same "$(asked_by "${@:2}")" "$1"; }
servers() { local run=(chnetns "$1"); [ "$1" != - ] || run=(); "${run[@]}" sed -n 's/^nameserver //p' /etc/resolv.conf | tr '\n' ' '; }

from_lease() {
    dhclient -4 -1 -q -pf $PLACES/dhclient.pid -lf /var/lib/dhcp/dhclient.uplink0.leases uplink0
    pages_are "$HOME4 $HOME6"
    same "$(servers -)" "192.168.1.53 "
    conf out <<<$'[Namespace]\nType=lan'
    $NB up out
    same "$(servers out)" "192.168.1.53 "
    same "$(asked_by chnetns out)" 192.0.2.1
}
vpn_comes() {
    vpn_up openconnect
    same "$(servers -)" "10.9.0.53 "
    same "$(asked_by)" 192.0.2.2
    same "$(asked_by chnetns out)" 192.0.2.1
}
vpn_first() { $NB down out; $NB up out; same "$(servers out)" "192.168.1.53 "; same "$(asked_by chnetns out)" 192.0.2.1; }
# as where the admin wrote it: then vpnc-script knows what it was
no_lease() { rm /var/lib/dhcp/dhclient.uplink0.leases; vpn_first; }
vpn_goes() {
    vpn_down openconnect
    same "$(servers -)" "192.168.1.53 "
    soon asked_by_is 192.0.2.1 chnetns out
}
nothing_known() {
    echo 'nameserver 127.0.0.53' >/etc/resolv.conf
    $NB down out; $NB up out
    same "$(servers out)" "192.168.1.1 "
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

internet_up 0
at home ip addr add 192.168.1.53/24 dev lan
at gate ip addr add 10.9.0.53/32 dev lo
name_server home 192.0.2.1 --interface=lan --bind-interfaces --no-ping --dhcp-range=192.168.1.23,192.168.1.23 \
    --dhcp-option=option:dns-server,192.168.1.53 --dhcp-leasefile=$PLACES/leases
name_server gate 192.0.2.2
mkdir -p /run/netns-broker /var/lib/dhcp
begin serve - netns-broker serve --listen /run/netns-broker/socket
wait_until 100 test -S /run/netns-broker/socket
BEFORE=$(host_state)
it "type lan asks the name server of the uplink's DHCP lease" from_lease
it "a VPN that writes /etc/resolv.conf changes it for the desktop, not for type lan" vpn_comes
it "nor for a namespace that comes up after the VPN" vpn_first
it "nor where there is no lease" no_lease
it "when the VPN goes the name server is the same" vpn_goes
it "without a hint the uplink's gateway is asked" nothing_known
it "after down of everything the host is as it was" restored
internet_down
finish
