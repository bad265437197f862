#!/bin/bash
# [DNS] Guard=: nobody is asked for names but the namespace's servers. Two real servers (dnsmasq) in the world outside, both reachable:
# .53, which is the configured one, says that who.test is 192.0.2.1 and 2001:db8:ff::1; .54, the foreign one, says 192.0.2.66 and ::66.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

ETC=/etc/netns-broker
PIDS=()
server() { # NS LAST ANSWER [PORT] [ADDRESS...]
    local port=${4:-53} addresses=("${@:5}"); [ $# -gt 4 ] || addresses=("203.0.113.$2" "2001:db8::$2")
    local listen=(); for a in "${addresses[@]}"; do listen+=("--listen-address=$a"); done
    ip netns exec "$1" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --bind-interfaces --port="$port" \
        "${listen[@]}" --address="/who.test/192.0.2.$3" --address="/who.test/2001:db8:ff::$3" --log-queries --log-facility="/run/log.$2.$port" &
    PIDS+=($!)
    wait_until 100 sh -c "ip netns exec $1 ss -Hlnt 'sport = :$port' | grep -qF '${addresses[0]}'"
}
dug() { local ns=$1 at=$2; shift 2; in_ns "$ns" dig +short +tries=1 +time=3 "@$at" who.test "$@" 2>&1; }
ours="203.0.113.53 2001:db8::53" foreign="203.0.113.54 2001:db8::54"
answered() { # NS PORT SERVER...: by UDP and TCP
    local at way
    for at in "${@:3}"; do for way in +notcp +tcp; do
        same "$(dug "$1" "$at" -p "$2" $way)" "192.0.2.$(case $at in *54) echo 66 ;; *) echo 1 ;; esac)" || { echo "$at $way"; return 1; }
    done; done
}
refused_soon() { # NS PORT SERVER WAY
    local start=$EPOCHREALTIME said
    said=$(dug "$1" "$3" -p "$2" "$4") && case $said in 192.0.2.*) echo "answered: $3 $4: $said"; return 1 ;; esac
    [ $((${EPOCHREALTIME/./} - ${start/./})) -lt 1500000 ] || { echo "slow: $3 $4: $said"; return 1; }
}
# sooner than dig would give up, and the server has heard nothing. Twice: all of the machine's ICMP errors share net.ipv4.icmp_msgs_burst
refused() { # NS PORT SERVER...
    local at way before
    before=$(cat /run/log.54.* | grep -c query || :)
    for at in "${@:3}"; do for way in +notcp +tcp; do refused_soon "$1" "$2" "$at" $way || refused_soon "$1" "$2" "$at" $way || return 1; done; done
    same "$(cat /run/log.54.* | grep -c query || :)" "$before"
}
box() { conf g <<<$'[Namespace]\nType=nat\n[DNS]\nServers=203.0.113.53 2001:db8::53\n'"${1-Guard=yes}"; $NB up g; }
guarded() { answered g 53 $ours; refused g 53 $foreign; }
tables() { in_ns g nft list tables; }
GUARD='table inet netns-broker-dns'

configured() { box; guarded; }
# what a program gets is an error and not a silence
errors() {
    cat >/run/errors.py <<'X'
import errno, socket, sys
for family, address in ((socket.AF_INET, '203.0.113.54'), (socket.AF_INET6, '2001:db8::54')):
    for kind, want in ((socket.SOCK_STREAM, errno.ECONNREFUSED), (socket.SOCK_DGRAM, errno.EPERM)):
        s = socket.socket(family, kind)
        s.settimeout(5)
        try:
            s.connect((address, 53)); s.send(b'x')
            sys.exit('not refused: %s %s' % (address, kind))
        except OSError as e:
            if e.errno != want: sys.exit('%s %s: %r' % (address, kind, e))
X
    in_ns g python3 /run/errors.py; rm /run/errors.py
}
# glibc, with a foreign server first: it goes on to the next at once
glibc() {
    printf 'nameserver 203.0.113.54\nnameserver 2001:db8::54\nnameserver 203.0.113.53\n%s\n' "$1" >/run/resolv
    local start=$EPOCHREALTIME out
    out=$(ip netns exec g unshare --mount sh -c 'mount --bind /run/resolv /etc/resolv.conf; getent ahostsv4 who.test')
    contains "$out" '192.0.2.1 '; rm /run/resolv
    [ $((${EPOCHREALTIME/./} - ${start/./})) -lt 3000000 ]
}
own() { server g 7 7 53 127.0.0.1 ::1; same "$(dug g 127.0.0.1)" 192.0.2.7; same "$(dug g ::1 +tcp)" 192.0.2.7; kill "${PIDS[-1]}"; }
tls() {
    answered g 853 $ours; answered g 853 $foreign
    box Guard=tls
    guarded; answered g 853 $ours; refused g 853 $foreign
}
other_ports() { same "$(in_ns g curl -s -m 5 http://203.0.113.2/)" 203.0.113.1; }
off() { box Guard=no; answered g 53 $ours; answered g 53 $foreign; same "$(tables)" ""; }
on_again() { box; guarded; }
# a program asks the foreign server without pause while all is made anew
ask_on() { # [NS]
    cat >/run/ask.py <<'X'
import socket
s = [(socket.socket(f, socket.SOCK_DGRAM), (a, 53)) for f, a in ((socket.AF_INET, '203.0.113.54'), (socket.AF_INET6, '2001:db8::54'))]
open('/run/asking', 'w')
while True:
    for each, to in s:
        try: each.sendto(b'x' * 20, to)
        except OSError: pass
X
    ip netns exec net tcpdump -lni eth0 'dst port 53 and (dst host 203.0.113.54 or dst host 2001:db8::54)' >/run/heard 2>/run/tcpdump.log & DUMP=$!
    wait_until 100 grep -q listening /run/tcpdump.log
    ip netns exec "${1-g}" python3 /run/ask.py & ASK=$!
    wait_until 100 test -e /run/asking; rm /run/asking
}
asked_nothing() { kill $ASK; sleep 0.2; kill $DUMP; wait $DUMP $ASK 2>/dev/null || :; rm /run/tcpdump.log /run/ask.py; same "$(grep . /run/heard | head -n 3)" ""; }
changes() {
    box; ask_on
    local i
    for i in 1 2 3; do box $'Guard=yes\nDomains=a'$i; done
    box $'Guard=tls'; conf g <<<$'[Namespace]\nType=nat\n[DNS]\nServers=2001:db8::53\nGuard=yes'; $NB up g
    box; asked_nothing; guarded
}
OPEN='table inet box { chain out { type filter hook output priority 0; policy accept; }; chain late { type filter hook output priority 100; accept; }; }'
with_file() {
    echo "$OPEN" >$ETC/g.nft; box $'Guard=yes\n[Firewall]\nFile=g.nft'
    contains "$(tables)" 'table inet box'; guarded
    ask_on
    local i; for i in 1 2 3 4 5; do { echo 'flush ruleset'; echo "$OPEN"; echo "table inet more$i {}"; } >$ETC/g.nft; $NB up g; contains "$(tables)" "table inet more$i"; done
    asked_nothing; guarded
}
saved() {
    rm -f $ETC/g.nft.new
    in_ns g nft add table inet by-hand
    $NB save-firewall g
    contains "$(cat $ETC/g.nft)" 'table inet by-hand'; fails grep netns-broker-dns $ETC/g.nft
    same "$($NB up g 2>&1)" ""; guarded
    $NB save-firewall g; fails grep netns-broker-dns $ETC/g.nft
    box 'Guard=yes'; fails grep -q box <<<"$(tables)"; guarded; rm $ETC/g.nft
}
flushed() {
    in_ns g nft flush ruleset
    answered g 53 $foreign
    local said; said=$($NB doctor g) && return 1
    contains "$said" 'the guard is gone: programs inside may ask any server for names'; contains "$said" 'netnsctl start g puts it back'
    $NB up g; guarded
    in_ns g nft flush chain inet netns-broker-dns output; $NB up g; guarded
    said=$($NB doctor g || :); contains "$said" 'programs inside can ask none but'; fails grep -q 'the guard is gone' <<<"$said"
}
hook() {
    printf '#!/bin/sh\nnft flush ruleset\nnft add table inet hooked\n' >/usr/bin/flushes; chmod 755 /usr/bin/flushes
    box $'Guard=yes\n[Hooks]\nInsidePreUp=/usr/bin/flushes\nInsidePostUp=/usr/bin/flushes'
    contains "$(tables)" hooked; guarded; rm /usr/bin/flushes
}
routed() { # somebody in the namespace's own back yard
    box $'Guard=yes\n[Namespace]\nForwarding=yes'
    ip netns add yard; ip link add y0 netns yard type veth peer name y1 netns g
    ip -n g addr add 10.66.0.1/24 dev y1; ip -n g link set y1 up; ip -n yard addr add 10.66.0.2/24 dev y0; ip -n yard link set y0 up; ip -n yard link set lo up; ip -n yard route add default via 10.66.0.1
    in_ns g nft add table ip yard; in_ns g nft 'add chain ip yard p { type nat hook postrouting priority 100; }'; in_ns g nft add rule ip yard p masquerade
    answered yard 53 203.0.113.53; refused yard 53 203.0.113.54
    ip netns del yard
}
own_file() { # /etc/netns/NAME/resolv.conf, which programs see before ours
    mkdir -p /etc/netns/g; echo 'nameserver 203.0.113.54' >/etc/netns/g/resolv.conf
    $NB up g; answered g 53 203.0.113.54 203.0.113.53; refused g 53 2001:db8::54
    rm -r /etc/netns/g; $NB up g; guarded
}
gone() { $NB down g; same "$(ls /run/netns-broker/dns 2>/dev/null)" ""; }
# a program that was there before the first link
adopted() {
    ip netns add a; in_ns a nft add table inet mine
    conf a <<<$'[Namespace]\nType=nat\nAdopt=yes\n[DNS]\nServers=203.0.113.53\nGuard=yes'
    # with an nft that takes its time
    mv /usr/sbin/nft /usr/sbin/nft.quick; printf '#!/bin/sh\nsleep 0.3\nexec nft.quick "$@"\n' >/usr/sbin/nft; chmod 755 /usr/sbin/nft
    ask_on a; local up=yes; $NB up a || up=no; mv /usr/sbin/nft.quick /usr/sbin/nft; same $up yes
    sleep 0.2; asked_nothing; answered a 53 203.0.113.53; refused a 53 $foreign
    $NB down a; same "$(in_ns a nft list tables)" 'table inet mine'; ip netns del a
}
with_an_interface() { # a link-local server is asked by the interface behind it
    conf z <<<$'[Namespace]\nType=nat\n[Link]\nName=eth0\n[DNS]\nServers=fe80::53%%eth0\nGuard=yes'; $NB up z
    contains "$(cat /run/netns-broker/dns/z/resolv.conf)" 'nameserver fe80::53%eth0'
    contains "$(in_ns z nft list set inet netns-broker-dns servers6)" fe80::53
    $NB down z; rm /etc/netns-broker/z.netns
}
noted() { # what check tells of servers
    local out
    conf z <<<$'[Namespace]\nType=nat\n[DNS]\nServers=192.0.2.1 192.0.2.2\nServers=192.0.2.3\nServers=192.0.2.4'
    out=$($NB check z); contains "$out" 'z.netns:6: [DNS] Servers=192.0.2.4: note: programs ask the first three name servers only'; contains "$out" 'z.netns: good'
    echo Resolver=dnsmasq >>/etc/netns-broker/z.netns; fails grep -q 'first three' <<<"$($NB check z)"
    conf z <<<$'[Namespace]\nType=nat\n[DNS]\nServers=127.0.0.1 ::1'
    out=$($NB check z); contains "$out" "z.netns:4: [DNS] Servers=127.0.0.1 ::1: note: 127.0.0.1 is the namespace's own loopback"; contains "$out" 'note: ::1 is'; contains "$out" 'z.netns: good'
    printf '[Hooks]\nInsidePostUp=/bin/true\n' >>/etc/netns-broker/z.netns; fails grep -q loopback <<<"$($NB check z)"
    rm /etc/netns-broker/z.netns
}
silent_host() { # Servers=host: those that the host has when it starts
    echo 'nameserver 203.0.113.53   # office' >/etc/resolv.conf
    conf h <<<$'[Namespace]\nType=nat\n[DNS]\nGuard=yes'; $NB up h
    answered h 53 203.0.113.53; refused h 53 $foreign
    same "$(grep -c nameserver /run/netns-broker/dns/h/resolv.conf)" 1
    $NB down h
}
host_words() { # search domains and options too, where [DNS] has none
    local server='nameserver 203.0.113.53'
    is() { same "$(grep -v '^#' /run/netns-broker/dns/h/resolv.conf)" "$server$1"; }
    printf '%s\nsearch foo.example\noptions timeout:1\n' "$server" >/etc/resolv.conf
    conf h <<<$'[Namespace]\nType=nat'; $NB up h; is $'\nsearch foo.example\noptions timeout:1'
    printf '%s\nsearch bar.example\n' "$server" >/etc/resolv.conf; wait_until 100 is $'\nsearch bar.example'
    echo "$server" >/etc/resolv.conf; wait_until 100 is ''
    conf h <<<$'[Namespace]\nType=nat\n[DNS]\nDomains=own.example\nServers=host'; $NB up h; is $'\nsearch own.example'
    printf '%s\nsearch foo.example\noptions rotate\n' "$server" >/etc/resolv.conf; wait_until 100 is $'\nsearch own.example\noptions rotate'
    # what a stub has checked, nobody has checked of the servers behind it
    printf '%s\noptions edns0 trust-ad\n' "$server" >/etc/resolv.conf; wait_until 100 is $'\nsearch own.example\noptions edns0 trust-ad'
    mkdir -p /run/systemd/resolve; echo "$server" >/run/systemd/resolve/resolv.conf
    printf 'nameserver 127.0.0.53\noptions edns0 trust-ad\n' >/etc/resolv.conf; wait_until 100 is $'\nsearch own.example\noptions edns0'
    $NB down h; $NB up h; is $'\nsearch own.example\noptions edns0'
    $NB down h; rm -r /run/systemd
}
uplink_changes() { # and the watch follows
    echo 'nameserver 203.0.113.53' >/etc/resolv.conf
    conf l <<<$'[Namespace]\nType=lan\n[DNS]\nGuard=yes'; $NB up l
    answered l 53 203.0.113.53; refused l 53 203.0.113.54
    echo 'nameserver 203.0.113.54' >/etc/resolv.conf
    wait_until 100 answered l 53 203.0.113.54
    fails dug l 203.0.113.53
    $NB down l
}
vpn_promises() {
    conf v <<<$'[Namespace]\nType=vpn'
    same "$($NB up v 2>&1)" ""
    contains "$(in_ns v nft list table inet netns-broker-dns)" 'th dport 53 goto asked'
    fails grep -q 'elements' <<<"$(in_ns v nft list table inet netns-broker-dns)"
    ip tuntap add tun5 mode tun
    env -i script_type=up dev=tun5 ifconfig_local=10.8.0.5 'foreign_option_1=dhcp-option DNS 10.8.0.1' 'foreign_option_2=dhcp-option DNS6 fd08::1' $NB take v
    contains "$(in_ns v nft list set inet netns-broker-dns servers4)" 'elements = { 10.8.0.1 }'
    contains "$(in_ns v nft list set inet netns-broker-dns servers6)" 'elements = { fd08::1 }'
    env -i script_type=down dev=tun5 $NB take v
    fails grep -q 'elements' <<<"$(in_ns v nft list table inet netns-broker-dns)"
    $NB down v; ip link del tun5
}
nothing_said() {
    conf k <<<$'[Namespace]\nKillSwitch=t\n[Link t]\nKind=tun\nName=tun0'
    contains "$($NB up k 2>&1)" "netnsctl: k: no names will be found: [DNS] has no Servers=, and its Guard= keeps other servers from being asked"
    contains "$(in_ns k nft list tables)" "$GUARD"; fails grep nameserver /run/netns-broker/dns/k/resolv.conf
    $NB down k
    conf k <<<$'[Namespace]\nKillSwitch=t\n[Link t]\nKind=tun\nName=tun0\n[DNS]\nGuard=no'
    same "$($NB up k 2>&1)" ""; same "$(in_ns k nft list tables)" ""; $NB down k
}
# nat and lan promise nothing, and pay nothing
not_promised() {
    $NB up --type=nat first
    strace -f -qq -e trace=execve -o /run/trace "$NB" up --type=nat second
    fails grep nft /run/trace; same "$(in_ns second nft list tables)" ""
    $NB up --type=lan third; same "$(in_ns third nft list tables)" ""
    $NB down first second third; rm /run/trace
}
no_nft() {
    conf k <<<$'[Namespace]\nType=basic\n[DNS]\nServers=192.0.2.53\nGuard=yes'
    mv /usr/sbin/nft /usr/sbin/nft.away
    local said; said=$($NB up k 2>&1) && said=up
    mv /usr/sbin/nft.away /usr/sbin/nft
    contains "$said" 'k: not up: [DNS] Guard= cannot be put in place: '; fails ip netns exec k true
}
restored() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

world_up
for a in 53 54; do ip -n net addr add 203.0.113.$a/24 dev eth0; ip -n net addr add 2001:db8::$a/64 dev eth0 nodad; done
server net 53 1; server net 54 66; server net 53 1 853; server net 54 66 853
BEFORE=$(host_state)
it "the configured servers are asked, others are not, by UDP and TCP, IPv4 and IPv6" configured
it "to ask another is an error at once" errors
it "glibc goes on to a server that may be asked" glibc ''
it "by TCP too" glibc 'options use-vc'
it "a server on the namespace's own loopback may be asked" own
it "Guard=tls: port 853 likewise; without it anybody's" tls
it "other ports are not concerned" other_ports
it "Guard=no: anybody may be asked" off
it "and guarded again" on_again
it "while the namespace is made anew not one packet gets to another server" changes
it "beside a ruleset of the admin's, which flushes and accepts; nor while that is exchanged" with_file
it "the guard is not saved with the ruleset, and outlives its end" saved
it "flushed by somebody: doctor says so, and up puts it back" flushed
it "a hook that flushes does not get rid of it" hook
it "what is routed through the namespace is guarded too" routed
it "the servers of /etc/netns/NAME/resolv.conf may be asked" own_file
it "down leaves nothing" gone
it "in an adopted namespace, closed before the first link, and gone with down" adopted
it "Servers=fe80::53%%eth0: programs see the interface, and the guard lets the server be asked" with_an_interface
it "check notes servers beyond the third, and a loopback where nobody answers" noted
it "Servers=host: the host's are asked" silent_host
it "Servers=host: search domains and options of the host are followed, where there are none of its own" host_words
it "type lan with Guard=yes: another uplink's server is followed" uplink_changes
it "type vpn is guarded without a word: closed, then open for what the VPN brings, then closed" vpn_promises
it "KillSwitch= and no servers: one line says that there will be no names" nothing_said
it "types that promise nothing have no guard, and run no nft" not_promised
it "without nft: not up, and why" no_nft
kill "${PIDS[@]}" 2>/dev/null; wait "${PIDS[@]}" 2>/dev/null
it "nothing is left" restored
world_down
finish
