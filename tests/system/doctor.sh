# doctor.sh - netnsctl doctor beside a real systemd-resolved: what a program inside can ask of it is found, and what is advised helps
. /srv/src/tests/lib.sh
TOP=/srv/src
. /srv/src/tests/world.sh
GOOD='DNS: 203.0.113.2 answers, and no path leads past the namespace'
BUS='DNS: a name asked of systemd-resolved over the system bus'
SOCKET='DNS: a name asked of systemd-resolved by its socket'

said() {
    local rc=0 want=$1 words
    shift
    SAID=$($NB doctor lab 2>&1) || rc=$?
    same "$rc" "$want" || { echo "$SAID"; return 1; }
    for words in "$@"; do contains "$SAID" "$words" || return 1; done # in front of `||` set -e does not count
}
said_not() { fails grep -qF -e "$1" <<<"$SAID"; }
# its [Namespace] section has these lines too
namespace() {
    local servers=203.0.113.2
    case "$*" in *MountEtc=no*) servers= ;; esac
    { printf '[Namespace]\nType=nat\n'; printf '%s\n' "$@"; printf '[Access]\nUsers=alice\n[DNS]\nServers=%s\n' "$servers"; } >/etc/netns-broker/lab.netns
    systemctl reload-or-restart netns@lab
}
# leak WORDS - by the bus, which is worth a warning; by the socket too, where it is not hidden: that is broken
leak() {
    namespace
    said 3 'lab: warning' "$BUS $1" SystemBus=no; said_not "$SOCKET"; said_not 'no path leads past'
    namespace MountEtc=no
    said 1 'lab: broken' "$BUS $1" "$SOCKET $1" MountEtc=directory; said_not 'no path leads past'
    namespace SystemBus=no
    said 0 'lab: good' "$GOOD"
    namespace
}

# resolved DNS... - it runs, with this server
resolved() {
    mkdir -p /run/systemd/resolved.conf.d
    printf '[Resolve]\nDNS=%s\nFallbackDNS=\nLLMNR=no\nMulticastDNS=no\nDNSStubListener=no\n' "$*" >/run/systemd/resolved.conf.d/test.conf
    systemctl restart systemd-resolved
    wait_until 100 test -S /run/systemd/resolve/io.systemd.Resolve
}

systemctl unmask systemd-resolved 2>/dev/null; rm -f /etc/systemd/system/systemd-resolved.service; systemctl daemon-reload
systemctl stop systemd-resolved 2>/dev/null
world_up
cp /etc/resolv.conf /run/resolv.before
echo 'nameserver 203.0.113.2' >/etc/resolv.conf
ip netns exec net dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=203.0.113.2 --bind-interfaces --local=/example.com/ --pid-file= --user=root >/run/dnsmasq.log 2>&1 &
SERVER_PID=$!
wait_until 100 in_ns net sh -c 'ss -lun | grep -q 203.0.113.2:53'
mkdir -p /etc/netns-broker
namespace

good() { said 0 'lab: good' "$GOOD"; }
it "without systemd-resolved, with a real polkit and socket, all is good" good
seen() {
    resolved 203.0.113.2
    leak 'leaves by uplink0 of the host, past the namespace'
    same "$($NB doctor --json lab | jq -c '[.[0].findings[] | select(.path == "resolved D-Bus") | .level, .interface]')" '["warning","uplink0"]'
}
it "what systemd-resolved asks for a program inside is seen to leave by the host" seen
unseen() {
    resolved
    leak 'is looked up by the host, past the namespace'
}
it "one without a server answers, and that is enough" unseen
clients() {
    local rc=0 client
    resolved 203.0.113.2
    for client in /usr/bin/busctl /usr/bin/gdbus; do
        [ ! -e $client ] || mount --bind /dev/null $client
    done
    chmod +x /usr/bin/dbus-send
    $NB doctor lab >/run/said || :
    contains "$(cat /run/said)" "$BUS leaves by uplink0" || rc=1
    mount --bind /dev/null /usr/bin/dbus-send
    $NB doctor lab >/run/said || :
    contains "$(cat /run/said)" 'DNS: a name asked of systemd-resolved over the system bus was not tried: there is no' || rc=1
    umount /usr/bin/dbus-send
    for client in /usr/bin/busctl /usr/bin/gdbus; do umount $client 2>/dev/null || :; done
    return $rc
}
it "dbus-send asks where there is no busctl, and where there is neither that is said" clients
stopped() {
    systemctl stop systemd-resolved
    said 0 "$GOOD"
    fails systemctl is-active systemd-resolved
}
it "one that is stopped is not started by the question" stopped
polkit() {
    systemctl mask --runtime --now polkit 2>/dev/null
    local rc=0
    said 1 'lab: broken' 'entering: polkit does not answer: only root can enter' 'systemctl unmask polkit' 'systemctl start polkit' || rc=1
    systemctl unmask --runtime polkit 2>/dev/null
    said 0 "$GOOD" || rc=1
    return $rc
}
advised() { local line; while read -r line; do case $line in systemctl*) $line 2>/dev/null ;; esac; done < <($NB doctor --json lab | jq -r '.[].findings[] | select(.topic == "entering") | .advice // [] | .[]'); }
socket() {
    local gone='entering: nobody can enter, for nobody listens at /run/netns-broker/socket: '
    systemctl stop netns-broker.socket netns-broker.service 2>/dev/null
    said 1 'lab: broken' "$gone" 'systemctl start netns-broker.socket'
    advised; said 0 "$GOOD"
    # its file was removed under it
    rm /run/netns-broker/socket
    said 1 'lab: broken' "$gone" 'systemctl restart netns-broker.socket'
    advised; said 0 "$GOOD"
    systemctl disable --now netns-broker.socket 2>/dev/null; systemctl stop netns-broker.service
    said 1 'lab: broken' "$gone" 'systemctl enable --now netns-broker.socket'
    advised; said 0 "$GOOD"
    # by the admin's own choice
    systemctl mask --runtime --now netns-broker.socket 2>/dev/null; systemctl stop netns-broker.service
    said 3 'lab: warning' "$gone" 'systemctl unmask netns-broker.socket'
    systemctl unmask --runtime netns-broker.socket 2>/dev/null; systemctl start netns-broker.socket; said 0 "$GOOD"
}
behind() {
    local rc=0
    systemctl mask --runtime --now netns-broker.service 2>/dev/null
    # whoever asks has systemd give the socket up, and so has the doctor
    said 3 'entering: nobody can enter, for netns-broker.service is masked' 'systemctl unmask netns-broker.service' 'netns-broker.socket' || rc=1
    said 3 'entering: nobody can enter, for netns-broker.service is masked' 'systemctl unmask netns-broker.service' 'systemctl start netns-broker.socket' || rc=1
    systemctl unmask --runtime netns-broker.service 2>/dev/null; advised
    said 0 "$GOOD" || rc=1
    return $rc
}
it "a masked service behind the socket is told, and what is advised helps" behind
unwatched() {
    local rc=0 line
    systemctl mask --runtime --now netns-broker-watch.service 2>/dev/null
    said 3 'lab: warning' 'watch: netns-broker watch does not run' 'systemctl unmask netns-broker-watch.service' 'systemctl start netns-broker-watch.service' || rc=1
    systemctl unmask --runtime netns-broker-watch.service 2>/dev/null
    systemctl disable --now netns-broker-watch.path 2>/dev/null
    said 3 'systemctl enable --now netns-broker-watch.path' || rc=1
    while read -r line; do $line; done < <($NB doctor --json lab | jq -r '.[].findings[] | select(.topic == "watch") | .advice[]')
    said 0 "$GOOD" || rc=1
    return $rc
}
it "a watch that is masked or was shut off is missed, and what is advised helps" unwatched
it "without the broker's socket nobody enters; what is advised helps" socket
it "a polkit that does not run is missed where a namespace needs it" polkit

failed_start() {
    local rc=0 said
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\n[Hooks]\nPreUp=/usr/bin/false\n' >/etc/netns-broker/ill.netns
    fails systemctl start netns@ill 2>/dev/null
    said=$($NB doctor ill 2>&1) || rc=$?
    same $rc 1
    contains "$said" 'state: it is down, and its last start failed: ill.netns:6: '; contains "$said" '/usr/bin/false'
    contains "$said" 'mend that, then: netnsctl start ill'; contains "$said" 'journalctl -u netns@ill.service has all of it'
    same "$($NB doctor --json ill | jq -r '.[0].findings[] | select(.topic == "state") | .level + " " + .unit')" 'broken netns@ill.service'
    contains "$($NB status ill)" 'State: down: its last start failed: ill.netns:6: '
    # who may not read the journal hears that it has failed
    rc=0; said=$(su alice -c "$NB doctor ill" 2>&1) || rc=$?
    same $rc 1; contains "$said" 'state: it is down, and its last start failed: '
    sed -i /PreUp/d /etc/netns-broker/ill.netns
    $NB start ill; said=$($NB doctor ill) || :; fails grep -q 'state:' <<<"$said"
    $NB stop ill; contains "$($NB doctor ill)" 'state: it is down'; fails grep -q failed <<<"$($NB doctor ill)"
    # also of a type that was started without a file, and whatever ended it
    mkdir -p /run/systemd/system/netns-nat@typed.service.d
    printf '[Service]\nExecStart=\nExecStart=/usr/bin/sleep 60\nTimeoutStartSec=1\n' >/run/systemd/system/netns-nat@typed.service.d/late.conf
    rm /etc/netns-broker/ill.netns; printf '[Namespace]\nType=nat\n' >/etc/netns-broker/typed.netns
    systemctl daemon-reload; fails systemctl start netns-nat@typed 2>/dev/null
    contains "$($NB doctor typed)" 'its last start failed: it took longer than TimeoutStartSec= of its unit allows'
    rm -r /run/systemd/system/netns-nat@typed.service.d /etc/netns-broker/typed.netns; systemctl daemon-reload; systemctl reset-failed
}
it "a start that failed is told, with the last words of its journal" failed_start

systemctl stop systemd-resolved 2>/dev/null
rm -rf /run/systemd/resolved.conf.d
systemctl stop netns@lab
rm /etc/netns-broker/lab.netns
kill $SERVER_PID; wait $SERVER_PID 2>/dev/null
cp /run/resolv.before /etc/resolv.conf
world_down
systemctl mask systemd-resolved 2>/dev/null
finish
