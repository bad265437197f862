#!/bin/bash
# [DNS] Resolver=: a real dnsmasq, a real unbound of the namespace's own. Servers outside as in dns-guard.sh.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

RUN=/run/netns-broker/resolver/r
PIDS=()
server() { # LAST ANSWER: what .LAST says of who.test
    ip netns exec net dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --bind-interfaces \
        --listen-address="203.0.113.$1" --listen-address="2001:db8::$1" --address="/who.test/192.0.2.$2" --address="/who.test/2001:db8:ff::$2" --address="/printer.home.arpa/192.0.2.$2" \
        --ptr-record="5.1.168.192.in-addr.arpa,printer.office.test" --local-ttl=300 --log-queries --log-facility="/run/log.$1" & PIDS+=($!)
    wait_until 100 sh -c "ip netns exec net ss -Hlnt 'sport = :53' | grep -qF '203.0.113.$1'"
}
heard() { grep -c 'query' "/run/log.$1" || :; }
dug() { in_ns r dig +short +tries=1 +time=3 "$@" 2>&1; }
box() { conf r <<<$'[Namespace]\nType=nat\n[DNS]\nServers=203.0.113.53 2001:db8::53\nDomains=office.test\nResolver='"$1${2-}"; $NB up r; }
pid() { cat $RUN/resolver.pid; }
gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; }

answers() {
    box "$1"
    same "$(grep -v '^#' /run/netns-broker/dns/r/resolv.conf)" $'nameserver 127.0.0.1\nsearch office.test'
    same "$(dug @127.0.0.1 who.test)" 192.0.2.1; same "$(dug @::1 who.test AAAA +tcp)" 2001:db8:ff::1
    # which namespaces there are, and whom they ask, is not for everybody
    fails setpriv --reuid=65534 --clear-groups ls /run/netns-broker/resolver 2>/dev/null
    fails setpriv --reuid=65534 --clear-groups cat $RUN/upstream.conf 2>/dev/null
    # glibc by the file that programs see
    contains "$(ip netns exec r unshare --mount sh -c "mount --bind /run/netns-broker/dns/r/resolv.conf /etc/resolv.conf; getent ahostsv4 who.test")" '192.0.2.1 '
}
caches() { local before; before=$(heard 53); dug @127.0.0.1 who.test; dug @127.0.0.1 who.test; same "$(heard 53)" "$before"; }
private_names() { same "$(dug @127.0.0.1 printer.home.arpa)" 192.0.2.1; same "$(dug @127.0.0.1 -x 192.168.1.5)" printer.office.test.; }
no_hosts_file() {
    echo '192.0.2.99 who.test only-here.test' >>/etc/hosts; $NB down r; box "$1"
    local out; out="$(dug @127.0.0.1 who.test) $(dug @127.0.0.1 only-here.test)"; sed -i '$d' /etc/hosts
    same "$out" "192.0.2.1 "
}
only_inside() { # nobody but the namespace's own can ask it
    local address; address=$(inner_address r inet)
    fails dig +short +tries=1 +time=1 "@$address" who.test
    same "$(in_ns r ss -Hlntu 'sport = :53' | awk '{ print $5 }' | sed 's/%lo//' | sort -u | tr '\n' ' ')" "127.0.0.1:53 [::1]:53 "
}
unprivileged() {
    local status; status=$(cat "/proc/$(pid)/status")
    same "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' <<<"$status" | tr ' ' '\n' | sort -u)" "$(id -u "$1")"
    # to bind again at a reload, or nothing
    case $(awk '/^CapPrm/ { print $2 }' <<<"$status") in 0000000000000000 | 0000000000000400) ;; *) grep ^Cap <<<"$status"; return 1 ;; esac
    same "$(readlink "/proc/$(pid)/ns/net")" "$(in_ns r readlink /proc/self/ns/net)"
}
again() { local old; old=$(pid); same "$($NB up r 2>&1)" ""; same "$(pid)" "$old"; }
killed() { local old; old=$(pid); kill -9 "$old"; wait_until 100 gone "$old"
    local said; said=$($NB doctor r) && return 1; contains "$said" "its $1 does not run: no names are found inside"; contains "$said" "netnsctl start r starts it again"
    $NB up r; fails grep -q "does not run" <<<"$($NB doctor r)"; [ "$(pid)" != "$old" ]; same "$(dug @127.0.0.1 who.test)" 192.0.2.1; }
guarded() {
    box "$1" $'\nGuard=yes'
    same "$(dug @127.0.0.1 who.test)" 192.0.2.1
    local before; before=$(heard 54); fails dug @203.0.113.54 who.test; same "$(heard 54)" "$before"
    same "$(dug @203.0.113.53 who.test)" 192.0.2.1
}
changed() { # by its file: other servers, and none of what it had learnt
    conf r <<<$'[Namespace]\nType=nat\n[DNS]\nServers=203.0.113.54\nResolver='"$1"; $NB up r
    same "$(dug @127.0.0.1 who.test)" 192.0.2.66
}
ended() { local old; old=$(pid); $NB down r; wait_until 40 gone "$old"; same "$(ls /run/netns-broker/dns 2>/dev/null)" ""; }
# somebody else's process by that number is let live
not_another() {
    box "$1"; local old; old=$(pid); kill -9 "$old"; wait_until 100 gone "$old"
    sleep 300 & local other=$!; echo $other >$RUN/resolver.pid
    $NB down r; kill -0 $other; kill $other
}
# up is killed before the program has come to anything
orphan() {
    $NB down r; conf r <<<$'[Namespace]\nType=nat\n[DNS]\nServers=203.0.113.53\nResolver='"$1"
    mv "/usr/sbin/$1" "/usr/sbin/$1.real"; printf '#!/bin/sh\nsleep 1\nexec /usr/sbin/%s.real "$@"\n' "$1" >"/usr/sbin/$1"; chmod 755 "/usr/sbin/$1"
    $NB up r & local up=$!
    wait_until 100 pgrep -f "resolver/r/$1"; kill -9 $up; wait $up 2>/dev/null || :
    $NB down r; sleep 1.6; mv "/usr/sbin/$1.real" "/usr/sbin/$1"
    fails pgrep -af "resolver/r/$1"; [ ! -e $RUN ]
}
follows_uplink() {
    echo 'nameserver 203.0.113.53' >/etc/resolv.conf
    conf r <<<$'[Namespace]\nType=lan\n[DNS]\nGuard=yes\nResolver='"$1"; $NB up r
    same "$(dug @127.0.0.1 who.test)" 192.0.2.1
    echo 'nameserver 203.0.113.54' >/etc/resolv.conf
    wait_until 100 sh -c "ip netns exec r dig +short +tries=1 +time=1 @127.0.0.1 who.test | grep -x 192.0.2.66"
    contains "$(cat /run/netns-broker/dns/r/resolv.conf)" 'nameserver 127.0.0.1'
    $NB down r
}
# nobody to ask: an answer that says so, and no question to anybody
vpn_brings() {
    conf r <<<$'[Namespace]\nType=vpn\n[DNS]\nResolver='"$1"; $NB up r
    same "$(dug @127.0.0.1 who.test)" ""; contains "$(in_ns r dig +tries=1 +time=3 @127.0.0.1 who.test)" REFUSED
    # what OpenVPN would have made
    ip link add tun5 type veth peer name tun5p netns net; ip -n net addr add 10.8.0.1/24 dev tun5p; ip -n net link set tun5p up
    ip netns exec net dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --bind-interfaces --listen-address=10.8.0.1 \
        --address=/who.test/192.0.2.77 & local server=$!
    wait_until 100 sh -c "ip netns exec net ss -Hlnt | grep -qF 10.8.0.1:53"
    env -i script_type=up dev=tun5 ifconfig_local=10.8.0.5 ifconfig_netmask=255.255.255.0 'foreign_option_1=dhcp-option DNS 10.8.0.1' 'foreign_option_2=dhcp-option DOMAIN vpn.test' $NB take r
    local seen file; file=$(grep -v '^#' /run/netns-broker/dns/r/resolv.conf); ! wait_until 20 sh -c 'ip netns exec r dig +short +tries=1 +time=1 @127.0.0.1 who.test | grep -x 192.0.2.77' || seen=yes
    env -i script_type=down dev=tun5 $NB take r
    local after; after=$(in_ns r dig +tries=1 +time=3 @127.0.0.1 who.test)
    $NB down r; ip link del tun5; kill $server
    same "$file" $'nameserver 127.0.0.1\nsearch vpn.test'; same "$seen" yes; contains "$after" REFUSED
}
# the servers of a DHCP lease, which comes before the resolver runs
leases() {
    ip netns add lan; ip link add p0 type veth peer name s0 netns lan; sysctl -qw net.ipv6.conf.p0.accept_ra=0; ip link set p0 up
    ip -n lan addr add 10.77.0.1/24 dev s0; ip -n lan link set lo up; ip -n lan link set s0 up
    ip netns exec lan dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --leasefile-ro --interface=s0 --bind-interfaces \
        --dhcp-authoritative --no-ping --dhcp-range=10.77.0.100,10.77.0.150,2m --address=/who.test/192.0.2.88 & local server=$!
    wait_until 100 sh -c "ip netns exec lan ss -Hlnu | grep -q :67"
    printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\n[DNS]\nGuard=yes\nResolver=%s\n' "$1" >/etc/netns-broker/r.netns
    local up=yes seen upstream; $NB up r || up=no
    seen=$(dug @127.0.0.1 who.test); upstream=$(grep nameserver $RUN/upstream.conf); $NB down r
    kill $server; ip link del p0; ip netns del lan
    same "$up $seen $upstream" 'yes 192.0.2.88 nameserver 10.77.0.1'
}
no_ipv6() {
    conf r <<<$'[Namespace]\nType=nat\nIPv6=no\n[DNS]\nServers=203.0.113.53\nResolver='"$1"; $NB up r
    same "$(dug @127.0.0.1 who.test)" 192.0.2.1; $NB down r
}
missing() {
    mv "/usr/sbin/$1" "/usr/sbin/$1.away"
    local said noted; said=$(box "$1" 2>&1) && said=up; noted=$($NB check r) || :
    mv "/usr/sbin/$1.away" "/usr/sbin/$1"
    same "$said" "netnsctl: r: not up: r.netns:6: [DNS] Resolver=$1: /usr/sbin/$1 is not there (in Debian, of the package $2)"
    contains "$noted" "r.netns:6: [DNS] Resolver=$1: note: the program is not installed here"
}
occupied() { # its own sentence, where another has the port
    ip netns add r; in_ns r ip link set lo up
    ip netns exec r python3 -c 'import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 53)); s.listen(); time.sleep(300)' & local other=$!
    wait_until 100 sh -c 'ip netns exec r ss -Hlnt | grep -q :53'
    conf r <<<$'[Namespace]\nType=nat\nAdopt=yes\n[DNS]\nServers=203.0.113.53\nResolver=dnsmasq'
    local said; said=$($NB up r 2>&1) && said=up
    kill $other; ip netns del r
    contains "$said" 'r.netns:6: [DNS] Resolver=dnsmasq: '; contains "$said" 'in use'
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

nobody_to_ask() {
    local key; key=$(head -c 32 /dev/zero | base64)
    (umask 077; printf '[Interface]\nPrivateKey=%s\nAddress=10.0.0.2/32\n[Peer]\nPublicKey=%s\nAllowedIPs=0.0.0.0/0\n' "$key" "$key" >/etc/netns-broker/r.conf)
    conf r <<<$'[Namespace]\nType=wireguard\n[Link]\nConfigFile=/etc/netns-broker/r.conf\n[DNS]\nResolver=unbound'
    contains "$($NB check r 2>&1)" 'r.netns:6: [DNS] Resolver=unbound: note: it has nobody to ask: there is no Servers=, and ConfigFile= names none'
    sed -i '/^Address/a DNS=10.0.0.1' /etc/netns-broker/r.conf
    fails grep -q 'nobody to ask' <<<"$($NB check r 2>&1)"
    rm /etc/netns-broker/r.conf /etc/netns-broker/r.netns
}

world_up
for a in 53 54; do ip -n net addr add 203.0.113.$a/24 dev eth0; ip -n net addr add 2001:db8::$a/64 dev eth0 nodad; done
server 53 1; server 54 66
BEFORE=$(host_state)
for program in dnsmasq unbound; do
    it "$program: answers on 127.0.0.1 and ::1, which is all that programs see" answers $program
    it "$program: what was asked once is not asked again" caches
    it "$program: names and addresses of private networks are the servers' business" private_names
    it "$program: the host's /etc/hosts is no business of it" no_hosts_file $program
    it "$program: nobody else can ask it" only_inside
    it "$program: in the namespace, as a user without rights" unprivileged $program
    it "$program: up twice starts one" again
    it "$program: up starts it again when it has died, which doctor tells" killed $program
    it "$program: a guard lets its servers be asked and nobody else" guarded $program
    it "$program: another server in the file is asked, and what the first one said forgotten" changed $program
    it "$program: down ends it and leaves nothing" ended
    it "$program: another process by the same number is let live" not_another $program
    it "$program: up killed while it starts: down ends it" orphan $program
    it "$program: another uplink's server is followed" follows_uplink $program
    it "$program: so are a VPN's; without one nobody is asked, and that is an answer" vpn_brings $program
    it "$program: the servers of a DHCP lease" leases $program
    it "$program: IPv6=no" no_ipv6 $program
done
it "check tells that there is nobody to ask, which only the file with the keys says" nobody_to_ask
it "a program that is not installed is one sentence" missing unbound unbound
it "and of its package" missing dnsmasq dnsmasq-base
it "a port that another has is one sentence, at the line that asks" occupied
kill "${PIDS[@]}" 2>/dev/null; wait "${PIDS[@]}" 2>/dev/null
it "nothing is left" restored
world_down
finish
