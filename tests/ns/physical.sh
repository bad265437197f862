#!/bin/bash
# Kind=physical: an interface of the host moved in and given back, whatever happens. p0 is the "card", p1 the other end of its cable.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

cable() {
    ip link add p0 mtu 1460 type veth peer name p1
    ip link property add dev p0 altname enp0s7; ip link set p0 alias 'the lab cable'
    ip addr add 10.6.0.1/24 dev p1; ip link set p1 up; ip link set p0 up
}
uncable() { ip link del p1; }
# what must be as it was
card() { ip -j link show p0 | jq -c '.[0] | [.ifname, .altnames, .ifalias, .mtu, .address, (.flags | contains(["UP"]))]'; }
nic() { printf '[Link nic]\nKind=physical\nInterface=%s\nName=eth0\nAddress=10.6.0.2/24\n%b' "$1" "${2-}" | conf nic; }

there_and_back() {
    : >/etc/resolv.conf; cable; nic p0
    local before; before=$(card)
    $NB up nic
    fails ip link show p0
    in_ns nic ping -c1 -W5 10.6.0.1
    $NB up nic; in_ns nic ping -c1 -W5 10.6.0.1
    broker_up
    local said; said=$(well nic) || { echo "$said"; broker_down; return 1; }
    broker_down
    same "$said" '    DNS: no name server is named in the resolv.conf that programs inside see'
    $NB down nic
    same "$(card)" "$before"; uncable
}
by_altname() { cable; nic enp0s7; $NB up nic; in_ns nic ping -c1 -W5 10.6.0.1; $NB down nic; ip link show p0; uncable; }
stays_down() {
    cable; ip link set p0 down; nic p0
    local before; before=$(card); $NB up nic; $NB down nic
    same "$(card)" "$before"; uncable
}
settings() {
    cable; nic p0 'MTU=1300\nMACAddress=02:00:00:00:00:77\n'
    local before; before=$(card)
    $NB up nic
    same "$(ip -n nic -j link show eth0 | jq -c '.[0] | [.mtu, .address]')" '[1300,"02:00:00:00:00:77"]'
    nic p0 'MTU=1280\n'; $NB up nic
    same "$(ip -n nic -j link show eth0 | jq -c '.[0].mtu')" 1280
    $NB down nic; same "$(card)" "$before"; uncable
}
bridge_port() {
    cable; ip link add br0 type bridge; ip link set p0 master br0; nic p0
    $NB up nic; $NB down nic
    same "$(ip -j link show p0 | jq -r '.[0].master')" br0; uncable; ip link del br0
}
port_inside() {
    cable
    conf nic <<<$'[Link br]\nKind=bridge\nForwardDelaySec=0\nAddress=10.6.0.2/24\n[Link nic]\nKind=physical\nInterface=p0\nMaster=br'
    local before; before=$(card)
    $NB up nic; in_ns nic ping -c1 -W5 10.6.0.1
    $NB down nic; same "$(card)" "$before"; uncable
}
name_clash() {
    cable; nic p0; $NB up nic
    ip link add p0 type bridge
    local said; said=$($NB down nic 2>&1)
    contains "$said" 'nic: p0 comes back as dev'
    contains "$said" ': there is another p0 by now'
    same "$(ip -d -j link show p0 | jq -r '.[0].linkinfo.info_kind')" bridge
    same "$(ip -j link show enp0s7 | jq -r '.[0].ifalias')" 'the lab cable'
    ip link del p0; uncable
}
moved_name_inside() {
    cable; nic p0; $NB up nic
    ip -n nic link set eth0 down; ip -n nic link set eth0 name wan
    local before; $NB down nic
    ip link show p0; same "$(ip -j link show p0 | jq -r '.[0].ifalias')" 'the lab cable'; uncable
}
only_one() {
    cable; nic p0; $NB up nic
    conf two <<<$'[Link nic]\nKind=physical\nInterface=p0'
    local said; said=$($NB up two 2>&1) && return 1
    same "$said" 'netnsctl: two: not up: two.netns:3: [Link nic] Interface=p0: no such interface in the host'
    conf two <<<$'[Link nic]\nKind=physical\nInterface=eth0\nParentNamespace=nic'
    said=$($NB up two 2>&1) && return 1
    same "$said" 'netnsctl: two: not up: two.netns:3: [Link nic] Interface=eth0: is an interface of namespace nic:nic'
    $NB down nic; uncable
}
not_ours() {
    conf lab <<<$'[Namespace]\nType=tunnel'; $NB up lab
    conf two <<<$'[Link nic]\nKind=physical\nInterface=vn-lab0'
    local said; said=$($NB up two 2>&1) && return 1
    contains "$said" 'two.netns:3: [Link nic] Interface=vn-lab0: is an interface of namespace lab'
    $NB down lab
}
failure() {
    cable; nic p0 '[Route x]\nDestination=192.0.2.0/24\nGateway=10.99.0.1\nGatewayOnLink=no\n'
    local before; before=$(card)
    fails $NB up nic
    same "$(card)" "$before"; fails ip netns exec nic true; uncable
}
# the last step of all fails: what was given back is not missed
late_failure() {
    cable; nic p0 '[Hooks]\nPostUp=/bin/false\n'
    local before said; before=$(card)
    said=$($NB up nic 2>&1) && return 1
    same "$(wc -l <<<"$said")" 1; contains "$said" 'PostUp=/bin/false: '
    same "$(card)" "$before"; uncable
}
stray_fd() {
    cable; nic p0; local before; before=$(card)
    $NB up nic; sleep 60 </run/netns/nic & local stray=$!
    $NB down nic; same "$(card)" "$before"
    # its name taken away behind our back
    $NB up nic
    ip netns exec nic sleep 60 & local inside=$!; wait_until 50 sh -c "[ \$(readlink /proc/$inside/ns/net) != \$(readlink /proc/self/ns/net) ]"
    ip netns del nic
    fails ip link show p0
    setpriv --bounding-set=-all,+sys_admin,+net_admin --inh-caps=-all $NB down nic # as the unit may
    same "$(card)" "$before"
    kill $stray $inside; wait $stray $inside 2>/dev/null || :; uncable
}
# strace stops it dead at the n-th netlink request; whoever comes next finds the card, wherever it is
killed() {
    cable; nic p0; local before n; before=$(card)
    for n in $(seq 1 40); do
        strace -f -qq -o /dev/null -e trace=sendmsg,sendto -e inject=sendmsg,sendto:signal=KILL:when="$n" $NB up nic && break || :
        $NB down nic
        same "$n $(card)" "$n $before"; fails ip netns exec nic true
    done
    echo "up: $n"; [ "$n" -ge 8 ]; [ "$n" -lt 40 ]
    for n in $(seq 1 40); do
        $NB up nic
        strace -f -qq -o /dev/null -e trace=sendmsg,sendto -e inject=sendmsg,sendto:signal=KILL:when="$n" $NB down nic && break || :
        same "$n $($NB down nic 2>&1)" "$n "
        same "$n $(card)" "$n $before"
    done
    echo "down: $n"; [ "$n" -gt 5 ]; [ "$n" -lt 40 ]; uncable
}
vanished() {
    cable; nic p0; $NB up nic; uncable
    contains "$($NB down nic 2>&1)" 'nic: p0 was taken into it and is not to be found any more'
}
another_namespace() {
    cable; ip netns add store; ip link set p0 netns store
    conf nic <<<$'[Link nic]\nKind=physical\nInterface=p0\nParentNamespace=store\nAddress=10.6.0.2/24'
    local before; before=$(ip -n store -j link show p0 | jq -c '.[0] | [.ifname, .altnames, .ifalias, .mtu, .address]')
    $NB up nic; in_ns nic ping -c1 -W5 10.6.0.1; $NB down nic
    same "$(ip -n store -j link show p0 | jq -c '.[0] | [.ifname, .altnames, .ifalias, .mtu, .address]')" "$before"
    ip netns del store
    wait_until 50 sh -c '! ip link show p1'
}
nothing_left() { diff <(echo "$BEFORE") <(host_state); }

$NB up --type=nat warm; $NB down warm
BEFORE=$(host_state)
it "a card goes in and comes back as it was" there_and_back
it "a card is found by its alternative name" by_altname
it "one that was down comes back down" stays_down
it "MTU and MAC address are set inside, and as before outside" settings
it "a port of a bridge comes back to its bridge" bridge_port
it "a card can be a port of a bridge inside" port_inside
it "a name that is somebody else's by now: it comes back under another, and that is told" name_clash
it "one renamed inside comes back under its old name" moved_name_inside
it "what one namespace has another cannot take" only_one
it "an end of a namespace cannot be taken" not_ours
it "an up that fails gives it back" failure
it "so does one whose last step fails, without a word of it" late_failure
it "a namespace kept alive by a stray file, or without a name, keeps no card" stray_fd
it "killed at any request of up or down, it is given back by the next down" killed
it "one that is gone is told" vanished
it "one from another namespace goes back there" another_namespace
it "nothing of it is left" nothing_left
finish
