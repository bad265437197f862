#!/bin/bash
# Who says a namespace's name servers, all at once: leases that come one after the other, `up` and the watch. Lease N brings 10.88.1.N and dN.example.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

RUN=/run/netns-broker/resolver
network_up() {
    ip netns add dhcpd; ip link add p0 type veth peer name s0 netns dhcpd; sysctl -qw net.ipv6.conf.p0.accept_ra=0; ip link set p0 up
    ip -n dhcpd addr add 10.77.0.1/24 dev s0; ip -n dhcpd link set lo up; ip -n dhcpd link set s0 up
    ip netns exec dhcpd dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=s0 --bind-interfaces \
        --dhcp-authoritative --no-ping --dhcp-range=10.77.0.100,10.77.0.150,1h >/dev/null 2>&1 & DHCPD=$!
    wait_until 100 sh -c 'ip netns exec dhcpd ss -ulnwH | grep -q ":67 "'
}
network_down() { kill $DHCPD; wait $DHCPD 2>/dev/null; ip link del p0; ip netns del dhcpd; }
box() { printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\nClient=udhcpc\nDHCPTimeout=5\n[DNS]\nGuard=yes\n%s\n' "$1" >/etc/netns-broker/box.netns; $NB up box; }
# what the script is told of lease N
lease() { # N [WRAPPER...]
    local n=$1; shift
    in_ns box env NETNS=box NETNS_LINK=macvlan NETNS_CLIENT=udhcpc interface=eth0 ip=10.77.0.200 subnet=255.255.255.0 lease=600 \
        dns="10.88.1.$n" search="d$n.example" "$@" /usr/libexec/netns-broker/lease renew
}
written() { cat $RUN/box/upstream.conf 2>/dev/null || cat /run/netns-broker/dns/box/resolv.conf; }
server_of() { sed -n 's/^nameserver 10\.88\.1\.//p'; }
guarded() { in_ns box nft list set inet netns-broker-dns servers4 | sed -n 's/.*elements = { \(.*\) }.*/\1/p'; }
# all of it says lease N, and nothing else
agree() { # N
    same "$(grep -v '^#' <<<"$(written)")" "nameserver 10.88.1.$1"$'\n'"search d$1.example" && same "$(guarded)" "10.88.1.$1" &&
        contains "$(cat $RUN/box/guard.nft)" "elements = { 10.88.1.$1 };" || return 1
    [ ! -e $RUN/box/upstream.conf ] || { same "$(cat $RUN/box/dnsmasq.servers)" "server=10.88.1.$1" && same "$(grep nameserver /run/netns-broker/dns/box/resolv.conf)" 'nameserver 127.0.0.1'; }
}
# until /run/over is there: what is written is of one lease, and whom it names the guard lets be asked, or already the next
one_lease() { [ "$1" = "${1%%$'\n'*}"$'\nnameserver 10.88.1.'"$2"$'\nsearch d'"$2.example" ]; }
looks() {
    local text before after guard seen=0
    while [ ! -e /run/over ]; do
        text=$(written); before=$(server_of <<<"$text")
        [ -n "$before" ] || continue
        if ! one_lease "$text" "$before"; then
            # a read in the very microsecond of the write may have of both; what is written has not
            after=$(written); [ "$after" != "$text" ] || { echo "mixed: $text"; return 1; }
            continue
        fi
        guard=$(guarded)
        [ "${guard##*.}" -ge "$before" ] || { echo "told before it was let through: $before, guard $guard"; return 1; }
        seen=$((seen + 1))
    done
    [ $seen -gt 20 ] || { echo "looked only $seen times"; return 1; }
}
ups() { while [ ! -e /run/over ]; do $NB up box || return 1; done; }
race() { # [Resolver=…]
    local n
    box "$1"; lease 100; agree 100
    looks & local look=$!
    ups & local up=$!
    for n in $(seq 101 180); do lease "$n"; done
    touch /run/over; wait $up; wait $look; rm /run/over
    agree 180
    # the last word is the newest, whoever had it
    for n in $(seq 181 220); do
        lease "$n" & local a=$!; $NB up box; wait $a
        agree "$n"
    done
    $NB down box
}
killed() { # the script, at each step: `up` says what the lease says
    local n=10 call at times=0
    box Resolver=dnsmasq; lease 10
    for call in 'rename 4' 'pwrite64 4' 'ftruncate 4' 'flock 3' 'vfork 1' 'clone 2' 'pidfd_send_signal 1'; do
        for at in $(seq "${call#* }"); do
            n=$((n + 1))
            ! lease $n strace -qq -f -o /run/trace -e trace="${call% *}" -e inject="${call% *}:signal=KILL:when=$at" 2>/dev/null || continue
            times=$((times + 1))
            $NB up box; agree "$(jq -r '.ipv4.servers[0]' /run/netns-broker/dhcp/box/macvlan.json | sed 's/.*\.//')" || { echo "after kill at $call $at"; return 1; }
            lease $n; agree $n
        done
    done
    $NB down box; echo "killed $times times"; [ $times -ge 8 ]
}
# the host's servers change while a namespace is made anew, during which the watch lets it alone
changing() { # [Guard=…]
    printf '#!/bin/sh\ntouch /run/hooked; sleep 0.7\n' >/run/hook; chmod 755 /run/hook
    local n
    conf host <<<$'[Namespace]\nType=nat\n[DNS]\n'"$1"; $NB up host
    for n in 1 2 3; do
        printf '[Namespace]\nType=nat\n[Link]\nMTU=%d\n[DNS]\n%s\n[Hooks]\nPostUp=/run/hook\n' $((1300 + n)) "$1" >/etc/netns-broker/host.netns
        $NB up host & local up=$!
        wait_until 100 test -e /run/hooked; rm /run/hooked
        echo "nameserver 203.0.113.$n" >/etc/resolv.conf
        wait $up
        wait_until 60 grep -qx "nameserver 203.0.113.$n" /run/netns-broker/dns/host/resolv.conf || { echo "stale, of $n:"; cat /run/netns-broker/dns/host/resolv.conf; return 1; }
        same "$(grep -c nameserver /run/netns-broker/dns/host/resolv.conf)" 1
        [ -z "$1" ] || wait_until 40 sh -c "ip netns exec host nft list set inet netns-broker-dns servers4 | grep -q 'elements = { 203.0.113.$n }'"
    done
    $NB down host
}

network_up; world_up
it "leases renewed in a loop while up runs in a loop: resolv.conf and guard are of one lease, the last" race
it "the resolver too" race Resolver=dnsmasq
it "the script of a lease killed at any step: up says what the lease says, the next lease as well" killed
it "the host's servers change while a namespace is being changed: it gets them" changing
it "with a guard as well" changing Guard=yes
$NB down --all; rm -f /etc/netns-broker/{box,host}.netns
world_down; network_down
finish
