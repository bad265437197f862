#!/bin/bash
# What a namespace sends that no honest program would: forged sources, router advertisements, packets of no connection.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

forge() { in_ns "$1" python3 "$TOP/tests/forge.py" "${@:2}"; }
# probe MATCH...: counts the packets of each; met: how many
PROBE=() # where
probe() { "${PROBE[@]}" nft "add table inet probe; add chain inet probe met { type filter hook prerouting priority -150; }"; printf 'add rule inet probe met %s counter\n' "$@" | "${PROBE[@]}" nft -f -; }
met() { "${PROBE[@]}" nft -j list chain inet probe met | jq -c '[.nftables[].rule.expr[]?.counter.packets // empty]'; }
probe_end() { "${PROBE[@]}" nft delete table inet probe; }

# After conntrack: what is dropped for its source gets no entry there, with which strangers' packets would pass for answers.
sources() { # NAMESPACE
    local four six
    four=$(inner_address "$1" inet) six=$(inner_address "$1" inet6)
    probe 'ip saddr 203.0.113.77' 'ip saddr 203.0.113.1' 'ip6 saddr 2001:db8::77' 'ip6 saddr 2001:db8::1' \
        'ip saddr 198.18.200.9' "ip saddr $four udp dport 9" "ip6 saddr $six udp dport 9"
    forge "$1" udp 203.0.113.77 203.0.113.1 9; forge "$1" udp 203.0.113.1 203.0.113.2 9
    forge "$1" udp 2001:db8::77 2001:db8::1 9; forge "$1" udp 2001:db8::1 2001:db8::2 9; forge "$1" udp 198.18.200.9 203.0.113.2 9
    forge "$1" udp "$four" 203.0.113.1 9; forge "$1" udp "$six" 2001:db8::1 9
    wait_until 20 eval '[[ $(met) == *,1,1] ]]'; local seen; seen=$(met)
    probe_end
    same "$seen" '[0,0,0,0,0,1,1]'
}
several() { # answers to one link's address may have to go by the other: only the host's own addresses are refused
    conf two <<<$'[Namespace]\n[Link one]\nKind=veth\nSubnet=auto\nPool=198.18.0.0/15\n[Link two]\nKind=veth\nAddress=10.99.0.2/30\nHostAddress=10.99.0.1/30\n[NAT]\nMasquerade=yes'
    $NB up two
    probe "ip saddr 10.99.0.2 udp dport 9" "ip saddr 203.0.113.1"
    forge two udp 10.99.0.2 203.0.113.2 9; forge two udp 203.0.113.1 203.0.113.2 9
    wait_until 20 eval '[[ $(met) == "[1,"* ]]'; local seen; seen=$(met)
    probe_end; $NB down two
    same "$seen" '[1,0]'
}

advertised() { # INTERFACE-OF-HOST: has the host taken the advertisement?
    ip -6 route show default dev "$1" | grep -q . || ip -6 addr show dev "$1" | grep -q 2001:db8:bad:
}
router() {
    # what is sent is an advertisement that the host would take from anybody else
    ip netns add plain; ip link add p0 type veth peer name p1 netns plain; sysctl -qw net.ipv6.conf.p0.accept_ra=2
    ip link set p0 up; ip -n plain link set p1 up
    wait_until 50 sh -c 'ip -n plain -6 addr show dev p1 -tentative | grep -q fe80 && ip -6 addr show dev p0 -tentative | grep -q fe80'
    forge plain advertise p1; wait_until 20 advertised p0
    ip netns del plain
    same "$(sysctl -n net.ipv6.conf.vn-n0.accept_ra net.ipv6.conf.vn-n0.accept_redirects net.ipv4.conf.vn-n0.accept_redirects | paste -sd ' ')" '0 0 0'
    # neither by its settings nor by the firewall
    forge n advertise vn-n1
    sysctl -qw net.ipv6.conf.vn-n0.accept_ra=2; forge n advertise vn-n1; sleep 1
    sysctl -qw net.ipv6.conf.vn-n0.accept_ra=0
    fails advertised vn-n0
}

no_connection() {
    local four six; four=$(inner_address n inet) six=$(inner_address n inet6)
    probe 'iifname "vn-n0" tcp dport 80 tcp sport 4000'
    PROBE=(in_ns net); probe "tcp sport 4000" "ip saddr 198.18.0.0/15" "ip6 saddr fc00::/7"; PROBE=()
    forge n tcp "$four" 203.0.113.2 1; forge n tcp "$four" 203.0.113.2 4; forge n tcp "$six" 2001:db8::2 1; forge n tcp "$six" 2001:db8::2 4
    wait_until 20 eval '[ "$(met)" = "[4]" ]'; sleep 0.2
    local host net; host=$(met); PROBE=(in_ns net); net=$(met); probe_end; PROBE=(); probe_end
    same "$host $net" '[4] [0,0,0]'
}
routed_ones() { # who does no NAT may send what it likes by its own address
    sysctl -qw net.ipv4.ip_forward=1
    $NB up --type=tunnel t; local four; four=$(inner_address t inet)
    ip -n t route replace default via "$(host_address vn-t0 inet)"
    PROBE=(in_ns net); probe 'tcp sport 4000'
    wait_until 20 eval 'forge t tcp "$four" 203.0.113.2 4; [ "$(met)" != "[0]" ]'
    probe_end; PROBE=()
    $NB down t; sysctl -qw net.ipv4.ip_forward=0
}

world_up
BEFORE=$(host_state)
$NB up --type=nat n
it "a source that is not the namespace's is dropped before anybody takes note of it" sources n
it "with several links it is the host's own addresses that are refused" several
it "the host takes no router advertisement from a namespace" router
it "a packet of no connection does not leave with its inner address" no_connection
it "who is not masqueraded may send it" routed_ones
$NB down --all
it "after down of everything the host is as it was" eval 'diff <(echo "$BEFORE") <(host_state)'
world_down
finish
