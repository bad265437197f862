#!/bin/bash
# Types tunnel, bridge and macvlan, veth between namespaces: each alive with traffic through it.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

tunnel() {
    conf tun <<<$'[Namespace]\nType=tunnel\n[Link]\nAddress=10.9.0.2/24\nAddress=fd09::2/64\nHostAddress=10.9.0.1/24\nHostAddress=fd09::1/64'
    $NB up tun
    web - 8090 host
    local out; out=$(in_ns tun curl -s -m 2 http://10.9.0.1:8090/; in_ns tun curl -s -m 2 'http://[fd09::1]:8090/') || :
    web_end
    same "$out" $'host\nhost'
    same "$(ip -n tun -j route | jq -r '[.[].dst] | join(" ")')" 10.9.0.0/24
}
tunnel_auto() {
    $NB up --type=tunnel auto
    in_ns auto ping -c1 -W5 "$(host_address vn-auto0 inet)"
    fails in_ns auto curl -s -m 1 http://203.0.113.2/
}
bridge_existing() {
    ip link add br9 type bridge; ip addr add 10.8.0.1/24 dev br9; ip link set br9 up
    conf b1 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=br9\nAddress=10.8.0.2/24\nGateway=10.8.0.1'
    conf b2 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=br9\nMACAddress=02:00:00:00:00:07\nAddress=10.8.0.3/24\nMTU=1400'
    $NB up b1 b2
    in_ns b1 ping -c1 -W5 10.8.0.1; in_ns b1 ping -c1 -W5 10.8.0.3
    same "$(ip -n b2 -j link show vn-b21 | jq -r '.[0].address, .[0].mtu')" $'02:00:00:00:00:07\n1400'
    $NB down b1 b2
    ip link show br9; same "$(ls /sys/class/net/br9/brif)" ""
    ip link del br9
}
bridge_made() {
    conf m1 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=brx\nCreateBridge=yes\nAddress=10.7.0.1/24'
    conf m2 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=brx\nCreateBridge=yes\nAddress=10.7.0.2/24'
    $NB up m1 m2
    in_ns m1 ping -c1 -W5 10.7.0.2
    $NB down m1; ip link show brx; $NB down m2; fails ip link show brx
}
bridge_missing() {
    conf m3 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=nope'
    local said; said=$($NB up m3 2>&1) && return 1
    contains "$said" 'm3.netns:4: [Link bridge] Bridge=nope: no such bridge in the host'
    fails ip netns exec m3 true
}
mode() {
    ip link add p0 type veth peer name p1; ip link set p0 up; ip link set p1 up
    local extra=; [ "$1" != source ] || extra=$'\nSourceMACAddress=02:00:00:00:00:01'
    conf mv <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nMode='"$1$extra"$'\nAddress=10.6.0.2/24\nAddress=fd06::2/64'
    $NB up mv
    same "$(ip -n mv -d -j link show mv0 | jq -r '.[0].linkinfo.info_kind, .[0].linkinfo.info_data.mode')" $'macvlan\n'"$1"
    [ "$1" != source ] || same "$(ip -n mv -d -j link show mv0 | jq -r '.[0].linkinfo.info_data.macaddr_data[]')" 02:00:00:00:00:01
    ip addr add 10.6.0.9/24 dev p1
    # in source mode only the listed sender's packets are let in
    [ "$1" != source ] || { ip link set p1 down; ip link set p1 address 02:00:00:00:00:01; ip link set p1 up; ip link set p0 up; ip addr replace 10.6.0.9/24 dev p1; }
    in_ns mv ping -c1 -W5 10.6.0.9
    $NB down mv; fails ip netns exec mv true; ip link del p0
}
macvlan_peer() {
    ip link add p0 type veth peer name p1; ip addr add 10.5.0.1/24 dev p0; ip link set p0 up; ip link set p1 up
    conf mp <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nHostAddress=10.5.0.3/24\nAddress=10.5.0.2/24'
    $NB up mp
    in_ns mp ping -c1 -W5 10.5.0.3
    ping -c1 -W5 10.5.0.2
    $NB down mp; fails ip link show vn-mp0
    same "$(ip route | grep -c 10.5)" 1
    ip link del p0
}
parent_missing() {
    conf pm <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=eth9\nAddress=10.6.0.2/24'
    local said; said=$($NB up pm 2>&1) && return 1
    same "$said" 'netnsctl: pm: not up: pm.netns:4: [Link macvlan] Parent=eth9: no such interface in the host'
}
passthru_twice() {
    ip link add p0 type veth peer name p1; ip link set p0 up
    conf pt1 <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nDHCP=no\nMode=passthru'
    conf pt2 <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nDHCP=no\nMode=passthru'
    $NB up pt1
    local said; said=$($NB up pt2 2>&1) && return 1
    contains "$said" "pt2: not up:"
    fails ip netns exec pt2 true
    $NB down pt1; ip link del p0
}
peers() {
    conf left <<<$'[Namespace]\nDescription=left\n[Link wire]\nKind=veth\nAddress=10.4.0.1/24'
    conf right <<<$'[Link wire]\nKind=veth\nPeer=left\nHostName=toright\nName=toleft\nAddress=10.4.0.2/24\nHostAddress=10.4.0.1/24'
    conf left <<<$'[Namespace]\nDescription=left'
    $NB up right # and left before it
    in_ns right ping -c1 -W5 10.4.0.1; in_ns left ping -c1 -W5 10.4.0.2
    same "$(ip -n left -j link show toright | jq -r '.[0].ifalias')" netns-broker:right
    $NB down right; fails ip -n left link show toright
    $NB down left
}
peer_gone_first() {
    $NB up left right; $NB down left; $NB down right
}
macs() { ip -n st -j link show vn-st1 | jq -r '.[0].address'; ip -j link show vn-st0 | jq -r '.[0].address'; }
stable() {
    local first again
    conf st <<<$'[Namespace]\nType=tunnel'
    $NB up st; first=$(macs); $NB down st
    $NB up st; again=$(macs); $NB down st
    same "$again" "$first"
    [ "$(sort -u <<<"$first" | wc -l)" = 2 ]
    [[ $((0x${first%%:*} & 3)) = 2 ]] # locally administered, one station
    conf st <<<$'[Namespace]\nType=tunnel\n[Link]\nMACAddressPolicy=random'
    $NB up st; again=$(macs); $NB down st
    [ "$again" != "$first" ]
}
bridge_keeps_its_mac() {
    ip link add br9 type bridge; ip link add card type veth peer name cable; ip link set card address 02:ff:ff:ff:ff:ff master br9
    local before; before=$(ip -j link show br9 | jq -r '.[0].address')
    conf b1 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=br9'
    $NB up b1
    same "$(ip -j link show br9 | jq -r '.[0].address')" "$before"
    same "$(ip -j link show vn-b10 | jq -r '.[0].address' | cut -c1-2)" fe
    $NB down b1; ip link del br9; ip link del card
}
duplicate() {
    ip link add p0 type veth peer name p1; ip link set p0 up; ip addr add fd06::2/64 dev p1 nodad; ip link set p1 up
    conf du <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nAddress=10.6.0.2/24 fd06::2/64'
    local said; said=$($NB up du 2>&1) && return 1
    same "$said" 'netnsctl: du: not up: du.netns:5: [Link macvlan] Address=10.6.0.2/24 fd06::2/64: fd06::2 is a duplicate: somebody else on this network has it'
    fails ip netns exec du true
    conf du <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nAddress=fd06::3/64'
    $NB up du; same "$(ip -n du -o addr show tentative scope global)" ""; in_ns du ping -c1 -W5 fd06::2
    $NB down du
    # without a carrier nobody waits
    ip link set p1 down; local start=$EPOCHREALTIME; $NB up du
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit b - a > 1 }'
    $NB down du; ip link del p0
}
several() {
    ip link add p0 type veth peer name p1; ip link set p0 up; ip link set p1 up
    conf two <<<$'[Namespace]\nType=nat\n[Link lan]\nKind=macvlan\nParent=p0\nAddress=10.3.0.2/24\n[Link extra]\nKind=veth\nAddress=10.2.0.2/24\nHostAddress=10.2.0.1/24'
    $NB up two
    same "$(ip -n two -j link | jq -r '[.[] | select(.ifalias) | .ifname] | join(" ")')" "vn-two1 lan extra"
    same "$(in_ns two curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    in_ns two ping -c1 -W5 10.2.0.1
    $NB down two; ip link del p0
}
long_name() {
    $NB up --type=nat a-name-of-thirty-two-characters.
    local host; host=$(ip -j link | jq -r '.[] | select(.ifalias == "netns-broker:a-name-of-thirty-two-characters.") | .ifname')
    [ ${#host} -le 15 ]
    ip link show vn-a-name-of-thirty-two-characters.0
    same "$(in_ns a-name-of-thirty-two-characters. curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down a-name-of-thirty-two-characters.
}
routes() {
    conf r <<'C'
[Namespace]
Type=tunnel
Sysctl=net.ipv4.ping_group_range=0 1000
Forwarding=ipv4
[Link]
Address=10.9.1.2/24
HostAddress=10.9.1.1/24
Gateway=10.9.1.1/24
Sysctl=ipv4.conf.rp_filter=2
[Route far]
Destination=192.0.2.0/24
Gateway=10.9.1.7
Metric=77
Table=100
[Route hole]
Destination=198.51.100.0/24
Type=blackhole
[Rule far]
From=10.9.1.2
Table=100
Priority=1000
[Rule six]
Family=ipv6
FirewallMark=0x10/0xff
Table=200
C
    $NB up r
    contains "$(ip -n r route show table 100)" "192.0.2.0/24 via 10.9.1.7 dev vn-r1 proto 110 metric 77"
    contains "$(ip -n r route)" "default via 10.9.1.1 dev vn-r1 proto 110"
    contains "$(ip -n r route)" "blackhole 198.51.100.0/24 proto 110"
    contains "$(ip -n r rule)" "1000:	from 10.9.1.2 lookup 100 proto 110"
    contains "$(ip -n r -6 rule)" "fwmark 0x10/0xff lookup 200"
    same "$(in_ns r sysctl -n net.ipv4.ping_group_range net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv4.conf.vn-r1.rp_filter)" $'0\t1000\n1\n0\n2'
    $NB down r
}
no_ipv6() {
    conf six <<<$'[Namespace]\nType=nat\nIPv6=no'
    $NB up six
    same "$(in_ns six cat /proc/sys/net/ipv6/conf/vn-six1/disable_ipv6)" 1
    same "$(ip -n six -6 addr)" ""
    same "$(in_ns six curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down six
}
dns() {
    conf d <<<$'[Namespace]\nType=basic\n[DNS]\nServers=192.0.2.53 2001:db8::53\nDomains=example.org lab\nOptions=edns0'
    $NB up d
    same "$(grep -v '^#' /run/netns-broker/dns/d/resolv.conf)" $'nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example.org lab\noptions edns0'
    $NB down d; [ ! -e /run/netns-broker/dns/d ]
}
dns_stub() {
    echo 'nameserver 127.0.0.53' >/etc/resolv.conf
    mkdir -p /run/systemd/resolve; echo 'nameserver 203.0.113.53' >/run/systemd/resolve/resolv.conf
    $NB up --type=nat stub
    contains "$(cat /run/netns-broker/dns/stub/resolv.conf)" 'nameserver 203.0.113.53'
    $NB down stub
    echo 'nameserver 203.0.113.54' >/etc/resolv.conf
    $NB up --type=nat stub
    contains "$(cat /run/netns-broker/dns/stub/resolv.conf)" 'nameserver 203.0.113.54'
    $NB down stub
    rm -r /run/systemd
}
firewall() {
    cat >/etc/netns-broker/fw.nft <<<'table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; }
}'
    conf fw <<<$'[Namespace]\nType=tunnel\n[Link]\nAddress=10.9.2.2/24\nHostAddress=10.9.2.1/24\n[Firewall]\nFile=/etc/netns-broker/fw.nft'
    $NB up fw
    contains "$(in_ns fw nft list ruleset)" 'policy drop'
    fails ping -c1 -W1 10.9.2.2
    echo 'table inet broken {' >/etc/netns-broker/fw.nft
    $NB down fw
    local said; said=$($NB up fw 2>&1) && return 1
    contains "$said" 'fw.netns:7: [Firewall] File=/etc/netns-broker/fw.nft'
    fails ip netns exec fw true
    chmod 666 /etc/netns-broker/fw.nft; said=$($NB up fw 2>&1) && return 1
    contains "$said" "/etc/netns-broker/fw.nft: a part of the path is not root's, or writable by others"
}

world_up
it "tunnel: host and namespace talk, nothing else" tunnel
it "tunnel without addresses takes them from the pool and has no way out" tunnel_auto
$NB down --all
it "bridge: ports on an existing bridge, which stays" bridge_existing
it "bridge: made on request, gone with its last port" bridge_made
it "bridge: a missing one is one sentence" bridge_missing
for m in private vepa bridge passthru source; do it "macvlan in mode $m" mode $m; done
it "macvlan with a peer in the host: both can talk" macvlan_peer
it "macvlan: a missing parent is one sentence with file and line" parent_missing
it "macvlan: a busy parent leaves nothing behind" passthru_twice
it "veth between two namespaces" peers
it "veth between two namespaces, taken down in the wrong order" peer_gone_first
it "MAC addresses are the same each time, or random" stable
it "a bridge keeps its MAC address" bridge_keeps_its_mac
it "an IPv6 address that somebody else has is one sentence; up waits until one can be used" duplicate
it "several links in one namespace" several
it "a long name gets a short interface name and the long one as altname" long_name
it "routes, rules, sysctls and forwarding inside" routes
it "IPv6=no keeps IPv6 out" no_ipv6
it "[DNS] makes a resolv.conf" dns
it "where the host has a stub resolver, nat uses the servers behind it" dns_stub
it "[Firewall] is loaded, and a broken one keeps the namespace down" firewall
world_down
finish
