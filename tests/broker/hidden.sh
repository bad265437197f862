#!/bin/bash
# hidden.sh - the sockets of the host's name services and of its bus, which nobody inside reaches.
. "$TOP/tests/box.sh"
PLACES='/run/nscd/socket /run/avahi-daemon/socket /run/systemd/resolve/io.systemd.Resolve'
cat >/run/listen.py <<'P'
import os, selectors, socket, sys
# closes each connection at once, or whoever looks up a user would wait for nscd's answer
wait = selectors.DefaultSelector()
for path in sys.argv[1:]:
    if os.path.exists(path):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(path)
    os.chmod(path, 0o666)
    sock.listen()
    wait.register(sock, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in wait.select():
        key.fileobj.accept()[0].close()
P
cat >/run/connect.py <<'P'
import socket, sys
for path in sys.argv[1:]:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("reached", path)
    except OSError as error:
        print(error.strerror)
P
chmod 644 /run/connect.py
listen() { python3 /run/listen.py $PLACES >/run/listening & LISTENER=$!; wait_until 100 grep -q ready /run/listening; }
daemons() {
    mkdir -p /run/nscd /run/avahi-daemon /run/systemd/resolve
    listen
    same "$(as alice "python3 /run/connect.py $PLACES" | grep -c reached)" 3
    local got
    got=$(inside "python3 /run/connect.py $PLACES")
    kill $LISTENER
    same "$got" $'No such file or directory\nNo such file or directory\nNo such file or directory'
}
it "resolved, nscd and avahi cannot be reached from inside" daemons
restarted() {
    rm -rf $ROOM/* /run/nscd/socket /run/avahi-daemon/socket /run/systemd/resolve/io.systemd.Resolve
    inside "sh -c 'touch $ROOM/ready; until [ -e $ROOM/go ]; do sleep 0.02; done; python3 /run/connect.py $PLACES'" >$ROOM/said &
    local pid=$!
    wait_until 200 test -e $ROOM/ready
    listen
    touch $ROOM/go; wait $pid
    kill $LISTENER
    fails grep reached $ROOM/said
}
it "nor when they start, or start again, in mid-run" restarted
held() {
    local place rc=0
    for place in /run/nscd /run/avahi-daemon; do fails rmdir $place 2>/dev/null || rc=1; fails mv $place /run/away 2>/dev/null || rc=1; done
    return $rc
}
it "nobody takes the places away that are covered" held
later() {
    $NB down box; rmdir /run/nscd 2>/dev/null || rm -rf /run/nscd
    $NB up box
    [ -d /run/nscd ]
}
it "a place that is not there yet is made, so that it can be covered" later
somebody_elses() {
    $NB down box
    fails mountpoint -q /run/nscd
    mount -t tmpfs another /run/nscd
    echo outside >/run/nscd/x; $NB up box; same "$(inside 'sh -c "ls -A /run/nscd && echo ran"')" ran; $NB down box
    same "$(findmnt -n -o SOURCE /run/nscd)" another
    umount /run/nscd; $NB up box
}
it "what somebody else has mounted at such a place stays mounted after down" somebody_elses
slowly() { strace -qq -f -o /dev/null -e trace=mount,umount2 -e inject=mount,umount2:delay_enter=100000 "$@"; }
held_once() { # the kernel takes its time over each mount, so that they meet
    command -v strace >/dev/null || { echo "no strace here"; return 77; }
    local one two
    for one in a b; do conf $one <<<$'[Namespace]\nType=basic'; done
    $NB down box
    slowly $NB up a & one=$!; slowly $NB up b & two=$!; wait $one; wait $two
    same "$(grep -c ' /run/nscd ' /proc/self/mountinfo)" 1
    # one that comes up while the last one goes down has them
    $NB down a
    slowly $NB down b & one=$!; slowly $NB up a & two=$!; wait $one; wait $two
    same "$(grep -c ' /run/nscd ' /proc/self/mountinfo)" 1
    $NB down a
    fails grep ' /run/nscd ' /proc/self/mountinfo
    rm /etc/netns-broker/[ab].netns; $NB up box
}
it "namespaces that come up and go down at once hold each such place once" held_once
bus() { local rc=0; mv /run/dbus /run/dbus.away; $NB up box; box SystemBus=no; same "$(inside 'sh -c "ls -A /run/dbus && echo ran"')" ran || rc=1; box ''; rmdir /run/dbus; mv /run/dbus.away /run/dbus
    mkdir -p /run/dbus; touch /run/dbus/x; box SystemBus=no; same "$(inside 'sh -c "ls -A /run/dbus && echo ran"')" ran || rc=1; box ''; contains "$(inside 'ls /run/dbus')" x || rc=1; rm /run/dbus/x; return $rc; }
it "SystemBus=no hides the system bus, also where there is none yet" bus
end_box
finish
