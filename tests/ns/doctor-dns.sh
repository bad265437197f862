#!/bin/bash
# netnsctl doctor: who looks up the names that are asked for inside, name servers and the way to them. The server is a real dnsmasq on
# the made-up internet, and what leaks is a real nscd.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
GOOD='DNS: 203.0.113.2 answers, and no path leads past the namespace'

# a test is a subshell: who runs is known by a file
ended() {
    local pid
    pid=$(cat /run/test.$1 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null || :
    wait_until 100 sh -c "! kill -0 $pid"
    rm /run/test.$1
}
# server [OPTION...] - the name server of the made-up internet, anew
server() {
    ended dnsmasq
    ip netns exec net dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=203.0.113.2,2001:db8::2 --bind-interfaces --pid-file= --user=root "$@" >/run/dnsmasq.log 2>&1 &
    echo $! >/run/test.dnsmasq
    echo "$*" >/run/test.options
    wait_until 100 in_ns net sh -c 'ss -lun | grep -q 203.0.113.2:53'
}
# lab [LINE...] - its file, and up with it
# programs have names looked up as the host does: no name servers of the namespace's own
by_the_host() { printf '%s\n' '[Namespace]' Type=nat MountEtc=no '[DNS]' Servers= >/etc/netns-broker/lab.netns; up lab; }
lab() { printf '%s\n' '[Namespace]' Type=nat '[DNS]' "$@" >/etc/netns-broker/lab.netns; up lab; }
# the watch has a look at it too, a moment later
up() { $NB up "$1"; wait_until 100 sh -c "$NB status --json $1 | jq -e '.[0].state == \"up\"'"; }
# said RC WORDS... - what doctor says of lab, the exit status and some of its words
said() {
    local rc=0 want=$1 words
    shift
    SAID=$($NB doctor "${PATIENT-lab}" 2>&1) || rc=$?
    same "$rc" "$want" || { echo "$SAID"; return 1; }
    for words in "$@"; do contains "$SAID" "$words"; done
}
said_not() { fails grep -qF -e "$1" <<<"$SAID"; }

serve() {
    "$SERVE" --listen /run/netns-broker/socket 2>>/run/serve.log & echo $! >/run/test.serve
    wait_until 100 "$CHNETNS" lab true
}

world_up
mkdir -p /etc/netns-broker
echo 'nameserver 203.0.113.2' >/etc/resolv.conf # of the host and its nscd
server --local=/example.com/
lab Servers=203.0.113.2
serve
wait_until 100 sh -c '! ip -6 addr show tentative | grep .; ! ip -n lab -6 addr show tentative | grep .'
nscd_end() { ended nscd; rm -rf /run/nscd; }
# a test, and afterwards all is as before, however it ended
tried() {
    it "$@"
    nscd_end
    rm -rf /etc/netns
    echo 'nameserver 203.0.113.2' >/etc/resolv.conf
    nft delete table inet mine 2>/dev/null || :
    ip link set uplink0 mtu 1500
    grep -q MTU= /etc/netns-broker/lab.netns && $NB down lab
    lab Servers=203.0.113.2 2>/dev/null
    [ "$(cat /run/test.options)" = --local=/example.com/ ] || server --local=/example.com/
    [ -e /run/test.serve ] || serve
}

good() {
    said 0 "$GOOD" 'lab: good'
    lab Servers=2001:db8::2
    said 0 'DNS: 2001:db8::2 answers, and no path'
    lab Servers=203.0.113.2 'Options=use-vc'
    said 0 "$GOOD"; said_not 'asks no name server'
}
tried "a server that answers, by IPv4, IPv6 and for those who ask by TCP" good
silent() {
    local start=$EPOCHSECONDS
    lab Servers='203.0.113.9 203.0.113.10 2001:db8::9'
    said 3 'lab: warning' 'DNS: name server 203.0.113.9 does not answer' 'Servers= in [DNS] of lab names others' \
        'DNS 203.0.113.9: leaves by uplink0' 'DNS 2001:db8::9: leaves by uplink0'
    [ $((EPOCHSECONDS - start)) -le 30 ]
    lab Servers='203.0.113.9 203.0.113.2'
    said 3 'DNS: name server 203.0.113.9 does not answer' "$GOOD"
}
tried "one that does not answer is named, and the packet's way, within ten seconds" silent
in_the_way() {
    local line
    nft add table inet mine '{ chain f { type filter hook forward priority 5; udp dport 53 drop; } ; }'
    said 1 'lab: broken' 'DNS: name server 203.0.113.2 does not answer' \
        'DNS 203.0.113.2: dropped by table inet mine, chain f: rule udp dport 53 drop' 'IPv4 out: leaves'
    while read -r line; do
        case $line in nft*) $line ;; esac
    done < <($NB doctor --json lab | jq -r '.[].findings[].advice // [] | .[]')
    said 0 "$GOOD"
}
tried "a firewall that keeps only DNS from the server is named, and what is advised helps" in_the_way
of_no_use() {
    server
    said 3 'DNS: name server 203.0.113.2 does not look names up: it refuses to (REFUSED)'
    server --local=/example.com/
    mkdir -p /etc/netns/lab
    echo 'nameserver 127.0.0.53' >/etc/netns/lab/resolv.conf
    said 3 'DNS: name server 127.0.0.53 cannot be asked from inside: Connection refused'
    printf '#nameserver 203.0.113.9\nnameservers 203.0.113.9\nnameserver\t  203.0.113.2 # ours\n' >/etc/netns/lab/resolv.conf
    said 0 "$GOOD"
    : >/etc/netns/lab/resolv.conf
    said 3 'DNS: no name server is named in the resolv.conf that programs inside see: names cannot be resolved' \
        'name one in /etc/netns/lab/resolv.conf, which goes before [DNS]'
    rm -r /etc/netns/lab; said 0 "$GOOD"
    : >/etc/resolv.conf; lab
    said 3 'DNS: no name server is named' 'Servers= in [DNS] of lab names some'
    echo 'nameserver 203.0.113.2' >/etc/resolv.conf
    lab; said 0 "$GOOD"
}
tried "a server that refuses, a stub of the host's, and none at all" of_no_use
offline() {
    mkdir -p /etc/netns/off
    echo 'nameserver 203.0.113.2' >/etc/netns/off/resolv.conf
    echo '[Namespace]' >/etc/netns-broker/off.netns; up off
    PATIENT=off said 0 'off: good' 'DNS: name server 203.0.113.2 cannot be asked from inside: Network is unreachable'
    $NB down off; rm -r /etc/netns/off /etc/netns-broker/off.netns
}
tried "a namespace without a network is meant to be so" offline
# resolver PROGRAM - whom it asks is asked too, and named
resolver() {
    command -v "$1" >/dev/null || { echo "there is no $1"; return 77; }
    lab 'Servers=203.0.113.9 203.0.113.2' "Resolver=$1"
    said 3 "DNS: name server 203.0.113.9, which its $1 asks, does not answer" 'Servers= in [DNS] of lab names others' 'DNS 203.0.113.9: leaves by uplink0'
    same "$($NB doctor --json lab | jq -c '[.[0].findings[] | select(.server) | [.level, .server]]')" '[["warning","203.0.113.9"]]'
    # it reads no file of programs'
    mkdir -p /etc/netns/lab; echo 'nameserver 127.0.0.1' >/etc/netns/lab/resolv.conf
    said 3 "DNS: name server 203.0.113.9, which its $1 asks, does not answer" 'Servers= in [DNS] of lab names others'; said_not 'name another in'
    rm -r /etc/netns/lab
    lab Servers=203.0.113.9 "Resolver=$1"
    said 3 "DNS: name server 203.0.113.9, which its $1 asks, does not answer"; said_not 'name server 127.0.0.1'
    lab Servers=203.0.113.2 "Resolver=$1"
    said 0 'DNS: 127.0.0.1 answers, and no path leads past the namespace'
    # it hangs
    local pid; pid=$(cat /run/netns-broker/resolver/lab/resolver.pid)
    kill -STOP "$pid"
    said 3 "DNS: name server 127.0.0.1 is its own $1 and does not look names up" 'netnsctl restart lab makes all of it anew'
    kill -CONT "$pid"; said 0 'DNS: 127.0.0.1 answers'
    : >/etc/resolv.conf; lab "Resolver=$1"
    said 3 "DNS: its $1 has no name server to ask: names cannot be resolved" 'Servers= in [DNS] of lab names some'
    echo 'nameserver 203.0.113.2' >/etc/resolv.conf
}
tried "a server behind the namespace's own dnsmasq is named" resolver dnsmasq
tried "one behind its own unbound" resolver unbound
guarded() {
    local mine='{ chain o { type nat hook output priority -150; udp dport 53 dnat ip to 203.0.113.2; } ; }'
    lab Servers=203.0.113.2 Guard=yes
    said 0 'name servers: programs inside can ask none but 203.0.113.2, as [DNS] Guard= intends' "$GOOD"
    # one that came since is not blamed on anybody else
    mkdir -p /etc/netns/lab; printf 'nameserver 203.0.113.9\nnameserver 203.0.113.2\n' >/etc/netns/lab/resolv.conf
    said 3 'DNS: name server 203.0.113.9 cannot be asked from inside: the guard of [DNS] Guard= keeps programs from asking others' 'as it is meant to' \
        'netnsctl start lab tells the guard of it'
    contains "$SAID" 'name servers: its files name 203.0.113.9, and the guard of [DNS] Guard= keeps programs from asking there'; contains "$SAID" 'tells the guard of them'
    said_not 'own firewall'
    up lab; said 3 'DNS: name server 203.0.113.9 does not answer'; said_not 'the guard of'
    rm -r /etc/netns/lab; up lab
    in_ns lab nft add element inet netns-broker-dns servers4 '{ 203.0.113.77 }'
    said 3 'name servers: the guard of [DNS] Guard= lets programs ask 203.0.113.77, which its files do not name' 'netnsctl restart lab makes all of it anew'
    $NB down lab
    # said twice, told once
    lab 'Servers=203.0.113.2 2001:db8::2' Guard=yes; mkdir -p /etc/netns/lab; printf 'nameserver 203.0.113.2\nnameserver 203.0.113.2\nnameserver 2001:db8::2\n' >/etc/netns/lab/resolv.conf
    up lab; wait_until 100 sh -c '! ip -n lab -6 addr show tentative | grep .'
    said 0 'can ask none but 203.0.113.2, 2001:db8::2, as' 'DNS: 203.0.113.2, 2001:db8::2 answer, and no path'
    rm -r /etc/netns/lab; lab Servers=203.0.113.2 Guard=yes
    in_ns lab nft add table ip mine "$mine"
    said 3 'name servers: the guard is there, and yet IPv4 to another server by UDP is not refused'
    in_ns lab nft delete table ip mine
    said 0 "$GOOD"
}
tried "that the guard keeps other servers from being asked is as it should be, and said" guarded
the_hosts() {
    by_the_host
    said 0 "$GOOD"
    contains "$($NB status lab)" "Etc: programs see the host's files in /etc, resolv.conf too (MountEtc=no)"
    same "$($NB status --json lab | jq -c '.[0] | [.etc, .dns.file, .dns.of_host, .dns.servers]')" '["host","/etc/resolv.conf",true,["203.0.113.2"]]'
    echo 'nameserver 127.0.0.53' >/etc/resolv.conf
    said 3 'DNS: name server 127.0.0.53 cannot be asked from inside: Connection refused' \
        "with MountEtc=no programs see the host's /etc/resolv.conf; MountEtc=directory in [Namespace] of lab gives them one of their own"
    contains "$($NB status lab)" 'DNS: 127.0.0.53'
    echo 'nameserver 203.0.113.9' >/etc/resolv.conf
    said 3 'DNS: name server 203.0.113.9 does not answer' 'with MountEtc=no programs see'
    # where nobody can enter and ask
    echo 'nameserver 127.0.0.53' >/etc/resolv.conf
    ended serve; rm -f /run/netns-broker/socket
    said 3 "DNS: name server 127.0.0.53 is the host's own, and cannot be asked from inside" 'MountEtc=directory in [Namespace] of lab'
    serve
    echo 'nameserver 203.0.113.2' >/etc/resolv.conf
    lab; same "$($NB status --json lab | jq -r '.[0].etc')" null
}
tried "with MountEtc=no the host's stub is what programs see, which is said" the_hosts
deaf() {
    mkdir -p /etc/netns/lab
    { grep -v ^hosts: /etc/nsswitch.conf; echo 'hosts: files'; } >/etc/netns/lab/nsswitch.conf
    said 3 'DNS: getaddrinfo, which nearly all programs call, asks no name server' 'the line "hosts: files dns" in /etc/netns/lab/nsswitch.conf'
    sed -i 's/^hosts:.*/hosts: files dns/' /etc/netns/lab/nsswitch.conf
    said 0 "$GOOD"
}
tried "a hosts: line that asks nobody" deaf

# nscd [NAMESPACE] - it runs in the host, or there
nscd_begin() {
    mkdir -p /run/nscd
    ${1:+ip netns exec "$1"} nscd -F >/run/nscd.log 2>&1 & echo $! >/run/test.nscd
    wait_until 100 test -S /run/nscd/socket
}
# leak WORDS [NAMESPACE] - where programs inside see its socket it is found; what is advised hides it
leak() {
    command -v nscd >/dev/null || { echo "there is no nscd"; return 77; }
    nscd_begin "${2-}"
    said 0 "$GOOD"
    by_the_host
    said 1 'lab: broken' "DNS: a name asked of nscd by its socket $1, past the namespace" 'MountEtc=directory in its [Namespace] section'
    said_not 'no path leads past'; said_not 'asks no name server'
    [ -z "${2-}" ] || return 0
    contains "$SAID" "a name asked for by getaddrinfo, as nearly all programs do, $1"
    $NB doctor --json lab | json_told
    same "$($NB doctor --json lab | jq -c '[.[0].findings[] | select(.path == "nscd") | .level, .interface]')" '["broken","uplink0"]'
}
seen() { leak 'leaves by uplink0 of the host'; }
tried "the host's nscd, which asks past the namespace, is found by its packets" seen
unseen() { leak 'is looked up by the host' net; }
tried "one whose packets nobody sees is found by its answer" unseen
nscd_well() {
    command -v nscd >/dev/null || { echo "there is no nscd"; return 77; }
    sed -i 's/enable-cache\(.*\)hosts.*/enable-cache\1hosts no/' /etc/nscd.conf
    by_the_host
    nscd_begin
    said 0 "$GOOD"
}
tried "one that looks up no hosts is none" nscd_well

deafened() {
    local rc=0 pid
    lab Servers=203.0.113.9
    $NB doctor lab >/run/said 2>&1 & pid=$!
    sleep 1
    kill -STOP $pid
    python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(100000):
    try: s.sendto(b"noise", ("127.0.0.1", 9))
    except OSError: pass # nobody listens'
    kill -CONT $pid
    wait $pid || rc=$?
    same $rc 3
    contains "$(cat /run/said)" 'DNS: so many packets came by that not all were heard'
    fails grep -q 'a name asked' /run/said
}
tried "where more passes than can be listened to, no leak is made up" deafened

narrow() {
    ip link set uplink0 mtu 1400
    said 0 'lab: good' 'MTU: packets of 1500 bytes do not get to 203.0.113.2; a router on the way says so, and that it carries 1400' \
        'MTU=1400 in the [Link] of lab, then: netnsctl start lab'
    ip link set uplink0 mtu 1500
    said 0 "$GOOD"
    said_not MTU
}
tried "a way that is narrower than the link and says so is worth a note" narrow
black_hole() {
    ip link set uplink0 mtu 1400
    nft add table inet mine '{ chain o { type filter hook output priority 0; icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; } ; }'
    said 3 'MTU: packets of 1500 bytes do not get to 203.0.113.2 and back, those of 1400 do, and nobody says so: connections will hang'
    lab Servers=2001:db8::2
    said 3 'MTU: packets of 1500 bytes do not get to 2001:db8::2 and back, those of 1400 do'
    $NB doctor --json lab | json_told
    same "$($NB doctor --json lab | jq -c '.[0].findings[] | select(.topic == "MTU") | [.to, .mtu]')" '["2001:db8::2",1400]'
    printf '[Link]\nMTU=1400\n' >>/etc/netns-broker/lab.netns; $NB start lab
    wait_until 100 sh -c '! ip -n lab -6 addr show tentative | grep .'
    said 0 'DNS: 2001:db8::2 answers'
    said_not MTU
}
tried "one that swallows large packets silently is a warning, and what is advised helps" black_hole
# the least of IPv6 is never undercut while there is IPv6; without, the very size is advised
too_narrow() {
    nft add table inet mine '{ chain p { type filter hook prerouting priority -250; iifname "vn-lab0" meta length > 1017 drop; } ; }'
    said 3 'MTU: packets of 1500 bytes do not get to 203.0.113.2 and back, those of 1017 do, and nobody says so' \
        'IPv6 needs 1280 at least: look for what carries less on the way to 203.0.113.2' 'or without IPv6: IPv6=no in the [Namespace] of lab and MTU=1017'
    printf '[Link]\nMTU=1017\n' >>/etc/netns-broker/lab.netns
    contains "$($NB check lab)" 'MTU=1017: IPv6 needs 1280 at least (RFC 8200), and Pool= gives it an IPv6 address; IPv6=no in [Namespace]'
    sed -i 's/^Type=nat/&\nIPv6=no/' /etc/netns-broker/lab.netns
    up lab
    said 0 "$GOOD"
    said_not MTU
}
tried "of one that carries less than IPv6 needs, the very size is found, and what is advised can be done" too_narrow
cannot_enter() {
    ended serve
    python3 -c 'import socket; socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).bind("/run/netns-broker/socket")'
    said 3 'entering: nobody can enter, for nobody listens at /run/netns-broker/socket: Connection refused' 'DNS: could not be tried: chnetns: lab: cannot reach the broker'
    rm -f /run/netns-broker/socket
    # but root nobody is to enter
    said 3 'lab: warning' 'entering: nobody can enter, for nobody listens at /run/netns-broker/socket: No such file or directory' \
        'netns-broker serve answers there: start it at boot'
    said_not DNS:
    printf '[Access]\nUsers=alice\nAuthorize=list\n' >>/etc/netns-broker/lab.netns
    said 1 'lab: broken' 'entering: nobody can enter, for nobody listens at /run/netns-broker/socket: No such file'
    serve
    said 0 "$GOOD"
}
tried "where nobody can enter that is said, and only once" cannot_enter
nothing_left() {
    fails pgrep -x 'getent|nscd'
    fails grep -q doctor <<<"$(nft list tables)"
    same "$(in_ns lab ss -0 -Hn)" ''
    same "$(ss -0 -Hn)" ''
}
it "no socket, process or table is left over" nothing_left

ended serve; ended dnsmasq
rm -f /run/netns-broker/socket
$NB down --all
world_down
finish
