# watch.sh - netns-broker watch as a service: begun by its path unit, ended by itself, started again when it is killed.
. /srv/src/tests/lib.sh
active() { systemctl is-active --quiet "$1"; }
inactive() { ! active "$1"; }
has_table() { nft list table inet "$1" 2>/dev/null | grep -q 'chain forward'; }
both() { has_table netns-broker && has_table netns-broker-guard; }
main_pid() { systemctl show -P MainPID netns-broker-watch.service; }

waits() { active netns-broker-watch.path; systemctl is-enabled netns-broker-watch.path; inactive netns-broker-watch.service; }
begins() { systemctl start netns-nat@w; wait_until 60 active netns-broker-watch.service; wait_until 60 both; }
puts_back() { nft flush ruleset; has_table netns-broker-guard; wait_until 40 both; }
killed() {
    local old; old=$(main_pid); systemctl kill -s KILL netns-broker-watch.service
    wait_until 100 sh -c "[ \"\$(systemctl show -P MainPID netns-broker-watch.service)\" != 0 ] && [ \"\$(systemctl show -P MainPID netns-broker-watch.service)\" != $old ]"
    wait_until 60 both
}
restarts() { systemctl restart netns-broker-watch.service; wait_until 60 both; }
lan() {
    ip netns add net; ip link add up0 type veth peer name eth0 netns net; ip addr add 203.0.113.1/24 dev up0; ip link set up0 up
    ip -n net addr add 203.0.113.2/24 dev eth0; ip -n net link set eth0 up; ip -n net link set lo up
    ip netns exec net python3 /srv/src/tests/web.py >/dev/null 2>&1 & echo $! >/run/web.pid
    ip route add default via 203.0.113.2
    ip tuntap add tun0 mode tun; ip addr add 10.8.0.2/24 dev tun0; ip link set tun0 up; ip route add 0.0.0.0/1 dev tun0; ip route add 128.0.0.0/1 dev tun0
    systemctl start netns-lan@l || { journalctl -o cat -u netns-lan@l; return 1; }
    same "$(chnetns l curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    contains "$(netnsctl status l)" "up0 via 203.0.113.2 (IPv4)"
}
follows() {
    ip -n net addr add 203.0.113.9/24 dev eth0; ip route replace default via 203.0.113.9
    wait_until 40 sh -c 'netnsctl status l | grep -q "up0 via 203.0.113.9"'
    same "$(chnetns l curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
}
removed_by_hand() {
    ip netns del l
    wait_until 100 inactive netns-lan@l.service
    wait_until 60 sh -c '! ip link show vn-l0'
    kill "$(cat /run/web.pid)"; ip link del tun0; ip link del up0; ip netns del net
}
by_hand() {
    systemctl start netns-nat@w
    netnsctl down w
    wait_until 100 inactive netns-nat@w.service
    same "$(systemctl show -P Result netns-nat@w.service)" success
    systemctl start netns-nat@w
    ip netns exec w true
}
# somebody starts it while the watch is about to clean up: who comes last is the one who starts
at_once() {
    local n
    printf '[Namespace]\nType=nat\n' >/etc/netns-broker/again.netns
    netnsctl start again
    for n in {1..8}; do
        ip netns del again
        sleep "0.0$n"
        netnsctl start again
        sleep 0.5
        active netns@again.service
        ip netns exec again true
    done
    systemctl stop netns@again.service; rm /etc/netns-broker/again.netns
}
# The worker in its unit may not touch iptables-legacy; by the time that it is done the watch has
legacy() {
    local tool
    for tool in iptables ip6tables; do $tool-legacy -w 5 -P FORWARD DROP; done
    systemctl start netns-nat@w
    for tool in iptables ip6tables; do contains "$($tool-legacy -w 5 -S FORWARD)" "netns-broker: from namespaces"; done
    same "$(journalctl -o cat -p warning -u netns-nat@w)" ""
    systemctl stop netns-nat@w
    for tool in iptables ip6tables; do
        fails grep netns-broker <<<"$($tool-legacy -w 5 -S FORWARD)"
        $tool-legacy -w 5 -P FORWARD ACCEPT
    done
    [ ! -e /run/netns-broker/passage ]
    wait_until 60 inactive netns-broker-watch.service # whose process is still to end
}
ends() {
    systemctl stop netns-nat@w
    wait_until 60 inactive netns-broker-watch.service
    fails has_table netns-broker-guard
    active netns-broker-watch.path
    begins; systemctl stop netns-nat@w; wait_until 60 inactive netns-broker-watch.service
}
orphaned() { # by a kernel and an nft that know `persist`, the twin stays when the watch is killed
    begins
    systemctl kill -s KILL netns-broker-watch.service; systemctl stop netns-nat@w
    wait_until 100 inactive netns-broker-watch.service; sleep 0.3; wait_until 100 inactive netns-broker-watch.service
    same "$(nft list tables)" ""
}
quiet() { same "$(journalctl -o cat -p warning -u netns-broker-watch.service | grep -v -e 'code=killed' -e "result 'signal'")" ""; }

it "the watch's path unit is enabled, and the service is not there until somebody needs it" waits
it "the first namespace that needs the host brings the watch" begins
it "under systemd, too, a flushed ruleset is back at once" puts_back
it "a watch that is killed is started again" killed
it "a watch that is restarted does no harm" restarts
it "netns-lan@ needs no file and leaves by the uplink past a VPN's routes" lan
it "netns-lan@ follows a new gateway" follows
it "a namespace that was removed by hand has its unit stopped and its links removed" removed_by_hand
it "netnsctl down of a namespace that a unit keeps up stops the unit, which starts again" by_hand
it "a namespace that was removed by hand and is started at once is up" at_once
it "the watch ends with the last namespace, and comes again" ends
it "under systemd, too, a filter of iptables-legacy is passed when a namespace is up, and has nothing of ours after the last" legacy
it "a watch that is killed with the last namespace leaves nothing behind" orphaned
it "the watch complains of nothing" quiet
finish
