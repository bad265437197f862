#!/bin/bash
# predecessor.sh up FROM TO | down - NAT namespaces made the way systemd-named-netns documents it: a program per step, the veth moved
# into the namespace when finished, an iptables rule for each. (Its fourteen starts by systemd per namespace are not counted.)
set -eu

# outside: the namespace, the pair, forwarding, the rule; inside: addresses and the route
up_one() {
    local name=old$1 outer=vn-old${1}0 inner=vn-old${1}1 net=100.$((64 + $1 / 16384)).$(($1 / 64 % 256)) at=$(($1 % 64 * 4))
    ip netns add "$name"
    ip netns exec "$name" ip link set lo up
    ip link add "$outer" type veth peer name "$inner"
    ip link set "$inner" netns "$name"
    ip link set "$outer" up
    ip addr add "$net.$((at + 1))/30" dev "$outer"
    sysctl -q net.ipv4.ip_forward=1
    sysctl -q net.ipv6.conf.all.forwarding=1
    iptables -t nat -A POSTROUTING -s "$net.$((at + 1))/30" -j MASQUERADE
    ip netns exec "$name" ip link set "$inner" up
    ip netns exec "$name" ip addr add "$net.$((at + 2))/30" dev "$inner"
    ip netns exec "$name" ip route add default via "$net.$((at + 1))" dev "$inner" onlink
}

if [ "$1" = up ]; then
    for n in $(seq "$2" "$3"); do up_one "$n"; done
else
    # not what it does, but fast: this is not measured
    iptables -t nat -F POSTROUTING
    for name in /run/netns/old*; do ip netns del "${name##*/}"; done
    for n in $(seq 100); do compgen -G '/sys/class/net/vn-old*' >/dev/null || break; sleep 0.05; done
fi
