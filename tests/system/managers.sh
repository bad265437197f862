# managers.sh - beside what manages the host's network: systemd-networkd, NetworkManager, ifupdown with dhclient, dhcpcd, ConnMan. Each runs
# for real, holds the uplink by DHCP, and none touches an interface of ours. (There is no udev in a container: tests/vm/managers.sh.)
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh
units='NetworkManager.service networking.service dhcpcd.service connman.service'
mine='/etc/dhcpcd.conf /etc/connman/main.conf /etc/network/interfaces /etc/resolv.conf'
keep=$(mktemp -d)
listing() { find /etc /var/lib -xdev \( -path /var/lib/systemd -o -path /var/lib/private \) -prune -o -print | sort; }
listing >"$keep/before"
for file in $mine; do
    mkdir -p "$keep${file%/*}"
    cp -a "$file" "$keep$file"
done

# the Internet, which also hands out addresses and name servers
net_up() {
    ip netns add net
    ip -n net link set lo up
    ip link add up0 type veth peer name eth0 netns net
    ip -n net addr add 203.0.113.2/24 dev eth0
    ip -n net addr add 2001:db8::2/64 dev eth0 nodad
    ip -n net link set eth0 up
    ip netns exec net dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null \
        --interface=eth0 --bind-interfaces --dhcp-authoritative --no-ping --dhcp-range=203.0.113.100,203.0.113.150,10m \
        --dhcp-option=option:dns-server,203.0.113.53,192.0.2.54 --enable-ra --dhcp-range=2001:db8::100,2001:db8::200,64,10m \
        --dhcp-option=option6:dns-server,[2001:db8::53] >/tmp/dnsmasq.log 2>&1 &
    DNSMASQ_PID=$!
    ip netns exec net python3 /srv/src/tests/web.py 80 &
    WEB_PID=$!
}
net_down() {
    kill $DNSMASQ_PID $WEB_PID
    wait $DNSMASQ_PID $WEB_PID 2>/dev/null
    ip link del up0
    ip netns del net
}
# end INTERFACE - what another program might change of it
end() {
    cat "/sys/class/net/$1/address"
    ip -o addr show dev "$1" scope global | awk '{ print $3, $4 }'
    ip -j link show dev "$1" | jq -c '.[0] | [.ifname, .mtu, .group, .master, (.flags | sort), .altnames]'
    grep -r . "/proc/sys/net/ipv4/conf/$1" "/proc/sys/net/ipv6/conf/$1" 2>/dev/null | sort
}
ends() { local name; for name; do end "vn-${name}0"; done; }
unchanged() { diff <(ends early late) <(cat /tmp/early /tmp/late); }
leased() { ip -4 -o addr show dev up0 | grep -q ' 203\.0\.113\.1[0-5]' && ip route show default | grep -q 203.0.113.2; }
page() { same "$(in_ns "$1" curl -s -m 2 http://203.0.113.2/)" "$(host_address up0 inet)"; }
# `up` of a namespace of type lan, which asks whoever manages the uplink
servers() { jq -c '.servers | sort' /run/netns-broker/uplink/lan.json; }
all_servers() { [ "$(servers)" = '["192.0.2.54","2001:db8::53","203.0.113.53"]' ]; }
lan_knows() {
    $NB up lan
    # those of DHCPv6 come a little later
    wait_until 300 all_servers || { servers; return 1; }
    same "$(jq -r .ipv4.gateway /run/netns-broker/uplink/lan.json)" 203.0.113.2
    wait_until 100 page lan
}
warnings() { journalctl -q -o cat -p warning -u "$1"; }
fresh() { $NB down --all; net_down; net_up; }
printf '[Namespace]\nType=lan\n' >/etc/netns-broker/lan.netns
printf '[Namespace]\nType=nat\n' >/etc/netns-broker/early.netns
printf '[Namespace]\nType=nat\n' >/etc/netns-broker/late.netns
printf '[Namespace]\nType=nat\n[Link host]\nHostName=mine0\n' >/etc/netns-broker/own.netns
net_up

# ---- systemd-networkd, with files that match everything

networkd_catches_all() {
    printf '[Match]\nName=up0\n[Network]\nDHCP=yes\n' >/etc/systemd/network/20-up.network
    printf '[Match]\nName=*\n[Network]\nDHCP=yes\nLinkLocalAddressing=yes\n[Link]\nMACAddress=02:00:00:00:00:77\n' >/etc/systemd/network/50-all.network
    $NB up early
    ends early >/tmp/early
    systemctl start systemd-networkd
    wait_until 200 leased
    $NB up late
    ends late >/tmp/late
    # another program's link is taken meanwhile
    ip link add plain0 type veth peer name plain1
    ip link set plain0 up
    wait_until 100 grep -q 02:00:00:00:00:77 /sys/class/net/plain0/address
    networkctl reload
    networkctl reconfigure up0
    wait_until 100 leased
    for name in early late; do contains "$(networkctl --no-legend list vn-${name}0)" unmanaged; done
    unchanged
    ip link del plain0
}
networkd_waits_for_none() {
    wait_until 100 leased
    /lib/systemd/systemd-networkd-wait-online --timeout=15
}
networkd_tells() { lan_knows; }
# nobody watches: what networkd takes away stays away
networkd_leaves_rules() {
    local rules link
    systemctl stop netns-broker-watch.path netns-broker-watch.service
    rules=$(ip rule; ip -6 rule)
    contains "$rules" "iif vn-lan0"
    ip rule add priority 77 to 192.0.2.77 lookup 77
    for link in new1 new2; do
        ip link add $link type veth peer name $link-far
        ip link set $link up
        wait_until 100 sh -c "networkctl --no-legend list $link | grep -q config"
    done
    networkctl reconfigure up0
    systemctl restart systemd-networkd
    # an admin's own rule is gone: it did remove what it does not know
    wait_until 100 sh -c '! ip rule | grep -q 192.0.2.77'
    same "$(ip rule; ip -6 rule)" "$rules"
    ip link del new1
    ip link del new2
}
networkd_watched() {
    systemctl start netns-broker-watch.path
    wait_until 100 leased
    wait_until 100 page lan
    networkctl reconfigure up0
    wait_until 200 page lan
}
# where no udev says whose it is, what networkd does is at least said
networkd_takes_own_names() {
    $NB up own
    wait_until 100 sh -c 'networkctl --no-legend list mine0 | grep -q config'
    contains "$($NB check own)" "systemd-networkd configures mine0"
    contains "$($NB check own)" "own.netns: good"
    fails grep -q configures <<<"$($NB check early late lan)"
    printf '[Match]\nName=mine0\n[Link]\nUnmanaged=yes\n' >/etc/systemd/network/05-mine.network
    $NB down own
    networkctl reload
    $NB up own
    end mine0 >/tmp/own
    wait_until 100 sh -c 'networkctl --no-legend list mine0 | grep -q unmanaged'
    diff <(end mine0) /tmp/own
    same "$($NB check own)" "own.netns: good"
}
networkd_ends() {
    systemctl stop systemd-networkd.socket systemd-networkd
    rm /etc/systemd/network/*.network
    fresh
}
it "systemd-networkd with a file for everything leaves namespaces of before and after its start alone" networkd_catches_all
it "systemd-networkd-wait-online does not wait for our interfaces" networkd_waits_for_none
it "type lan takes gateway and name servers from systemd-networkd" networkd_tells
it "systemd-networkd removes foreign rules at every turn, but not those of type lan" networkd_leaves_rules
it "a namespace of type lan works again at once after systemd-networkd has made the uplink anew" networkd_watched
it "check says it where systemd-networkd takes HostName=mine0, and what it advises helps" networkd_takes_own_names
networkd_ends >/dev/null 2>&1

# ---- NetworkManager

manager_has() { nmcli -t -f DEVICE,STATE device | grep -qx "$1"; }
manager_starts() {
    $NB up early
    ends early >/tmp/early
    systemctl unmask NetworkManager
    systemctl start NetworkManager
    wait_until 300 manager_has up0:connected
    $NB up late lan
    ends late >/tmp/late
    for name in early late lan; do wait_until 100 manager_has vn-${name}0:unmanaged; done
    # no profile for any of them, in memory neither
    same "$(nmcli -t -f DEVICE connection | sed 's/^$/--/' | sort | grep -v -x -e lo -e up0)" ""
    fails grep -rq vn- /run/NetworkManager /etc/NetworkManager/system-connections
    unchanged
}
manager_restarts() {
    systemctl restart NetworkManager
    wait_until 300 manager_has up0:connected
    unchanged
    wait_until 100 page lan
}
manager_off_and_on() {
    nmcli networking off
    wait_until 100 fails leased
    unchanged
    nmcli networking on
    wait_until 300 manager_has up0:connected
    unchanged
    wait_until 100 page lan
    wait_until 100 page early
}
parent() {
    nmcli -t device show up0
    nmcli -t -f DEVICE,STATE,CONNECTION device
    end up0
}
manager_keeps_parents() {
    printf '[Namespace]\nType=macvlan\n[Link macvlan]\nParent=up0\nAddress=203.0.113.77/24\n' >/etc/netns-broker/mv.netns
    wait_until 100 sh -c 'nmcli -t device show up0 | grep -q "IP6.ADDRESS.*2001" && ! ip -6 addr show dev up0 tentative | grep -q inet6'
    parent >/tmp/parent
    $NB up mv
    same "$(in_ns mv curl -s -m 5 http://203.0.113.2/)" 203.0.113.77
    diff <(parent) /tmp/parent
    $NB down mv
    sleep 0.3
    diff <(parent) /tmp/parent
    rm /etc/netns-broker/mv.netns
}
manager_takes_own_names() {
    $NB up own
    wait_until 100 test -e "/run/NetworkManager/devices/$(cat /sys/class/net/mine0/ifindex)"
    contains "$($NB check own)" "NetworkManager manages mine0"
    fails grep -q manages <<<"$($NB check early late lan)"
    $NB down own
    printf '[device-mine0]\nmatch-device=interface-name:mine0\nmanaged=0\n' >/etc/NetworkManager/conf.d/mine0.conf
    nmcli general reload
    $NB up own
    wait_until 100 manager_has mine0:unmanaged
    same "$($NB check own)" "own.netns: good"
}
manager_ends() {
    systemctl stop NetworkManager
    systemctl mask NetworkManager
    fresh
}
it "NetworkManager manages none of our interfaces and makes no connection for them" manager_starts
it "type lan takes gateway and name servers from NetworkManager" lan_knows
it "NetworkManager restarted: namespaces stay as they are and work" manager_restarts
it "nmcli networking off and on: namespaces stay as they are, and work again" manager_off_and_on
it "a macvlan on NetworkManager's uplink works, and NetworkManager sees no change" manager_keeps_parents
it "check says it where NetworkManager takes HostName=mine0, and what it advises helps" manager_takes_own_names
manager_ends >/dev/null 2>&1

# ---- ifupdown, with dhclient

ifupdown_leaves_them() {
    printf 'auto lo up0\niface lo inet loopback\niface up0 inet dhcp\niface up0 inet6 dhcp\n' >/etc/network/interfaces
    $NB up early
    ends early >/tmp/early
    systemctl unmask networking
    systemctl start networking
    wait_until 100 leased
    pgrep -x dhclient
    lan_knows
    $NB up late
    ends late >/tmp/late
    systemctl restart networking
    wait_until 100 leased
    unchanged
    wait_until 100 page lan
    wait_until 100 page early
}
ifupdown_ends() {
    systemctl stop networking
    systemctl mask networking
    fresh
}
it "ifupdown and dhclient: networking.service stopped and started, namespaces stay; lan knows the lease" ifupdown_leaves_them
ifupdown_ends >/dev/null 2>&1

# ---- dhcpcd for all interfaces. Its udev module finds no udev here, and then it takes none at all.

dhcpcd_takes_them() {
    systemctl unmask dhcpcd
    mkdir -p /run/systemd/system/dhcpcd.service.d
    printf '[Service]\nExecStart=\nExecStart=/usr/sbin/dhcpcd -q -b --nodev --noarp\n' >/run/systemd/system/dhcpcd.service.d/test.conf
    systemctl daemon-reload
    systemctl start dhcpcd
    wait_until 200 leased
    systemctl start netns@late
    contains "$(warnings netns@late)" 'denyinterfaces vn-*'
    contains "$($NB check late)" 'denyinterfaces vn-*'
    contains "$($NB check late)" 'late.netns: good'
    contains "$($NB doctor late)" 'denyinterfaces vn-*'
    wait_until 100 grep -q 0 /proc/sys/net/ipv6/conf/vn-late0/accept_ra
    systemctl stop netns@late
}
dhcpcd_told() {
    systemctl stop dhcpcd
    sed -i '$a denyinterfaces vn-*' /etc/dhcpcd.conf
    $NB up early
    ends early >/tmp/early
    systemctl start dhcpcd
    wait_until 200 leased
    same "$($NB up late 2>&1)" ""
    ends late >/tmp/late
    same "$($NB check late)" "late.netns: good"
    lan_knows
    unchanged
}
dhcpcd_ends() {
    systemctl stop dhcpcd
    systemctl mask dhcpcd
    rm -r /run/systemd/system/dhcpcd.service.d
    systemctl daemon-reload
    fresh
}
it "where dhcpcd takes our interfaces, up, check and doctor say which line stops it" dhcpcd_takes_them
it "with that line dhcpcd leaves them alone, and nobody warns; lan has its name servers" dhcpcd_told
dhcpcd_ends >/dev/null 2>&1

# ---- ConnMan

connman_takes_them() {
    systemctl unmask connman
    ip link set up0 up
    systemctl start connman
    $NB up late 2>/tmp/said
    contains "$(cat /tmp/said)" 'ConnMan takes vn-late0 for one of its own interfaces: add "vn-" to its NetworkInterfaceBlacklist='
    contains "$($NB check late)" 'NetworkInterfaceBlacklist='
    # it takes the addresses away as well
    systemctl restart connman
    wait_until 100 sh -c '! ip -4 addr show dev vn-late0 | grep -q 198.1'
    $NB down late
}
connman_told() {
    systemctl stop connman
    printf '[General]\nNetworkInterfaceBlacklist=vmnet,vboxnet,virbr,ifb,ve-,vb-,ham,veth,vxlan,vn-\n' >/etc/connman/main.conf
    $NB up early
    ends early >/tmp/early
    systemctl start connman
    same "$($NB up late 2>&1)" ""
    ends late >/tmp/late
    same "$($NB check late)" "late.netns: good"
    systemctl restart connman
    wait_until 200 sh -c 'connmanctl services | grep -q Wired'
    sleep 1
    unchanged
}
connman_ends() {
    systemctl stop connman
    systemctl mask connman
    $NB down --all
    net_down
}
it "where ConnMan takes our interfaces, up and check say which line stops it" connman_takes_them
it "with that line ConnMan leaves them alone, and nobody warns" connman_told
connman_ends >/dev/null 2>&1

# ---- as it was

as_before() {
    local file
    rm -f /etc/netns-broker/{lan,early,late,own}.netns
    for file in $mine; do cp -a "$keep$file" "$file"; done
    listing | comm -13 "$keep/before" - | while read -r file; do rm -rf "$file"; done
    same "$(listing)" "$(cat "$keep/before")"
    for file in $units; do same "$(systemctl is-enabled $file 2>/dev/null)" masked; done
    same "$(ip netns list)" ""
    same "$(ip -o link | grep -c -e vn- -e mine0 -e up0)" 0
    systemctl is-active netns-broker-watch.path
}
it "afterwards all is as it was before" as_before
rm -rf "$keep"
finish
