#!/bin/bash
# Type lan beside every kind of full-tunnel VPN: before it, after it, while it comes and goes.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/vpn.sh"

# hold NAMESPACE: a connection that stays. `held` asks for a page over it: the page, and the connection's own port.
hold() {
    mkfifo $PLACES/asked
    exec 7<>$PLACES/asked
    trap let_go EXIT
    begin held - ip netns exec "$1" python3 -c '
import http.client, sys
c = http.client.HTTPConnection("203.0.113.80", timeout=5)
for _ in open(sys.argv[1]):
    c.request("GET", "/")
    print(c.getresponse().read().decode().strip(), c.sock.getsockname()[1], flush=True)' $PLACES/asked
}
held() {
    local before; before=$(wc -l <$PLACES/held.log)
    echo >&7
    wait_until 100 sh -c "[ \$(wc -l <$PLACES/held.log) -gt $before ]"
    tail -n 1 $PLACES/held.log
}
let_go() { exec 7>&-; end held; rm -f $PLACES/asked; }

# The desktop's own pages have come out of the VPN before vpn_up returns.
vpn_first() {
    vpn_up "$1"
    $NB up --type=lan out
    same "$(pages in_ns out)" "$HOME4 $HOME6"
    same "$(pages)" "$EXIT4 $EXIT6"
}
while_it_changes() {
    local inode port
    hold out
    port=$(held)
    inode=$(stat -Lc %i /run/netns/out)
    vpn_down "$1"
    soon pages_are "$HOME4 $HOME6" in_ns out
    same "$(pages)" "$HOME4 $HOME6"
    vpn_up "$1"
    soon pages_are "$HOME4 $HOME6" in_ns out
    same "$(pages)" "$EXIT4 $EXIT6"
    same "$(held)" "$port"
    same "$(stat -Lc %i /run/netns/out "/proc/$(cat $PLACES/held.pid)/ns/net")" "$inode"$'\n'"$inode"
}
still_strict() { same "$(sysctl -n net.ipv4.conf.{all,default,uplink0}.rp_filter | tr '\n' ' ')" "1 1 1 "; }
none_strayed() { same "$(pages in_ns out)" "$HOME4 $HOME6"; same "$(strays)" "$STRAYS"; }
down_again() {
    $NB down out
    same "$(pages)" "$EXIT4 $EXIT6"
    vpn_down "$1"
    same "$(pages)" "$HOME4 $HOME6"
    diff <(echo "$BEFORE") <(host_state)
}
of_the_kernel() {
    ip link add wgprobe type wireguard || { echo "this kernel has no WireGuard"; return 77; }
    ip link del wgprobe
    vpn_up wg-quick
    contains "$(ip -d link show wg0)" "wireguard"
    vpn_down wg-quick
}
into_it() {
    local before
    vpn_up nm-openvpn
    before=$(strays)
    $NB up --type=nat plain
    same "$(pages in_ns plain)" "$EXIT4 $EXIT6"
    [ "$(strays)" -gt "$before" ]
    $NB down plain
    vpn_down nm-openvpn
}
validation() { sysctl -qw "net.ipv4.conf.all.rp_filter=$1" "net.ipv4.conf.default.rp_filter=$1" "net.ipv4.conf.uplink0.rp_filter=$1"; }
with() {
    local words=$1
    case $1 in
    nm-openvpn) it "nm-openvpn: type nat goes into the tunnel, as the desktop does" into_it ;;
    wg-quick)
        it "wg-quick has the kernel's WireGuard where there is one" of_the_kernel
        validation 1
        words+=', source validation strict'
        ;;
    esac
    BEFORE=$(host_state)
    STRAYS=$(strays)
    it "$words: pages of type lan come by the uplink while the desktop's come out of the VPN, both families" vpn_first "$1"
    it "$words: the VPN goes and returns, type lan stays outside, and so does a connection that it has" while_it_changes "$1"
    [ "$1" != wg-quick ] || it "$words, and it stays so while type lan is up" still_strict
    it "$words: not one packet of type lan has gone into the tunnel" none_strayed
    it "$words: after down the host is as it was" down_again "$1"
    [ "$1" != wg-quick ] || validation 0
}
# in_world METRIC KIND...: ONLY may pick kinds by their names; a world without one of them is not made
in_world() {
    local kind kinds=()
    for kind in "${@:2}"; do [[ ! $kind =~ ${ONLY-} ]] || kinds+=("$kind"); done
    [ ${#kinds[@]} -gt 0 ] || return 0
    internet_up "$1"
    witness
    for kind in "${kinds[@]}"; do with "$kind"; done
    internet_down
}

in_world 100 nm-openvpn nm-wireguard wg-quick tailscale mullvad
# The desktop's default route has no metric, as dhclient's: this is what is replaced
in_world 0 openvpn-def1 openvpn-replace openconnect
finish
