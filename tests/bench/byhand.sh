#!/bin/bash
# byhand.sh up|down N - a NAT namespace as an experienced admin scripts it: as few processes as iproute2 and nft allow, the veth's
# inner end born inside, both families, a table of its own so that it can be removed by name.
set -eu
n=$2 name=hand$2 outer=h$2
net4=10.$((64 + n / 16384)).$((n / 64 % 256)) host4=$((n % 64 * 4 + 1)) inner4=$((n % 64 * 4 + 2))
net6=$(printf 'fd64:%x:' "$n")

if [ "$1" = up ]; then
    ip -batch - <<X
netns add $name
link add $outer type veth peer name eth0 netns $name
addr add $net4.$host4/30 dev $outer
addr add $net6:1/64 dev $outer nodad
link set $outer up
X
    ip -n "$name" -batch - <<X
link set lo up
addr add $net4.$inner4/30 dev eth0
addr add $net6:2/64 dev eth0 nodad
link set eth0 up
route add default via $net4.$host4
route add default via $net6:1
X
    echo 1 >"/proc/sys/net/ipv4/conf/$outer/forwarding"
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    nft -f - <<X
table inet $name {
    chain post { type nat hook postrouting priority srcnat; iifname $outer oifname != $outer masquerade; }
    chain forward { type filter hook forward priority filter; iifname $outer accept; oifname $outer ct state established,related accept; oifname $outer drop; }
}
X
else
    nft delete table inet "$name"
    ip -batch - <<X
link del $outer
netns del $name
X
fi
