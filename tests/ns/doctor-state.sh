#!/bin/bash
# netnsctl doctor: a namespace that is not as it was made, or not as its file says; for users, for all, when it is ended.
. "$TOP/tests/doctor.sh"

unwatched() {
    watch_free
    local rc=0
    ill 'lab: warning' 'watch: netns-broker watch does not run' 'netnsctl start lab starts it' 'IPv4 out: leaves' || rc=1
    # of one that does not need it
    conf low <<<$'[Namespace]\nType=basic'; up low; PATIENT=low well || rc=1; $NB down low; rm /etc/netns-broker/low.netns
    up lab; well || rc=1
    no_watch
    return $rc
}
slips() {
    conf slip <<<$'[Namespace]\nTpye=nat\n[Access]\nUsres=x'
    PATIENT=slip ill 'slip: broken' 'configuration: slip.netns:2: ' 'configuration: slip.netns:4: ' 'mend the file, then: netnsctl start slip'
    fails grep -q 'first use' <<<"$($NB doctor slip)"
    conf slip <<<$'[Namespace]\nType=basic\n[Firewall]\nFile=/etc/none.nft'
    PATIENT=slip ill 'slip: warning' 'File=/etc/none.nft: '
    rm /etc/netns-broker/slip.netns
    echo 'Sysctl=net.ipv4.ping_group_range=0 0' >>/etc/netns-broker/lab.netns
    local said; said=$($NB doctor lab); contains "$said" 'configuration: its files have changed since it was built'
    echo 'Tpye=nat' >>/etc/netns-broker/lab.netns
    ill 'lab: warning' 'configuration: lab.netns:4: ' 'what is up is as it was before' 'IPv4 out: leaves'
    conf lab <<<$'[Namespace]\nType=nat'; well
}
states() {
    conf low <<<$'[Namespace]\nType=basic'
    local said; said=$($NB doctor low); contains "$said" 'state: it is down'; contains "$said" 'low: good'
    up low; umount /run/netns/low
    PATIENT=low ill 'low: broken' 'state: its name in /run/netns is no namespace' 'netnsctl start low makes it again'
    rm /run/netns/low
    PATIENT=low ill 'state: its name in /run/netns is gone'
    up low; PATIENT=low well
    sed -i 's/"ready": *true/"ready": false/' /run/netns-broker/state/low.json
    PATIENT=low ill 'state: it was made and not finished'
    contains "$($NB status low)" 'State: broken: it was made and not finished'
    up low; echo $'[Link x]\nKind=macvlan\nParent=nope' >>/etc/netns-broker/low.netns; fails $NB up low
    PATIENT=low ill 'state: a change of its file could not be applied: ' 'Parent=nope' 'netnsctl start low makes it again'
    contains "$($NB status low)" 'State: broken: a change of its file could not be applied: '
    contains "$($NB list)" '(a change of its file could not be applied: '
    contains "$($NB status --json low | jq -r '.[0].why')" 'could not be applied: '
    conf low <<<$'[Namespace]\nType=basic'; up low; PATIENT=low well; fails grep -q failure /run/netns-broker/state/low.json
    $NB down low; ip netns add low
    PATIENT=low ill 'low: broken' 'state: a namespace of this name exists and was not made by netns-broker' 'ip netns delete low' 'Adopt=yes in the [Namespace] of low'
    fails grep -e 'inside is' -e 'netnsctl stop' <<<"$($NB doctor low)"
    ip netns del low; up low; PATIENT=low well; $NB down low
    rm /etc/netns-broker/low.netns
    flock /run/netns-broker/lock/lab sleep 1 & sleep 0.2
    ill 'state: it is being started or stopped just now'; wait $!
    said=$($NB doctor nobody 2>&1) && return 1
    contains "$said" 'nobody: there is no namespace and no file of that name'
}
# netnsctl start low, as it is advised
again() { up low; PATIENT=low well; }
ends_gone() {
    conf low <<<$'[Namespace]\nType=nat'; up low
    ip -n low link set vn-low1 down
    PATIENT=low ill 'links: vn-low1 inside is down' 'routes: inside there is no IPv4 default route any more' 'netnsctl restart low makes all of it anew'
    $NB restart low; up low; PATIENT=low well
    ip link set vn-low0 down
    PATIENT=low ill 'its end in the host, vn-low0, was set down' 'netnsctl start low makes it again'
    again
    ip link del vn-low0
    PATIENT=low ill '[Link host]: its interface inside, vn-low1, is gone' '[Link host]: its end in the host, vn-low0, is gone'
    $NB down low; rm /etc/netns-broker/low.netns
}
# said of low, and no firewall is blamed for it; what is advised helps
end_told() {
    local said; said=$($NB doctor low 2>&1) && return 1
    contains "$said" "[Link host]: its end in the host, vn-low0, $1"; contains "$said" 'netnsctl start low makes it again'
    fails grep -e ' out:' -e firewall -e forwarding -e 'names others' -e MTU: <<<"$said"
    [ $# = 1 ] || contains "$said" "$2"
    again
}
ends_changed() {
    conf low <<<$'[Namespace]\nType=nat'; up low
    local address pid; address=$(ip -j -4 addr show vn-low0 | jq -r '.[0].addr_info[0] | "\(.local)/\(.prefixlen)"')
    ip netns exec low timeout 60 sleep 60 & pid=$!
    ip addr flush dev vn-low0
    end_told "has lost its address $address" 'DNS: name server 203.0.113.2 does not answer: the way to it is broken'
    ip link set vn-low0 down; ip link set vn-low0 up
    PATIENT=low ill 'its end in the host, vn-low0, has lost its address fd'; again
    ip link set vn-low0 mtu 1000
    end_told 'has an MTU of 1000, and vn-low1 inside one of 1500'
    ip link set vn-low0 mtu 1400
    PATIENT=low ill 'has an MTU of 1400, and vn-low1 inside one of 1500'
    again
    # what is as it was made stays, and who is inside too
    local index; index=$(cat /sys/class/net/vn-low0/ifindex); ip addr add 192.0.2.77/32 dev vn-low0; ip -n low link set vn-low1 mtu 1400
    up low; same "$(cat /sys/class/net/vn-low0/ifindex)" "$index"
    same "$(ip netns identify $pid)" low; kill $pid; wait $pid || :
    $NB down low; rm /etc/netns-broker/low.netns
}
# one that sits on an interface without a carrier, where no lease comes either; and one that nobody answers
no_carrier() {
    command -v dhcpcd dhclient udhcpc >/dev/null || { echo "there is no DHCP client"; return 77; }
    local rc=0
    ip link add p0 type veth peer name p1; ip link set p0 up
    conf low <<<$'[Link m]\nKind=macvlan\nParent=p0\nDHCP=ipv4\nDHCPTimeout=30\nDHCPRequired=no'
    up low || rc=1
    PATIENT=low ill 'low: warning' 'inside is no-carrier' 'look at p0, which it sits on: ip link show p0' 'gets no lease: ' 'inside has no carrier' || rc=1
    $NB down low; ip link set p1 up
    sed -i 's/Timeout=30/Timeout=2/' /etc/netns-broker/low.netns
    up low || rc=1
    PATIENT=low ill 'low: warning' 's, and has got no lease' || rc=1
    $NB down low; rm /etc/netns-broker/low.netns; ip link del p0
    return $rc
}
# what was put in and was taken out by hand; what the admin's file says to leave out is no fault
inside_gone() {
    conf low <<<$'[Namespace]\nType=nat'; up low
    local address; address=$(ip -n low -j -4 addr show vn-low1 | jq -r '.[0].addr_info[0] | "\(.local)/\(.prefixlen)"')
    ip -n low addr del "$address" dev vn-low1
    PATIENT=low ill "links: vn-low1 inside has lost its address $address" 'routes: inside there is no IPv4 default route any more'
    $NB down low; up low; ip -n low -6 route del default
    PATIENT=low ill 'routes: inside there is no IPv6 default route any more' 'IPv4 out: leaves'
    $NB down low
    conf low <<<$'[Namespace]\nType=basic\n[Link a]\nKind=veth\nAddress=10.66.0.2/24\nHostAddress=10.66.0.1/24'; up low; PATIENT=low well
    rm /etc/netns-broker/low.netns; contains "$($NB doctor low)" 'configuration: the file low was made from is gone'
    $NB down low
    up --type=nat low; said=$($NB doctor low); fails grep -q removed <<<"$said"; contains "$said" 'low: good'; $NB down low
}
rules_gone() {
    conf low <<<$'[Namespace]\nType=nat\n[Firewall]\nFile=default.nft'; up low; PATIENT=low well
    in_ns low nft flush ruleset
    PATIENT=low ill 'its own firewall: the namespace has no rules any more, and was given those of /usr/lib/netns-broker/default.nft'
    local line; line=$(PATIENT=low advice | grep ^ip); $line
    PATIENT=low well; contains "$(in_ns low nft list ruleset)" 'inet firewall'
    $NB down low
    # of whatever family
    echo 'table bridge b { }' >/etc/netns-broker/low.nft; sed -i 's/default.nft/low.nft/' /etc/netns-broker/low.netns
    up low; PATIENT=low well
    $NB down low; rm /etc/netns-broker/low.netns /etc/netns-broker/low.nft
}
# without masquerading nothing is led to the world by a host that is no router: its ports make its end forward, and nothing is wrong
tunnel_port() {
    conf low <<<$'[Namespace]\nType=tunnel\n[Port a]\nListen=8081\nTo=80'; up low
    same "$(cat /proc/sys/net/ipv4/conf/vn-low0/forwarding)" 1
    PATIENT=low well; contains "$($NB doctor low)" 'DNS: name server 203.0.113.2 does not answer: the host leads packets of this namespace nowhere'
    $NB down low; rm /etc/netns-broker/low.netns
}
users() {
    conf hers <<<$'[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list'; chmod 600 /etc/netns-broker/hers.netns
    up hers
    local rc=0 rc2=0 said
    said=$(as alice $NB doctor) || rc=$?
    nft add table inet mine '{ chain f { type filter hook forward priority 5; drop; } ; }'
    as mallory $NB doctor hers && rc2=1
    as alice $NB doctor hers || rc2=1
    nft delete table inet mine
    rm -f /etc/netns-broker/hers.netns; $NB down hers
    same "$rc $rc2" "0 0"
    same "$said" $'hers: good\n    firewall and routes: not looked at: only root can\n      -> sudo netnsctl doctor hers'
}
all() {
    conf slip <<<'[Nonsense]'
    local rc=0 said; said=$($NB doctor) || rc=$?
    rm /etc/netns-broker/slip.netns
    same $rc 1
    same "$(grep -v '^ ' <<<"$said" | xargs)" 'lab: good only: warning open: good slip: broken'
    rc=0; $NB doctor --frob || rc=$?; same $rc 2
    rc=0; bash -c "exec $NB doctor lab >/dev/full" || rc=$?; same $rc 1
}
# dies by signal $1 while its packet is under way
struck() { strace -qq -o /run/trace -e trace=connect -e inject=connect:signal="$1":when=1 $NB doctor lab >/dev/null 2>&1; }
cleaned() {
    need strace
    local rc=0; (struck TERM) || rc=$?
    same $rc 143
    fails nft list table inet netns-broker-doctor
    (struck KILL) || :
    nft list table inet netns-broker-doctor
    # of one that is down nothing is sent, and the table goes all the same
    conf low <<<$'[Namespace]\nType=basic'; $NB doctor low; rm /etc/netns-broker/low.netns
    fails nft list table inet netns-broker-doctor
    (struck KILL) || :
    good
    fails nft list table inet netns-broker-doctor
}
together() {
    local i pids=()
    for i in {1..6}; do $NB doctor lab open >/run/doctor.$i & pids+=($!); done
    for i in "${pids[@]}"; do wait "$i"; done
    for i in {1..6}; do same "$(cat /run/doctor.$i)" "$(cat /run/doctor.1)"; done
    contains "$(cat /run/doctor.1)" 'IPv4 to the host: reaches the host'
}

it "nobody watches, where that is needed" unwatched
it "slips, files that are missing, files that have changed" slips
it "down, broken and why, foreign, changing, not there" states
it "links that are down or gone" ends_gone
it "ends in the host that others have flushed, made narrower or set down are named, no firewall is blamed, and start makes them again" ends_changed
it "a parent without a carrier is named; no lease within DHCPTimeout= is a warning at once" no_carrier
it "addresses, default routes and a file that are gone" inside_gone
it "the namespace's own rules that are gone" rules_gone
it "a tunnel with a published port is not thought to lead to the world" tunnel_port
it "users hear what the broker may tell, and that root sees more" users
it "without a name all are looked at" all
it "a doctor that is ended removes its table, the next one that of one that was killed" cleaned
it "several at once do not disturb each other" together
it "nothing is left behind" nothing_left
end_doctor
finish
