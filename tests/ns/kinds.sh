#!/bin/bash
# The kinds of link that this kernel has, beside veth and macvlan: bridge inside, vxlan; where parents and masters are. The others live in
# tests/vm/kinds.sh.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

said_by_up() { local out; out=$($NB up "$1" 2>&1) && { echo "came up"; return 1; }; echo "$out"; }

switch() {
    conf sw <<'C'
[Link sw]
Kind=bridge
ForwardDelaySec=0
Address=10.8.0.1/24
[Link port]
Kind=veth
Master=sw
HostName=toswitch
HostAddress=10.8.0.2/24
[Link guest]
Kind=macvlan
Parent=sw
ParentNamespace=%n
Mode=private
C
    $NB up sw
    same "$(ip -n sw -j link show port | jq -r '.[0].master')" sw
    same "$(ip -n sw -d -j link show guest | jq -r '.[0].link, .[0].linkinfo.info_data.mode')" $'sw\nprivate'
    ping -c1 -W5 10.8.0.1
    $NB up sw
    same "$(ip -n sw -d -j link show sw | jq -r '.[0].linkinfo.info_data.forward_delay')" 0
    $NB down sw; fails ip link show toswitch
}
vxlan() {
    ip netns add far; ip link add wire type veth peer name eth0 netns far
    ip addr add 192.0.2.1/24 dev wire; ip link set wire up
    ip -n far addr add 192.0.2.2/24 dev eth0; ip -n far link set eth0 up
    ip -n far link add vx type vxlan id 42 remote 192.0.2.1 local 192.0.2.2 dstport 4789
    ip -n far addr add 10.42.0.2/24 dev vx; ip -n far link set vx up
    conf vx <<<$'[Link lan]\nKind=vxlan\nVNI=42\nLocal=192.0.2.1\nRemote=192.0.2.2\nAddress=10.42.0.1/24\nPrefixes=10.43.0.0/16'
    $NB up vx
    in_ns vx ping -c1 -W5 10.42.0.2
    contains "$(ip -n vx route)" "10.43.0.0/16 dev lan proto 110 scope link"
    # its socket is in the host: inside there is no way to the other end
    fails in_ns vx ping -c1 -W1 192.0.2.2
}
id_taken() {
    conf vx2 <<<$'[Link lan]\nKind=vxlan\nVNI=42\nLocal=192.0.2.1\nRemote=192.0.2.2'
    same "$(said_by_up vx2)" 'netnsctl: vx2: not up: vx2.netns:3: [Link lan] VNI=42: another interface has it already'
    fails ip netns exec vx2 true
    (sleep 0.5; ip netns del vx) & # what it has goes with it, some time later
    $NB up vx2; wait $!
    in_ns vx2 ip -d link show lan | grep 'vxlan id 42 '
    $NB down vx2 vx; ip netns del far
}
parent_elsewhere() {
    ip netns add router; ip link add up0 type veth peer name lan0 netns router
    ip link set up0 up; ip addr add 10.44.0.1/24 dev up0; ip -n router link set lan0 up
    conf guest <<<$'[Link lan]\nKind=macvlan\nParent=lan0\nParentNamespace=router\nAddress=10.44.0.2/24'
    $NB up guest
    in_ns guest ping -c1 -W5 10.44.0.1
    $NB down guest; fails ip netns exec guest true
    conf guest <<<$'[Link lan]\nKind=macvlan\nParent=lan1\nParentNamespace=router'
    contains "$(said_by_up guest)" 'guest.netns:3: [Link lan] Parent=lan1: no such interface in namespace router'
    ip netns del router; wait_until 100 sh -c '! ip link show up0'
}
no_such_kind() {
    if ip link add name try0 type gre remote 192.0.2.2; then ip link del try0; echo "this kernel has gre"; return 77; fi
    conf gre <<<$'[Link mine]\nKind=gre\nRemote=192.0.2.2'
    contains "$(said_by_up gre)" '(this kernel has no gre links)'
    fails ip netns exec gre true
}
from_uplink() {
    conf hub <<'C'
[Namespace]
Forwarding=yes
[Link up]
Kind=veth
HostName=hub-up
Address=10.45.0.2/24 fd45::2/64
HostAddress=10.45.0.1/24 fd45::1/64
[Link a]
Kind=veth
HostName=hub-a
HostAddress=10.46.0.2/24 fd46::2/64
Prefixes=10.46.0.0/24 fd46::/64
PrefixesFrom=up
[Link b]
Kind=veth
HostName=hub-b
Prefixes=10.47.0.0/24
PrefixesFrom=up
C
    # `a` is another computer's, or the host would answer itself
    $NB up hub
    ip netns add client; ip link set hub-a netns client; ip -n client addr add 10.46.0.2/24 dev hub-a; ip -n client addr add fd46::2/64 dev hub-a nodad
    ip -n client link set hub-a up; ip -n client route add default dev hub-a; ip -n client -6 route add default dev hub-a
    in_ns hub sysctl -qw net.ipv4.conf.a.proxy_arp=1 net.ipv4.conf.a.rp_filter=0 net.ipv4.conf.all.rp_filter=0
    same "$(ip -n hub route get 10.46.0.2 from 10.45.0.1 iif up | head -n1 | cut -d' ' -f1-5)" '10.46.0.2 from 10.45.0.1 dev a'
    same "$(ip -n hub -6 route get fd46::2 from fd45::1 iif up | head -n1 | grep -o 'dev a table 117')" 'dev a table 117'
    fails ip -n hub route get 10.47.0.9 from 10.46.0.2 iif a
    fails ip -n hub route get 10.46.0.9
    ip route add 10.46.0.0/24 via 10.45.0.2
    ping -c1 -W5 10.46.0.2
    same "$(ip -n hub rule show | grep -c 'iif up lookup 117')" 1
    $NB up hub; ip route del 10.46.0.0/24; $NB down hub; ip netns del client; wait_until 100 sh -c '! ip link show hub-up'
}
TAP_READER='
import fcntl, os, struct, sys
fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", sys.argv[1].encode(), int(sys.argv[2])))
print("open", flush=True)
print(len(os.read(fd, 2000)) > 0, flush=True)'
tap() { # KIND FLAGS
    conf vm <<<$'[Link vm0]\nKind='"$1"$'\nUser=alice\nMTU=1400\nAddress=10.48.0.1/24'
    $NB up vm
    same "$(ip -n vm -d -j link show vm0 | jq -c '.[0] | [.mtu, .linkinfo.info_kind, .linkinfo.info_data.type, .linkinfo.info_data.persist, .linkinfo.info_data.user]')" "[1400,\"tun\",\"$1\",true,\"alice\"]"
    ip netns exec vm setpriv --reuid alice --regid alice --clear-groups --inh-caps=-all python3 -c "$TAP_READER" vm0 "$2" >/run/reader 2>&1 & local reader=$!
    wait_until 100 grep -q open /run/reader
    in_ns vm ping -c1 -W1 10.48.0.2 || :
    wait_until 100 grep -q True /run/reader; wait $reader
    fails ip netns exec vm setpriv --reuid bob --regid bob --clear-groups --inh-caps=-all python3 -c "$TAP_READER" vm0 "$2"
    $NB up vm; $NB down vm; fails ip netns exec vm true
}
tap_wrong() {
    conf vm <<<$'[Link vm0]\nKind=tap\nUser=nobody-at-all'
    same "$(said_by_up vm)" 'netnsctl: vm: not up: vm.netns:3: [Link vm0] User=nobody-at-all: there is no such user'
    fails ip netns exec vm true
}
macvtap() {
    ip link add p0 type veth peer name p1; ip link set p0 up; ip addr add 10.49.0.1/24 dev p1; ip link set p1 up
    conf vm <<<$'[Link vm0]\nKind=macvtap\nParent=p0\nMode=private'
    $NB up vm
    same "$(ip -n vm -d -j link show vm0 | jq -r '.[0].linkinfo.info_kind, .[0].linkinfo.info_data.mode')" $'macvtap\nprivate'
    local index device; index=$(ip -n vm -j link show vm0 | jq '.[0].ifindex')
    device=$(in_ns vm sh -c "mount -t sysfs sysfs /sys; cat /sys/class/net/vm0/macvtap/tap$index/dev")
    mknod /run/tap c "${device%:*}" "${device#*:}"
    timeout 5 head -c 14 /run/tap >/run/frame & local reader=$!
    sleep 0.2; ping -c1 -W1 10.49.0.77 >/dev/null || : # asks everybody
    wait $reader; same "$(stat -c %s /run/frame)" 14; rm /run/tap /run/frame
    $NB down vm; ip link del p0
}
name_taken() {
    ip netns add theirs; ip -n theirs link add eth0 type bridge
    conf theirs <<<$'[Namespace]\nAdopt=yes\n[Link eth0]\nKind=veth'
    contains "$(said_by_up theirs)" 'theirs.netns:4: [Link eth0] Name=: the namespace has an interface eth0 already'
    ip -n theirs link show eth0; ip netns del theirs
}
mtu_too_big() {
    ip link add p0 mtu 1400 type veth peer name p1; ip link set p0 up
    conf big <<<$'[Link lan]\nKind=macvlan\nParent=p0\nMTU=9000'
    contains "$(said_by_up big)" 'big.netns:2: [Link lan] Kind=macvlan: cannot make lan: '
    fails ip netns exec big true; ip link del p0
}
nothing_left() { diff <(echo "$BEFORE") <(host_state); }

$NB up --type=nat warm; $NB down warm # what the first namespace of all brings for good
BEFORE=$(host_state)
it "a bridge inside: a port to the host, and a macvlan on top of it" switch
it "vxlan: the interface inside, its socket in the host" vxlan
it "a number that another interface has is one sentence, and leaves nothing" id_taken
it "a parent in another namespace, and one that is not there" parent_elsewhere
it "a kind that the kernel does not have is one sentence, and leaves nothing" no_such_kind
it "Prefixes= that only the uplink finds" from_uplink
it "a tap that alice opens, and bob does not" tap tap 4098
it "a tun that alice opens, and bob does not" tap tun 4097
it "an owner that there is not is one sentence" tap_wrong
it "a macvtap with its character device" macvtap
it "in a namespace of somebody else's a name that is taken is one sentence" name_taken
it "an MTU too big for the parent is one sentence, and leaves nothing" mtu_too_big
it "nothing of it is left" nothing_left
finish
