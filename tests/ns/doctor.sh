#!/bin/bash
# netnsctl doctor: what stands in the way is named, by table, chain and rule, and what it advises helps.
#
# The obstacles are put up after `up`, before whatever lets namespaces pass, and nobody watches: so they do stand in the way.
. "$TOP/tests/doctor.sh"

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
# to each other; the host too: its probe would tell the namespace where the host is
unknown_neighbours() { ip -n lab neigh flush all; ip neigh flush dev vn-lab0; }
neighbours() {
    nft add table ip6 mine '{ chain in { type filter hook input priority 5; policy accept; icmpv6 type nd-neighbor-solicit drop; } ; }'
    unknown_neighbours
    ill 'IPv6 out: the neighbour discovery between namespace and host is dropped by table ip6 mine, chain in: rule icmpv6 type nd-neighbor-solicit drop' 'IPv4 out: leaves'
    helped
    nft delete table ip6 mine
    nft add table ip6 mine '{ chain out { type filter hook output priority 5; policy accept; icmpv6 type nd-neighbor-advert drop; } ; }'
    unknown_neighbours
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
meets "--json has table, chain and rule apart" facts
it "nothing is left of all that" nothing_left
it "our table flushed: not masqueraded" flushed
end_doctor
finish
