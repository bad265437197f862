# dhcp.sh - sourced by tests after lib.sh and world.sh: a network with a real dnsmasq that gives addresses, in a namespace of its own, and
# the namespace `leased` that asks there. p0 is the host's interface on that network, by which macvlans ask; the server's end of it is s0.

# serve DNS [OPTION...]: DHCP, DHCPv6 and router advertisements; the resolver it tells is DNS. T1 is 3 s and T2 6 s, so that a client renews soon.
serve() {
    local dns=$1; shift
    ip netns exec dhcpd dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=s0 --bind-interfaces \
        --dhcp-authoritative --no-ping --dhcp-option=option:dns-server,"$dns" --dhcp-option=58,3s --dhcp-option=59,6s "$@" >/run/dnsmasq.log 2>&1 &
    echo $! >/run/dhcpd.pid
    wait_until 100 sh -c 'ip netns exec dhcpd ss -ulnwH | grep -q -e ":67 " -e ":58 "'
}
serve_end() { [ ! -e /run/dhcpd.pid ] || { kill "$(cat /run/dhcpd.pid)"; wait_until 100 fails kill -0 "$(cat /run/dhcpd.pid)"; rm /run/dhcpd.pid; }; }
same_host() { [ "$1" = "$(host_state)" ] || { diff <(echo "$1") <(host_state); return 1; }; }
V4=--dhcp-range=10.77.0.100,10.77.0.150,2m
V6='--dhcp-range=fd55::100,fd55::1ff,64,2m --enable-ra --dhcp-option=option6:dns-server,[fd55::53]'
network_up() {
    ip netns add dhcpd
    ip link add p0 type veth peer name s0 netns dhcpd; sysctl -qw net.ipv6.conf.p0.accept_ra=0; ip link set p0 up
    ip -n dhcpd addr add 10.77.0.1/24 dev s0; ip -n dhcpd addr add fd55::1/64 dev s0 nodad; ip -n dhcpd link set lo up; ip -n dhcpd link set s0 up
    wait_until 100 sh -c '! ip -n dhcpd -6 addr show tentative | grep . && ! ip -6 addr show tentative | grep .'
}
network_down() { serve_end; ip link del p0; ip netns del dhcpd; }

# leased_conf CLIENT [LINE...]: the namespace `leased`, by a macvlan called eth0 inside
leased_conf() { $NB down leased; printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\nClient=%s\n' "$1" >/etc/netns-broker/leased.netns; shift; [ $# = 0 ] || printf '%s\n' "$@" >>/etc/netns-broker/leased.netns; }
resolv() { cat "/run/netns-broker/dns/${1-leased}/resolv.conf"; }
address() { ip -n "${1-leased}" -4 -br addr show dev eth0 | awk '{ print $3 }'; }
lease() { jq -r "$1" "/run/netns-broker/dhcp/${2-leased}/macvlan.json"; }
client_pid() { cut -d' ' -f1 "/run/netns-broker/dhcp/${1-leased}/macvlan.pid"; }
needs_client() { command -v "$1" >/dev/null || { echo "there is no $1"; exit 77; }; }
# nothing of `leased` but what is to be kept on disk
gone() {
    local name=${1-leased}
    # also where set -e does not count: gone || ...
    same "$(ls -d /run/netns/$name /run/netns-broker/dhcp/$name /run/netns-broker/dns/$name 2>/dev/null)" '' || return 1
    # by their words: what the kernel calls them is the file that they were bound to
    wait_until 60 fails pgrep -f '^(dhcpcd|dhclient|udhcpc)[: ]|^/usr/libexec/netns-broker/keep ' || { ps -e -o pid,comm,args | grep -e dhc -e keep; return 1; }
}
# seconds CMD...: how many it took
seconds() { local begin=$EPOCHREALTIME; "$@"; local rc=$?; awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%d\n", b - a }'; return $rc; }
server_back() { serve_end; ip -n dhcpd addr flush dev s0 scope global; ip -n dhcpd addr add 10.77.0.1/24 dev s0; ip -n dhcpd addr add fd55::1/64 dev s0 nodad; serve 10.77.0.53 $V4 $V6 --dhcp-option=option:domain-search,lab.example; }
# what goes to the system's log, in /run/syslog, from here to the end of the test
log_begin() {
    rm -f /dev/log /run/syslog; python3 -c 'import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/dev/log")
out = open("/run/syslog", "wb", 0)
while True: out.write(s.recv(8192).rstrip(b"\0") + b"\n")' & LOGGER=$!
    wait_until 100 test -e /run/syslog
}
log_end() { kill $LOGGER; wait $LOGGER 2>/dev/null || :; rm -f /dev/log /run/syslog; }
# told WHAT [WRAPPER...]: the script, of a client that leaves it to it; its variables in LEASE, as "ip=… router=…"
told() { local what=$1; shift; in_ns leased env NETNS=leased NETNS_LINK=macvlan NETNS_CLIENT=udhcpc interface=eth0 subnet=255.255.255.0 lease=600 $LEASE "$@" /usr/libexec/netns-broker/lease "$what"; }
addresses() { ip -n leased -4 -br addr show dev eth0 | awk '{ for (i = 3; i <= NF; i++) printf "%s ", $i }' | sed 's/ $//'; }
# of the clients one that is there, for what is the same with all of them
FIRST=; for c in dhclient udhcpc dhcpcd; do ! command -v $c >/dev/null || FIRST=${FIRST:-$c}; done
