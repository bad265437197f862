# kinds.sh - each kind of link that CI's own kernel lacks, alive on Debian's with traffic through it. `far` is another computer at the end of
# our `wire`.
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh

NEAR4=192.0.2.1 FAR4=192.0.2.2 NEAR6=2001:db8:7::1 FAR6=2001:db8:7::2
far() { ip netns exec far "$@"; }
setup_far() {
    ip netns add far
    far sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
    ip link add wire type veth peer name eth0 netns far
    ip addr add $NEAR4/24 dev wire; ip addr add $NEAR6/64 dev wire nodad; ip link set wire up
    far ip addr add $FAR4/24 dev eth0; far ip addr add $FAR6/64 dev eth0 nodad; far ip link set eth0 up; far ip link set lo up
}
# a lost echo is tried again, as every program does
reaches() { local n=$1; shift; for address; do wait_until 6 in_ns "$n" ping -q -c1 -W2 "$address" || { echo "$n does not reach $address"; ip -n "$n" addr; ip -n "$n" route; return 1; }; done; }
# mine LINES: namespace `mine` is up with these lines of [Link]
mine() { conf mine <<<"[Link lan]"$'\n'"$1"; $NB up mine; }
refused() { local out; conf mine <<<"[Link lan]"$'\n'"$1"; out=$($NB up mine 2>&1) && { echo "came up"; $NB down mine; return 1; }; contains "$out" "$2"; fails ip netns exec mine true; }
end() { $NB down mine; fails ip netns exec mine true; }
# in front of each test: what a failed one left
fresh() { $NB down --all; far sh -c 'for i in $(ip -o link | grep -o "try[0-9]*" | sort -u); do ip link del $i; done' 2>/dev/null || :; }
try() { fresh; it "$@"; }

vlan() { # PROTOCOL
    far ip link add link eth0 name try0 type vlan id 7 protocol "$1"; far ip addr add 10.7.0.2/24 dev try0; far ip link set try0 up
    mine $'Kind=vlan\nParent=wire\nId=7\nProtocol='"$1"$'\nAddress=10.7.0.1/24'
    reaches mine 10.7.0.2
    conf other <<<$'[Link lan]\nKind=vlan\nParent=wire\nId=7\nProtocol='"$1"
    local said; said=$($NB up other 2>&1) && return 1
    same "$said" 'netnsctl: other: not up: other.netns:4: [Link lan] Id=7: another interface has it already'
    (sleep 0.5; ip netns del mine) & # its number goes with it, some time later
    $NB up other; wait $!
    contains "$(ip -n other -d link show lan)" 'id 7 '
    $NB down other mine
}
# an ipvlan has its parent's MAC address: the answer must be broadcast, and the server tell it from the host, which has a lease too
ipvlan_leased() { # CLIENT
    command -v "$1" >/dev/null || { echo "there is no $1"; exit 77; }
    ip netns exec far dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=eth0 --bind-interfaces --dhcp-authoritative \
        --no-ping --dhcp-range=192.0.2.100,192.0.2.150,10m >/dev/null 2>&1 & local server=$! host rc=0
    dhcpcd -q -w -4 --nodev --noarp wire; host=$(ip -4 -br addr show dev wire | grep -o '192\.0\.2\.1[0-9][0-9]' | head -1)
    mine $'Kind=ipvlan\nParent=wire\nDHCP=ipv4\nDHCPRequired=yes\nClient='"$1" || rc=1
    [ $rc = 1 ] || { contains "$(ip -n mine -4 -br addr show dev lan)" 192.0.2.1; fails grep -qF "$host/" <<<"$(ip -n mine -4 -br addr show dev lan)"; [ -n "$host" ]; reaches mine $FAR4; end; } || rc=1
    dhcpcd -q -4 -k wire || :; wait_until 100 fails pgrep -x dhcpcd; kill $server; wait $server 2>/dev/null || :
    ip addr flush dev wire scope global; ip addr add $NEAR4/24 dev wire; ip addr add $NEAR6/64 dev wire nodad
    sysctl -qw net.ipv4.conf.wire.promote_secondaries=0
    return $rc
}
vlan_inside() {
    far ip link add link eth0 name try0 type vlan id 9; far ip addr add 10.9.0.2/24 dev try0; far ip link set try0 up
    conf mine <<<$'[Link base]\nKind=macvlan\nParent=wire\n[Link v9]\nKind=vlan\nParent=base\nParentNamespace=%n\nId=9\nAddress=10.9.0.1/24'
    $NB up mine; reaches mine 10.9.0.2; end
}
ipvlan() { # MODE FLAGS
    far ip route add 192.0.2.20 via $NEAR4 # in l3 nobody answers ARP
    far ip route add 2001:db8:7::20 via $NEAR6
    mine $'Kind=ipvlan\nParent=wire\nMode='"$1"$'\nFlags='"$2"$'\nAddress=192.0.2.20/24 2001:db8:7::20/64\nIPv6DuplicateAddressDetection=no'
    same "$(ip -n mine -d -j link show lan | jq -r '.[0].linkinfo.info_data.mode')" "$1"
    far ip route del 192.0.2.20; far ip route del 2001:db8:7::20
    [ "$1" = l2 ] || { far ip route add 192.0.2.20 via $NEAR4; far ip route add 2001:db8:7::20 via $NEAR6; }
    local rc=0 said address; reaches mine $FAR4 $FAR6 || rc=1
    far ip route flush 192.0.2.20; far ip -6 route flush 2001:db8:7::20
    conf other <<<$'[Link lan]\nKind=ipvlan\nParent=wire\nMode='"$1"$'\nFlags='"$2"$'\nAddress=192.0.2.21/24 2001:db8:7::20/64'
    said=$($NB up other 2>&1) && rc=1
    contains "$said" 'not up: other.netns:6: [Link lan] Address=192.0.2.21/24 2001:db8:7::20/64: cannot set address 2001:db8:7::20/64: Address already assigned to an ipvlan device' || rc=1
    (sleep 0.5; ip netns del mine) & # its addresses go with it, some time later
    $NB up other || rc=1
    wait $!
    for address in 192.0.2.21 2001:db8:7::20; do contains "$(ip -n other addr)" "$address" || rc=1; done
    $NB down other mine; return $rc
}
dummy() {
    mine $'Kind=dummy\nAddress=10.11.0.1/32 fd11::1/128\nPrefixes=10.12.0.0/16'
    reaches mine 10.11.0.1 fd11::1; contains "$(ip -n mine route)" '10.12.0.0/16 dev lan'; end
}
bond() {
    ip link add br0 type bridge forward_delay 0; ip addr add 10.13.0.2/24 dev br0; ip link set br0 up
    conf mine <<'C'
[Link bond]
Kind=bond
Mode=active-backup
Address=10.13.0.1/24
[Link a]
Kind=veth
Bridge=br0
Master=bond
[Link b]
Kind=veth
Bridge=br0
Master=bond
C
    $NB up mine; wait_until 60 in_ns mine ping -q -c1 -W1 10.13.0.2
    ip -n mine link set dev a down; wait_until 60 in_ns mine ping -q -c1 -W1 10.13.0.2
    same "$(ip -n mine -d -j link show bond | jq -r '.[0].linkinfo.info_data.active_slave')" b
    end; ip link del br0
}
vrf() {
    conf mine <<'C'
[Link red]
Kind=vrf
Table=100
[Link blue]
Kind=vrf
Table=200
[Link a]
Kind=veth
Master=red
HostName=hosta
Address=10.14.0.2/24
HostAddress=10.14.0.1/24
Gateway=10.14.0.1
[Link b]
Kind=veth
Master=blue
HostName=hostb
Address=10.15.0.2/24 fd15::2/64
HostAddress=10.15.0.1/24 fd15::1/64
Gateway=10.15.0.1
C
    $NB up mine
    same "$(ip -n mine route show default)" ""
    contains "$(ip -n mine route show table 100)" 'default via 10.14.0.1 dev a'
    contains "$(ip -n mine route show table 200)" 'default via 10.15.0.1 dev b'
    in_ns mine ip vrf exec red ping -q -c1 -W3 10.14.0.1; in_ns mine ip vrf exec blue ping -q -c1 -W3 10.15.0.1
    in_ns mine ip vrf exec blue ping -q -c1 -W3 fd15::1
    fails in_ns mine ip vrf exec red ping -q -c1 -W1 10.15.0.2
    end
}
tunnel() { # KIND, near and far address, the addresses that go through
    local kind=$1 near=$2 there=$3 address inner=(); shift 3
    local -a key=(); case $kind in *gre*) key=(key 5) ;; esac
    far ip link add try0 type "$kind" local "$there" remote "$near" "${key[@]}"
    for address; do far ip addr add "${address}2/64" dev try0 2>/dev/null || far ip addr add "${address}2/24" dev try0; inner+=("${address}2"); done
    far ip link set try0 up
    mine "Kind=$kind"$'\n'"Local=$near"$'\n'"Remote=$there"$'\n'"${key[*]:+Key=5}"$'\n'"Address=$(printf '%s1/24 ' "$@" | sed 's|::1/24|::1/64|')"$'\nIPv6DuplicateAddressDetection=no'
    reaches mine "${inner[@]}"
    fails in_ns mine ping -q -c1 -W1 "$there" 2>/dev/null # its packets travel in the host
    same "$(ip -o link | grep -c "vn-[0-9a-f]*m")" 0
    $NB up mine; reaches mine "${inner[@]}"
    conf other <<<"$(sed 's/^\[Link lan\]/[Link two]/' /etc/netns-broker/mine.netns)"
    contains "$($NB up other 2>&1)" ": [Link two] Remote=$there: another interface has it already"
    end
}
KEY='aead rfc4106(gcm(aes)) 0x0102030405060708090a0b0c0d0e0f1011121314 128'
# states and policies of interface number 42 between this host and far; CMD... in front: on far
esp() { # NEAR FAR CMD...
    local a=$1 b=$2; shift 2
    "$@" ip xfrm state add src "$a" dst "$b" proto esp spi 0x101 reqid 1 mode tunnel flag af-unspec if_id 42 $KEY
    "$@" ip xfrm state add src "$b" dst "$a" proto esp spi 0x102 reqid 1 mode tunnel flag af-unspec if_id 42 $KEY
    local out=out in='in fwd' dir family
    [ $# = 0 ] || { out='in fwd' in=out; }
    for family in 0.0.0.0/0 ::/0; do
        for dir in $out; do "$@" ip xfrm policy add src $family dst $family dir "$dir" if_id 42 tmpl src "$a" dst "$b" proto esp reqid 1 mode tunnel; done
        for dir in $in; do "$@" ip xfrm policy add src $family dst $family dir "$dir" if_id 42 tmpl src "$b" dst "$a" proto esp reqid 1 mode tunnel; done
    done
}
esp_end() { ip xfrm state flush; ip xfrm policy flush; far ip xfrm state flush; far ip xfrm policy flush; }
far_xfrm() { # ID
    far ip link add try0 type xfrm if_id "$1"; far ip addr add 10.16.0.2/24 dev try0; far ip addr add fd16::2/64 dev try0 nodad; far ip link set try0 up
}
mine_xfrm() { mine $'Kind=xfrm\nInterfaceId='"$1"$'\nMTU=1400\nAddress=10.16.0.1/32 fd16::1/128\nPrefixes=10.16.0.0/24 fd16::/64\n'"${2-}"; }
xfrm() { # NEAR FAR PARENT
    esp_end; far_xfrm 42; esp "$1" "$2"; esp "$1" "$2" far
    mine_xfrm 42 "${3-}"
    same "$(ip -n mine -j link show lan | jq '.[0].mtu')" 1400
    reaches mine 10.16.0.2 fd16::2
    # it went by the states; with them gone nothing leaves
    same "$(ip -s xfrm state list 2>/dev/null | grep -c 'if_id 0x2a')" 2
    ip xfrm state flush; fails in_ns mine ping -q -c1 -W1 10.16.0.2
    conf other <<<$'[Link lan]\nKind=xfrm\nInterfaceId=42'
    contains "$($NB up other 2>&1)" 'other.netns:3: [Link lan] InterfaceId=42: another interface has it already'
    esp_end; end
}
# the other way round: policies and states are in the namespace `far`, this host is the other end
xfrm_elsewhere() {
    esp_end; esp $NEAR4 $FAR4; esp $NEAR4 $FAR4 far
    ip link add try0 type xfrm if_id 42; ip addr add 10.16.0.2/24 dev try0; ip addr add fd16::2/64 dev try0 nodad; ip link set try0 up
    mine_xfrm 42 ParentNamespace=far
    reaches mine 10.16.0.2 fd16::2
    same "$(ip -n mine xfrm state)" ""
    far ip xfrm state flush; fails in_ns mine ping -q -c1 -W1 10.16.0.2
    ip link del try0; esp_end; end
}
# strongSwan on both computers: NAME ID of us, of them, their addresses
charon() {
    local name=$1 other=$2 here=$3 there=$4
    cat >"/run/$name.conf" <<CONF
charon-systemd {
  load = random nonce openssl aes sha1 sha2 hmac kdf gmp kernel-netlink socket-default vici
  install_routes = no
  plugins { vici { socket = unix:///run/$name.vici } }
}
CONF
    cat >"/run/$name.swanctl" <<CONF
connections { c {
  version = 2
  local_addrs = $here
  remote_addrs = $there
  proposals = aes128-sha256-modp2048
  if_id_in = 7
  if_id_out = 7
  local {
    auth = psk
    id = $name
  }
  remote {
    auth = psk
    id = $other
  }
  children { c {
    local_ts = 0.0.0.0/0, ::/0
    remote_ts = 0.0.0.0/0, ::/0
    esp_proposals = aes128gcm16
  } }
} }
secrets { ike-c {
  id-a = near
  id-b = far
  secret = correct-horse
} }
CONF
}
daemons() {
    charon near far $NEAR4 $FAR4; charon far near $FAR4 $NEAR4
    STRONGSWAN_CONF=/run/near.conf charon-systemd >/tmp/near.log 2>&1 & echo $! >/run/near.pid
    STRONGSWAN_CONF=/run/far.conf ip netns exec far charon-systemd >/tmp/far.log 2>&1 & echo $! >/run/far.pid
    local name
    for name in near far; do
        wait_until 40 swanctl --stats --uri unix:///run/$name.vici || { journalctl -o cat --no-pager -n 40 | grep -i -e plugin -e charon; return 1; }
        swanctl --load-all --file /run/$name.swanctl --uri unix:///run/$name.vici
    done
}
ipsec() {
    esp_end; daemons
    far_xfrm 7; mine_xfrm 7
    swanctl --initiate --child c --timeout 60 --uri unix:///run/near.vici
    reaches mine 10.16.0.2 fd16::2
    same "$(ip -n mine xfrm state)" "" # they are with their daemon
    # the association made anew: the interface stays
    swanctl --terminate --ike c --uri unix:///run/near.vici
    fails in_ns mine ping -q -c1 -W1 10.16.0.2
    swanctl --initiate --child c --timeout 60 --uri unix:///run/near.vici
    reaches mine 10.16.0.2
    kill "$(cat /run/near.pid)" "$(cat /run/far.pid)"; end
    sysctl -qw net.core.xfrm_acq_expires=30 # charon's
}
leaves_nothing() { fresh; diff <(echo "$BEFORE") <(host_state); }

# whoever still runs there would keep its end of the wire for the scripts after this one
far_goes() { ip netns del far; wait_until 100 fails ip link show wire; }

setup_far
$NB up --type=nat warm; $NB down warm
# modules that come with the kinds bring sysctls and fallback interfaces (gre0, sit0 …) for good
for module in 8021q ipvlan dummy bonding vrf vxlan ip_gre ipip sit ip6_gre ip6_tunnel xfrm_interface esp4 esp6; do modprobe $module; done
wait_until 50 sh -c '! ip -6 addr show dev wire tentative | grep -q .'
BEFORE=$(host_state)
try "vlan 802.1Q: traffic, and its number once only" vlan 802.1Q
try "vlan 802.1ad: traffic, and its number once only" vlan 802.1ad
try "a vlan of a link inside" vlan_inside
try "ipvlan l2" ipvlan l2 bridge
for client in dhcpcd udhcpc; do try "ipvlan by DHCP, $client" ipvlan_leased $client; done
try "ipvlan l3, private" ipvlan l3 private
try "ipvlan l3s, vepa" ipvlan l3s vepa
try "dummy" dummy
try "bond inside: it lives on when a port is down" bond
try "vrf inside: its ports' addresses and routes are in its table" vrf
try "gre carries IPv4 and IPv6" tunnel gre $NEAR4 $FAR4 10.17.0. fd17::
try "gretap carries IPv4 and IPv6" tunnel gretap $NEAR4 $FAR4 10.18.0. fd18::
try "ipip carries IPv4" tunnel ipip $NEAR4 $FAR4 10.19.0.
try "sit carries IPv6" tunnel sit $NEAR4 $FAR4 fd20::
try "ip6gre carries IPv4 and IPv6" tunnel ip6gre $NEAR6 $FAR6 10.21.0. fd21::
try "ip6gretap carries IPv4 and IPv6" tunnel ip6gretap $NEAR6 $FAR6 10.22.0. fd22::
try "ip6tnl carries IPv4 and IPv6" tunnel ip6tnl $NEAR6 $FAR6 10.23.0. fd23::
try "xfrm: ESP over IPv4 by ip-xfrm(8), IPv4 and IPv6 inside" xfrm $NEAR4 $FAR4
try "xfrm: ESP over IPv6, with an underlay" xfrm $NEAR6 $FAR6 Parent=wire
try "xfrm: policies and states in another namespace than the traffic's and the host" xfrm_elsewhere
try "xfrm: strongSwan in the host, the traffic in the namespace" ipsec
it "nothing of it is left" leaves_nothing
it "nor of the other computer" far_goes
finish
