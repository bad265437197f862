#!/bin/bash
# Nobody inside pretends to be the DHCP server: what is sent to the ports of its clients is refused, but from a server's own port.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/dhcp.sh"

# sent [NAMESPACE] - what becomes of a program's packets to the clients: by broadcast, to its own address, to its link-local one by IPv6
sent() {
    ip netns exec "${1-leased}" setpriv --reuid=65534 --regid=65534 --clear-groups python3 - "$(ip -n "${1-leased}" -j -6 addr show dev eth0 scope link | jq -r '.[0].addr_info[0].local')" <<'P'
import socket, sys
def send(family, *to):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    try:
        sock.sendto(b"x" * 300, to)
        return "sent"
    except OSError as error:
        return error.strerror
print(send(socket.AF_INET, "255.255.255.255", 68), send(socket.AF_INET, "127.0.0.1", 68), send(socket.AF_INET6, sys.argv[1] + "%eth0", 546),
      send(socket.AF_INET, "127.0.0.1", 67), sep=", ")
P
}
NO='Operation not permitted'
REFUSED="$NO, $NO, $NO, sent"
refused() { same "$(sent)" "$REFUSED"; }
linked() { wait_until 100 sh -c 'ip -n leased -6 addr show dev eth0 scope link -tentative | grep -q inet6'; }

each() { # CLIENT: and real servers are heard, at renewals too
    needs_client "$1"; leased_conf "$1"; $NB up leased; linked
    refused
    serve_end; serve 10.77.0.54 $V4
    [ "$1" != udhcpc ] || kill -USR1 "$(client_pid)"
    wait_until 200 grep -q 10.77.0.54 /run/netns-broker/dns/leased/resolv.conf
    # who is not kept from it can
    in_ns leased nft delete table inet netns-broker-dhcp
    same "$(sent)" 'sent, sent, sent, sent'
    $NB up leased; refused
    $NB down leased
}
with_ruleset() {
    echo 'table inet own { chain out { type filter hook output priority 0; policy accept; }; }' >/etc/netns-broker/x.nft
    leased_conf "$FIRST" '[Firewall]' File=/etc/netns-broker/x.nft; $NB up leased; linked; refused
    echo 'table inet other { }' >/etc/netns-broker/x.nft; $NB up leased
    refused; contains "$(in_ns leased nft list tables)" 'inet other'
    in_ns leased nft add table inet by-hand; $NB save-firewall leased
    contains "$(cat /etc/netns-broker/x.nft)" by-hand; fails grep netns-broker-dhcp /etc/netns-broker/x.nft
    $NB down leased; rm /etc/netns-broker/x.nft
}
flushed_by_hook() {
    leased_conf "$FIRST" '[Hooks]' 'InsidePostUp=/usr/sbin/nft flush ruleset'; $NB up leased; linked; refused
    $NB down leased
}
goes() {
    leased_conf "$FIRST"; $NB up leased; in_ns leased nft list table inet netns-broker-dhcp >/dev/null
    sed -i 's/^DHCP=.*/Address=10.77.0.9\/24/; /^Client=/d' /etc/netns-broker/leased.netns; $NB up leased
    same "$(in_ns leased nft list ruleset)" ''
    $NB down leased
    # of one that stays
    ip netns add leased; leased_conf "$FIRST"; sed -i 's/^Type=.*/&\nAdopt=yes/' /etc/netns-broker/leased.netns
    $NB up leased; linked; refused
    $NB down leased; same "$(ip netns exec leased nft list ruleset)" ''; ip netns del leased
}
well_without() {
    echo 'table inet own { }' >/etc/netns-broker/x.nft
    leased_conf "$FIRST" '[Firewall]' File=/etc/netns-broker/x.nft; $NB up leased
    local sentence='its own firewall: the namespace has no rules any more'
    fails grep -q "$sentence" <<<"$($NB doctor leased 2>&1)"
    in_ns leased nft delete table inet own
    contains "$($NB doctor leased 2>&1)" "$sentence"
    contains "$(in_ns leased nft list tables)" netns-broker-dhcp
    $NB down leased; rm /etc/netns-broker/x.nft
}

world_up; network_up; serve 10.77.0.53 $V4
for CLIENT in dhcpcd dhclient udhcpc; do command -v $CLIENT >/dev/null && FIRST=${FIRST-$CLIENT}; done
for CLIENT in dhcpcd dhclient udhcpc; do
    it "$CLIENT: programs inside cannot send to it, servers can" each $CLIENT
    serve_end; serve 10.77.0.53 $V4
done
it "also when a ruleset is exchanged, with which it is not saved" with_ruleset
it "also after hooks" flushed_by_hook
it "it goes when DHCP= goes, and from a namespace that stays" goes
it "doctor takes it for none of the namespace's own rules" well_without
rm -f /etc/netns-broker/leased.netns
network_down; world_down
finish
