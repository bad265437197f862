#!/bin/bash
# The real firewalld on the bus, with both its backends: namespaces' packets pass, through a reload and a restart of it too, and what
# was asked of it is taken back. (Its answer to what comes from a zone is its own; ours stays the stricter.)
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
export PYTHONDONTWRITEBYTECODE=1
PY=/usr/bin/python3

running() { firewall-cmd --state 2>/dev/null | grep -q '^running'; }
# firewalld BACKEND
begin() {
    sed -i "s/^FirewallBackend=.*/FirewallBackend=$1/" /etc/firewalld/firewalld.conf
    $PY /usr/sbin/firewalld --nofork --nopid >/run/firewalld.log 2>&1 & echo $! >/run/firewalld.test
    wait_until 400 running || { cat /run/firewalld.log; return 1; }
}
end() { kill "$(cat /run/firewalld.test)"; wait_until 200 fails kill -0 "$(cat /run/firewalld.test)"; }
in_zone() { firewall-cmd --zone=trusted --list-interfaces | grep -qwF 'vn-+'; }
page() { in_ns n curl -s -m 3 "http://${1-203.0.113.2}/"; }
both_pages() { [ "$(page)" = 203.0.113.1 ] && [ "$(page '[2001:db8::2]')" = 2001:db8::1 ]; }

alone_is_closed() { # what it is about: firewalld refuses what nobody has let pass
    begin "$1"
    ip netns add plain; ip link add p0 type veth peer name p1 netns plain; ip addr add 10.99.0.1/24 dev p0; ip link set p0 up
    ip -n plain addr add 10.99.0.2/24 dev p1; ip -n plain link set p1 up; ip -n plain route add default via 10.99.0.1
    sysctl -qw net.ipv4.conf.p0.forwarding=1 net.ipv4.conf.uplink0.forwarding=1; ip -n net route add 10.99.0.0/24 via 203.0.113.1
    local rc=0; in_ns plain curl -s -m 2 http://203.0.113.2/ || rc=$?
    ip netns del plain; ip -n net route del 10.99.0.0/24; sysctl -qw net.ipv4.conf.uplink0.forwarding=0
    [ $rc != 0 ]
}
passes() { $NB up --type=nat n; wait_until 100 in_zone; wait_until 60 both_pages; }
reloaded() { firewall-cmd --reload; wait_until 20 in_zone; wait_until 20 both_pages; }
restarted() { end; begin "$1"; wait_until 60 in_zone; wait_until 40 both_pages; }
host_closed() { local rc=0; web - 8085; in_ns n curl -s -m 2 "http://$(host_address vn-n0 inet):8085/" || rc=$?; web_end; same $rc 7; }
not_for_good() { fails firewall-cmd --permanent --zone=trusted --query-interface=vn-+; same "$(find /etc/firewalld/zones -type f | wc -l)" "$ZONES"; }
taken_back() { $NB down n; wait_until 60 fails in_zone; end; }

command -v firewall-cmd >/dev/null || { echo "skip - firewalld lets namespaces pass: it is not installed"; finish; }
world_up
ZONES=$(find /etc/firewalld/zones -type f | wc -l)
for backend in nftables iptables; do
    it "firewalld ($backend) by itself refuses what is forwarded" alone_is_closed $backend
    it "firewalld ($backend): a namespace's packets pass, IPv4 and IPv6" passes
    it "firewalld ($backend): after a reload within a second" reloaded
    it "firewalld ($backend): after a restart" restarted $backend
    it "firewalld ($backend): the host stays closed to a namespace" host_closed
    it "firewalld ($backend): nothing is written into its configuration" not_for_good
    it "firewalld ($backend): what was asked of it is taken back with the last namespace" taken_back
done
# with iptables it leaves empty tables, and settings of the kernel's, behind
while read -r _ family table; do case $table in netns-broker*) ;; *) nft delete table "$family" "$table" ;; esac; done < <(nft list tables)
world_down
finish
