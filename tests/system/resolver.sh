# resolver.sh - a namespace's own resolver (Resolver=) as a unit of a real systemd, and the guard of its name servers.
. /srv/src/tests/lib.sh

active() { systemctl is-active --quiet "$1"; }
net_up() {
    ip netns add net; ip -n net link set lo up
    ip link add up0 type veth peer name eth0 netns net; ip addr add 203.0.113.1/24 dev up0; ip link set up0 up; ip route add default via 203.0.113.2
    ip -n net link set eth0 up; local a; for a in 2 53 54; do ip -n net addr add 203.0.113.$a/24 dev eth0; done
    for a in 53 54; do
        ip netns exec net dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --bind-interfaces \
            --listen-address=203.0.113.$a --address=/who.test/192.0.2.$a & SERVERS+=($!)
    done
    wait_until 100 sh -c 'ip netns exec net ss -Hlnt | grep -qF 203.0.113.54:53'
}
net_down() { kill "${SERVERS[@]}"; wait "${SERVERS[@]}" 2>/dev/null; ip link del up0; ip netns del net; }
box() { printf '[Namespace]\nType=nat\n[DNS]\nServers=%s\nGuard=yes\nResolver=%s\n' "$2" "$1" >/etc/netns-broker/r.netns; }
answer() { chnetns r getent ahostsv4 who.test | awk '$2 == "STREAM" { print $1 }'; }
main_pid() { systemctl show -P MainPID "$1-netns@r.service"; }
starts() { systemctl start "$1" 2>/dev/null || { journalctl -o cat -n 30; return 1; }; }

unit_runs() {
    box "$1" 203.0.113.53; starts netns@r
    active "$1-netns@r.service"
    same "$(chnetns r grep nameserver /etc/resolv.conf)" 'nameserver 127.0.0.1'
    same "$(answer)" 192.0.2.53
}
sandboxed() {
    local pid; pid=$(main_pid "$1")
    same "$(readlink "/proc/$pid/ns/net")" "$(ip netns exec r readlink /proc/self/ns/net)"
    [ "$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")" -ge 61184 ] # DynamicUser=
    same "$(awk '/^Cap(Prm|Bnd):/ { print $2 }' "/proc/$pid/status" | sort -u)" 0000000000000400
    same "$(awk '/^NoNewPrivs:/ { print $2 }' "/proc/$pid/status")" 1
    systemd-analyze security --no-pager --offline=true --threshold=18 "/usr/lib/systemd/system/$1-netns@.service" >/tmp/exposure || { tail -n 1 /tmp/exposure; return 1; }
    same "$(systemd-analyze verify --man=no "$1-netns@r.service" 2>&1)" ""
}
reloaded() {
    box "$1" 203.0.113.54; systemctl reload netns@r
    same "$(answer)" 192.0.2.54
    active "$1-netns@r.service"
}
comes_back() {
    local old; old=$(main_pid "$1"); systemctl kill -s KILL "$1-netns@r.service"
    wait_until 100 sh -c "[ \$(systemctl show -P MainPID $1-netns@r.service) != $old ] && systemctl is-active --quiet $1-netns@r.service"
    wait_until 40 sh -c 'chnetns r getent ahostsv4 who.test | grep -q 192.0.2.54'
}
# told by who follows an uplink or a VPN: the file in place, and a reload
followed() {
    systemctl stop netns@r
    echo 'nameserver 203.0.113.53' >/tmp/resolv; cp /etc/resolv.conf /tmp/resolv.before; cat /tmp/resolv >/etc/resolv.conf
    printf '[Namespace]\nType=lan\n[DNS]\nGuard=yes\nResolver=%s\n' "$1" >/etc/netns-broker/r.netns
    starts netns@r
    local first then=; first=$(answer)
    echo 'nameserver 203.0.113.54' >/etc/resolv.conf
    ! wait_until 100 sh -c 'chnetns r getent ahostsv4 who.test | grep -q 192.0.2.54' || then=yes
    cat /tmp/resolv.before >/etc/resolv.conf
    same "$first" 192.0.2.53; same "$then" yes
}
stopped() { systemctl stop netns@r; fails active "$1-netns@r.service"; same "$(systemctl list-units --all --no-legend --plain "$1-netns@*")" ""; same "$(ls /run/netns-broker/dns 2>/dev/null)" ""; }
by_name() { box "$1" 203.0.113.53; netnsctl start r; active "$1-netns@r.service"; netnsctl stop r; fails active "$1-netns@r.service"; fails active netns@r.service; }
does_not_start() {
    mv /usr/sbin/unbound /usr/sbin/unbound.away; printf '#!/bin/sh\nexit 1\n' >/usr/sbin/unbound; chmod 755 /usr/sbin/unbound
    box unbound 203.0.113.53; local up=no; systemctl start netns@r 2>/dev/null && up=yes
    mv /usr/sbin/unbound.away /usr/sbin/unbound
    systemctl stop netns@r unbound-netns@r; systemctl reset-failed netns@r unbound-netns@r 2>/dev/null || :
    same "$up" no; contains "$(journalctl -o cat -u netns@r)" 'r.netns:6: [DNS] Resolver=unbound: cannot start unbound-netns@r.service'
}

SERVERS=()
net_up
for program in dnsmasq unbound; do
    it "$program-netns@NAME.service runs inside, and is what programs see" unit_runs $program
    it "$program: nobody's user, no capability but for port 53, hardly exposed" sandboxed $program
    it "$program: systemctl reload of the namespace: another server" reloaded $program
    it "$program: killed, it comes back" comes_back $program
    it "$program: another uplink's server is followed" followed $program
    it "$program: systemctl stop ends it, and leaves nothing" stopped $program
    it "$program: netnsctl start and stop, too" by_name $program
done
it "one that does not start is a sentence in the namespace's journal" does_not_start
rm -f /etc/netns-broker/r.netns
net_down
finish
