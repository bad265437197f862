# examples.sh - each file of conf/examples comes up as it stands, on a machine that has what it names.
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh

EXAMPLES=/usr/share/doc/netns-broker/examples
machine() {
    local n
    for n in 0 1 2; do ip link add eth$n type veth peer name far$n; ip link set far$n up; ip link set eth$n up; done
    ip addr add 192.168.1.5/24 dev eth0; ip addr add fd00:1::5/64 dev eth0 nodad; ip route add default via 192.168.1.1
    (umask 077; mkdir -p /etc/wireguard; wg genkey >/etc/wireguard/office.key
        printf '[Interface]\nPrivateKey = %s\nAddress = 10.64.0.2/32\nDNS = 10.64.0.1\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\nEndpoint = 192.168.1.30:51820\n' \
            "$(wg genkey)" "$(wg genkey | wg pubkey)" >/etc/wireguard/provider.conf)
    modprobe mac80211_hwsim radios=1
    wait_until 100 test -e /sys/class/ieee80211/phy0
    udevadm settle
}
comes_up() {
    local name=$1 kind
    cp "$EXAMPLES/$name.netns" /etc/netns-broker/
    [ ! -e "$EXAMPLES/$name.nft" ] || cp "$EXAMPLES/$name.nft" /etc/netns-broker/
    [ "$name" != peers ] || cp "$EXAMPLES/offline.netns" /etc/netns-broker/
    $NB check "$name"
    $NB up "$name"
    for kind in $(sed -n 's/^Kind=//p' "$EXAMPLES/$name.netns" | sort -u); do
        [ $kind = physical ] || [ $kind = vpn ] || [ $kind = tap ] || [ $kind = tun ] ||
            ip -n "$name" -d -j link | jq -r '.[].linkinfo.info_kind' | grep -qx $kind || { echo "no $kind inside"; ip -n "$name" -d link; return 1; }
    done
    $NB down "$name"
    fails ip netns exec "$name" true
}
# cards come back with another number, and without what the host's network manager would give them again
state() { ip -br link | cut -d" " -f1 | sort; ip netns; nft list ruleset; ip rule; ip -6 rule; ls /run/netns-broker/state; sysctl -a --pattern '^net\.' 2>/dev/null | grep -v -e nf_conntrack_count -e stat_refresh; }
leaves_nothing() { $NB down --all; rm -f /etc/netns-broker/*.netns; diff <(echo "$BEFORE") <(state); }

machine
$NB up --type=nat warm; $NB down warm
for module in 8021q ipvlan macvtap dummy bonding vrf vxlan ip_gre ipip sit ip6_gre ip6_tunnel xfrm_interface wireguard tun; do modprobe $module; done
BEFORE=$(state)
for file in $EXAMPLES/*.netns; do
    name=$(basename "$file" .netns)
    it "$name.netns comes up as it stands, and leaves nothing inside" comes_up "$name"
done
it "nothing of them is left" leaves_nothing
for n in 0 1 2; do ip link del eth$n; done
modprobe -r mac80211_hwsim
finish
