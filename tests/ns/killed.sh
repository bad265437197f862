#!/bin/bash
# kill -9 at every point of up and of down.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

# kill -9 at every call, one after the other, of the kinds that change something; before the call is made (strace counts each kind by itself)
CALLS='sendmsg sendto write rename mount umount2 unshare setns mkdir mkdirat rmdir unlink unlinkat flock clone vfork'
kill_at() { # CALL N CMD...
    strace -qq -o /run/trace -e trace="$1" -e inject="$1:signal=KILL:when=$2" "${@:3}" & wait $! 2>/dev/null || :
    grep -q 'killed by SIGKILL' /run/trace
}
# of each kind the first twenty: what is more than that is the last down, which waits and looks whether the watch has gone
calls_of() {
    strace -qq -o /run/trace "$@" && sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' /run/trace | grep -xF "${CALLS// /$'\n'}" | sort | uniq -c |
        awk '{ print ($1 > 20 ? 20 : $1), $2 }'
}
# the host, what programs run, and all that is written below /run but the locks (of `watch` no more than its log)
state() {
    host_state
    ps -e -o args= | grep -e '^[^ ]*dhc' -e '^[^ ]*dnsmasq' -e '^netns' -e '/kee[p]' | grep -v -e ' watch$' -e '--interface=s0 ' | sort
    find /run/netns-broker \( -path '*/lock' -prune \) -o ! -type d ! -name watch.log -print | sort
    find /run/netns-broker/{dns,resolver,dhcp,etc} -mindepth 1 2>/dev/null
    :
}
no_residue() { local now; now=$(state); [ "$BEFORE" = "$now" ] || { echo "residue after kill at $*:"; diff <(echo "$BEFORE") <(echo "$now"); return 1; }; }
lab_works() { same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1; }
# one with processes that stay: addresses by DHCP, a resolver that asks whom the lease named, a guard that lets nobody else be asked
box_conf() { printf '[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\nClient=udhcpc\nDHCPTimeout=3\n[DNS]\nGuard=yes\nResolver=dnsmasq\n' >/etc/netns-broker/box.netns; }
box_works() {
    contains "$(ip -n box -4 -br addr show dev eth0)" 10.77.0. && same "$(in_ns box dig +short +tries=1 +time=3 @127.0.0.1 who.test)" 192.0.2.1 &&
        same "$(ip netns pids box | xargs ps -o args= -p | sed 's/ .*//; s/.*[/]//' | grep -e udhcpc -e dnsmasq | sort | xargs)" 'dnsmasq udhcpc' &&
        contains "$(in_ns box nft list set inet netns-broker-dns servers4)" '{ 10.77.0.1 }'
}
killed_up() { # NAME STEP
    local list count call n killed=0
    "$1_conf"; list=$(calls_of "$NB" up "$1"); $NB down "$1"; echo "$list"
    while read -r count call; do
        for n in $(seq 1 "$2" "$count"); do
            ! kill_at "$call" "$n" "$NB" up "$1" || killed=$((killed + 1))
            [ $((n / $2 % 2)) = 0 ] || { $NB up "$1"; "$1_works" || { echo "after kill at $call $n"; return 1; }; }
            $NB down "$1"
            no_residue "$call" "$n"
        done
    done <<<"$list"
    echo "killed $killed times"; [ $killed -ge 40 ]
}
killed_down() { # NAME STEP
    local list count call n killed=0
    "$1_conf"; $NB up "$1"; list=$(calls_of "$NB" down "$1"); echo "$list"
    while read -r count call; do
        for n in $(seq 1 "$2" "$count"); do
            $NB up "$1"
            ! kill_at "$call" "$n" "$NB" down "$1" || killed=$((killed + 1))
            $NB down "$1"
            no_residue "$call" "$n"
        done
    done <<<"$list"
    echo "killed $killed times"; [ $killed -ge 20 ]
}
half_written() { # a record that has not got its name yet
    local way
    for way in 'down lab' 'down --all' 'up lab'; do
        lab_conf; kill_at rename 1 "$NB" up lab
        [ -e /run/netns-broker/state/.lab.json.new ]
        $NB $way; [ ! -e /run/netns-broker/state/.lab.json.new ] || { echo "after $way"; return 1; }
        $NB down lab; no_residue "$way"
    done
}

world_up
ip netns add lan; ip link add p0 type veth peer name s0 netns lan; sysctl -qw net.ipv6.conf.p0.accept_ra=0; ip link set p0 up
ip -n lan addr add 10.77.0.1/24 dev s0; ip -n lan link set lo up; ip -n lan link set s0 up
ip netns exec lan dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --leasefile-ro --interface=s0 --bind-interfaces \
    --dhcp-authoritative --no-ping --dhcp-range=10.77.0.100,10.77.0.250,2m --address=/who.test/192.0.2.1 & LAN=$!
wait_until 100 sh -c 'ip netns exec lan ss -ulnwH | grep -q ":67 "'; wait_until 100 sh -c '! ip -6 addr show tentative | grep .'
lab_conf; $NB up lab; $NB down lab # directories that stay
BEFORE=$(state)
it "kill -9 of up at any point: the next down leaves nothing, the next up works" killed_up lab 1
it "kill -9 of down at any point: the next down leaves nothing" killed_down lab 1
it "with DHCP, a resolver and a guard: kill -9 of up, the next down leaves nothing, the next up works" killed_up box 2
it "with DHCP, a resolver and a guard: kill -9 of down, the next down leaves nothing" killed_down box 2
it "a record that was not written to its end goes with the next down, of all as well, and the next up" half_written
$NB down --all
kill $LAN; wait $LAN 2>/dev/null; ip link del p0; ip netns del lan; rm -f /etc/netns-broker/box.netns
world_down
finish
