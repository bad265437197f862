#!/bin/bash
# etc.sh - one consistent /etc for who enters, whatever the host does to its own meanwhile; and no way to the host's resolvers.
. "$TOP/tests/box.sh"
OURS=$'nameserver 192.0.2.53\nsearch lab.example'
plain() { grep -v '^#'; }

# names that are there even where the host has no such file
ALWAYS='nologin|cron\.(allow|deny)|at\.(allow|deny)|hosts\.(allow|deny)|(doas|sudo)\.conf'
consistent() {
    same "$(inside 'cat /etc/resolv.conf' | plain)" "$OURS"
    same "$(inside 'grep ^hosts: /etc/nsswitch.conf')" 'hosts: files dns myhostname'
    same "$(inside 'grep ^passwd: /etc/nsswitch.conf; grep ^services: /etc/nsswitch.conf')" $'passwd: files systemd\nservices: db files'
    same "$(inside 'md5sum /etc/passwd /etc/group')" "$(md5sum /etc/passwd /etc/group)"
    same "$(inside 'id -un')" alice
    same "$(inside 'ls /etc' | grep -vxE "$ALWAYS")" "$(ls /etc | grep -vxE "$ALWAYS")"
}
it "resolv.conf and nsswitch.conf are the namespace's, everything else in /etc the host's" consistent
# what a program that runs inside sees of a file that the host replaces, and of one that it did not have
live() {
    echo first >/etc/fresh; $NB up box
    rm -f $ROOM/*
    inside "sh -c 'cat /etc/fresh; touch $ROOM/ready; until [ -e $ROOM/go ]; do sleep 0.02; done; cat /etc/fresh /etc/later; test ! -e /etc/nologin'" >$ROOM/said &
    local pid=$! rc=0
    wait_until 200 test -e $ROOM/ready
    echo second >/etc/fresh.new; mv /etc/fresh.new /etc/fresh; echo later >/etc/later; $NB up box
    touch $ROOM/go; wait $pid || rc=1
    rm /etc/fresh /etc/later; $NB up box
    fails inside 'test -L /etc/fresh' || rc=1
    same "$(cat $ROOM/said)" $'first\nsecond\nlater' || rc=1
    return $rc
}
it "what the host replaces is replaced inside, what comes appears, what goes is gone" live
revoked() { # nothing that was once allowed stays allowed for who has it open
    local rc=0
    echo 'alice:old' >/etc/pass; chmod 644 /etc/pass; $NB up box
    rm -f $ROOM/*
    inside "sh -c 'exec 9</etc/pass; touch $ROOM/ready; until [ -e $ROOM/go ]; do sleep 0.02; done; cat /etc/pass'" >$ROOM/said 2>&1 &
    local pid=$!
    wait_until 200 test -e $ROOM/ready
    echo 'alice:new' >/etc/pass.new; chmod 600 /etc/pass.new; mv /etc/pass.new /etc/pass
    touch $ROOM/go; wait $pid && rc=1
    grep -q 'Permission denied' $ROOM/said || { cat $ROOM/said; rc=1; }
    rm /etc/pass
    return $rc
}
it "permissions are the host's of now" revoked
relative() {
    mkdir -p /etc/deep/er; ln -s ../../../usr/share/zoneinfo/UTC /etc/deep/er/zone; ln -sfn ../proc/self/mounts /etc/mtab2; $NB up box
    inside 'cat /etc/deep/er/zone' | cmp - /usr/share/zoneinfo/UTC
    inside 'grep -q / /etc/mtab2'
    rm -r /etc/deep /etc/mtab2
}
it "relative links of the host's /etc lead where they do outside" relative
read_only() { fails inside 'touch /etc/x' && fails inside 'sh -c "echo x >>/etc/resolv.conf"'; }
it "it is read-only" read_only
script() { printf '#!/bin/sh\necho ran\n' >/etc/a-script; chmod 755 /etc/a-script; $NB up box; same "$(inside /etc/a-script)" ran; rm /etc/a-script; }
it "scripts in /etc can be run" script
submount() {
    local rc=0
    mkdir -p /etc/below /run/other
    echo there >/run/other/file
    mount --bind /run/other /etc/below
    $NB up box
    same "$(inside 'cat /etc/below/file')" there || rc=1
    umount /etc/below
    rmdir /etc/below
    return $rc
}
it "what is mounted below the host's /etc is there as well" submount

callers_own() {
    local rc=0 got
    got=$(unshare --mount bash -c 'mount -t tmpfs tmpfs /mnt; touch /mnt/mine; mount -t tmpfs tmpfs /etc/skel; touch /etc/skel/mine
        setpriv --reuid=alice --regid=alice --init-groups chnetns box ls /mnt/mine /etc/skel/mine') || rc=1
    same "$got" $'/etc/skel/mine\n/mnt/mine' || rc=1
    return $rc
}
it "who has a mount namespace of his own finds in it what was there" callers_own
# appears SECONDS - does what the host mounts appear to who is inside already?
appears() {
    local pid rc=0
    rm -f $ROOM/*; mkdir -p /run/late
    inside "sh -c 'touch $ROOM/ready; until [ -e $ROOM/go ]; do sleep 0.02; done; test -e /run/late/it'" & pid=$!
    wait_until 200 test -e $ROOM/ready
    mount -t tmpfs tmpfs /run/late; touch /run/late/it
    touch $ROOM/go
    wait $pid || rc=1
    umount /run/late; rmdir /run/late
    return $rc
}
propagation() {
    local rc=0
    mount --make-rshared /
    appears || rc=1
    box MountPropagation=private
    fails appears || rc=1
    box ''
    mount --make-rprivate /
    return $rc
}
it "what the host mounts later appears, unless MountPropagation=private" propagation

# during FUNCTION [LINE OF [Namespace]] - FUNCTION changes the host while a program of alice's runs inside, who looks before and after
during() {
    local before after
    box "${2-}"; $NB up box
    rm -f $ROOM/*
    inside "sh -c 'cat /etc/resolv.conf; getent hosts localhost >/dev/null; touch $ROOM/ready; until [ -e $ROOM/go ]; do sleep 0.02; done; cat /etc/resolv.conf /etc/nsswitch.conf >$ROOM/after'" >$ROOM/before &
    local pid=$!
    wait_until 200 test -e $ROOM/ready
    cp -a /etc/resolv.conf $ROOM/kept-resolv; cp -a /etc/nsswitch.conf $ROOM/kept-nsswitch
    "$1"
    touch $ROOM/go
    wait $pid
    rm -rf /etc/resolv.conf
    cp -a $ROOM/kept-resolv /etc/resolv.conf; cp -a $ROOM/kept-nsswitch /etc/nsswitch.conf
    same "$(plain <$ROOM/before)" "$OURS"
    AFTER=$(plain <$ROOM/after)
}
stays() { during "$1"; same "$(head -2 <<<"$AFTER")" "$OURS"; contains "$AFTER" "hosts: files dns myhostname"; fails grep -q 203.0.113 <<<"$AFTER"; }
renamed() { echo 'nameserver 203.0.113.1' >/etc/r; mv /etc/r /etc/resolv.conf; echo 'hosts: resolve' >/etc/r; mv /etc/r /etc/nsswitch.conf; }
it "the host renames others over them in mid-run: the program sees the namespace's" stays renamed
removed() { rm /etc/resolv.conf /etc/nsswitch.conf; }
it "so it does when the host removes them" stays removed
linked() { mkdir -p /run/systemd/resolve; echo 'nameserver 127.0.0.53' >/run/systemd/resolve/stub-resolv.conf; ln -sfn ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; }
it "and when a stub's takes their place" stays linked
gone_away() { mv /etc/resolv.conf /etc/resolv.conf.old; echo 'nameserver 203.0.113.2' >/etc/resolv.conf; rm /etc/resolv.conf.old; }
it "and when they are moved away" stays gone_away
as_files() { during renamed MountEtc=files; contains "$AFTER" 203.0.113.1; box ''; }
it "with MountEtc=files a rename uncovers the host's, as the manual says" as_files
writable() { box MountEtc=files; $NB up box; local rc=0; chnetns box touch /etc/new && [ -e /etc/new ] || rc=1; rm -f /etc/new; box ''; return $rc; }
it "and root can write to the rest of /etc" writable

# what resolv.conf of the host is like when somebody enters
like() {
    local rc=0
    rm -rf /etc/resolv.conf
    "$1"
    $NB up box
    same "$(inside 'cat /etc/resolv.conf' | plain)" "$OURS" || rc=1
    rm -rf /etc/resolv.conf
    printf 'nameserver 203.0.113.99\n' >/etc/resolv.conf
    return $rc
}
dangling() { ln -s /nowhere/at/all /etc/resolv.conf; }
it "the host's resolv.conf is a dangling link" like dangling
absent() { :; }
it "it is not there" like absent
it "it is a link to a stub's" like linked

# what types without a word about servers get
host_follows() {
    local rc=0
    conf plain <<<$'[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list'
    printf 'nameserver 203.0.113.7\nsearch home.example\noptions rotate\nnameserver 127.0.0.1\n' >/etc/resolv.conf
    $NB up plain
    contains "$(as alice 'chnetns plain cat /etc/resolv.conf' | plain)" $'nameserver 203.0.113.7\nsearch home.example\noptions rotate' || rc=1
    fails grep -q 127 /run/netns-broker/dns/plain/resolv.conf || rc=1
    /usr/libexec/netns-broker/watch >/dev/null 2>&1 & local watch=$!
    sleep 0.3
    printf 'nameserver 203.0.113.8\n' >/etc/r; mv /etc/r /etc/resolv.conf
    echo here >/etc/come-later
    wait_until 100 as alice 'chnetns plain grep -q here /etc/come-later' || { rc=1; echo "what has come is not seen"; }
    rm /etc/come-later
    wait_until 100 test ! -L /run/netns-broker/dns/plain/come-later || rc=1
    wait_until 100 grep -q 203.0.113.8 /run/netns-broker/dns/plain/resolv.conf || { rc=1; cat /run/netns-broker/dns/plain/resolv.conf; }
    $NB down plain
    wait $watch
    rm /etc/netns-broker/plain.netns
    printf 'nameserver 203.0.113.99\n' >/etc/resolv.conf
    return $rc
}
it "without a word about servers they are the host's, never one on its loopback, and follow it" host_follows
stub_only() {
    local rc=0
    conf plain <<<$'[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list'
    echo 'nameserver 127.0.0.53' >/etc/resolv.conf
    rm -rf /run/systemd/resolve/resolv.conf
    $NB up plain
    fails grep -q nameserver <<<"$(as alice 'chnetns plain cat /etc/resolv.conf')" || rc=1
    $NB down plain; rm /etc/netns-broker/plain.netns
    printf 'nameserver 203.0.113.99\n' >/etc/resolv.conf
    return $rc
}
it "a stub's address is not handed in even where nothing is known behind it" stub_only

nested() {
    local rc=0
    mkdir -p /etc/netns/box; echo '10.9.9.9 bank.example' >/etc/netns/box/hosts
    printf '[Namespace]\nType=basic\n[Access]\nUsers=alice\nAuthorize=list\n[DNS]\nServers=192.0.2.54\n' | conf two
    $NB up box two
    contains "$(inside 'cat /etc/hosts')" bank.example || rc=1
    fails grep -q bank <<<"$(inside 'chnetns two cat /etc/hosts')" || rc=1
    same "$(inside 'chnetns two cat /etc/resolv.conf' | plain)" 'nameserver 192.0.2.54' || rc=1
    same "$(inside 'chnetns two id -un')" alice || rc=1
    rm -r /etc/netns/box; $NB down two; rm /etc/netns-broker/two.netns; $NB up box
    return $rc
}
it "from one namespace into another: nothing of the first is left" nested
entries() {
    local rc=0
    mkdir -p /etc/netns/box/conf.d; echo inside >/etc/netns/box/conf.d/file; echo 'precedence ::ffff:0:0/96 100' >/etc/netns/box/gai.conf; echo new >/etc/netns/box/not-outside
    $NB up box
    same "$(inside 'cat /etc/conf.d/file /etc/gai.conf /etc/not-outside')" $'inside\nprecedence ::ffff:0:0/96 100\nnew' || rc=1
    # what is taken out there again is the host's, or not there
    mkdir -p /etc/netns/box/apt; $NB up box; same "$(inside 'sh -c "ls -A /etc/apt && echo ran"')" ran || rc=1
    rm -r /etc/netns/box/{apt,conf.d,gai.conf}; $NB up box
    same "$(inside 'ls /etc/apt')" "$(ls /etc/apt)" || rc=1
    same "$(inside 'cat /etc/gai.conf /etc/not-outside')" "$(cat /etc/gai.conf; echo new)" || rc=1
    fails inside 'ls /etc/conf.d' 2>/dev/null || rc=1
    rm -r /etc/netns/box; $NB up box
    fails inside 'ls /etc/not-outside' 2>/dev/null || rc=1
    return $rc
}
it "files and directories of /etc/netns/NAME are there, also such as the host does not have" entries
half_made() {
    rmdir /run/netns-broker/dns/box/.host/etc
    fails inside true
    $NB up box
    same "$(inside 'id -un')" alice
}
it "what a killed worker left half made is made good by the next up; until then nobody enters" half_made
not_for_all() { fails as mallory 'ls /run/netns-broker/dns' 2>/dev/null && fails as mallory 'cat /run/netns-broker/dns/box/resolv.conf' 2>/dev/null; }
it "who may not enter reads none of it" not_for_all
forbidden() { # nobody watches here
    local rc=0
    fails test -e /etc/cron.deny && fails inside 'test -e /etc/cron.deny' || return 1
    echo alice >/etc/cron.deny; same "$(inside 'cat /etc/cron.deny')" alice || rc=1; rm /etc/cron.deny
    return $rc
}
it "who may do what the admin can say later, too: cron.deny and its like are seen at once" forbidden
typed() { # root needs no file, and has what the type says of /etc
    mkdir -p /etc/netns-broker/types
    printf '[Namespace]\nMountEtc=files\nSystemBus=no\n' >/etc/netns-broker/types/typed.netns
    local rc=0
    $NB up --type=typed t || rc=1
    chnetns t true || rc=1
    chnetns t test -d /etc/.host && rc=1
    same "$(chnetns t ls /run/dbus)" '' || rc=1
    $NB down t; rm -r /etc/netns-broker/types
    return $rc
}
it "of a namespace without a file the type says what root sees of /etc" typed

# getaddrinfo, with what distributions ship: Debian 12 and 13, Ubuntu, Fedora, Arch, openSUSE, and some that are met
world_asks() {
    ip netns exec box python3 - <<'P' &
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.53", 53))
open("/run/dns-ready", "w").close()
while True:
    q, who = s.recvfrom(512)
    with open("/run/dns-asked", "ab") as log:
        log.write(q[12:] + b"\n")
    end = q.index(0, 12) + 5
    kind = q[end - 4:end - 2]
    answer = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\xc0\x00\x02\x07" if kind == b"\x00\x01" else b""
    s.sendto(q[:2] + b"\x81\x80\x00\x01" + (b"\x00\x01" if answer else b"\x00\x00") + b"\x00" * 4 + q[12:end] + answer, who)
P
    ASKED=$!
    wait_until 100 test -e /run/dns-ready
}
capture() {
    python3 - <<'P' &
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
open("/run/capture-ready", "w").close()
while True:
    packet = s.recv(4096)
    if b"distribution" in packet:
        open("/run/leaked", "ab").write(packet)
P
    CAPTURE=$!
    wait_until 100 test -e /run/capture-ready
}
each_nsswitch() {
    local line n=0 rc=0
    ip -n box addr add 192.0.2.53/32 dev lo
    printf 'nameserver 127.0.0.53\n' >/etc/resolv.conf
    rm -f /run/leaked; : >/run/dns-asked
    world_asks; capture
    while read -r line; do
        n=$((n + 1))
        echo "$line" >/etc/nsswitch.conf
        $NB up box
        same "$(inside "getent ahostsv4 n$n.distribution.example" | awk '{ print $1; exit }')" 192.0.2.7 || { echo "with $line"; inside 'cat /etc/nsswitch.conf'; rc=1; }
        grep -q "n$n" /run/dns-asked || { echo "not asked inside: $line"; rc=1; }
    done <<'L'
hosts:          files mdns4_minimal [NOTFOUND=return] dns
hosts:          files resolve [!UNAVAIL=return] dns
hosts:          files mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns mymachines
hosts:      files myhostname resolve [!UNAVAIL=return] dns
hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns
hosts:  files mdns_minimal [NOTFOUND=return] dns
hosts: resolve
hosts: files [SUCCESS=merge] sss [NOTFOUND=return] libvirt wins
networks: files
L
    kill $ASKED $CAPTURE
    ip -n box addr del 192.0.2.53/32 dev lo
    printf 'nameserver 203.0.113.99\n' >/etc/resolv.conf
    [ $n = 9 ] || { echo "only $n"; rc=1; }
    [ ! -e /run/leaked ] || { echo "seen on an interface of the host"; rc=1; }
    return $rc
}
it "getaddrinfo asks the namespace's server alone, with each nsswitch.conf that distributions ship" each_nsswitch
# bubblewrap makes the rooms of flatpak and of others: of the whole /etc, or of single files
in_a_room() {
    local way usr='--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64'
    command -v bwrap >/dev/null || { echo "there is no bwrap"; return 77; }
    for way in '--ro-bind / /' "$usr --ro-bind /etc /etc" "$usr --ro-bind /etc/resolv.conf /etc/resolv.conf --ro-bind /etc/passwd /etc/passwd"; do
        same "$(inside "bwrap $way --proc /proc --dev /dev sh -c 'cat /etc/resolv.conf; id -un'" | plain)" "$OURS"$'\nalice'
    done
}
it "a room of bubblewrap made inside has the namespace's resolv.conf and the host's users" in_a_room
end_box
gone() { [ ! -e /run/netns-broker/dns/box ]; }
it "down takes the files away" gone
finish
