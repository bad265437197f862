# vpn.sh - sourced by tests and the demo after lib.sh: an internet with a home, a telephone and a VPN provider, and full-tunnel VPNs.
# The sandbox's root namespace is the desktop. The other computers are namespaces without a name in /run/netns.
#
#   desktop           uplink0  192.168.1.23 2001:db8:1::23 ── home ── 203.0.113.9   ┐ inet: a web server on 203.0.113.80, 2001:db8::80
#                     uplink1  192.168.43.23 2001:db8:2::23 ─ phone ─ 203.0.113.77  ├ and on .81, ::81; it answers with the client's
#   (uplink1 only after `phone_up`)                           gate ── 203.0.113.200 ┘ address
#
# home and phone masquerade IPv4 and route IPv6; gate, the provider, masquerades both. So a page says which way its question went:
#   HOME4 HOME6    by uplink0             PHONE4 PHONE6    by uplink1             EXIT4 EXIT6    through the VPN
#
#   internet_up [METRIC]            all of it; the desktop's IPv4 default route has that metric (100, as NetworkManager's; 0: none, as
#                                   dhclient's, and what replaces default routes replaces it). internet_down takes it away
#   phone_up METRIC, phone_down     the second uplink, with default routes of that metric
#   pull_out HOST, plug_in HOST SUBNET6   the cable between home or phone and the desktop
#   at HOST CMD...                  run CMD on one of the other computers
#   page4 CMD..., page6 CMD...      the page, fetched on the desktop; with CMD (ip netns exec NAME, chnetns NAME) as CMD does it
#   vpn_up KIND, vpn_down KIND      a full tunnel; VPN_KINDS are what there is. Up means: the desktop's own pages come out at gate
#   WEB=81 page4 ..., seen HOST     a page of .81, which nobody asks for but who is watched: how many packets to .81, ::81 went by
#                                   home or phone
#   witness                         from now on `strays` is how many packets of namespaces the host has forwarded to anything but an uplink
#   soon CMD...                     CMD succeeds within a second; SLOW in the environment: within so many
HOME4=203.0.113.9 HOME6=2001:db8:1::23
PHONE4=203.0.113.77 PHONE6=2001:db8:2::23
EXIT4=203.0.113.200 EXIT6=2001:db8::200
VPN_KINDS='openvpn-def1 openvpn-replace openconnect nm-openvpn wg-quick nm-wireguard tailscale mullvad'
PLACES=/run/places

at() { nsenter --net="$PLACES/$1" "${@:2}"; }
# a computer; no detection of duplicate addresses: it lasts seconds, and meanwhile a router cannot ask for its neighbours
place() {
    mkdir -p $PLACES
    : >"$PLACES/$1"
    unshare --net="$PLACES/$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    at "$1" ip link set lo up
}
# begin NAME HOST CMD... - a program that stays, on HOST ("-" = the desktop); `end NAME` ends it
begin() {
    local name=$1 enter=()
    [ "$2" = - ] || enter=(nsenter --net="$PLACES/$2")
    : >"$PLACES/$name.log" # there when it is looked into
    "${enter[@]}" "${@:3}" >"$PLACES/$name.log" 2>&1 </dev/null &
    echo $! >"$PLACES/$name.pid"
}
alive() { kill -0 "$(cat "$PLACES/$1.pid")"; }
end() {
    [ -e "$PLACES/$1.pid" ] || return 0
    kill "$(cat "$PLACES/$1.pid")" 2>/dev/null || :
    wait_until 100 fails alive "$1"
    rm -f "$PLACES/$1.pid"
}

page4() { "$@" curl -s -m "${PATIENCE:-3}" "http://203.0.113.${WEB:-80}/"; }
page6() { "$@" curl -s -m "${PATIENCE:-3}" "http://[2001:db8::${WEB:-80}]/"; }
pages() { echo "$(page4 "$@") $(page6 "$@")"; }
pages_are() { [ "$(pages "${@:2}")" = "$1" ]; }

within() { # SECONDS CMD...: that should do; four times that is waited, for a machine that has other things to do
    local start=$EPOCHREALTIME
    until PATIENCE=${SLOW:-0.3} "${@:2}" >/dev/null 2>&1; do
        awk -v a="$start" -v b="$EPOCHREALTIME" -v n="$1" 'BEGIN { exit b - a > 4 * n }' || { echo "not within 4 * $1 s: ${*:2}"; return 1; }
        sleep 0.02
    done
}
soon() { within "${SLOW:-1}" "$@"; }

# --- the internet -----------------------------------------------------------------------------------------------------------

# router NAME LAST NAT4|NAT46 - a computer in the internet that forwards, and masquerades what it forwards there
router() {
    local name=$1 last=$2 what='meta nfproto ipv4'
    [ "$3" = NAT4 ] || what='meta nfproto { ipv4, ipv6 }'
    place "$name"
    at inet ip link add "to-$name" master exchange type veth peer name wan address "02:00:00:00:01:$((last % 100))" netns "$PLACES/$name"
    at inet ip link set "to-$name" up
    at "$name" ip -batch - <<E
link set wan up
addr add 203.0.113.$last/24 dev wan
addr add 2001:db8::$last/64 dev wan nodad
route add default via 203.0.113.80
E
    at "$name" nft -f - <<E
table inet router {
    counter watched { }
    chain forward { type filter hook forward priority 0; ip daddr 203.0.113.81 counter name watched; ip6 daddr 2001:db8::81 counter name watched; }
    chain out { type nat hook postrouting priority 100; oifname "wan" $what masquerade; }
}
E
}
witness() {
    nft -f - <<'E'
table inet witness {
    chain forward { type filter hook forward priority 10; iifname "vn-*" oifname != { "uplink0", "uplink1", "vn-*" } counter; }
}
E
}
strays() { nft -j list chain inet witness forward | sed 's/.*"packets": \([0-9]*\).*/\1/'; }
seen() { at "$1" nft -j list counter inet router watched | sed 's/.*"packets": \([0-9]*\).*/\1/'; }

# cable NAME INTERFACE SUBNET4 SUBNET6 - from a router's lan to the desktop, which has .23 there, and fe80::1 for a gateway
cable() {
    ip link add "$2" type veth peer name lan netns "$PLACES/$1"
    at "$1" ip addr add "$3.1/24" dev lan
    plug_in "$1" "$4"
    at inet ip -6 route add "$4/64" via "$(at "$1" ip -6 -o addr show dev wan scope global | grep -o '2001:[^/]*')"
    sysctl -qw "net.ipv6.conf.$2.accept_dad=0"
    ip -batch - <<E
addr add $3.23/24 dev $2
addr add ${4}23/64 dev $2 nodad
link set $2 up
E
}
internet_up() {
    place inet
    # Hardware addresses that stay, also when the phone goes and comes: nobody's neighbours need to notice. A bridge without one
    # takes the least of its ports', another when a port comes.
    at inet ip -batch - <<'E'
link add exchange address 02:00:00:00:00:50 type bridge
link set exchange up
addr add 203.0.113.80/24 dev exchange
addr add 203.0.113.81/24 dev exchange
addr add 2001:db8::80/64 dev exchange nodad
addr add 2001:db8::81/64 dev exchange nodad
E
    begin web inet python3 "$TOP/tests/web.py"
    router home 9 NAT4
    router gate 200 NAT46
    cable home uplink0 192.168.1 2001:db8:1::
    ip route add default via 192.168.1.1 dev uplink0 metric "${1:-100}"
    ip -6 route add default via fe80::1 dev uplink0 metric 1024
    within 15 pages_are "$HOME4 $HOME6"
}
phone_up() {
    router phone 77 NAT4
    cable phone uplink1 192.168.43 2001:db8:2::
    ip route add default via 192.168.43.1 dev uplink1 metric "$1"
    ip -6 route add default via fe80::1 dev uplink1 metric "$1"
}
# The desktop's end is up all the time, without a carrier between them
pull_out() { at "$1" ip link set lan down; }
plug_in() { # NAME SUBNET6
    at "$1" ip -batch - <<E
link set lan up
addr add fe80::1/64 dev lan nodad
route add $2/64 dev lan
E
}
leave() { umount "$PLACES/$1"; rm "$PLACES/$1"; }
phone_down() { ip link del uplink1; at inet ip -6 route del 2001:db8:2::/64; leave phone; }
internet_down() {
    local pid
    for pid in $PLACES/*.pid; do end "$(basename "$pid" .pid)"; done
    [ ! -e $PLACES/phone ] || phone_down
    ip link del uplink0
    leave home; leave gate; leave inet
    ! nft list table inet witness >/dev/null 2>&1 || nft delete table inet witness
    rm -r $PLACES
}

# --- tunnels ------------------------------------------------------------------------------------------------------------------

# Each kind is a function that is told `up` or `down`. Servers of the provider's are started when first wanted and stay.
vpn_up() {
    "tunnel_${1//-/_}" up
    within 15 pages_are "$EXIT4 $EXIT6" || { echo "the VPN $1 does not come up; the desktop's pages: $(pages)"; tail -n 20 $PLACES/*.log; return 1; }
}
vpn_down() { "tunnel_${1//-/_}" down; }
wanted() { listens "$2" || { "serve_$1"; wait_until 100 listens "$2"; }; }
listens() { at gate ss -Hlnut "sport = :$1" | grep -q .; }

# key NAME - a key and a certificate for it
key() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
        -keyout "$PLACES/$1.key" -out "$PLACES/$1.crt" 2>/dev/null
    openssl x509 -in "$PLACES/$1.crt" -noout -fingerprint -sha256 | cut -d= -f2 >"$PLACES/$1.print"
}

# OpenVPN as its providers have it: their server pushes, and the client makes the routes
serve_openvpn() {
    key provider; key customer
    begin openvpn gate openvpn --dev tun0 --tls-server --dh none --topology subnet --server 10.8.0.0 255.255.255.0 --server-ipv6 fd08::/64 \
        --push 'dhcp-option DNS 10.8.0.1' --push 'dhcp-option DOMAIN office.example' \
        --cert $PLACES/provider.crt --key $PLACES/provider.key --peer-fingerprint "$(cat $PLACES/customer.print)"
}
openvpn_client() {
    wanted openvpn 1194
    begin vpn - openvpn --client --nobind --dev tun0 --remote $EXIT4 --cert $PLACES/customer.crt --key $PLACES/customer.key \
        --peer-fingerprint "$(cat $PLACES/provider.print)" "$@"
}
tunnel_openvpn_def1() { if [ "$1" = up ]; then openvpn_client --redirect-gateway def1 ipv6; else end vpn; fi; }
tunnel_openvpn_replace() { if [ "$1" = up ]; then openvpn_client --redirect-gateway ipv6; else end vpn; fi; }

# Into namespace `vpn` instead: the program that the namespace's type is for, as its manual says. The tunnel's name is $1.
openvpn_into() {
    openvpn_client --dev "$1" --script-security 2 --ifconfig-noexec --route-noexec --up "/usr/bin/netnsctl take vpn" --down "/usr/bin/netnsctl take vpn"
}
# OpenConnect with Debian's vpnc-script: default routes are replaced, and /etc/resolv.conf (its nameserver: 10.9.0.53)
serve_ocserv() {
    key ocserv
    echo secret >$PLACES/secret
    echo "customer:*:$(openssl passwd -5 secret)" >$PLACES/passwd
    cat >$PLACES/ocserv.conf <<E
auth = "plain[passwd=$PLACES/passwd]"
tcp-port = 443
socket-file = $PLACES/ocserv.sock
run-as-user = nobody
run-as-group = daemon
isolate-workers = false
server-cert = $PLACES/ocserv.crt
server-key = $PLACES/ocserv.key
device = vpns
ipv4-network = 10.9.0.0/24
ipv6-network = fd09::/64
dns = 10.9.0.53
route = default
max-clients = 8
E
    begin ocserv gate ocserv --foreground --config $PLACES/ocserv.conf
}
tunnel_openconnect() { if [ "$1" = up ]; then openconnect_client --interface tun0; else end vpn; fi; }
openconnect_into() { openconnect_client --interface "$1" --script "/usr/bin/netnsctl take vpn"; }
openconnect_client() {
    wanted ocserv 443
    begin vpn - sh -c 'exec "$@" <'$PLACES/secret - openconnect --user customer --passwd-on-stdin --no-dtls "$@" \
        --servercert "pin-sha256:$(openssl x509 -in $PLACES/ocserv.crt -noout -pubkey | openssl pkey -pubin -outform der |
            openssl dgst -sha256 -binary | base64)" $EXIT4
}

# wg-quick with the kernel's WireGuard, or Debian's wireguard-go where the kernel has none
serve_wireguard() {
    local private_key
    private_key=$(wg genkey)
    (umask 077 && wg genkey >$PLACES/provider.wg)
    at gate ip link add wgs0 type wireguard 2>/dev/null || begin wireguard gate wireguard-go --foreground wgs0
    wait_until 100 at gate wg set wgs0 listen-port 51820 private-key $PLACES/provider.wg peer "$(wg pubkey <<<"$private_key")" allowed-ips 10.6.0.2/32,fd06::2/128
    at gate ip -batch - <<E
addr add 10.6.0.1/24 dev wgs0
addr add fd06::1/64 dev wgs0
link set wgs0 up
E
    install -D -m 600 /dev/stdin /etc/wireguard/wg0.conf <<E
[Interface]
PrivateKey = $private_key
Address = 10.6.0.2/32, fd06::2/128

[Peer]
PublicKey = $(wg pubkey <$PLACES/provider.wg)
AllowedIPs = 0.0.0.0/0, ::/0
Endpoint = $EXIT4:51820
E
}
tunnel_wg_quick() {
    # the first it sets, the second the kernel's device; both are left so
    [ "$1" = up ] || { wg-quick down wg0 >>$PLACES/wg-quick.log 2>&1; sysctl -qw net.ipv4.conf.all.{src_valid_mark=0,send_redirects=1}; return; }
    wanted wireguard 51820
    wg-quick up wg0 >$PLACES/wg-quick.log 2>&1
}

# What others make of routes and rules, around a tunnel of our own (tunnel.py), its outer packets marked as theirs are.
serve_tunnel() {
    begin tunnel gate python3 "$TOP/tests/tunnel.py" tun1 5555
    wait_until 100 at gate ip link show tun1
    at gate ip -batch - <<'E'
addr add 10.7.0.1/24 dev tun1
addr add fd07::1/64 dev tun1 nodad
link set tun1 up
E
}
stand_in() { # DEVICE [MARK]
    wanted tunnel 5555
    begin vpn - python3 "$TOP/tests/tunnel.py" "$1" 5555 $EXIT4 "${@:2}"
    wait_until 100 ip link show "$1"
    ip -batch - <<E
addr add 10.7.0.2/24 dev $1
addr add fd07::2/64 dev $1 nodad
link set $1 mtu 1400 up
E
}
both() { ip -4 "$@"; ip -6 "$@"; }

# NetworkManager's OpenVPN and others: a tun with the better metric
tunnel_nm_openvpn() {
    [ "$1" = up ] || { ip route del $EXIT4; end vpn; return; }
    stand_in tun0
    ip route add $EXIT4 via 192.168.1.1 dev uplink0 proto static metric 50
    both route add default dev tun0 proto static metric 50
}

# NetworkManager's WireGuard: wg-quick's two rules, with numbers from the connection's UUID: an even priority in 30768...31766,
# a mark and table in 51820...52319 (nm-device-wireguard.c)
tunnel_nm_wireguard() {
    [ "$1" = up ] || { both rule del priority 31304; both rule del priority 31305; end vpn; return; }
    stand_in wg0 52077
    both route add default dev wg0 table 52077 proto static metric 50
    both rule add priority 31304 lookup main suppress_prefixlength 0
    both rule add priority 31305 not fwmark 52077 lookup 52077
}

# Tailscale with an exit node: what is marked as its own goes by main, all else by table 52 first
tunnel_tailscale() {
    if [ "$1" = up ]; then
        stand_in tailscale0 0x80000
        both route add default dev tailscale0 table 52
        both rule add priority 5210 fwmark 0x80000/0xff0000 lookup main
        both rule add priority 5230 fwmark 0x80000/0xff0000 lookup default
        both rule add priority 5250 fwmark 0x80000/0xff0000 unreachable
        both rule add priority 5270 lookup 52
    else
        local priority
        for priority in 5210 5230 5250 5270; do both rule del priority $priority; done
        end vpn
    fi
}

# Mullvad: rules right above main's, and a table that lets out its own outer packets, the tunnel, and what split tunnelling has
# marked; in forward too (talpid-core/src/firewall/linux.rs, talpid-routing/src/unix/linux.rs)
tunnel_mullvad() {
    [ "$1" = up ] || { nft delete table inet mullvad; both rule del table 1836018789; both rule del table main suppress_prefixlength 0; end vpn; return; }
    stand_in wg0-mullvad 0x6d6f6c65
    both route add default dev wg0-mullvad table 1836018789
    both rule add not fwmark 0x6d6f6c65 table 1836018789
    both rule add table main suppress_prefixlength 0
    nft -f - <<E
table inet mullvad {
    chain prerouting {
        type filter hook prerouting priority -199; policy accept;
        iifname != "wg0-mullvad" ct mark 0xf41 meta mark set 0x6d6f6c65
        ip saddr $EXIT4 udp sport 5555 meta mark set 0x6d6f6c65
    }
    chain output {
        type filter hook output priority 0; policy drop;
        oifname "lo" accept
        ct mark 0xf41 accept
        icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
        ip daddr $EXIT4 udp dport 5555 meta mark 0x6d6f6c65 accept
        udp dport 53 reject
        tcp dport 53 reject with tcp reset
        oifname "wg0-mullvad" accept
        reject
    }
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "lo" accept
        ct mark 0xf41 accept
        icmpv6 type { nd-router-advert, nd-redirect, nd-neighbor-solicit, nd-neighbor-advert } accept
        ip saddr $EXIT4 udp sport 5555 ct state established accept
        iifname "wg0-mullvad" accept
    }
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct mark 0xf41 accept
        udp dport 53 reject
        tcp dport 53 reject with tcp reset
        oifname "wg0-mullvad" accept
        iifname "wg0-mullvad" ct state established accept
        reject
    }
    chain nat {
        type nat hook postrouting priority 100; policy accept;
        oifname "wg0-mullvad" ct mark 0xf41 drop
        oifname != "lo" ct mark 0xf41 masquerade
    }
}
E
}
