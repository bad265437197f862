#!/bin/bash
# What the uplink's network told the host is found where the DHCP clients and their helpers keep it. tests/data/lease/CASE is a tree of
# real files (INDEX in a name is the uplink's), `expected` the gateway and the name servers; then two clients run for real.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
conf lan <<<$'[Namespace]\nType=lan'
servers() { jq -c '.servers | sort' /run/netns-broker/uplink/lan.json; }
gateway() { jq -c '.ipv4.gateway' /run/netns-broker/uplink/lan.json; }
clear_away() { rm -rf /run/systemd/netif /run/resolvconf /run/dhcpcd /var/lib/dhcp/* /run/netns-broker/gateways.json; }

# With a default route it is the way, and the servers are told; when a VPN has replaced it, the lease has to tell the gateway.
found() {
    local tree=$TOP/tests/data/lease/$1 file index told
    index=$(cat /sys/class/net/uplink0/ifindex)
    for file in $(cd "$tree"; find run var -type f 2>/dev/null); do
        mkdir -p "/${file%/*}"; cp "$tree/$file" "/${file//INDEX/$index}"
    done
    $NB up lan; told=$(servers); $NB down lan
    ip route del default; rm -f /run/netns-broker/gateways.json
    $NB up lan; same "[$(gateway),$told]" "$(jq -c '[.[0], (.[1] | sort)]' "$tree/expected")"; $NB down lan
}
it_finds() { it "lan knows gateway and name servers of: $1" found "$1"; ip route replace default via 203.0.113.2; clear_away; }

world_up
clear_away
: >/etc/resolv.conf
for tree in "$TOP"/tests/data/lease/*/; do it_finds "$(basename "$tree")"; done

# ---- for real

serve() {
    ip addr flush dev uplink0 scope global; ip -6 addr add 2001:db8::1/64 dev uplink0 nodad
    ip netns exec net dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=eth0 --bind-interfaces \
        --dhcp-authoritative --no-ping --dhcp-range=203.0.113.100,203.0.113.150,10m --dhcp-option=option:dns-server,203.0.113.53,192.0.2.54 >/dev/null 2>&1 &
    DNSMASQ=$!
}
is_told() {
    wait_until 100 sh -c 'ip route show default | grep -q 203.0.113.2'
    $NB up lan; same "$(servers)" '["192.0.2.54","203.0.113.53"]'; same "$(in_ns lan curl -s -m 2 http://203.0.113.2/)" "$(host_address uplink0 inet)"; $NB down lan
    ip route del default; rm -f /run/netns-broker/gateways.json
    $NB up lan; same "$(gateway)" '"203.0.113.2"'; $NB down lan
}
dhclient_runs() {
    command -v dhclient || { echo "there is no dhclient"; exit 77; }
    dhclient -4 -1 -q -pf /run/dhclient.uplink0.pid -lf /var/lib/dhcp/dhclient.uplink0.leases uplink0
    is_told
}
dhcpcd_runs() {
    command -v dhcpcd || { echo "there is no dhcpcd"; exit 77; }
    # in the sandbox nobody is udev
    dhcpcd -q -w --nodev --noarp "$@" uplink0
    is_told
}
end_clients() {
    local file
    for file in /run/dhclient.uplink0.pid /run/dhcpcd/*.pid; do [ ! -e "$file" ] || { kill "$(cat "$file")"; wait_until 100 fails test -e "/proc/$(cat "$file")"; }; done
    ip addr flush dev uplink0; clear_away; : >/etc/resolv.conf
}
serve
it "lan knows what dhclient was told" dhclient_runs; end_clients
it "lan knows what dhcpcd was told" dhcpcd_runs; end_clients
it "lan knows what dhcpcd -4 was told" dhcpcd_runs -4; end_clients
kill $DNSMASQ; wait $DNSMASQ 2>/dev/null
rm /etc/netns-broker/lan.netns
world_down
finish
