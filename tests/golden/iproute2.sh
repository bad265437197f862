#!/bin/bash
# What we send to the kernel is what iproute2 sends for the same thing: an independent judge. Both run under a tap (tap.c).
. "$TOP/tests/lib.sh"
if [ "${IN_SANDBOX-}" != 1 ]; then
    STAGE=${STAGE:?} IN_SANDBOX=1 exec "$TOP/tests/sandbox.sh" bash "$0"
fi
. "$TOP/tests/world.sh"
gcc -shared -fPIC -o /run/tap.so "$TOP/tests/golden/tap.c" -ldl || exit 1
tapped() { local file=$1; shift; NETLINK_TAP=$file LD_PRELOAD=/run/tap.so "$@"; }
GROUP=$((0x6e620000))

# agree CONF: the file goes up; then the ip commands of stdin (without the word ip; @ in front: inside) are run in a namespace of the same name
agree() {
    rm -f /run/ours /run/theirs
    conf g <<<"$1"
    tapped /run/ours "$NB" up g
    $NB down g; wait_until 50 sh -c '! ip link show vn-g0'
    ip netns add g; ip -n g link set lo up
    while read -r line; do
        case $line in
        @*) eval "set -- ${line#@}"; tapped /run/theirs ip -n g "$@" ;;
        ?*) eval "set -- $line"; tapped /run/theirs ip "$@" ;;
        esac
    done
    ip -n g link del mv0 2>/dev/null || : # else its parent is busy for a while
    ip netns del g; ip link del vn-g0 2>/dev/null || :
    local ours theirs
    ours=$(python3 "$TOP/tests/golden/decode.py" /run/ours); theirs=$(python3 "$TOP/tests/golden/decode.py" /run/theirs)
    [ -n "$ours" ]
    diff <(echo "$ours") <(echo "$theirs")
}

veth() { agree $'[Namespace]\nType=tunnel\n[Link]\nMTU=1400\nMACAddress=02:00:00:00:00:01\nHostMACAddress=02:00:00:00:00:02\nAddress=10.9.0.2/24\nAddress=fd09::2/64\nHostAddress=10.9.0.1/24\nGateway=10.9.0.1\nGateway=fd09::1' <<E2
link add name vn-g0 mtu 1400 address 02:00:00:00:00:02 group $((GROUP + 2)) up type veth peer name vn-g1 mtu 1400 address 02:00:00:00:00:01 netns g
addr add 10.9.0.1/24 brd + dev vn-g0
@addr add 10.9.0.2/24 brd + dev vn-g1
@addr add fd09::2/64 dev vn-g1 nodad
@link set vn-g1 up
route add fd09::2/128 dev vn-g0 proto 110
@route add default via 10.9.0.1 dev vn-g1 proto 110
@route add default via fd09::1 dev vn-g1 proto 110
E2
}
bridge_port() { ip link add br0 type bridge; local rc=0; agree $'[Namespace]\nType=bridge\n[Link]\nMACAddressPolicy=random\nBridge=br0\nAddress=10.9.0.2/24' <<E2 || rc=$?
link add name vn-g0 master br0 group $((GROUP)) up type veth peer name vn-g1 netns g
@addr add 10.9.0.2/24 brd + dev vn-g1
@link set vn-g1 up
E2
    ip link del br0; return $rc
}
macvlan() { agree $'[Namespace]\nType=macvlan\n[Link]\nParent=p0\nMode='"$1"$'\nMTU=1300\nMACAddress=02:00:00:00:00:03'"$3" <<E2
link add link p0 name mv0 mtu 1300 address 02:00:00:00:00:03 netns g type macvlan mode $1 $2
@link set mv0 up
E2
}
routes() { agree $'[Namespace]\nType=tunnel\n[Link]\nMACAddressPolicy=random\nAddress=10.9.0.2/24\nHostAddress=10.9.0.1/24\n[Route a]\nDestination=192.0.2.0/24\nGateway=10.9.0.7\nMetric=5\nTable=1000\nMTUBytes=1200\nPreferredSource=10.9.0.2\n[Route b]\nDestination=198.51.100.0/24\nType=unreachable\n[Route c]\nDestination=203.0.113.0/24\nLink=host\n[Route d]\nDestination=10.77.0.0/16\nGateway=10.8.8.8\nLink=host\nGatewayOnLink=yes\n[Rule r]\nFrom=10.9.0.0/24\nTo=192.0.2.0/24\nTable=1000\nPriority=99\n[Rule s]\nFamily=ipv6\nFirewallMark=7/15\nTable=5\nPriority=100\n[Rule t]\nIncomingInterface=lo\nTable=7\nInvert=yes\nPriority=101\nSuppressPrefixLength=0\n[Rule u]\nUser=1000-1999\nType=prohibit\nPriority=102' <<E2
link add name vn-g0 group $((GROUP + 2)) up type veth peer name vn-g1 netns g
addr add 10.9.0.1/24 brd + dev vn-g0
@addr add 10.9.0.2/24 brd + dev vn-g1
@link set vn-g1 up
@route add 192.0.2.0/24 via 10.9.0.7 dev vn-g1 metric 5 table 1000 mtu 1200 src 10.9.0.2 proto 110
@route add unreachable 198.51.100.0/24 proto 110
@route add 203.0.113.0/24 dev vn-g1 proto 110
@route add 10.77.0.0/16 via 10.8.8.8 dev vn-g1 onlink proto 110
@rule add from 10.9.0.0/24 to 192.0.2.0/24 table 1000 priority 99 protocol 110
@-6 rule add fwmark 7/15 table 5 priority 100 protocol 110
@rule add not iif lo table 7 priority 101 suppress_prefixlength 0 protocol 110
@rule add uidrange 1000-1999 prohibit priority 102 protocol 110
E2
}
# birth KEYS WORDS...: a link of these keys (a line each, \n in between) is asked for as `ip link add WORDS` asks for it. Whether this kernel
# has the kind does not matter. What is moved in afterwards (@ in front of WORDS) is born in the host, under a name that is ours to choose.
# An attribute that is zero is as good as none.
birth() {
    local keys=$1 ours theirs name=mine where='netns g'; shift
    rm -f /run/ours /run/theirs
    printf '[Link mine]\nName=mine\nMACAddressPolicy=random\n%b\n' "$keys" | conf g
    tapped /run/ours "$NB" up g || :
    ours=$(births /run/ours)
    [ -n "$ours" ]
    if [ "$1" = @ ]; then
        shift; where="group $GROUP"; name=$(grep -o 'name=vn-[0-9a-f]*m' <<<"$ours" | cut -d= -f2)
    fi
    $NB down g; ip netns add g
    tapped /run/theirs ip link add name "$name" $where "$@" || :
    ip netns del g; ip link del "$name" 2>/dev/null || :
    theirs=$(births /run/theirs)
    diff <(echo "$ours") <(echo "$theirs")
}
# left out: zeros; the flags of an encapsulation that there is not, the version of an ERSPAN that it is not (ip6gre)
births() { python3 "$TOP/tests/golden/decode.py" "$1" | grep '^link' | sed -E ':a; s/ data([0-9]+=(00)*|1[56]=0200|22=01)( |$)/\3/; ta'; }
kind() { local keys=$1; shift; it "${keys//\\n/ }: born as iproute2's" birth "$keys" "$@"; }
kinds() {
    local v4='Local=192.0.2.1\nRemote=192.0.2.2' v6='Local=2001:db8::1\nRemote=2001:db8::2'
    local -a ip4=(remote 192.0.2.2 local 192.0.2.1) ip6=(remote 2001:db8::2 local 2001:db8::1)
    kind 'Kind=vlan\nParent=p0\nId=7' link p0 type vlan id 7 protocol 802.1Q
    kind 'Kind=vlan\nParent=p0\nId=4094\nProtocol=802.1ad\nGVRP=yes\nReorderHeader=no\nLooseBinding=yes\nMVRP=no' \
        link p0 type vlan id 4094 protocol 802.1ad gvrp on reorder_hdr off loose_binding on mvrp off
    kind 'Kind=ipvlan\nParent=p0\nMode=l3s\nFlags=vepa' link p0 type ipvlan mode l3s vepa
    kind 'Kind=ipvlan\nParent=p0\nFlags=private' link p0 type ipvlan mode l2 private
    kind 'Kind=dummy\nMTU=1400\nMACAddress=02:00:00:00:00:09' mtu 1400 address 02:00:00:00:00:09 type dummy
    kind 'Kind=bridge\nSTP=yes\nForwardDelaySec=4\nAgeingTimeSec=60\nPriority=9\nVLANFiltering=yes\nMulticastSnooping=no' \
        type bridge stp_state 1 forward_delay 400 ageing_time 6000 priority 9 vlan_filtering 1 mcast_snooping 0
    kind 'Kind=bond\nMode=802.3ad\nMIIMonitor=50\nTransmitHashPolicy=layer3+4\nLACPTransmitRate=fast' \
        type bond mode 802.3ad miimon 50 xmit_hash_policy layer3+4 lacp_rate fast
    kind 'Kind=bond\nMode=active-backup' type bond mode active-backup miimon 100
    kind 'Kind=vrf\nTable=100' type vrf table 100
    kind 'Kind=vxlan\nVNI=42\nRemote=192.0.2.2\nLocal=192.0.2.1\nTTL=9' type vxlan id 42 "${ip4[@]}" ttl 9 dstport 4789
    kind 'Kind=vxlan\nVNI=42\nParent=p0\nGroup=ff05::42\nDestinationPort=8472\nMacLearning=no' type vxlan id 42 group ff05::42 dev p0 dstport 8472 nolearning
    kind "Kind=gre\n$v4\nKey=7\nTTL=5\nParent=p0" @ type gre "${ip4[@]}" key 7 ttl 5 dev p0
    kind "Kind=gretap\n$v4\nDiscoverPathMTU=no" @ type gretap "${ip4[@]}" nopmtudisc
    kind "Kind=ipip\n$v4" @ type ipip "${ip4[@]}"
    kind "Kind=sit\n$v4\nTTL=64" @ type sit "${ip4[@]}" ttl 64
    kind "Kind=ip6gre\n$v6\nKey=3" @ type ip6gre "${ip6[@]}" key 3
    kind "Kind=ip6gretap\n$v6" @ type ip6gretap "${ip6[@]}"
    kind "Kind=ip6tnl\n$v6" @ type ip6tnl mode any "${ip6[@]}"
    (umask 077; echo xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg= >/etc/wg.key)
    kind 'Kind=wireguard\nPrivateKeyFile=/etc/wg.key\nMTU=1400' mtu 1400 type wireguard
    kind 'Kind=xfrm\nInterfaceId=0x2a\nParent=p0' @ type xfrm dev p0 if_id 0x2a
    kind 'Kind=xfrm\nInterfaceId=7\nMTU=1400' @ mtu 1400 type xfrm if_id 7
}
ip link add p0 type veth peer name p1; ip link set p0 up
it "veth, its addresses and gateways: the same requests as iproute2's" veth
it "veth on a bridge: the same requests as iproute2's" bridge_port
for m in private vepa bridge passthru; do it "macvlan $m: the same requests as iproute2's" macvlan $m '' ''; done
kinds
it "routes and rules of every sort: the same requests as iproute2's" routes
finish
