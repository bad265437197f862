# dhcp.sh - a namespace whose addresses come by DHCP, as a unit: the client lives in the unit's control group, with what that allows.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh

server_up() {
    ip netns add dhcpd
    ip link add p0 type veth peer name s0 netns dhcpd
    ip link set p0 up
    ip -n dhcpd addr add 10.77.0.1/24 dev s0; ip -n dhcpd addr add fd55::1/64 dev s0 nodad; ip -n dhcpd link set s0 up
    ip netns exec dhcpd dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=s0 --bind-interfaces \
        --dhcp-authoritative --no-ping --dhcp-range=10.77.0.100,10.77.0.150,10m --dhcp-range=fd55::100,fd55::1ff,64,10m --enable-ra \
        --dhcp-option=option:dns-server,10.77.0.53 --dhcp-option=option6:dns-server,[fd55::53] >/dev/null 2>&1 &
    DNSMASQ=$!
}
server_down() { kill $DNSMASQ; wait $DNSMASQ 2>/dev/null; ip link del p0; ip netns del dhcpd; }
cgroup_of() { cat "/sys/fs/cgroup$(systemctl show -P ControlGroup "$1")/cgroup.procs" 2>/dev/null; }
in_cgroup() { cgroup_of "$1" | grep -qx "$2"; } # UNIT PID
# as the client has noted itself
pid_of() { cut -d' ' -f1 /run/netns-broker/dhcp/leased/macvlan.pid; }
runs() { # CLIENT FAMILY...
    local client=$1 host procs family pid; shift
    command -v "$client" >/dev/null || { echo "there is no $client"; exit 77; }
    host=$(cat /etc/resolv.conf 2>/dev/null || :)
    printf '[Namespace]\nType=macvlan\n[Access]\nUsers=alice\nAuthorize=list\n[Link]\nParent=p0\nDHCPRequired=yes\nClient=%s\n' "$client" >/etc/netns-broker/leased.netns
    systemctl start netns@leased || { journalctl -o cat -n 40 -u netns@leased; return 1; }

    procs=$(cgroup_of netns@leased); [ -n "$procs" ]
    ps -o pid,user,args -p $(tr '\n' ' ' <<<"$procs")
    # the first of them is who starts it again, with the client's name among its words
    pid=$(pid_of); in_cgroup netns@leased "$pid"; same "$(ps -o args= -p "$pid" | sed 's/[: ].*//')" "$client"
    # up waits for the first lease; the other family's may come later
    for family; do wait_until 300 sh -c "ip -n leased -br addr show dev mv0 | grep -qF ' $family'" || { ip -n leased addr; return 1; }; done
    contains "$(su alice -c 'chnetns leased cat /etc/resolv.conf')" "nameserver 10.77.0.53"
    contains "$(ip -n leased route show default)" "via 10.77.0.1"
    same "$(cat /etc/resolv.conf 2>/dev/null || :)" "$host"
    systemctl reload netns@leased
    same "$(pid_of)" "$pid"; kill -0 "$pid"
    systemctl stop netns@leased
    for pid in $procs; do [ ! -e "/proc/$pid" ] || { ps -p "$pid"; false; }; done
    [ ! -e /run/netns-broker/dhcp/leased ]
    same "$(ip netns list | grep -v dhcpd)" ""
    same "$(journalctl -o cat -p warning -t netns-broker -u netns@leased)" ""
}
# what the doctor advises is done, and mends it: in the unit's control group again
mended() { # UNIT
    local pid old said line
    systemctl start "$1" || { journalctl -o cat -n 40 -u "$1"; return 1; }
    old=$(pid_of); in_cgroup "$1" "$old"; kill -9 $(cgroup_of "$1"); wait_until 100 fails test -e "/proc/$old"
    said=$(netnsctl doctor leased) || :
    contains "$said" 'has ended: nobody renews its lease'; contains "$said" 'netnsctl start leased starts it again'
    contains "$(netnsctl status leased)" 'nobody renews that: '
    netnsctl start leased
    systemctl is-active --quiet "$1"
    pid=$(pid_of); [ "$pid" != "$old" ]; in_cgroup "$1" "$pid"
    fails grep -q 'has ended' <<<"$(netnsctl doctor leased)"
    wait_until 200 sh -c 'ip -n leased -br addr show dev mv0 | grep -q 10.77.0.'
    systemctl stop "$1"; wait_until 100 fails test -e "/proc/$pid"
}
dies() {
    command -v dhcpcd >/dev/null || { echo "there is no dhcpcd"; return 77; }
    printf '[Namespace]\nType=macvlan\n[Link]\nParent=p0\nDHCPRequired=yes\n' >/etc/netns-broker/leased.netns
    mended netns@leased
    # kept up by the unit of a type: that one it stays
    mended netns-macvlan@leased
}
again() { # one that has died comes again, in the same place and with the same rights
    printf '[Namespace]\nType=macvlan\n[Link]\nParent=p0\nDHCPRequired=yes\nClient=dhclient\nDHCP=ipv4\n' >/etc/netns-broker/leased.netns
    systemctl start netns@leased
    local file=/run/netns-broker/dhcp/leased/macvlan.pid old new address; old=$(cut -d' ' -f1 $file); address=$(ip -n leased -4 -br addr show dev mv0)
    kill -9 "$old"
    wait_until 100 sh -c "new=\$(cut -d' ' -f1 $file); [ \$new != $old ] && kill -0 \$new"
    new=$(cut -d' ' -f1 $file); in_cgroup netns@leased "$new"; contains "$(cat /proc/$new/cgroup)" netns@leased
    same "$(grep -e ^CapBnd -e ^NoNewPrivs -e ^Seccomp: /proc/$new/status)" "$(grep -e ^CapBnd -e ^NoNewPrivs -e ^Seccomp: /proc/"$(cut -d' ' -f1 /run/netns-broker/dhcp/leased/macvlan.keep)"/status)"
    contains "$(cat /proc/$new/status)" $'NoNewPrivs:\t1'
    sleep 1; same "$(ip -n leased -4 -br addr show dev mv0)" "$address"
    wait_until 40 sh -c "journalctl -o cat -t netns-broker | grep -q 'leased: .Link macvlan.: dhclient has ended (killed by signal 9); it is started again in 1 s'"
    systemctl stop netns@leased; sleep 2; [ ! -e "/proc/$new" ]; fails pgrep -f '^dhclient '; same "$(cgroup_of netns@leased)" ''
}
server_up
it "dhcpcd lives in the unit's control group, its lease reaches the namespace, systemctl stop leaves nothing" runs dhcpcd 10.77.0. fd55::
it "dhclient does" runs dhclient 10.77.0. fd55::
it "udhcpc does" runs udhcpc 10.77.0.
it "one that has died is told, and what is advised starts it again" dies
it "a client that was killed is started again in the unit's control group, and not after systemctl stop" again
server_down
rm -rf /etc/netns-broker/leased.netns
finish
