#!/bin/bash
# netnsctl doctor: what stands in the way is named, by table, chain and rule, and what it advises helps.
#
# The obstacles are put up after `up`, before whatever lets namespaces pass, and nobody watches: so they do stand in the way.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
need() { local program; for program in "$@"; do command -v "$program" >/dev/null || { echo "there is no $program"; exit 77; }; done; }

up() { $NB up "$@"; }
# nobody is to put right what a test puts in the way: the lock of who watches is held by one who does nothing
no_watch() {
    wait_until 100 pgrep -xf 'netns-broker watch'
    pkill -9 -xf 'netns-broker watch'
    wait_until 100 flock -n /run/netns-broker/lock/.watch true
    rm -f /run/netns-broker/lock/.followed
    setsid flock /run/netns-broker/lock/.watch sleep 1000 & echo $! >/run/no_watch
    wait_until 100 fails flock -n /run/netns-broker/lock/.watch true
}
watch_free() { kill -- -"$(cat /run/no_watch)"; wait_until 100 flock -n /run/netns-broker/lock/.watch true; }
# what a test put in the way goes, however the test ended
clear_way() {
    local family table rest
    while read -r rest family table; do
        case $table in netns-broker*) ;; *) nft delete table "$family" "$table" ;; esac
    done < <(nft list tables 2>/dev/null)
    for family in iptables ip6tables; do
        [ -z "$(cat /proc/net/${family/tables/_tables}_names 2>/dev/null)" ] || { $family-legacy -F; $family-legacy -X; $family-legacy -P FORWARD ACCEPT; }
    done
    ip rule del priority 90 2>/dev/null || :
    ip -n lab neigh flush all
}
meets() { it "$@"; clear_way; }

# ill WORDS... - something is wrong with lab, and all of WORDS are said
ill() {
    local rc=0 said word
    said=$($NB doctor "${PATIENT-lab}" 2>&1) || rc=$?
    # `|| return`: in front of `||` set -e does not count
    case $said in "${PATIENT-lab}: warning"*) same $rc 3 ;; *) same $rc 1 ;; esac || return 1
    for word in "$@"; do contains "$said" "$word" || return 1; done
    contains "$(nft list tables)" netns-broker || return 1
    fails grep -q doctor <<<"$(nft list tables)"
}
well() { local said; said=$($NB doctor "${PATIENT-lab}" 2>&1) || { echo "$said"; return 1; }; } # instead of world.sh's
advice() { $NB doctor --json "${PATIENT-lab}" | jq -r '.[].findings[].advice // [] | .[]'; }
# what it advises is done, and then nothing is wrong any more
helped() {
    local line lines
    lines=$(advice); [ -n "$lines" ]
    # what is no command is another way out, and needs a decision
    while read -r line; do case $line in Servers=*) ;; *) $line ;; esac; done <<<"$lines"
    well
}

good() {
    local said; said=$($NB doctor lab)
    same "$(grep -v clock: <<<"$said")" $'lab: good\n    IPv4 out: leaves by uplink0\n    IPv6 out: leaves by uplink0\n    DNS: 203.0.113.2 answers, and no path leads past the namespace'
}
ipt_policy() {
    need iptables-nft
    iptables-nft -P FORWARD DROP
    ill 'lab: broken' 'IPv4 out: dropped by table ip filter, chain FORWARD: policy drop' 'IPv6 out: leaves by uplink0'
    helped
}
ipt_rule() {
    need iptables-nft
    iptables-nft -I FORWARD -p tcp -m multiport --dports 80,443 -m comment --comment 'no (verdict accept)' -j DROP
    ill 'dropped by table ip filter, chain FORWARD: rule -A FORWARD -p tcp -m multiport --dports 80,443 -m comment --comment "no (verdict accept)" -j DROP'
    helped
}
ip6t_rule() {
    need ip6tables-nft
    ip6tables-nft -N deep; ip6tables-nft -A deep -j REJECT; ip6tables-nft -I FORWARD -j deep
    ill 'IPv4 out: leaves by uplink0' 'IPv6 out: rejected by table ip6 filter, chain deep: rule -A deep -j REJECT'
    contains "$(advice)" 'ip6tables -I FORWARD -i vn-lab0 -j ACCEPT'
    helped
}
raw_rule() {
    need iptables-nft
    iptables-nft -t raw -I PREROUTING -i vn-lab0 -j DROP
    ill 'table ip raw, chain PREROUTING: rule -A PREROUTING -i vn-lab0 -j DROP'
    helped
}
by_hand() {
    nft -f - <<'X'
table inet mine {
  chain forward {
    type filter hook forward priority 5; policy drop;
    ct state established,related accept
    tcp dport 22 accept
  }
}
X
    ill 'IPv4 out: dropped by table inet mine, chain forward: policy drop' 'IPv6 out: dropped by table inet mine, chain forward: policy drop' \
        'nft insert rule inet mine forward iifname vn-lab0 accept'
    helped
}
jumped_to() {
    nft -f - <<'X'
table ip mine {
  set bad { type inet_service; elements = { 443, 80 }; }
  chain looks { tcp dport @bad log prefix "(verdict accept) " counter drop comment "no web for you"
  }
  chain first { type filter hook forward priority -5; policy accept; ct state new jump looks
  }
}
X
    ill 'dropped by table ip mine, chain looks: rule tcp dport @bad log prefix "(verdict accept) " counter drop comment "no web for you"'
    contains "$(advice)" 'nft insert rule ip mine first iifname vn-lab0 accept'
    helped
}
rejected() {
    nft add table inet mine '{ chain f { type filter hook forward priority 1; meta nfproto ipv6 reject with icmpx admin-prohibited; } ; }'
    ill 'IPv6 out: rejected by table inet mine, chain f: rule meta nfproto ipv6 reject with icmpx admin-prohibited' 'IPv4 out: leaves'
}
docker_like() {
    need iptables-nft
    iptables-nft -N DOCKER-USER; iptables-nft -A DOCKER-USER -j RETURN; iptables-nft -A FORWARD -j DOCKER-USER; iptables-nft -P FORWARD DROP
    ill 'chain FORWARD: policy drop (docker)' 'iptables -I DOCKER-USER -i vn-lab0 -j ACCEPT'
    nft delete table ip filter
    nft add table inet firewalld '{ chain filter_FORWARD { type filter hook forward priority 10; reject with icmpx admin-prohibited; } ; }'
    ill 'table inet firewalld, chain filter_FORWARD: rule reject with icmpx admin-prohibited (firewalld)' \
        'firewall-cmd --zone=trusted --add-interface=vn-lab0'
}
ufw_real() {
    need ufw
    sed -i 's/^IPT_SYSCTL=.*/IPT_SYSCTL=/' /etc/default/ufw
    ufw --force enable >/run/ufw.log 2>&1 || { cat /run/ufw.log; echo "ufw does not start here"; return 77; }
    ill 'IPv4 out: dropped by table ip filter, chain FORWARD: policy drop (ufw)' 'IPv6 out: dropped by table ip6 filter, chain FORWARD: policy drop (ufw)' \
        'ufw route allow in on vn-lab0'
    PATIENT=open ill 'IPv4 to the host: dropped by table ip filter, chain INPUT: policy drop (ufw)' 'ufw allow in on vn-open0'
    helped; PATIENT=open helped
    nft delete table ip filter; nft delete table ip6 filter; well
}
legacy() {
    need iptables-legacy ip6tables-legacy
    iptables-legacy -L -n >/dev/null 2>&1 || { echo "the kernel has no iptables-legacy"; return 77; }
}
legacy_policy() {
    legacy || return $?
    iptables-legacy -P FORWARD DROP
    ill 'IPv4 out: dropped by iptables-legacy table filter, chain FORWARD: policy DROP' 'IPv6 out: leaves'
    helped
}
legacy_rule() {
    legacy || return $?
    iptables-legacy -N inner; iptables-legacy -I FORWARD -j inner
    iptables-legacy -A inner -p udp -j DROP; iptables-legacy -A inner -p tcp --dport 443 -j REJECT; iptables-legacy -A inner -j DROP
    ill 'IPv4 out: rejected by iptables-legacy table filter, chain inner: rule -A inner -p tcp -m tcp --dport 443 -j REJECT --reject-with icmp-port-unreachable'
    helped
    iptables-legacy -F; iptables-legacy -X
    ip6tables-legacy -I FORWARD -i vn-lab0 -j DROP
    ill 'IPv6 out: dropped by ip6tables-legacy table filter, chain FORWARD: rule -A FORWARD -i vn-lab0 -j DROP'
    helped
}
legacy_busy() {
    # other people's packets are dropped meanwhile, by another rule and more of them
    legacy || return $?
    iptables-legacy -A FORWARD -p tcp --dport 443 -j DROP
    iptables-legacy -A OUTPUT -p udp --dport 9999 -j DROP
    iptables-legacy -A FORWARD -p udp -j DROP
    (trap 'exit 0' TERM; while :; do in_ns open bash -c 'for i in {1..40}; do echo >/dev/udp/203.0.113.2/9999; done'; done) 2>/dev/null & local busy=$!
    sleep 0.2
    local rc=0; ill 'chain FORWARD: rule -A FORWARD -p tcp -m tcp --dport 443 -j DROP' || rc=1
    kill $busy; wait $busy || :
    return $rc
}
host_way() {
    PATIENT=open well
    nft add table inet mine '{ chain in { type filter hook input priority 5; policy drop; ct state established,related accept; meta l4proto { 1, 58 } accept; } ; }'
    PATIENT=open ill 'IPv4 to the host: dropped by table inet mine, chain in: policy drop' 'IPv6 to the host: dropped by table inet mine, chain in: policy drop' \
        'IPv4 out: leaves by uplink0'
    # HostAccess=no is asked for: that is nothing to find
    well
    PATIENT=open helped
}
neighbours() {
    nft add table ip6 mine '{ chain in { type filter hook input priority 5; policy accept; icmpv6 type nd-neighbor-solicit drop; } ; }'
    ip -n lab neigh flush all
    ill 'IPv6 out: the neighbour discovery between namespace and host is dropped by table ip6 mine, chain in: rule icmpv6 type nd-neighbor-solicit drop' 'IPv4 out: leaves'
    helped
    nft delete table ip6 mine
    nft add table ip6 mine '{ chain out { type filter hook output priority 5; policy accept; icmpv6 type nd-neighbor-advert drop; } ; }'
    ip -n lab neigh flush all
    ill 'is dropped by table ip6 mine, chain out: rule icmpv6 type nd-neighbor-advert drop'
}
queued() {
    need iptables-nft
    iptables-nft -I FORWARD -p tcp -j NFQUEUE --queue-num 5 || { echo "the kernel has no NFQUEUE"; return 77; }
    ill 'lab: warning' 'IPv4 out: given to a program, or elsewhere, by table ip filter, chain FORWARD: rule -A FORWARD -p tcp -j NFQUEUE --queue-num 5'
}
redirected() {
    nft add table ip mine '{ chain p { type nat hook prerouting priority -100; tcp dport 443 redirect to :8080; } ; }'
    ill "IPv4 out: rejected by netns-broker's own table inet netns-broker, chain host: rule reject with icmpx admin-prohibited" \
        'a rule turns it to the host itself'
}
own_firewall() {
    in_ns lab nft add table inet box '{ chain o { type filter hook output priority 0; policy drop; } ; }'
    local said; said=$($NB doctor lab)
    in_ns lab nft delete table inet box
    contains "$said" "IPv4 out: kept by the namespace's own firewall"; contains "$said" 'lab: good'
    contains "$said" "DNS: name server 203.0.113.2 cannot be asked from inside: the namespace's own firewall keeps that"
}
no_way() {
    PATIENT=only ill 'only: warning' 'IPv4 out: nothing leaves: Uplink=tun7 has no IPv4 way out now' 'IPv6 out: nothing leaves: Uplink=tun7 has no IPv6 way out now'
    ip rule add iif vn-lab0 prohibit priority 90
    ill 'IPv4 out: the host answers "No route to host": its routes lead what comes in by vn-lab0 nowhere'
    ip rule del iif vn-lab0 prohibit priority 90
    ip rule add iif vn-lab0 blackhole priority 90
    ill 'IPv4 out: lost in the host after it came in by vn-lab0, by no rule of nftables'
}
no_default() {
    ip -6 route del default
    local said; said=$($NB doctor lab); contains "$said" 'IPv6 out: the host itself has no IPv6 default route'
    ip route del default
    ill 'IPv4 out: the host itself has no IPv4 default route'
    ip route add default via 203.0.113.2; ip -6 route add default via 2001:db8::2; well
}
halves() {
    # a VPN's default route in two halves, and a network of the host's that has the first of the addresses we would send to
    ip route add 0.0.0.0/1 via 203.0.113.2; ip route add 128.0.0.0/1 via 203.0.113.2; ip route add blackhole 192.0.2.0/24
    local rc=0; good || rc=1
    ip route del 0.0.0.0/1; ip route del 128.0.0.0/1; ip route del blackhole 192.0.2.0/24
    return $rc
}
not_forwarding() {
    sysctl -qw net.ipv4.conf.uplink0.forwarding=0
    ill 'IPv4 out: the host does not forward: /proc/sys/net/ipv4/conf/uplink0/forwarding is 0'
    up lab; well
    sysctl -qw net.ipv4.conf.vn-lab0.forwarding=0
    ill '/proc/sys/net/ipv4/conf/vn-lab0/forwarding is 0'
    up lab; well
}
flushed() {
    nft flush table inet netns-broker
    fails grep 'names others' <<<"$($NB doctor lab)"
    ill 'firewall: nft table inet netns-broker is gone or empty' 'IPv4 out: it leaves by uplink0 from 198.1' 'to which no answer finds back: it is not masqueraded'
    up lab; well
}
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
facts() {
    nft add table inet mine '{ chain f { type filter hook forward priority 5; tcp dport 443 drop; } ; }'
    local json; json=$($NB doctor --json lab) && return 1
    json_told <<<"$json"
    nft delete table inet mine
    same "$(jq -c '.[0] | [.name, .verdict, .state]' <<<"$json")" '["lab","broken","up"]'
    same "$(jq -c '.[0].findings[0] | [.topic, .level, .to, .port]' <<<"$json")" '["IPv4 out","broken","192.0.2.1",443]'
    same "$(jq -c '.[0].findings[0].firewall' <<<"$json")" \
        '{"program":"nft","family":"inet","table":"mine","chain":"f","rule":"tcp dport 443 drop"}'
    same "$($NB doctor --json lab | jq -c '.[0].findings[0].interface')" '"uplink0"'
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
nothing_left() { diff <(echo "$BEFORE") <(echo "$(host_state)"); }

world_up
names_up
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log & SERVE_PID=$!
wait_until 100 as alice $NB list
conf lab <<<$'[Namespace]\nType=nat'
conf open <<<$'[Namespace]\nType=nat\n[NAT]\nHostAccess=yes'
conf only <<<$'[Namespace]\nType=nat\n[NAT]\nUplink=tun7'
up lab open only
no_watch
wait_until 100 sh -c '! ip -6 addr show tentative | grep .'
BEFORE=$(host_state)
it "nothing is in the way: both families leave, exit status 0" good
meets "a policy of iptables is named, and what is advised helps" ipt_policy
meets "a rule of iptables is named in iptables' words, whatever its comment says" ipt_rule
meets "a rule of ip6tables in a chain that was jumped to" ip6t_rule
meets "a rule of iptables in another table" raw_rule
meets "a hand-written nft table that drops by default" by_hand
meets "a rule of nft in a chain that was jumped to" jumped_to
meets "a rule that rejects is said to reject" rejected
meets "docker and firewalld are known by their chains and tables" docker_like
meets "ufw is known, and what is advised helps, out and in" ufw_real
meets "a policy of iptables-legacy" legacy_policy
meets "rules of iptables-legacy and ip6tables-legacy, in chains of their own too" legacy_rule
meets "a rule of iptables-legacy is found while others drop more" legacy_busy
meets "HostAccess=yes: what drops on the way to the host" host_way
meets "neighbour discovery that is dropped, either way" neighbours
meets "a rule that hands packets to a program" queued
meets "a rule that turns packets to the host itself" redirected
meets "the namespace's own firewall is no fault" own_firewall
meets "no way: Uplink= that is not there, rules that prohibit or swallow" no_way
meets "a host without a default route; without one for IPv6 alone nothing is wrong" no_default
meets "a VPN's halves, and a network that has our address, do not lead astray" halves
meets "forwarding that was switched off" not_forwarding
it "nothing is left of all that" nothing_left
it "our table flushed: not masqueraded" flushed
it "nobody watches, where that is needed" unwatched
meets "--json has table, chain and rule apart" facts
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
kill $SERVE_PID; wait $SERVE_PID 2>/dev/null || :
rm -f /run/netns-broker/socket
watch_free
$NB down --all
names_down
world_down
finish
