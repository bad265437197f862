#!/bin/bash
# Addresses by DHCP: a real dnsmasq answers, each of the three clients asks.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/dhcp.sh"

arrives() { # CLIENT
    needs_client "$1"; leased_conf "$1"
    echo 'nameserver 192.0.2.99' >/etc/resolv.conf
    local host; host=$(host_state)
    $NB up leased
    contains "$(address)" 10.77.0.1; contains "$(address)" /24
    contains "$(ip -n leased route show default)" 'via 10.77.0.1'
    contains "$(resolv)" 'nameserver 10.77.0.53'; contains "$(resolv)" 'search lab.example'
    in_ns leased ping -c 1 -W 5 10.77.0.1
    same "$(lease .client)" "$1"
    same "$(cat /etc/resolv.conf)" 'nameserver 192.0.2.99'
    contains "$($NB status leased)" "DHCP ($1) of 10.77.0.1, until"
    same "$($NB status --json leased | jq -r '.. | .lease? // empty | .ipv4.addresses[0]')" "$(address)"
    local pid; pid=$(client_pid); same "$(readlink /proc/$pid/ns/net)" "net:[$(stat -L -c %i /run/netns/leased)]"
    local before; before=$(address)
    $NB up leased; same "$(client_pid)" "$pid"
    $NB down leased; gone
    same_host "$host"
    $NB up leased; same "$(address)" "$before"; $NB down leased; gone
}
renewed() { # CLIENT
    needs_client "$1"; leased_conf "$1"; $NB up leased
    exec 9<"/run/netns-broker/dns/leased/resolv.conf"  # a program inside that has the file mounted
    serve_end; serve 10.77.0.54 $V4 --dhcp-option=option:domain-search,other.example
    # udhcpc knows no T1, and renews when it is told to
    [ "$1" != udhcpc ] || kill -USR1 "$(client_pid)"
    wait_until 200 grep -q 10.77.0.54 /run/netns-broker/dns/leased/resolv.conf || { resolv; tail -5 /run/dnsmasq.log; return 1; }
    contains "$(cat <&9)" 'nameserver 10.77.0.54'; contains "$(resolv)" 'search other.example'
    fails grep -q 10.77.0.53 /run/netns-broker/dns/leased/resolv.conf
    $NB down leased; gone
}
other_server() { # CLIENT: one with another network, that says no to the old address
    needs_client "$1"; leased_conf "$1"; $NB up leased
    serve_end; ip -n dhcpd addr flush dev s0 scope global; ip -n dhcpd addr add 10.78.0.1/24 dev s0
    serve 10.78.0.53 --dhcp-range=10.78.0.100,10.78.0.150,2m
    [ "$1" != udhcpc ] || kill -USR1 "$(client_pid)"
    wait_until 400 sh -c 'ip -n leased -4 addr show dev eth0 | grep -q 10.78.0.1' || { ip -n leased addr; tail -5 /run/dnsmasq.log; return 1; }
    wait_until 100 grep -q 10.78.0.53 /run/netns-broker/dns/leased/resolv.conf
    wait_until 100 sh -c '! ip -n leased addr show dev eth0 | grep -q 10.77.0'
    same "$(ip -n leased route show default | wc -l)" 1; contains "$(ip -n leased route show default)" 10.78.0.1
    $NB down leased; gone
}
flapped() {
    needs_client dhcpcd; leased_conf dhcpcd; $NB up leased
    serve_end; serve 10.77.0.55 $V4
    ip -n dhcpd link set s0 down; wait_until 100 fails grep -q nameserver /run/netns-broker/dns/leased/resolv.conf
    ip -n dhcpd link set s0 up
    wait_until 300 grep -q 10.77.0.55 /run/netns-broker/dns/leased/resolv.conf || { resolv; return 1; }
    contains "$(address)" 10.77.0.1; $NB down leased; gone
}
both_families() { # CLIENT
    needs_client "$1"; leased_conf "$1" DHCP=yes; $NB up leased
    wait_until 100 sh -c 'ip -n leased -6 addr show dev eth0 | grep -q "fd55::1.*/128"'
    contains "$(address)" 10.77.0.1
    wait_until 100 grep -q 'nameserver fd55::53' /run/netns-broker/dns/leased/resolv.conf
    wait_until 100 sh -c 'ip -n leased -6 route show default | grep -q "via fe80"'
    contains "$($NB status leased)" "DHCPv6 ($1)"; $NB status --json leased | json_told
    $NB down leased; gone
}
ipv6_alone() { # CLIENT
    needs_client "$1"; leased_conf "$1" DHCP=ipv6; $NB up leased
    contains "$(ip -n leased -6 addr show dev eth0)" fd55::1; same "$(address)" ""; $NB down leased; gone
}
slaac() { # without DHCPv6: a router advertisement has the prefix, the resolver and the domain
    needs_client dhcpcd; leased_conf dhcpcd DHCP=ipv6
    serve_end; serve 10.77.0.53 --dhcp-range=fd55::,ra-only,64,2m --enable-ra --dhcp-option=option6:dns-server,[fd55::54] --dhcp-option=option6:domain-search,ra.example
    $NB up leased
    contains "$(ip -n leased -6 addr show dev eth0)" fd55::
    contains "$(resolv)" 'nameserver fd55::54'; contains "$(resolv)" 'search ra.example'
    contains "$($NB status leased)" 'router advertisement (dhcpcd)'; $NB status --json leased | json_told
    $NB down leased; gone
}
# what the manual says of dhcpcd and of two keys that are the kernel's
slaac_keys() {
    needs_client dhcpcd; leased_conf dhcpcd DHCP=ipv6 IPv6PrivacyExtensions=yes IPv6LinkLocalAddressGenerationMode=stable-privacy
    serve_end; serve 10.77.0.53 --dhcp-range=fd55::,ra-only,64,10m --enable-ra
    $NB up leased
    wait_until 100 sh -c 'ip -n leased -6 addr show dev eth0 temporary | grep -q fd55::'
    local local global
    local=$(ip -n leased -6 -o addr show dev eth0 scope link | awk '{ print $4 }'); global=$(ip -n leased -6 -o addr show dev eth0 mngtmpaddr | awk '{ print $4 }')
    same "${global#fd55::}" "${local#fe80::}"; contains "$(ip -n leased -6 addr show dev eth0 scope link)" stable-privacy
    leased_conf dhcpcd DHCP=ipv6 IPv6LinkLocalAddressGenerationMode=none; $NB up leased
    contains "$(ip -n leased -6 addr show dev eth0 scope link)" "$(ip -n leased -br link show dev eth0 | awk '{ split($3, m, ":"); end = m[5] m[6]; sub(/^0+/, "", end); print "fe" m[4] ":" end "/" }')"
    $NB down leased; gone
}
no_server_goes_on() {
    leased_conf "$1" DHCPTimeout=2; serve_end
    local out took; took=$(seconds $NB up leased 2>/run/out); out=$(cat /run/out)
    contains "$out" 'leased: [Link macvlan]: no lease came within 2 s; it is asked for in the background'; [ "$took" -le 15 ]
    contains "$($NB status leased)" "no lease yet ($1 is asking)"
    wait_until 40 sh -c "$NB doctor leased | grep -q '\[Link macvlan\]: $1 has been asking for . s, and has got no lease'"
    serve 10.77.0.53 $V4
    wait_until 400 sh -c 'ip -n leased -4 addr show dev eth0 | grep -q 10.77.0.1'
    wait_until 50 grep -q 10.77.0.53 /run/netns-broker/dns/leased/resolv.conf
    $NB down leased; gone
}
no_server_fails() {
    leased_conf "$1" DHCPTimeout=2s DHCPRequired=yes; serve_end
    local host out; host=$(host_state)
    out=$($NB up leased 2>&1) && return 1
    contains "$out" 'leased.netns:9: [Link macvlan] DHCPRequired=yes: no lease came within 2 s'
    gone; same_host "$host"
}
does_not_wait() { leased_conf "$1" DHCPTimeout=0; serve_end; local took; took=$(seconds $NB up leased); [ "$took" = 0 ]; $NB down leased; gone; }
no_carrier() {
    ip link set p0 down; ip -n dhcpd link set s0 down; ip link set p0 up
    leased_conf "$1"; local took out; took=$(seconds $NB up leased 2>/run/out); out=$(cat /run/out)
    contains "$out" 'the link has no carrier, so no lease came'; [ "$took" -ge 4 ]; [ "$took" -le 15 ]
    ip -n dhcpd link set s0 up
    wait_until 400 sh -c 'ip -n leased -4 addr show dev eth0 | grep -q 10.77.0.1'
    $NB down leased; gone
}
# hide CMD...: where the clients are not
hide() { unshare -m bash -c 'for p in /usr/sbin /sbin; do for c in dhcpcd dhclient udhcpc; do [ ! -e $p/$c ] || mv $p/$c $p/$c.away; done; done; "$@"; rc=$?
    for p in /usr/sbin /sbin; do for c in dhcpcd dhclient udhcpc; do [ ! -e $p/$c.away ] || mv $p/$c.away $p/$c; done; done; exit $rc' - "$@"; }
no_client() {
    local out
    leased_conf auto
    out=$(hide $NB up leased 2>&1) && return 1
    contains "$out" 'leased.netns:6: [Link macvlan] DHCP=ipv4: no DHCP client is installed: install dhcpcd, dhclient or udhcpc, or write DHCP=no'
    leased_conf dhclient; out=$(hide $NB up leased 2>&1) && return 1
    contains "$out" 'Client=dhclient: dhclient is not installed'
    contains "$(hide $NB check leased 2>&1)" 'note: dhclient is not installed'
    printf '[Namespace]\nType=macvlan\n[Link]\nParent=p0\n' >/etc/netns-broker/leased.netns
    out=$(hide $NB up leased 2>&1); contains "$out" 'leased: [Link macvlan] gets no address: no DHCP client is installed'
    $NB down leased; gone
}
explicit_wins() {
    leased_conf "$1" '[DNS]' Servers=192.0.2.1 Domains=mine.example; $NB up leased; contains "$(address)" 10.77.0.1
    contains "$(resolv)" 'nameserver 192.0.2.1'; contains "$(resolv)" 'search mine.example'; fails grep -q -e 10.77.0.53 -e lab.example /run/netns-broker/dns/leased/resolv.conf
    leased_conf "$1" '[DNS]' Servers=dhcp Domains=mine.example Options=ndots:3; $NB up leased
    contains "$(resolv)" 'nameserver 10.77.0.53'; contains "$(resolv)" 'search mine.example'; contains "$(resolv)" 'options ndots:3'; fails grep -q lab.example /run/netns-broker/dns/leased/resolv.conf
    $NB down leased; gone
    # of several words the last
    leased_conf "$1" '[DNS]' Servers=host Servers=dhcp; $NB up leased; contains "$(resolv)" 'nameserver 10.77.0.53'
    leased_conf "$1" '[DNS]' Servers=dhcp Servers=host; $NB up leased; fails grep -q 'nameserver 10.77.0.53' <<<"$(resolv)"; $NB down leased
}
addresses_switch_it_off() {
    printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nAddress=10.77.0.9/24\n' >/etc/netns-broker/leased.netns
    $NB up leased; same "$(address)" 10.77.0.9/24; [ ! -e /run/netns-broker/dhcp/leased ];
    fails grep -q DHCP <<<"$($NB show leased)"
    $NB down leased; gone
}
changed() { # the file: the client goes with the link, and comes again
    leased_conf "$1"; $NB up leased; local pid; pid=$(client_pid)
    echo MTU=1400 >>/etc/netns-broker/leased.netns; $NB up leased; contains "$(address)" 10.77.0.1; [ "$(client_pid)" != "$pid" ]; wait_until 50 test ! -e /proc/$pid
    printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nAddress=10.77.0.9/24\n' >/etc/netns-broker/leased.netns
    $NB up leased; same "$(address)" 10.77.0.9/24; [ ! -e /run/netns-broker/dhcp/leased ]
    $NB down leased; gone
}
two_of_one_name() {
    needs_client "$1"; local name
    for name in one two; do
        printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\nClient=%s\n' "$1" >/etc/netns-broker/$name.netns
    done
    # the host's own client, on an eth0 of its own
    ip link add eth0 type veth peer name far0; ip link set eth0 up; ip link set far0 up
    dhcpcd -q -b --nodev -4 eth0; wait_until 50 test -e /run/dhcpcd/eth0-4.pid
    $NB up one two
    contains "$(address one)" 10.77.0.1; contains "$(address two)" 10.77.0.1; [ "$(address one)" != "$(address two)" ]
    contains "$(resolv one)" 10.77.0.53; contains "$(resolv two)" 10.77.0.53
    $NB down one; in_ns two ping -c 1 -W 5 10.77.0.1; kill -0 "$(client_pid two)"; kill -0 "$(cat /run/dhcpcd/eth0-4.pid)"
    $NB down two
    local host; host=$(cat /run/dhcpcd/eth0-4.pid); kill "$host"; wait_until 100 test ! -e /proc/$host; rm -f /etc/netns-broker/{one,two}.netns
    ip link del eth0; gone one; gone two
}
own_file() { # CLIENT TEXT OPTION: the server sees what the admin's file has
    needs_client "$1"; serve_end; serve 10.77.0.53 $V4 --log-dhcp --log-facility=-
    echo "$2" >/etc/client.conf; leased_conf "$1" ClientFile=/etc/client.conf
    $NB up leased; contains "$(address)" 10.77.0.1; wait_until 20 grep -q "$3" /run/dnsmasq.log; $NB down leased
    chmod 666 /etc/client.conf; local out; out=$($NB up leased 2>&1) && return 1
    contains "$out" 'leased.netns:8: [Link macvlan] ClientFile=/etc/client.conf: a part of the path is not root'
    out=$($NB check leased) && return 1
    same "$out" "leased.netns:8: [Link macvlan] ClientFile=/etc/client.conf: a part of the path is not root's, or writable by others"
    rm /etc/client.conf; out=$($NB check leased); contains "$out" 'leased.netns:8: [Link macvlan] ClientFile=/etc/client.conf: note: there is no such file here'; contains "$out" 'leased.netns: good'
    mkdir /etc/client.conf; out=$($NB check leased) && return 1; contains "$out" 'ClientFile=/etc/client.conf: it is a directory'
    rmdir /etc/client.conf; gone
}
edited_file() { # CLIENT TEXT TEXT OPTION: an edit of the file is a change, and nothing else is
    needs_client "$1"; serve_end; serve 10.77.0.53 $V4 --log-dhcp --log-facility=-
    echo "$2" >/etc/client.conf; leased_conf "$1" ClientFile=/etc/client.conf; $NB up leased; local pid; pid=$(client_pid)
    touch /etc/client.conf; $NB up leased; same "$(client_pid)" "$pid"
    echo "$3" >/etc/client.conf; contains "$($NB doctor leased)" 'its files have changed since it was built'
    contains "$($NB up leased 2>&1)" 'leased: changed as its file says'; [ "$(client_pid)" != "$pid" ]
    wait_until 20 grep -q "$4" /run/dnsmasq.log; $NB down leased; rm /etc/client.conf; gone
}
garbled_file() { # CLIENT TEXT WORDS: told by its line, and the client goes on without
    needs_client "$1"; local out
    printf '%s' "$2" >/etc/client.conf; leased_conf "$1" ClientFile=/etc/client.conf
    out=$($NB check leased) && return 1
    same "$out" "leased.netns:8: [Link macvlan] ClientFile=/etc/client.conf: $1: $3"
    out=$($NB up leased 2>&1); contains "$out" "leased.netns:8: [Link macvlan] ClientFile=/etc/client.conf: $1: $3"; contains "$(address)" 10.77.0.1
    contains "$(setpriv --reuid=65534 --clear-groups $NB check leased)" 'note: what is in the file was not checked, only root can ask the client'
    $NB down leased; rm /etc/client.conf; gone
}
# as AppArmor keeps dhclient from what is not in /etc/dhcp: it says nothing of a file that it cannot read
kept_out() {
    needs_client dhclient; local path
    [ -d /sys/kernel/security ] || { echo "this kernel has no security modules"; exit 77; }
    mkdir -p /etc/dhcp; for path in /etc/client.conf /etc/dhcp/client.conf; do echo 'timeout 5;' >$path; done
    mount -t tmpfs none /sys/kernel/security; trap 'umount /sys/kernel/security' EXIT; mkdir /sys/kernel/security/apparmor
    printf '%s\n' '/usr/bin/man (enforce)' '/{,usr/}sbin/dhclient (enforce)' >/sys/kernel/security/apparmor/profiles
    leased_conf dhclient ClientFile=/etc/client.conf
    same "$($NB check leased)" $'leased.netns:8: [Link macvlan] ClientFile=/etc/client.conf: note: what is in the file was not checked: AppArmor keeps the client from it here\nleased.netns: good'
    leased_conf dhclient ClientFile=/etc/dhcp/client.conf
    same "$($NB check leased)" 'leased.netns: good'
    # what it says, it has read
    echo 'send what;' >/etc/client.conf; leased_conf dhclient ClientFile=/etc/client.conf
    contains "$($NB check leased)" 'dhclient: line 1: no option named what'
    rm /etc/client.conf /etc/dhcp/client.conf
}
trial_hangs() { # a client that does not end when it is to read its file only
    needs_client dhclient; mv /usr/sbin/dhclient /usr/sbin/dhclient.real; trap 'mv -f /usr/sbin/dhclient.real /usr/sbin/dhclient' EXIT
    printf '#!/bin/sh\ncase " $* " in *" -n "*) echo "send what;"; exec sleep 20 ;; esac\nexec /usr/sbin/dhclient.real "$@"\n' >/usr/sbin/dhclient; chmod 755 /usr/sbin/dhclient
    echo 'timeout 5;' >/etc/client.conf; leased_conf dhclient ClientFile=/etc/client.conf DHCPTimeout=0
    local took; took=$(seconds $NB up leased 2>/run/out); [ "$took" -le 15 ] || { echo "up took $took s"; return 1; }
    contains "$(cat /run/out)" 'ClientFile=/etc/client.conf: dhclient: send what;'
    $NB down leased; rm /etc/client.conf; gone
}
ended_by_file() {
    needs_client dhcpcd; echo 'denyinterfaces eth0' >/etc/client.conf; leased_conf dhcpcd ClientFile=/etc/client.conf
    contains "$($NB up leased 2>&1)" 'leased: [Link macvlan]: dhcpcd has ended: eth0: interface has an invalid configuration; it is started again'
    $NB down leased; rm /etc/client.conf; gone
}
idle_keys() { # kept for another day they are no slip
    leased_conf dhcpcd DHCP=no DHCPTimeout=5; local out; out=$($NB check leased)
    contains "$out" 'leased.netns:7: [Link macvlan] Client=dhcpcd: note: has no effect with DHCP=no'
    contains "$out" 'leased.netns:9: [Link macvlan] DHCPTimeout=5: note: has no effect with DHCP=no'; contains "$out" 'leased.netns: good'
}
card() {
    ip link add card0 type veth peer name s1 netns dhcpd; ip -n dhcpd link set s1 up; ip -n dhcpd addr add 10.79.0.1/24 dev s1
    ip netns exec dhcpd dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=s1 --bind-interfaces --dhcp-authoritative --no-ping --dhcp-range=10.79.0.100,10.79.0.150,2m >/dev/null 2>&1 &
    local other=$!
    local before; before=$(ip -j addr show dev card0 | jq -c '.[0].addr_info, .[0].operstate')
    printf '[Namespace]\nType=physical\n[Link]\nName=eth0\nInterface=card0\nClient=%s\nDHCPRequired=yes\n' "$1" >/etc/netns-broker/leased.netns
    $NB up leased; contains "$(address)" 10.79.0.1
    $NB down leased; same "$(ip -j addr show dev card0 | jq -c '.[0].addr_info, .[0].operstate')" "$before"; gone
    ip link del card0; kill $other; wait $other 2>/dev/null || :
}
delegated() { # as in the EXAMPLES of netns(5): ISC's server has prefixes to give, dnsmasq the advertisements
    needs_client dhcpcd; needs_client dhcpd
    serve_end; serve 10.77.0.53 --dhcp-range=fd55::,ra-only,64,2m --enable-ra
    echo 'default-lease-time 600; subnet6 fd55::/64 { range6 fd55::100 fd55::1ff; prefix6 fd66:0:0:100:: fd66:0:0:f00:: /56; }' >/run/dhcpd6.conf; : >/run/dhcpd6.leases
    ip netns exec dhcpd dhcpd -6 -f -q -cf /run/dhcpd6.conf -lf /run/dhcpd6.leases -pf /run/dhcpd6.pid s0 >/run/dhcpd6.log 2>&1 & local server=$!
    wait_until 100 sh -c 'ip netns exec dhcpd ss -ulnH | grep -q ":547 "'
    ip link add br0 type bridge; ip link set br0 up
    printf 'interface wan\n    ia_na 1\n    ia_pd 2 lan/0/64\n' >/etc/client.conf
    printf '[Namespace]\nForwarding=ipv6\n[Link wan]\nKind=macvlan\nParent=p0\nDHCP=ipv6\nClient=dhcpcd\nClientFile=/etc/client.conf\n[Link lan]\nKind=veth\nBridge=br0\n' >/etc/netns-broker/leased.netns
    $NB up leased
    wait_until 100 sh -c 'ip -n leased -6 addr show dev lan | grep -q "inet6 fd66:0:0:.*/64"' || { ip -n leased -6 addr; cat /run/dhcpd6.log; return 1; }
    contains "$(ip -n leased -6 route)" 'unreachable fd66:0:0:'
    contains "$(ip -n leased -6 addr show dev wan)" 'inet6 fd55::1'
    $NB down leased; gone; ip link del br0; kill $server; wait $server 2>/dev/null || :; rm /etc/client.conf
}
killed() {
    local list count call n times=0 before
    leased_conf "$1" DHCPTimeout=1; before=$(host_state)
    for call in 'rename 1 8' 'clone 1 2' 'vfork 1 1' 'poll 1 4' 'unshare 1 2' 'mkdir 1 6' 'sendmsg 1 12' 'umount2 1 2' 'pidfd_send_signal 1 1' 'unlink 1 10' 'unlinkat 1 4'; do
        set -- $call
        for n in $(seq "$2" "$3"); do
            strace -qq -o /run/trace -e trace="$1" -e inject="$1:signal=KILL:when=$n" $NB up leased 2>/dev/null & wait $! 2>/dev/null || :
            grep -q 'killed by SIGKILL' /run/trace && times=$((times + 1))
            [ $((n % 2)) = 0 ] || { $NB up leased; contains "$(address)" 10.77.0.1; }
            strace -qq -o /run/trace -e trace="$1" -e inject="$1:signal=KILL:when=$n" $NB down leased 2>/dev/null & wait $! 2>/dev/null || :
            grep -q 'killed by SIGKILL' /run/trace && times=$((times + 1))
            $NB down leased; gone || { echo "after kill at $1 $n"; return 1; }
            same_host "$before"
        done
    done
    echo "killed $times times"; [ "$times" -ge 30 ]
}
forged() { # what the script is told is not believed
    leased_conf "$1"; $NB up leased; local before; before=$(resolv)
    NETNS=../../etc NETNS_LINK=x NETNS_CLIENT=dhclient reason=BOUND fails /usr/libexec/netns-broker/lease
    in_ns leased env NETNS=leased NETNS_LINK=macvlan NETNS_CLIENT=dhclient reason=BOUND interface=eth0 new_ip_address=10.77.0.200 new_subnet_mask=255.255.255.0 \
        new_domain_name_servers='10.77.0.66 evil.example 127.0.0.1/8' new_domain_search=$'good.example b\nnameserver' /usr/libexec/netns-broker/lease
    contains "$(resolv)" 'nameserver 10.77.0.66'; contains "$(resolv)" 'search good.example'; same "$(grep -c nameserver <<<"$(resolv)")" 1
    $NB down leased; gone
}

# a gateway that can be none costs its route and nothing else, at each renewal
bad_gateway() {
    leased_conf udhcpc DHCPTimeout=5; $NB up leased; log_begin
    local n by
    for n in 201 202 203; do for by in 224.0.0.1 255.255.255.255 127.0.0.1 10.77.0.$n; do
        LEASE="ip=10.77.0.$n router=$by dns=10.77.0.66" told bound
        same "$(addresses)" 10.77.0.$n/24; same "$(ip -n leased route show default)" ''; contains "$(resolv)" 10.77.0.66
        contains "$(cat /run/syslog)" "leased: [Link macvlan]: the lease's route to 0.0.0.0/0 by $by is left out: "
    done; done
    : >/run/syslog
    in_ns leased env NETNS=leased NETNS_LINK=macvlan NETNS_CLIENT=udhcpc interface=eth0 subnet=255.255.255.0 lease=600 ip=10.77.0.204 staticroutes='10.99.0.0/16 224.0.0.1 10.98.0.0/16 10.77.0.1' /usr/libexec/netns-broker/lease bound
    same "$(addresses)" 10.77.0.204/24; contains "$(ip -n leased route)" '10.98.0.0/16 via 10.77.0.1'; fails grep -q 10.99 <<<"$(ip -n leased route)"
    contains "$(cat /run/syslog)" "route to 10.99.0.0/16 by 224.0.0.1"
    LEASE="ip=10.77.0.205 router=10.77.0.1" told renew
    same "$(addresses)" 10.77.0.205/24; same "$(ip -n leased route show default | wc -l)" 1; fails grep -q 10.98 <<<"$(ip -n leased route)"
    log_end; $NB down leased; gone
}
# an address that no interface can have: nothing of that lease, nor of the one before
bad_address() {
    leased_conf udhcpc DHCPTimeout=5; log_begin
    local bad client
    for bad in 255.255.255.255 0.0.0.0 224.0.0.5 127.0.0.9; do
        $NB up leased; LEASE="ip=10.77.0.201 router=10.77.0.1 dns=10.77.0.66" told bound; same "$(addresses)" 10.77.0.201/24
        LEASE="ip=$bad router=10.77.0.1 dns=10.77.0.67" fails told renew
        contains "$(cat /run/syslog)" "leased: [Link macvlan]: the lease is refused: no interface can have its address $bad"
        same "$(addresses)" ''; fails grep -q 10.77.0.6 <<<"$(resolv)"; same "$(lease .ipv4)" null
        LEASE="ip=10.77.0.202" told bound; same "$(addresses)" 10.77.0.202/24
    done
    $NB down leased; gone
    # dhcpcd has set it before it runs the script
    leased_conf dhcpcd; $NB up leased; ip -n leased addr add 224.0.0.5/24 dev eth0
    in_ns leased env NETNS=leased NETNS_LINK=macvlan NETNS_CLIENT=dhcpcd interface=eth0 reason=BOUND new_ip_address=224.0.0.5 new_subnet_mask=255.255.255.0 /usr/libexec/netns-broker/lease && return 1
    fails grep -q 224.0.0.5 <<<"$(addresses)"
    log_end; $NB down leased; gone
}
# the script killed at each step: what it had set is gone with the next lease
# a server offers the address that Address= has: it is not the lease's to end
own_address() {
    leased_conf udhcpc DHCPTimeout=1 Address=10.77.0.30/24 Gateway=10.77.0.1; serve_end; $NB up leased
    LEASE='ip=10.77.0.30 router=10.77.0.1 dns=10.77.0.66 lease=5' told bound
    contains "$(ip -n leased addr show dev eth0 | grep -A1 'inet 10.77.0.30/24')" 'valid_lft forever'; contains "$(resolv)" 10.77.0.66
    LEASE= told deconfig
    same "$(addresses)" 10.77.0.30/24; contains "$(ip -n leased route show default)" 'via 10.77.0.1'
    $NB down leased; gone
}
half_taken() {
    leased_conf udhcpc DHCPTimeout=5; $NB up leased
    local call at n=100 times=0
    for call in 'rename 3' 'sendmsg 4' 'recvmsg 4' 'flock 2'; do
        for at in $(seq "${call#* }"); do
            n=$((n + 1))
            ! LEASE="ip=10.77.0.$n router=10.77.0.1" told bound strace -qq -o /run/trace -e trace="${call% *}" -e inject="${call% *}:signal=KILL:when=$at" 2>/dev/null || continue
            times=$((times + 1))
            LEASE="ip=10.77.0.$((n + 100)) router=10.77.0.1" told renew; same "$(addresses)" "10.77.0.$((n + 100))/24" || { echo "after kill at $call $at"; return 1; }
            same "$(lease '.former // "none"')" none
        done
    done
    LEASE= told deconfig; same "$(addresses)" ''; same "$(ip -n leased route show default)" ''
    $NB down leased; gone; echo "killed $times times"; [ $times -ge 8 ]
}

network_up; server_back
for c in dhcpcd dhclient udhcpc; do
    it "$c: the lease arrives, up waits, resolv.conf inside has it, the host's files and addresses stay; down leaves nothing" arrives $c
    it "$c: a lease renewed with another resolver is followed" renewed $c; server_back
    it "$c: another server with another network is followed" other_server $c; server_back
done
it "dhcpcd: a link that was down and comes up again is asked anew" flapped; server_back
for c in dhcpcd dhclient; do
    it "$c: DHCP=yes asks for both families" both_families $c
    it "$c: DHCP=ipv6 asks for that alone" ipv6_alone $c
done
it "dhcpcd: router advertisements alone give address, resolver and domain" slaac; server_back
it "dhcpcd: temporary addresses are made, and those of advertisements end as the link-local one does" slaac_keys; server_back
for c in dhcpcd $FIRST; do
    it "$c: no server: up goes on after DHCPTimeout=, and the lease is taken when it comes" no_server_goes_on $c; server_back
    it "$c: no server and DHCPRequired=yes: up fails and leaves nothing" no_server_fails $c; server_back
done
it "DHCPTimeout=0 does not wait" does_not_wait $FIRST; server_back
it "without a carrier up waits for five seconds" no_carrier $FIRST; server_back
it "no client: a sentence says so, and a type's own DHCP= is no error" no_client
it "[DNS] Servers= and Domains= win over the lease's" explicit_wins $FIRST
it "an Address= switches the type's DHCP off" addresses_switch_it_off
it "a changed file is applied to the client too" changed $FIRST
it "two namespaces and the host have a client each for an eth0" two_of_one_name dhcpcd
it "dhcpcd: ClientFile= is the admin's own, if it is root's" own_file dhcpcd 'hostname from-the-admin' 'from-the-admin'; server_back
it "dhclient: ClientFile= is the admin's own, if it is root's" own_file dhclient 'send host-name "from-the-admin";' 'from-the-admin'; server_back
it "dhcpcd: a ClientFile= that was edited is followed" edited_file dhcpcd 'hostname first' 'hostname second' second; server_back
it "dhclient: a ClientFile= that was edited is followed" edited_file dhclient 'send host-name "first";' 'send host-name "second";' second; server_back
it "dhcpcd: what it does not understand in a ClientFile= is told by check and up" garbled_file dhcpcd $'noarp\ngarbage here\n' 'unknown option: garbage'
it "dhclient: what it does not understand in a ClientFile= is told by check and up" garbled_file dhclient $'timeout 5;\nsend what;\n' 'line 2: no option named what in space dhcp'
it "dhclient: a ClientFile= of which AppArmor keeps it is a note of check" kept_out
it "a client that does not end with its ClientFile= is not waited for" trial_hangs
it "a client that ends because of its ClientFile= is told in its own words" ended_by_file
it "keys of a client beside DHCP=no are a note" idle_keys
it "dhcpcd: a prefix that is delegated to one link numbers another" delegated; server_back
it "a card comes back without the lease's addresses" card $FIRST
it "the script believes neither names nor values that cannot be" forged $FIRST
it "a gateway that can be none costs its route, at each renewal, and addresses do not pile up" bad_gateway
it "an address that no interface can have: the lease is refused" bad_address
it "an address of the file that a server offers stays the file's" own_address; server_back
it "the script killed at any step: what it has set goes with the next lease" half_taken
it "kill -9 of up and down at many points: the next up works, the next down leaves nothing" killed $FIRST
network_down
rm -f /etc/netns-broker/leased.netns
finish
