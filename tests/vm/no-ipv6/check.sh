# check.sh - the kernel was booted with ipv6.disable=1: everything that is not about IPv6 works as ever.
. /srv/src/tests/lib.sh

NET=203.0.113.2 FAR=192.0.2.2
world() {
    ip netns add net; ip link add uplink0 type veth peer name eth0 netns net
    ip addr add 203.0.113.1/24 dev uplink0; ip link set uplink0 up; ip -n net addr add $NET/24 dev eth0; ip -n net link set eth0 up
    ip -n net link set lo up; ip -n net addr add $FAR/32 dev lo; ip route add default via $NET
    mkdir -p /etc/netns-broker
    ip netns exec net python3 -c '
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(self.client_address[0].encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("", 80), Page).serve_forever()' & WEB=$!
    wait_until 200 curl -s -m 1 http://$NET/
    ip netns exec net dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --listen-address=$NET \
        --local=/example.com/ >/dev/null 2>&1 &
    echo "nameserver $NET" >/etc/resolv.conf
}
page() { ip netns exec "$1" curl -s -m 5 "http://${2-$NET}/"; }
no_ipv6() { [ ! -e /proc/sys/net/ipv6 ]; }
nat() { same "$(netnsctl up --type=nat n 2>&1)" ''; same "$(page n)" 203.0.113.1; netnsctl status n; }
tunnel_basic() { same "$(netnsctl up --type=tunnel t 2>&1)" ''; same "$(netnsctl up --type=basic b 2>&1)" ''; }
lan() {
    ip link add tun0 type dummy 2>/dev/null || ip tuntap add tun0 mode tun
    ip addr add 10.8.0.2/24 dev tun0; ip link set tun0 up; ip route add 0.0.0.0/1 dev tun0; ip route add 128.0.0.0/1 dev tun0
    same "$(netnsctl up --type=lan l 2>&1)" ''
    same "$(page l $FAR)" 203.0.113.1
    fails page n $FAR
    netnsctl down l; ip link del tun0
}
without() { # what says IPv6=no has it
    printf '[Namespace]\nType=nat\nIPv6=no\n' >/etc/netns-broker/w.netns
    same "$(netnsctl up w 2>&1)" ''; same "$(page w)" 203.0.113.1; netnsctl down w
}
opened() {
    printf '[Namespace]\nType=nat\n[Port web]\nListen=8080\nTo=80\n' >/etc/netns-broker/p.netns
    same "$(netnsctl up p 2>&1)" ''
    ip netns exec p python3 -m http.server 80 >/dev/null 2>&1 & local pid=$!
    wait_until 200 sh -c 'curl -s -m 2 http://127.0.0.1:8080/ | grep -q Directory'
    wait_until 40 sh -c 'ip netns exec net curl -s -m 2 http://203.0.113.1:8080/ | grep -q Directory'
    kill $pid; netnsctl down p
}
by_dhcp() { # what a type says of DHCP= means both families
    ip netns add office; ip link add lan0 type veth peer name eth0 netns office; ip link set lan0 up
    ip -n office addr add 192.0.2.129/25 dev eth0; ip -n office link set eth0 up; ip -n office link set lo up
    ip netns exec office dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= --leasefile-ro --interface=eth0 --no-ping \
        --dhcp-authoritative --dhcp-range=192.0.2.140,192.0.2.149,10m >/dev/null 2>&1 & local server=$! client
    for client in dhcpcd dhclient udhcpc; do
        command -v $client >/dev/null || { echo "there is no $client"; return 1; }
        printf '[Namespace]\nType=macvlan\n[Link]\nParent=lan0\nClient=%s\nDHCPRequired=yes\n' $client >/etc/netns-broker/m.netns
        same "$(netnsctl up m 2>&1)" ''
        contains "$(ip -n m -br addr)" 192.0.2.14
        netnsctl down m
    done
    kill $server; rm /etc/netns-broker/m.netns; ip link del lan0; ip netns del office
}
# this machine has no name server and no NTP, which has nothing to do with it
told() {
    local said
    netnsctl status --json >/dev/null; netnsctl graph >/dev/null
    said=$(netnsctl doctor n) || [ $? = 3 ]
    contains "$said" 'IPv4 out: leaves by uplink0'
    same "$(grep -v -e '^n: good' -e '^n: warning' -e 'IPv4 out: leaves by uplink0' -e 'DNS' -e 'clock: ' <<<"$said")" ''
}
all_away() {
    netnsctl down --all
    same "$(ip -br link | awk '{ print $1 }' | grep '^vn-')" ''
    same "$(nft list tables | grep -v guard)" "$RULESET"
    same "$(ip rule)" "$RULES"
}

RULESET=$(nft list tables) RULES=$(ip rule)
world
it "this kernel has no IPv6" no_ipv6
it "without IPv6 in the kernel: a nat namespace comes up without a word, and reaches the net" nat
it "without IPv6 in the kernel: so do the types tunnel and basic" tunnel_basic
it "without IPv6 in the kernel: a lan namespace leaves beside a VPN" lan
it "without IPv6 in the kernel: IPv6=no is no mistake" without
it "without IPv6 in the kernel: ports are published" opened
it "without IPv6 in the kernel: each DHCP client asks for IPv4" by_dhcp
it "without IPv6 in the kernel: status, graph and doctor find nothing wrong" told
it "without IPv6 in the kernel: after down nothing is left" all_away
kill $WEB
finish
