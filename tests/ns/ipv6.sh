#!/bin/bash
# How a link makes its IPv6 addresses of a real router's advertisements (radvd), and what is routed or masqueraded.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

RADVD=
# A network with a router in `street`; the host's card in it is p0, 02:00:00:00:00:02. It carries the links under test.
street_up() {
    ip netns add street
    ip link add p0 type veth peer name eth0 netns street; sysctl -qw net.ipv6.conf.p0.accept_ra=0; ip link set p0 up
    ip -n street link set eth0 up; ip -n street addr add 2001:db8:5::1/64 dev eth0 nodad; in_ns street sysctl -qw net.ipv6.conf.all.forwarding=1
    cat >/tmp/radvd.conf <<C
interface eth0 {
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
    prefix 2001:db8:5::/64 { AdvOnLink on; AdvAutonomous on; };
};
C
    ip netns exec street radvd -n -C /tmp/radvd.conf -p /tmp/radvd.pid -m stderr 2>/tmp/radvd.log & RADVD=$!
    wait_until 100 grep -q version /tmp/radvd.log
    wait_until 100 sh -c '! ip -6 addr show dev p0 tentative | grep .'
}
street_down() { kill $RADVD; wait $RADVD 2>/dev/null || :; ip link del p0; ip netns del street; }
mine() { # LINES of [Link]
    conf mv <<<$'[Namespace]\nType=macvlan\n[Link]\nName=mv0\nParent=p0\nDHCP=no\nMACAddress=02:00:00:00:00:07\nIPv6DuplicateAddressDetection=no\n'"$1"
    $NB up mv
}
# addresses KIND: of the link, where KIND is a jq condition of one
addresses() { ip -n mv -6 -j addr show dev mv0 | jq -r "[.[].addr_info[] | select($1) | .local] | sort | join(\" \")"; }
public='.scope == "global" and (.temporary | not) and (.tentative | not)'
temporary='.scope == "global" and .temporary and (.tentative | not)'
is_public() { same "$(addresses "$public")" "$1"; }
has_temporary() { [ -n "$(addresses "$temporary")" ]; }
source_used() { ip -n mv -6 -j route get 2001:db8:9::9 | jq -r '.[0].prefsrc'; }

slaac() {
    mine ''
    wait_until 200 is_public 2001:db8:5::ff:fe00:7
    in_ns mv ping -c1 -W5 2001:db8:5::1
    contains "$(ip -n mv -6 route show default)" 'proto ra'
    same "$(addresses "$temporary")" ""
}
deaf() {
    mine IPv6AcceptRA=no
    sleep 5
    same "$(addresses '.scope == "global"')" ""
    same "$(ip -n mv -6 route show default)" ""
}
router_too() {
    mkdir -p /etc/netns-broker/mv.netns.d; printf '[Namespace]\nForwarding=ipv6\n' >/etc/netns-broker/mv.netns.d/router.conf
    mine IPv6AcceptRA=yes
    rm -r /etc/netns-broker/mv.netns.d
    wait_until 200 is_public 2001:db8:5::ff:fe00:7
    same "$(in_ns mv sysctl -n net.ipv6.conf.mv0.forwarding)" 1
}
token() {
    mine IPv6Token=::1a
    wait_until 200 is_public 2001:db8:5::1a
    in_ns street ping -c1 -W5 2001:db8:5::1a
    # first and only: nothing was made of the MAC address before
    same "$(addresses '.scope == "global"')" 2001:db8:5::1a
    same "$(addresses '.scope == "link"')" fe80::ff:fe00:7
}
token_changed() { mine IPv6Token=::1b; wait_until 200 is_public 2001:db8:5::1b; }
private() { # WORD WHICH
    mine "IPv6PrivacyExtensions=$1"
    wait_until 200 has_temporary; wait_until 200 is_public 2001:db8:5::ff:fe00:7
    local now; now=$(source_used)
    case $2 in
    public) same "$now" 2001:db8:5::ff:fe00:7 ;;
    temporary) contains " $(addresses "$temporary") " " $now " ;;
    esac
}
not_private() {
    mine IPv6PrivacyExtensions=no
    wait_until 200 is_public 2001:db8:5::ff:fe00:7
    same "$(in_ns mv sysctl -n net.ipv6.conf.mv0.use_tempaddr)" 0
    same "$(addresses "$temporary")" ""
}
generation() { # WORD: the link-local address and the one of the prefix
    $NB down mv; mine "IPv6LinkLocalAddressGenerationMode=$1"
    wait_until 200 sh -c "ip -n mv -6 addr show dev mv0 scope global -tentative | grep -q 2001:db8:5:"
    echo "$(addresses '.scope == "link"') $(addresses "$public")"
}
stable() {
    local first second; first=$(generation stable-privacy); second=$(generation stable-privacy)
    same "$second" "$first"
    case $first in *:fe00:7*) echo "of the MAC address: $first"; return 1 ;; esac
    # another namespace's is another one
    conf mw <<<$'[Namespace]\nType=macvlan\n[Link]\nName=mv0\nParent=p0\nDHCP=no\nMACAddress=02:00:00:00:00:08\nIPv6LinkLocalAddressGenerationMode=stable-privacy'
    $NB up mw
    local other; other=$(ip -n mw -6 -j addr show dev mv0 | jq -r '.[].addr_info[] | select(.scope == "link") | .local')
    $NB down mw
    case $first in *"$other"*) echo "the same secret: $other"; return 1 ;; esac
}
random() { local first second; first=$(generation random); second=$(generation random); fails same "$second" "$first"; }
eui64() { same "$(generation eui64)" "fe80::ff:fe00:7 2001:db8:5::ff:fe00:7"; }
none() {
    $NB down mv; mine $'IPv6LinkLocalAddressGenerationMode=none\nIPv6AcceptRA=no\nAddress=2001:db8:5::9/64'
    sleep 1
    same "$(ip -n mv -6 -j addr show dev mv0 | jq -r '[.[].addr_info[].local] | join(" ")')" 2001:db8:5::9
}
no_machine_id() {
    $NB down mv
    mv /etc/machine-id /etc/machine-id.away
    local said; said=$(mine IPv6LinkLocalAddressGenerationMode=stable-privacy 2>&1) && said=up
    mv /etc/machine-id.away /etc/machine-id
    same "$said" "netnsctl: mv: not up: mv.netns:9: [Link macvlan] IPv6LinkLocalAddressGenerationMode=stable-privacy: nothing is stable here: this machine has no /etc/machine-id"
}
no_neighbours() { # a tun takes no token: the kernel's own words, at our line
    conf tu <<<$'[Namespace]\nType=basic\n[Link t]\nKind=tun\nIPv6Token=::1a'
    local said; said=$($NB up tu 2>&1) && { $NB down tu; return 1; }
    contains "$said" 'tu.netns:5: [Link t] IPv6Token=::1a: t does not take it'
}
dad() { # WORD: is the address asked for before it is used?
    $NB down mv; mine $'Address=2001:db8:5::9/64\nIPv6AcceptRA=no\nIPv6DuplicateAddressDetection='"$1"
    in_ns mv ping -c1 -W5 2001:db8:5::1 >/dev/null
}
asked() { # WORD: how often 2001:db8:5::9 was asked for from ::
    rm -f /tmp/tcpdump.log; ip netns exec street timeout 20 tcpdump -lni eth0 -c 1 'icmp6 and ip6[40] == 135 and src host ::' and 'ip6[60:4] == 0x00000009' >/tmp/asked 2>/tmp/tcpdump.log & local p=$!
    wait_until 100 grep -q listening /tmp/tcpdump.log
    dad "$1"
    sleep 0.5; kill $p 2>/dev/null || :; wait $p 2>/dev/null || :
    grep -c neighbor /tmp/asked || :
}
detected() { same "$(asked yes)" 1; }
undetected() { same "$(asked no)" 0; }
routed() {
    # the provider's prefix: routed by the host, whose admin has made it a router, to the namespace
    sysctl -qw net.ipv6.conf.all.forwarding=1; ip -n net -6 route add 2001:db8:77::/48 via 2001:db8::1
    conf r <<<$'[Namespace]\nType=nat\n[Link]\nAddress=2001:db8:77::2/64 198.18.7.2/30\nHostAddress=2001:db8:77::1/64 198.18.7.1/30\nGateway=2001:db8:77::1 198.18.7.1\n[NAT]\nMasquerade=ipv4'
    $NB up r
    local out in; out=$(in_ns r curl -s -m 5 'http://[2001:db8::2]/'; in_ns r curl -s -m 5 http://203.0.113.2/)
    in_ns net ping -c1 -W5 2001:db8:77::2 && in=reached
    $NB down r; sysctl -qw net.ipv6.conf.all.forwarding=0; ip -n net -6 route del 2001:db8:77::/48
    ip -6 route replace default via 2001:db8::2
    same "$out" $'2001:db8:77::2\n203.0.113.1'; same "$in" reached
}
nat66() {
    $NB up --type=nat n
    local out; out=$(in_ns n curl -s -m 5 'http://[2001:db8::2]/')
    $NB down n
    same "$out" 2001:db8::1
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

world_up; street_up
BEFORE=$(host_state)
it "an address and a default route of advertisements" slaac
it "IPv6AcceptRA=no: none" deaf
it "IPv6AcceptRA=yes: also where the namespace is a router itself" router_too
it "IPv6Token= is the last half of the only address" token
it "another token: the address is another one" token_changed
it "IPv6PrivacyExtensions=yes: connections come from a temporary address" private yes temporary
it "prefer-public: there is one, and they come from the lasting one" private prefer-public public
it "no: there is none" not_private
it "stable-privacy: the same after a restart, and not of the MAC address" stable
it "random: others after a restart" random
it "eui64: of the MAC address" eui64
it "none: no address but those that were given" none
it "stable-privacy without a machine-id is one sentence" no_machine_id
it "a token for a link without neighbours is one sentence" no_neighbours
it "duplicate address detection asks before the address is used" detected
it "and without it nobody is asked" undetected
it "a routed prefix: addresses are seen from outside as they are" routed
it "NAT66: they are not" nat66
it "nothing is left" restored
street_down; world_down
finish
