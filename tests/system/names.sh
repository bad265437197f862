# names.sh - nothing that a program inside has to look up a name with asks the host: real systemd-resolved, nscd and avahi, which are also
# restarted while it runs, and all that getaddrinfo can load. Packets of the host's interfaces and the servers' own logs are the witnesses.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh
. /srv/src/tests/world.sh
units='systemd-resolved.service nscd.service avahi-daemon.socket avahi-daemon.service'
keep=$(mktemp -d)
cp -a /etc/resolv.conf /etc/nsswitch.conf /etc/nscd.conf "$keep"

server() { # NAMESPACE ADDRESS ANSWER LOG
    ip netns exec "$1" dnsmasq --keep-in-foreground --user=root --pid-file= --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces \
        --listen-address="$2" --address=/example/"$3" --log-queries --log-facility="$4" &
    SERVERS+=($!)
}
SERVERS=()
# what the host would ask, over its uplink; and what the namespace has
ip netns add net
ip link add up0 type veth peer name eth0 netns net
ip addr add 203.0.113.1/24 dev up0; ip link set up0 up
ip -n net addr add 203.0.113.2/24 dev eth0; ip -n net link set eth0 up; ip -n net link set lo up
ip route add default via 203.0.113.2
ip netns add far
ip -n far link set lo up
conf box <<'C'
[Namespace]
Type=basic
[Access]
Users=alice
Authorize=list
[Link far]
Kind=veth
Peer=far
Name=far0
HostName=box0
Address=10.50.0.2/24
HostAddress=10.50.0.1/24
Gateway=10.50.0.1
[DNS]
Servers=10.50.0.1
C
systemctl start netns@box
server net 203.0.113.2 203.0.113.99 /tmp/net.log
server far 10.50.0.1 10.50.0.99 /tmp/far.log
mkdir -p /run/systemd/resolved.conf.d
printf '[Resolve]\nDNS=203.0.113.2\nFallbackDNS=\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\n' >/run/systemd/resolved.conf.d/test.conf
ln -sfn /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
sed -i 's/^hosts:.*/hosts: mymachines resolve [!UNAVAIL=return] files mdns4_minimal [NOTFOUND=return] myhostname dns/' /etc/nsswitch.conf
sed -i 's/^\s*enable-cache\s*hosts.*/enable-cache hosts yes/' /etc/nscd.conf
for unit in $units; do systemctl unmask --quiet $unit; done
systemctl start $units
tcpdump --immediate-mode -i any -nn -l -w /tmp/host.pcap 2>/tmp/tcpdump.log & TCPDUMP=$!
wait_until 200 grep -q listening /tmp/tcpdump.log

inside() { as alice "chnetns box $1"; }
first() { awk '{ print $1; exit }'; }
# not_outside WORD - neither the host's server nor any of its interfaces saw it
not_outside() { sleep 0.2; fails grep -q "$1" /tmp/net.log && fails grep -aq "$1" /tmp/host.pcap; }

witnesses() {
    same "$(as alice 'getent ahostsv4 outside1.example' | first)" 203.0.113.99
    grep -q outside1 /tmp/net.log
    wait_until 100 grep -aq outside1 /tmp/host.pcap
    same "$(as alice 'getent -s resolve ahostsv4 outside2.example' | first)" 203.0.113.99
    systemctl is-active --quiet $units
}
it "the host resolves by systemd-resolved, and the witnesses see it" witnesses
plain() {
    same "$(inside 'getent ahostsv4 inside1.example' | first)" 10.50.0.99
    same "$(inside 'getent hosts inside2.example' | first)" 10.50.0.99
    grep -q inside1 /tmp/far.log
    not_outside inside
}
it "inside, getaddrinfo and gethostbyname ask the namespace's server alone" plain
modules() {
    local module
    for module in resolve mymachines mdns mdns4 mdns4_minimal mdns_minimal; do
        fails inside "getent -s $module ahosts module-$module.example"
        fails inside "getent -s $module ahosts module-$module.local"
    done
    not_outside module-
}
it "no NSS module reaches its daemon: resolve, mymachines, mdns" modules
sockets() {
    local path
    for path in /run/systemd/resolve/io.systemd.Resolve /run/nscd/socket /run/avahi-daemon/socket; do
        [ -S $path ] || { echo "the host has no $path"; return 1; }
        fails inside "test -e $path"
    done
}
it "their sockets are not there" sockets
by_bus() {
    contains "$(inside "busctl --timeout=5 call org.freedesktop.resolve1 /org/freedesktop/resolve1 org.freedesktop.resolve1.Manager ResolveHostname isit 0 bus1.example 2 0")" 99
    grep -q bus1 /tmp/net.log
    sed -i 's/Type=basic/&\nSystemBus=no/' /etc/netns-broker/box.netns
    fails inside "busctl --timeout=5 call org.freedesktop.resolve1 /org/freedesktop/resolve1 org.freedesktop.resolve1.Manager ResolveHostname isit 0 bus2.example 2 0"
    fails inside "resolvectl query bus3.example"
    fails inside "avahi-resolve -n bus4.local"
    not_outside bus2 && not_outside bus3 && not_outside bus4
    sed -i /SystemBus/d /etc/netns-broker/box.netns
}
it "over D-Bus the host's resolved answers, as the manual says; SystemBus=no closes that" by_bus
# a program that looks a new name up ten times a second, while FUNCTION is done to the host
meanwhile() {
    local name=$1
    shift
    : >/tmp/asked; chmod 666 /tmp/asked
    as alice "chnetns box sh -c 'n=0; while [ \$n -lt 60 ]; do n=\$((n+1)); getent ahostsv4 $name-\$n.example | head -n 1 >>/tmp/asked; sleep 0.05; done'" &
    local pid=$!
    wait_until 100 test -s /tmp/asked
    "$@"
    wait $pid
    same "$(grep -c ^10.50.0.99 /tmp/asked)" 60
    not_outside "$name-"
}
restart() { systemctl restart $units; }
it "they are restarted meanwhile: it asks as before" meanwhile restarted restart
stop_start() { systemctl stop $units; ls -d /run/nscd /run/avahi-daemon /run/systemd/resolve; systemctl start $units; }
it "they are stopped and started meanwhile: it asks as before" meanwhile stopped stop_start
rewritten() {
    local n
    for n in 1 2 3 4 5; do
        rm /etc/resolv.conf; echo 'nameserver 203.0.113.2' >/etc/resolv.conf
        sed -i 's/^hosts:.*/hosts: resolve/' /etc/nsswitch.conf
        ln -sfn /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
        sleep 0.1
    done
}
it "the host's resolv.conf and nsswitch.conf are replaced meanwhile: it asks as before" meanwhile rewritten rewritten
private_file() {
    echo secret >/etc/alices; chown alice /etc/alices; chmod 600 /etc/alices
    systemctl reload netns@box
    same "$(inside 'cat /etc/alices')" secret
    echo groups >/etc/grouped; chgrp carol /etc/grouped; chmod 640 /etc/grouped
    systemctl reload netns@box
    fails inside 'cat /etc/grouped'
    fails inside 'cat /etc/shadow'
    rm /etc/alices /etc/grouped
}
it "a file in /etc that is the user's own can be read inside, others' cannot" private_file
user_lookups() { same "$(inside 'id -un; getent group root | cut -d: -f1')" $'alice\nroot'; }
it "users and groups are looked up as outside" user_lookups

kill $TCPDUMP "${SERVERS[@]}"
systemctl stop $units
for unit in $units; do systemctl mask --quiet $unit; done
rm -rf /etc/resolv.conf; cp -a "$keep"/* /etc/; rm -r "$keep" /run/systemd/resolved.conf.d
systemctl stop netns@box; rm /etc/netns-broker/box.netns
ip netns del net; ip netns del far; ip link del up0 2>/dev/null
finish
