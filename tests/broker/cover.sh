#!/bin/bash
# cover.sh - what the front sends along with a namespace: mounts of /etc/netns/NAME, of the generated resolv.conf and hosts, a sysfs.
. "$(dirname "$0")/../lib.sh"
HERE=$(dirname "$(realpath "$0")")
PYTHON=/usr/bin/python3
mkdir -p /etc/netns-broker /etc/netns/box
"$SERVE" --listen /run/netns-broker/socket >>/run/serve.log 2>&1 </dev/null &
SERVE_PID=$!
ask() { setpriv --reuid="$1" --regid="$1" --init-groups env -C / $PYTHON "$HERE/ask.py" "${@:2}"; }
answers() { ask root list >/dev/null; }
wait_until 100 answers
box() {
    printf '[Namespace]\nType=basic\n%s\n[Access]\nUsers=alice\nAuthorize=list\n' "$1" >/etc/netns-broker/box.netns
}
names() { ask alice enter box | sed -n 's/^FDS=//p'; }
box ''

hidden=run/systemd/resolve,run/nscd,run/avahi-daemon
usual() { same "$(names)" netns,etc,$hidden,sys; }
it "a directory for /etc, a cover for each resolver of the host's, a sysfs" usual
files() { box MountEtc=files; same "$(names)" netns,etc/resolv.conf,etc/nsswitch.conf,$hidden,sys; box ''; }
it "MountEtc=files: resolv.conf and nsswitch.conf in its place" files
nothing() { box MountEtc=no; same "$(names)" netns; box ''; }
it "with MountEtc=no there is the namespace and nothing else" nothing
sys_only() { box $'MountEtc=no\nMountSys=yes'; same "$(names)" netns,sys; box ''; }
it "MountSys=yes brings a sysfs" sys_only
no_bus() { box $'MountEtc=no\nSystemBus=no'; same "$(names)" netns,run/dbus,sys; box ''; }
it "SystemBus=no covers the system bus" no_bus
unmade() {
    mv /run/netns-broker/dns/box /run/netns-broker/kept
    local answer
    answer=$(ask alice enter box)
    mv /run/netns-broker/kept /run/netns-broker/dns/box
    contains "$answer" ERROR=failed
    fails grep -q fd <<<"$answer"
    contains "$(cat /run/serve.log)" "/run/netns-broker/dns/box"
}
it "when the directory is not there, nothing is sent" unmade
echo 'nameserver 192.0.2.1' >/etc/netns/box/resolv.conf
mkdir /etc/netns/box/skel.d
echo 192.0.2.9 box >/etc/netns/box/hosts
touch /etc/netns/box/.hosts.swp /etc/netns/box/hosts~
covered() { same "$(names)" netns,etc,etc/hosts,etc/resolv.conf,etc/skel.d,$hidden,sys; }
it "each entry of /etc/netns/NAME is sent by name, and a sysfs with them, but not what an editor left" covered
no_sys() { box MountSys=no; same "$(names)" netns,etc,etc/hosts,etc/resolv.conf,etc/skel.d,$hidden; box ''; }
it "MountSys=no leaves the sysfs out" no_sys
rmdir /etc/netns/box/skel.d
inside() { setpriv --reuid=alice --regid=alice --init-groups env -C / $PYTHON "$HERE/mounts.py"; }
it "they are read-only, nosuid, nodev, noexec, and the files meant" inside
content() { setpriv --reuid=alice --regid=alice --init-groups env -C / $PYTHON "$HERE/mounts.py" etc/resolv.conf; }
generated() {
    local rc=0
    box MountEtc=files
    cp /run/netns-broker/dns/box/resolv.conf /run/kept
    echo 'nameserver 192.0.2.53' >/run/netns-broker/dns/box/resolv.conf
    contains "$(content)" "nameserver 192.0.2.1"
    mv /etc/netns/box/resolv.conf /etc/netns/kept
    contains "$(content)" 192.0.2.53 || rc=1
    mv /etc/netns/kept /etc/netns/box/resolv.conf
    cat /run/kept >/run/netns-broker/dns/box/resolv.conf
    box ''
    return $rc
}
it "a generated resolv.conf is sent unless the admin has one" generated
generated_hosts() {
    local rc=0
    box MountEtc=files
    rm -f /run/netns-broker/dns/box/hosts
    echo '192.0.2.1 host.netns.internal' >/run/netns-broker/dns/box/hosts
    contains "$(content)" "nameserver"
    # etc/hosts is the admin's here
    same "$(setpriv --reuid=alice --regid=alice --init-groups env -C / $PYTHON "$HERE/mounts.py" etc/hosts)" "192.0.2.9 box" || rc=1
    mv /etc/netns/box/hosts /etc/netns/kept
    same "$(names)" netns,etc/resolv.conf,etc/nsswitch.conf,etc/hosts,$hidden,sys || rc=1
    same "$(setpriv --reuid=alice --regid=alice --init-groups env -C / $PYTHON "$HERE/mounts.py" etc/hosts)" "192.0.2.1 host.netns.internal" || rc=1
    mv /etc/netns/kept /etc/netns/box/hosts
    rm /run/netns-broker/dns/box/hosts
    box ''
    return $rc
}
it "so is a generated hosts file" generated_hosts

refused() {
    local answer
    answer=$(ask alice enter box)
    contains "$answer" ERROR=failed
    contains "$answer" "namespace box is up, but cannot be entered: see journalctl -u netns-broker"
    fails grep -q fd <<<"$answer"
}
# each bad thing is put there, looked at, and taken away
bad() {
    local rc=0
    "$@"
    refused || rc=1
    rm -rf /etc/netns/box/bad*
    chmod 755 /etc/netns/box
    contains "$(ask alice enter box)" RESULT=ok || rc=1
    return $rc
}
it_bad() { local name=$1; shift; it "$name is refused, and nothing is sent without it" bad "$@"; }
foreign() { echo x >/etc/netns/box/bad; chown alice /etc/netns/box/bad; }
writable() { echo x >/etc/netns/box/bad; chmod 666 /etc/netns/box/bad; }
fifo() { mkfifo /etc/netns/box/bad; }
dangling() { ln -s /nowhere/at/all /etc/netns/box/bad; }
led_astray() { mkdir -p /home/alice/d && chmod 755 /home/alice && ln -sfn /etc /home/alice/d/e && ln -s /home/alice/d/e/hostname /etc/netns/box/bad; }
odd() { touch "/etc/netns/box/bad name"; }
many() { touch /etc/netns/box/bad{1..40}; }
loop() { ln -s bad /etc/netns/box/bad; }
open_dir() { chmod 777 /etc/netns/box; }
it_bad "a file of somebody else's" foreign
it_bad "a file that others can write" writable
it_bad "a pipe" fifo
it_bad "a dangling symbolic link" dangling
it_bad "a symbolic link through a directory of somebody else's" led_astray
it_bad "a name with a space" odd
it_bad "more than a packet can carry" many
it_bad "a symbolic link to itself" loop
it_bad "a directory that others can write" open_dir
link_fine() { ln -sfn ../../hostname /etc/netns/box/hostname; contains "$(names)" etc/hostname; rm /etc/netns/box/hostname; }
it "a symbolic link to a file of root's is followed" link_fine
# how many it has open when nobody asks: what the last caller had is closed a little later
open_files() {
    local least=999 now
    for _ in {1..20}; do now=$(ls /proc/$SERVE_PID/fd | wc -l); [ "$now" -ge "$least" ] || least=$now; sleep 0.05; done
    echo "$least"
}
no_leak() {
    local before i
    before=$(open_files)
    for i in 1 2 3 4 5; do ask alice enter box >/dev/null; foreign; ask alice enter box >/dev/null; rm /etc/netns/box/bad; done
    same "$(open_files)" "$before"
    same "$(ask root enter box | grep -c 'fd /run/netns')" 1
    same "$(readlink /proc/$SERVE_PID/ns/net)" "$(readlink /proc/self/ns/net)"
}
it "the front keeps no descriptor and stays in its own namespace" no_leak
ask root stop box >/dev/null
kill $SERVE_PID
rm -rf /etc/netns /etc/netns-broker/box.netns
finish
