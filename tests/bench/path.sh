#!/bin/bash
# path.sh - in sandbox.sh: TCP throughput from a NAT namespace to a host beyond the uplink, ours and one made by hand, in turn.
set -eu
HERE=$(dirname "$(realpath "$0")")
. "$HERE/measure.sh"
SECONDS_EACH=${SMOKE:+1}
SECONDS_EACH=${SECONDS_EACH:-1}
TURNS=${SMOKE:+1}
TURNS=${TURNS:-15}

ip netns add net
ip link add uplink0 type veth peer name eth0 netns net
ip addr add 203.0.113.1/24 dev uplink0
ip link set uplink0 up
ip -n net addr add 203.0.113.2/24 dev eth0
ip -n net link set eth0 up
ip route add default via 203.0.113.2
ip netns exec net iperf3 --server >/dev/null 2>&1 &
server=$!
trap 'kill $server; wait $server || :' EXIT
sleep 0.3

/usr/bin/netns-broker up --type=nat ours
"$HERE/byhand.sh" up 1
echo 1 >/proc/sys/net/ipv4/conf/uplink0/forwarding

# Gbit/s received
throughput() {
    ip netns exec "$1" iperf3 --client 203.0.113.2 --time "$SECONDS_EACH" --json |
        awk -F'[:,]' '/"sum_received"/ { inside = 1 } inside && /"bits_per_second"/ { printf "%.2f\n", $2 / 1e9; exit }'
}
median() { sort -n | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

say "data path"
for try in $(seq "$TRIES"); do
    for file in ours hand1 again; do : >"$WORK/$file"; done
    for turn in $(seq "$TURNS"); do
        for file in $(shuf -e ours hand1 again); do
            throughput "${file/again/hand1}" >>"$WORK/$file"
        done
    done
    for file in ours hand1 again; do say "    $file: $(tr '\n' ' ' <"$WORK/$file")Gbit/s"; done
    SELF=$(ratio "$(median <"$WORK/again")" "$(median <"$WORK/hand1")")
    NOISY=
    [ -z "$SMOKE" ] || break
    ! within "$SELF" 0.95 1.05 || break
    NOISY="self-ratio of the reference $SELF"
    say "    discarded: the path made by hand against itself is $SELF"
done
row 'data path through a NAT namespace' 'the same made by hand with iproute2 + nft' \
    "$(ratio "$(median <"$WORK/ours")" "$(median <"$WORK/hand1")")" - '>=0.95' "${NOISY:+$NOISY; }medians $(median <"$WORK/ours") and $(median <"$WORK/hand1") Gbit/s"
