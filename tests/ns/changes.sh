#!/bin/bash
# What changes while a namespace is up: its file, the host around it, what others do to it.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

settled() { diff <(echo "$BEFORE") <(host_state); }
way_out() { same "$(in_ns "$1" curl -s -m 5 http://203.0.113.2/)" 203.0.113.1; }
way_out6() { same "$(in_ns "$1" curl -s -m 5 'http://[2001:db8::2]/')" 2001:db8::1; }

killed_change() {
    local n call killed=0
    for call in sendmsg rename; do
        for n in $(seq 14); do
            conf c <<<$'[Namespace]\nType=nat\n[Link]\nMTU=1400'; $NB up c
            conf c <<<$'[Namespace]\nType=nat\n[Link]\nMTU=1300'
            strace -qq -o /run/trace -e trace=$call -e inject=$call:signal=KILL:when=$n "$NB" up c >/dev/null 2>&1 & wait $! 2>/dev/null || killed=$((killed + 1))
            $NB up c >/dev/null 2>&1
            same "$(ip -n c -j link show vn-c1 | jq '.[0].mtu')" 1300; way_out c
            $NB down c
        done
    done
    settled; [ $killed -ge 10 ]
}
many_no_block() {
    $NB up --type=nat m{1..12}
    $NB down --no-block m{1..12}
    wait_until 400 sh -c '[ -z "$(ls /run/netns-broker/state/ | grep ^m)" ]' # ls itself fails where one goes meanwhile
    settled
}
families_in_turn() {
    conf four <<<$'[Namespace]\nType=nat\n[NAT]\nMasquerade=ipv4'; $NB up four
    $NB up --type=nat both; way_out both; way_out6 both
    $NB down four both; settled
}
table_flushed() {
    $NB up --type=nat f; nft flush table inet netns-broker
    $NB up f; way_out f; way_out6 f
    nft delete table inet netns-broker; $NB up f; way_out f
    $NB down f; settled
}
adopt_macvlan() {
    ip link add p0 type veth peer name p1; ip link set p0 up; ip netns add a; ip -n a link add mine type veth peer name mine2
    conf a <<<$'[Namespace]\nType=macvlan\nAdopt=yes\nForwarding=yes\nSysctl=net.ipv4.ping_group_range=0 9\n[Link]\nParent=p0\nAddress=10.3.3.3/24'
    $NB up a; $NB up a
    conf a <<<$'[Namespace]\nType=macvlan\nAdopt=yes\n[Link]\nParent=p0\nAddress=10.3.3.4/24'; $NB up a
    contains "$(ip -n a addr show mv0)" 10.3.3.4
    $NB down a
    same "$(ip -n a -j link | jq -r '[.[].ifname] | sort | join(" ")')" "lo mine mine2"
    same "$(in_ns a sysctl -n net.ipv4.ip_forward)$(in_ns a sysctl -n net.ipv4.ping_group_range)" "0$(printf '1\t0')"
    ip netns del a; ip link del p0; settled
}
adopt_ruleset() {
    ip netns add a; in_ns a nft add table inet theirs; echo 'table inet ours {}' >/etc/netns-broker/a.nft
    conf a <<<$'[Namespace]\nType=basic\nAdopt=yes\n[Firewall]\nFile=/etc/netns-broker/a.nft'
    local said; said=$($NB up a 2>&1) && return 1
    contains "$said" 'a.netns:5: [Firewall] File=/etc/netns-broker/a.nft: the namespace was there before and keeps its own ruleset'
    same "$(in_ns a nft list tables)" "table inet theirs"; ip netns del a; settled
}
moved_in() {
    # a link that somebody put in place of ours is not removed
    conf s <<<$'[Namespace]\nType=basic\n[Link x]\nKind=macvlan\nParent=p0'
    ip link add p0 type veth peer name p1; ip link set p0 up
    $NB up s; ip -n s link del x; ip link add other type veth peer name x netns s
    $NB down s; sleep 0.3
    ip link show other >/dev/null 2>&1 && ip link del other || :
    ip link del p0; settled
}
moved_in_kept() {
    ip link add p0 type veth peer name p1; ip link set p0 up; ip netns add k
    conf k <<<$'[Namespace]\nType=basic\nAdopt=yes\n[Link x]\nKind=macvlan\nParent=p0'
    $NB up k; ip -n k link del x; ip link add other type veth peer name x netns k
    $NB down k; ip -n k link show x; ip link show other
    ip link del other; ip netns del k; ip link del p0; settled
}
# an address, a port: what was made before the kernel refused it goes again
refused_inside() {
    local said
    ip link add p0 type veth peer name p1; ip link set p0 up; ip netns add k; in_ns k sysctl -qw net.ipv6.conf.default.disable_ipv6=1
    conf k <<<$'[Namespace]\nType=basic\nAdopt=yes\n[Link x]\nKind=macvlan\nParent=p0\nAddress=10.3.3.3/24 fd03::3/64'
    said=$($NB up k 2>&1) && return 1
    contains "$said" 'k: not up: k.netns:7: [Link x] Address='; contains "$said" 'cannot set address fd03::3/64: '
    fails ip -n k link show x
    conf k <<<$'[Namespace]\nType=basic\nAdopt=yes\n[Link br]\nKind=bridge\n[Link x]\nKind=tun\nMaster=br'
    said=$($NB up k 2>&1) && return 1
    contains "$said" 'k: not up: k.netns:8: [Link x] Master=br: x cannot be a port of it: '
    same "$(ip -n k -j link show | jq -r '.[].ifname')" lo
    ip netns del k; ip link del p0; rm /etc/netns-broker/k.netns; settled
}
type_edited() {
    conf t <<<$'[Namespace]\nType=nat'; $NB up t
    conf t <<<$'[Namespace]\nType=tunnel'; $NB up t
    fails in_ns t curl -s -m 1 http://203.0.113.2/
    $NB down t; settled
}
link_gone() {
    conf g <<<$'[Namespace]\nType=nat'; $NB up g; local ino; ino=$(stat -Lc %i /run/netns/g)
    ip link del vn-g0; contains "$($NB up g 2>&1)" 'g: changed as its file says'
    way_out g; same "$(stat -Lc %i /run/netns/g)" "$ino"; $NB down g; settled
}
taken_back() {
    conf b <<<$'[Namespace]\nType=nat\nIPv6=no\nForwarding=yes\nSysctl=net.ipv4.ping_group_range=0 9'; $NB up b
    conf b <<<$'[Namespace]\nType=nat'; $NB up b; way_out6 b
    same "$(in_ns b sysctl -n net.ipv4.ip_forward)$(in_ns b sysctl -n net.ipv4.ping_group_range)" "0$(printf '1\t0')"
    $NB down b; settled
}
ruleset_goes() {
    echo 'table inet box { chain o { type filter hook output priority 0; policy drop; }; }' >/etc/netns-broker/r.nft
    conf r <<<$'[Namespace]\nType=nat\n[Firewall]\nFile=/etc/netns-broker/r.nft'; $NB up r
    fails in_ns r curl -s -m 1 http://203.0.113.2/
    conf r <<<$'[Namespace]\nType=nat\n[Link x]\nKind=macvlan\nParent=nope'; fails $NB up r
    same "$($NB list --json 2>/dev/null | jq -r '.[] | select(.name == "r").state')" broken
    conf r <<<$'[Namespace]\nType=nat'; $NB up r; way_out r
    $NB down r; settled
}
only_names() {
    conf w <<<$'[Namespace]\nType=nat\nDescription=one'; $NB up w; local index; index=$(ip -n w -j link show vn-w1 | jq '.[0].ifindex')
    conf w <<<$'# a comment\n[Namespace]\nType=nat\nDescription=two\n[Access]\nUsers=alice\nAuthorize=list'; same "$($NB up w 2>&1)" ""
    same "$(ip -n w -j link show vn-w1 | jq '.[0].ifindex')" "$index"
    $NB down w; settled
}
ruleset_edited() {
    echo 'table inet one {}' >/etc/netns-broker/e.nft
    conf e <<<$'[Namespace]\nType=basic\n[Firewall]\nFile=/etc/netns-broker/e.nft'; $NB up e
    echo 'table inet two {}' >/etc/netns-broker/e.nft; $NB up e
    same "$(in_ns e nft list tables)" "table inet two"; $NB down e; settled
}
own_group() {
    conf o <<<$'[Namespace]\nType=tunnel\n[Link]\nHostName=toinner'; $NB up o
    $NB up --type=nat n
    same "$(sysctl -n net.ipv4.conf.toinner.forwarding)" 0
    $NB down o n; settled
}
odd_names() {
    ip link add 'a"b' type veth peer name 'eth*'; BEFORE=$(host_state)
    $NB up --type=nat n; way_out n; $NB down n; settled
    ip link del 'a"b'
}
labels_apart() {
    conf a <<<$'[Link b-c]\nKind=veth\nAddress=10.1.1.1/24'; conf a-b <<<$'[Link c]\nKind=veth\nAddress=10.1.2.1/24'
    $NB up a a-b; $NB down a a-b; settled
}
many_sources() {
    ip link add p0 type veth peer name p1; ip link set p0 up
    { printf '[Namespace]\nType=macvlan\n[Link]\nParent=p0\nDHCP=no\nMode=source\n'; for i in $(seq 300); do printf 'SourceMACAddress=02:00:00:00:%02x:%02x\n' $((i / 256)) $((i % 256)); done; } | conf s
    $NB up s; same "$(ip -n s -d -j link show mv0 | jq '.[0].linkinfo.info_data.macaddr_data | length')" 300
    $NB down s
    for i in $(seq 1100); do printf 'SourceMACAddress=02:00:00:01:%02x:%02x\n' $((i / 256)) $((i % 256)); done >>/etc/netns-broker/s.netns
    contains "$($NB check s 2>&1)" 'more than 1024 senders'
    ip link del p0; settled
}
bridge_race() {
    conf m1 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=brx\nCreateBridge=yes\nDHCP=no'; conf m2 <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=brx\nCreateBridge=yes\nDHCP=no'
    local i
    for i in $(seq 15); do
        $NB up m1; $NB down m1 & $NB up m2; wait $!
        same "$(ip -j link show vn-m20 | jq -r '.[0].master')" brx
        $NB down m2
    done
    settled
}

world_up
BEFORE=$(host_state)
it "kill -9 in the middle of a change: the next up finishes it" killed_change
it "down --no-block of many" many_no_block
it "a namespace with IPv4 alone does not leave the next one without IPv6" families_in_turn
it "our table, emptied or deleted by others, is put back by the next up" table_flushed
it "an adopted namespace gets back links and sysctls as they were" adopt_macvlan
it "an adopted namespace keeps its own ruleset" adopt_ruleset
it "down does not fail over a link that took the place of ours" moved_in
it "in an adopted namespace a link that took the place of ours stays" moved_in_kept
it "a link whose address or place is refused does not stay in a namespace that somebody else made" refused_inside
it "another Type= in the file is applied like any change" type_edited
it "a link that was deleted by hand is made again by the next up" link_gone
it "what a file no longer says is taken back" taken_back
it "a ruleset that a file no longer names is gone, after a failed change too" ruleset_goes
it "who may enter and what it is called is changed without touching a link" only_names
it "an edited ruleset is loaded by the next up" ruleset_edited
it "an interface of ours with a name of the admin's is still ours" own_group
it "host interfaces with names that nft cannot say are left alone" odd_names
BEFORE=$(host_state)
it "names and labels with dashes do not collide" labels_apart
it "hundreds of SourceMACAddress= fit, and too many are refused" many_sources
it "a bridge is not removed while another namespace joins it" bridge_race
$NB down --all
world_down
finish
