#!/bin/bash
# abuse.sh - one user must not take the broker, polkit or the start of namespaces away from the others.
. "$(dirname "$0")/../lib.sh"
HERE=$(dirname "$(realpath "$0")")
LOG=/run/serve.log
mkdir -p /etc/netns-broker
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
flood() { as mallory timeout 60 python3 "$HERE/flood.py" "$@"; }
enters() { as "$1" timeout 60 chnetns --no-ask-password "$2" true; }
fds() { ls "/proc/$(cat /run/serve.pid)/fd" | wc -l; }
fds_back() { [ "$(fds)" -le $(($1 + 3)) ]; }

for n in quick fresh; do printf '[Namespace]\nType=basic\n[Access]\nUsers=alice bob\nAuthorize=list\n' >/etc/netns-broker/$n.netns; done
printf '[Namespace]\nType=basic\n[Access]\nUsers=bob\n' >/etc/netns-broker/polk.netns
printf '[Namespace]\nType=basic\n[Access]\nUsers=bob\nAuthorize=either\n' >/etc/netns-broker/either.netns
cat >/etc/polkit-1/rules.d/10-test.rules <<'E2'
polkit.addRule(function(action, subject) { if (subject.user == "bob") return polkit.Result.YES; });
E2
sleep 0.7
(ulimit -n 4096; exec "$SERVE" --listen /run/netns-broker/socket >>$LOG 2>&1 </dev/null) & SERVE_PID=$!
echo $SERVE_PID >/run/serve.pid
wait_until 100 enters alice quick

hang_ups() {
    local before; before=$(fds)
    flood 3 0 list
    flood 2 0 status quick; flood 2 0 enter quick
    enters bob quick
    wait_until 40 fds_back "$before" || { echo "$before descriptors before, $(fds) after"; return 1; }
}
held_lock() {
    as mallory flock -x -F /run/netns sleep 300 & local p=$! rc=0
    wait_until 100 fails flock -n /run/netns true
    enters alice fresh || rc=1
    kill "$(pgrep -P $p)" || rc=1
    wait $p || :
    return $rc
}
first_mount_lock() {
    # where the mount is still to be made, the holder is not waited for either
    enters alice fresh; netnsctl down --all; umount -l /run/netns
    held_lock
}
dialogs() {
    enters bob polk
    flood 5 0.001 enter either INTERACTIVE=yes & local p=$! i
    sleep 1
    for i in 1 2 3 4 5; do enters bob polk; sleep 0.3; done
    wait $p
    enters bob polk
}
not_hidden() {
    local i
    for i in $(seq 70); do as alice python3 "$HERE/ask.py" enter nothing >/dev/null; done
    enters alice quick
    contains "$(tail -n 3 $LOG)" "enter quick: allowed"
}
# answers with descriptors that are not read: no more of them than a user may have connections
unread() {
    cat >/run/unread.py <<'P'
import os, select, socket, sys
sys.path.insert(0, sys.argv[1])
from ask import connect, packet
import time
socks = []
# and again when the broker has looked after the first
for pause in 11.5, 2:
    for _ in range(60):
        sock = connect()
        sock.send(packet("enter", "quick"))
        socks.append(sock)
    # it does not help to close one's half, or both, or to say something more
    for number, sock in enumerate(socks):
        if select.select([sock], [], [], 0.2)[0]:
            try:
                sock.shutdown((socket.SHUT_WR, socket.SHUT_RDWR)[number % 2]) if number % 3 else sock.send(b"x")
            except OSError:
                pass
    time.sleep(pause)
answered = 0
for sock in socks:
    if select.select([sock], [], [], 0)[0]:
        with_fds = False
        try:
            data, controls, _, _ = sock.recvmsg(8192, socket.CMSG_SPACE(64 * 4), socket.MSG_CMSG_CLOEXEC)
            with_fds = bool(controls)
        except OSError:
            pass
        answered += with_fds
print(answered)
P
    local got
    got=$(as alice python3 /run/unread.py "$HERE")
    echo "answered with descriptors: $got"
    [ "$got" -gt 0 ]; [ "$got" -le 16 ]
    enters alice quick
}
it "answers that nobody reads count as connections" unread
# /etc/subuid gives him uids, as which he can run programs of his own: as many of them as fill all places
subordinates() {
    printf 'mallory:100000:65536\nalice:165536:65536\n' >/etc/subuid
    cat >/run/hold.py <<'P'
import os, sys, time
sys.path.insert(0, sys.argv[1])
from ask import connect, packet, receive
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
lists, kept = 0, []
for uid in range(100000, 100070):
    os.seteuid(0); os.setresuid(uid, uid, 0)
    for _ in range(16):
        sock = connect()
        sock.send(packet("list"))
        kept.append(sock)
os.seteuid(0)
time.sleep(1)
for sock in kept:
    try:
        lists += b"FDS" in receive(sock)[0]
    except OSError:
        pass
    if lists > 16:
        break
print(lists, flush=True)
P
    local got; got=$(timeout 60 python3 /run/hold.py "$HERE")
    same "$got" 16
}
it "the uids that subuid(5) gives to one user count as one" subordinates
# places that strangers hold do not keep root out
full() {
    rm -f /etc/subuid
    cat >/run/fill.py <<'P'
import os, sys, time
sys.path.insert(0, sys.argv[1])
from ask import connect, packet
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
kept = []
for uid in range(100000, 100070):
    os.seteuid(0); os.setresuid(uid, uid, 0)
    for _ in range(16):
        sock = connect()
        sock.send(packet("list"))
        kept.append(sock)
print("ready", flush=True)
time.sleep(30)
P
    timeout 60 python3 /run/fill.py "$HERE" >/run/filled & local pid=$! rc=0
    wait_until 400 grep -q ready /run/filled
    fails enters alice quick 2>/dev/null || { echo "there was room"; rc=1; }
    enters root quick || rc=1
    pkill -P $pid; wait $pid 2>/dev/null || :
    wait_until 100 enters alice quick || rc=1
    return $rc
}
it "whoever takes all places does not keep root out" full
it "thousands of hang-ups leave no descriptor behind in the front" hang_ups
it "somebody who holds a lock on /run/netns keeps nobody's namespace from starting" held_lock
it "nor where /run/netns is not a mount yet" first_mount_lock
it "somebody who opens dialogs and hangs up does not take polkit from the others" dialogs
it "what was allowed is logged, however much was refused before" not_hidden
netnsctl down --all
kill $SERVE_PID; wait $SERVE_PID 2>/dev/null
[ -z "${SHOW-}" ] || { grep -v "mallory\|61004" $LOG | tail -20; busctl --system call org.freedesktop.PolicyKit1 /org/freedesktop/PolicyKit1/Authority org.freedesktop.DBus.Peer Ping --timeout=3; }
finish
