#!/bin/bash
# client-answers.sh - chnetns: the covers that the broker hands out, its question for a password, and hostile answers.
# The broker is the real one; only hostile answers come from an impostor (impostor.py), since the real one gives none.
. "$TOP/tests/chnetns.sh"

# ---- covered files and /sys ---------------------------------------------------------------------------------------------------

covers() {
    same "$(as alice "$CHNETNS" covered cat /etc/resolv.conf)" 'nameserver 203.0.113.9'
    fails "$CHNETNS" covered sh -c 'echo x >/etc/resolv.conf'
    fails grep -q 203.0.113.9 /etc/resolv.conf
}
it "the namespace's resolv.conf covers the host's, read-only for root too, and only inside" covers
host_by_name() {
    local rc=0 web out
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n[NAT]\nHostAccess=yes\n' >/etc/netns-broker/named.netns
    "$NETNSCTL" up named
    $PYTHON "$HERE/../web.py" 8123 & web=$!
    wait_until 100 curl -s http://127.0.0.1:8123/
    out="$(as alice "$CHNETNS" named curl -4 -s -m 3 http://host.netns.internal:8123/) $(as alice "$CHNETNS" named curl -6 -s -m 3 http://host.netns.internal:8123/)" || rc=1
    same "$out" "$(ip -n named -j addr | jq -r '[.[].addr_info[] | select(.scope == "global") | .local] | join(" ")')" || rc=1
    # the host's own lines too; and what the worker changes is seen by who is inside already
    same "$(as alice "$CHNETNS" named sh -c 'grep -c localhost /etc/hosts; echo "192.0.2.7 later" >>/etc/hosts' 2>/dev/null | head -n 1)" "$(grep -c localhost /etc/hosts)" || rc=1
    rm -f $ROOM/go
    as alice "$CHNETNS" named sh -c "until [ -e $ROOM/go ]; do sleep 0.1; done; getent hosts later.example" >$ROOM/later & local inside=$!
    sleep 0.3
    cp /etc/hosts /run/hosts.before
    echo '192.0.2.7 later.example' >>/etc/hosts
    "$NETNSCTL" up named
    touch $ROOM/go; wait $inside || rc=1
    cat /run/hosts.before >/etc/hosts
    contains "$(cat $ROOM/later)" 192.0.2.7 || rc=1
    fails grep -q netns.internal /etc/hosts || rc=1
    kill $web; wait $web 2>/dev/null || :
    "$NETNSCTL" down named
    return $rc
}
it "with HostAccess=yes the host has a name inside, by both families, and only there" host_by_name
covers_links() {
    cp -a /etc/resolv.conf /etc/resolv.conf.before
    local rc=0
    for to in /run/stub.conf /nowhere/at/all; do
        echo 'nameserver 127.0.0.53' >/run/stub.conf
        ln -sfn $to /etc/resolv.conf
        same "$(as alice "$CHNETNS" covered cat /etc/resolv.conf)" 'nameserver 203.0.113.9' || rc=1
        same "$(cat /run/stub.conf)" 'nameserver 127.0.0.53' || rc=1
    done
    rm -f /etc/resolv.conf
    same "$(as alice "$CHNETNS" covered cat /etc/resolv.conf)" 'nameserver 203.0.113.9' || rc=1
    sed -i 's/Type=basic/&\nMountEtc=files/' /etc/netns-broker/covered.netns
    refused 'cannot cover /etc/resolv.conf as this namespace wants it: No such file or directory (an empty file of that name on the host will do)' as alice "$CHNETNS" covered echo ran || rc=1
    sed -i '/MountEtc/d' /etc/netns-broker/covered.netns
    mv /etc/resolv.conf.before /etc/resolv.conf
    return $rc
}
it "a link is covered itself, a dangling one too; so is a file that is not there, but with MountEtc=files nothing runs" covers_links
own_appears() {
    echo fresh >/etc/netns/covered/only-inside
    refused 'cannot cover /etc/only-inside as this namespace wants it: No such file or directory (netnsctl start of the namespace makes a place for it)' \
        as alice "$CHNETNS" covered echo ran
    "$NETNSCTL" start covered
    same "$(as alice "$CHNETNS" covered cat /etc/only-inside)" fresh
    rm /etc/netns/covered/only-inside; "$NETNSCTL" start covered
}
it "a file of the namespace's own that came while it is up: what helps is said, and helps" own_appears
# the kernel puts devices of its own into each namespace where some modules are loaded
links_seen() { as alice "$CHNETNS" covered ls /sys/class/net | grep -vx bonding_masters | sort; }
sysfs() {
    local own; own=$(ip -n covered -j link | jq -r '.[].ifname' | sort)
    contains "$own" lo
    same "$(links_seen)" "$own"
    same "$(as alice "$CHNETNS" covered ls /sys/fs/cgroup)" "$(ls /sys/fs/cgroup)"
    ip link add client-test type veth peer name client-peer
    same "$(links_seen)" "$own"
    ip link del client-test
}
it "/sys is the namespace's" sysfs
submounts() {
    mount -t tmpfs -o mode=755 none /sys/fs/pstore 2>/dev/null || mount -t tmpfs -o mode=755 none /sys/kernel/debug 2>/dev/null ||
        { echo "no directory in /sys to mount on"; return 77; }
    local at rc=0
    at=$(awk '$9 == "tmpfs" || $8 == "tmpfs" { print $5 }' /proc/self/mountinfo | grep -E '^/sys/(fs/pstore|kernel/debug)$')
    mkdir "$at/a b"
    mount -t tmpfs -o mode=755 none "$at/a b"
    touch "$at/a b/kept"
    same "$(as alice "$CHNETNS" covered ls "$at/a b")" kept || rc=1
    umount "$at/a b"
    umount "$at"
    return $rc
}
it "what is mounted below /sys is kept, mounts on mounts too" submounts
propagation() {
    mkdir -p $ROOM/shared
    mount --bind $ROOM/shared $ROOM/shared
    mount --make-shared $ROOM/shared
    mkdir -p $ROOM/shared/{later,inside}
    "$CHNETNS" covered sh -c "mount -t tmpfs none $ROOM/shared/inside; touch $ROOM/in; while [ ! -e $ROOM/out ]; do sleep 0.05; done; ls $ROOM/shared/later" >$ROOM/seen &
    local pid=$! rc=0
    wait_until 100 test -e $ROOM/in || rc=1
    mount -t tmpfs none $ROOM/shared/later
    touch $ROOM/shared/later/appeared $ROOM/out
    wait $pid || rc=1
    same "$(cat $ROOM/seen)" appeared || rc=1
    fails mountpoint -q $ROOM/shared/inside || rc=1
    umount $ROOM/shared/later $ROOM/shared
    return $rc
}
it "what the host mounts later appears inside, what is mounted inside stays there" propagation

# ---- the password prompt -----------------------------------------------------------------------------------------------------

password_works() {
    [ -x /usr/bin/pkttyagent ] && [ -u /usr/lib/polkit-1/polkit-agent-helper-1 ] || { echo "no polkit text agent here"; return 77; }
    echo alice:verysecret | chpasswd
}
prompt() {
    password_works || return $?
    local out
    out=$(terminal expect=assword,noecho,type=verysecret,expect=net: env LD_LIBRARY_PATH=/x "$CHNETNS" ask sh -c 'readlink /proc/self/ns/net; echo $LD_LIBRARY_PATH; ls /proc/self/fd')
    contains "$out" "net:[$(stat -Lc %i /run/netns/ask)]"
    contains "$out" /x
    fails pgrep -u alice pkttyagent
}
it "without an agent polkit's question comes to the terminal, and the password opens" prompt
prompt_signals() {
    password_works || return $?
    contains "$(terminal expect=assword,noecho,type=verysecret,expect=net: env --ignore-signal=CHLD,TERM --block-signal=CHLD,TERM "$CHNETNS" ask sh -c 'readlink /proc/self/ns/net; grep Sig /proc/self/status')" \
        "net:[$(stat -Lc %i /run/netns/ask)]"
    fails pgrep -u alice pkttyagent
}
it "so it does where SIGCHLD and SIGTERM are ignored and blocked" prompt_signals
prompt_wrong() {
    password_works || return $?
    local rc=0 out
    out=$(terminal expect=assword,noecho,type=wrong "$CHNETNS" ask echo ran) || rc=$?
    same $rc 125
    fails grep -qx 'ran.*' <<<"$out"
    fails pgrep -u alice pkttyagent
}
it "a wrong password does not, and no agent is left over" prompt_wrong
prompt_declined() {
    refused '--no-ask-password' as alice "$CHNETNS" --no-ask-password ask echo ran
    refused '' as alice setsid -w "$CHNETNS" ask echo ran
    contains "$(as alice "$NETNSCTL" start --no-ask-password lab 2>&1 || :)" '--no-ask-password'
}
it "--no-ask-password declines, and without a terminal nobody is asked" prompt_declined

# ---- hostile answers ----------------------------------------------------------------------------------------------------------

serve_stop
cp -a /etc/resolv.conf /run/resolv.before
good() {
    local rc=0
    impostor good
    same "$(as alice "$CHNETNS" lab echo ran)" ran || rc=1
    impostor_end
    impostor good-with-mounts
    same "$(as alice "$CHNETNS" lab cat /etc/resolv.conf)" 'nameserver 203.0.113.7' || rc=1
    impostor_end
    return $rc
}
it "the impostor's good answers are good" good
hostile() {
    local case rc=0
    for case in $($PYTHON "$HERE/impostor.py" --list | grep -vE '^(good|good-with-mounts|silent)$'); do
        impostor $case
        refused '' timeout 60 setpriv --reuid=alice --regid=alice --init-groups "$CHNETNS" lab echo ran || { echo "case $case"; rc=1; }
        refused '' timeout 60 "$CHNETNS" lab echo ran || { echo "case $case, root"; rc=1; }
        impostor_end
    done
    return $rc
}
it "no malformed or lying answer makes it run the command, for users and root" hostile
not_root() {
    local rc=0
    impostor not-root
    refused 'not root but uid 61004' as alice "$CHNETNS" lab echo ran || rc=1
    impostor_end
    return $rc
}
it "a broker that is not root is not believed" not_root
escapes() {
    local rc=0
    impostor escapes
    refused 'no?[2J???' as alice "$CHNETNS" lab echo ran || rc=1
    fails grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2\x9b' $ROOM/said || rc=1
    impostor_end
    return $rc
}
it "control characters in an answer do not reach the terminal" escapes
untouched() { same "$(cat /etc/resolv.conf)" "$(cat /run/resolv.before)"; }
it "nothing of all that changed the host's files" untouched
hostile_json() {
    local case rc=0
    for case in unsealed not-json no-fds-at-all more-than-named a-socket closes garbage; do
        impostor $case
        same "$case $(status_of timeout 60 setpriv --reuid=alice --regid=alice --init-groups "$NETNSCTL" list)" "$case 1" || rc=1
        same "$case $(status_of timeout 60 setpriv --reuid=alice --regid=alice --init-groups "$NETNSCTL" status lab)" "$case 1" || rc=1
        impostor_end
    done
    return $rc
}
it "netnsctl list and status believe nothing but sealed JSON" hostile_json
end_namespaces
finish
