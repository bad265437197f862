#!/bin/bash
# netnsctl doctor: can those who may enter do so? chnetns's file, the caller's sandbox, polkit; the clock; and what runs outside.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
# said RC WORDS... - the exit status and some of what doctor says; SAY: who says it
said() {
    local rc=0 want=$1 words
    shift
    SAID=$(${SAY-} $NB doctor lab 2>&1) || rc=$?
    same "$rc" "$want" || { echo "$SAID"; return 1; }
    for words in "$@"; do contains "$SAID" "$words"; done
}
said_not() { fails grep -qF -e "$1" <<<"$SAID"; }
# what it advises is done, and then nothing is wrong any more
helped() {
    local line lines
    lines=$($NB doctor --json lab | jq -r '.[].findings[].advice // [] | .[]'); [ -n "$lines" ]
    while read -r line; do $line; done <<<"$lines"
    said 0 'lab: good'
    same "$(getcap "$CHNETNS") $(stat -c '%u %g %a' "$CHNETNS")" "$CHNETNS cap_sys_admin=p 0 0 755"
}

: >/etc/resolv.conf
mkdir -p /etc/netns-broker
conf lab <<<$'[Namespace]\n[Access]\nUsers=alice\nAuthorize=list'
unreached() { local out; out=$(as alice chnetns lab true 2>&1) && return 1; contains "$out" "$1"; }
it "without systemd chnetns tells how root starts the broker" unreached '(the broker does not run; without systemd, root starts it by: netns-broker serve --listen /run/netns-broker/socket)'
mkdir -p /run/systemd/system; it "with systemd it asks for the socket" unreached '(is netns-broker.socket started?)'; rmdir /run/systemd/system
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log & SERVE_PID=$!
wait_until 100 as alice $NB list
$NB up lab
cp -a "$CHNETNS" /run/chnetns
# a test, and afterwards chnetns is as it was
tried() {
    it "$@"
    umount "$CHNETNS" 2>/dev/null || :
    rm -f "$CHNETNS"; cp -a /run/chnetns "$CHNETNS"; setcap cap_sys_admin=p "$CHNETNS"
}

well() { said 0 'lab: good'; said_not entering; SAY='as alice' said 0 'lab: good'; said_not entering; }
tried "where all is as it is installed, nothing is said" well
lost() {
    setcap -r "$CHNETNS"
    said 1 "entering: $CHNETNS has lost its capability: nobody but root can enter" "setcap cap_sys_admin=p $CHNETNS"
    SAY='as alice' said 1 'has lost its capability'
    helped
}
tried "a capability that was lost is told to root and user, and what is advised helps" lost
more() {
    local caps
    for caps in cap_sys_admin=ep cap_sys_admin=pi cap_sys_admin,cap_net_admin=p cap_net_admin=p cap_sys_admin,cap_checkpoint_restore=p; do
        setcap $caps "$CHNETNS" 2>/dev/null || continue
        said 1 "$CHNETNS has another capability than cap_sys_admin=p"
    done
    helped
}
tried "so is more than that one, and another" more
owner() {
    chown alice "$CHNETNS"
    said 1 "$CHNETNS is not root's alone"
    helped
    chmod 775 "$CHNETNS"
    said 1 "$CHNETNS is not root's alone"
    helped
    chmod 4755 "$CHNETNS"; setcap cap_sys_admin=p "$CHNETNS"
    said 1 "$CHNETNS has a setuid or setgid bit"
    helped
    chmod 700 "$CHNETNS"
    said 1 "$CHNETNS cannot be run by everybody"
    helped
}
tried "owner, mode and setuid bit, and what is advised helps" owner
nosuid() {
    mount --bind "$CHNETNS" "$CHNETNS"
    mount -o remount,bind,nosuid "$CHNETNS"
    said 1 "$CHNETNS lies on a file system mounted nosuid"
    umount "$CHNETNS"; said 0 'lab: good'
}
tried "a file system mounted nosuid" nosuid
gone() {
    rm "$CHNETNS"
    said 1 "$CHNETNS is not there"
}
tried "no chnetns at all" gone
sandboxed() {
    SAY='setpriv --no-new-privs' said 3 'entering: not from here: no_new_privs is set'
    SAY='as alice setpriv --no-new-privs' said 3 'not from here: no_new_privs is set'
    SAY='setpriv --bounding-set -sys_admin setpriv --reuid=alice --regid=alice --init-groups' said 3 'not from here: the bounding set lacks CAP_SYS_ADMIN'
}
tried "a caller whom a sandbox holds" sandboxed
polkit() {
    # there is no system bus in here
    sed -i /Authorize/d /etc/netns-broker/lab.netns; $NB up lab
    said 1 'entering: polkit does not answer: only root can enter' 'start polkitd' 'Authorize=list in [Access] of lab does without polkit'
    conf lab <<<$'[Namespace]'; $NB up lab
    said 0 'lab: good'
    conf lab <<<$'[Namespace]\n[Access]\nAuthorize=either'; $NB up lab
    said 1 'entering: polkit'
    conf lab <<<$'[Namespace]\n[Access]\nUsers=alice\nAuthorize=list'; $NB up lab
    said 0 'lab: good'
}
tried "polkit that does not answer, where somebody needs it" polkit
clock() {
    local rc=0
    cp -a /usr/bin/netns-broker /run/netns-broker.before
    touch -d 2100-01-01 /usr/bin/netns-broker
    said 3 "clock: it says $(date -u +%Y-%m-%d), when netns-broker was not yet there: TLS and DNSSEC fail" 'timedatectl set-ntp yes' || rc=1
    touch -r /run/netns-broker.before /usr/bin/netns-broker
    said 0 'lab: good' || rc=1
    said_not 'not yet there' || rc=1
    return $rc
}
tried "a clock from before netns-broker was made" clock
# copies of sleep(1) under a browser's name, as in broker/outside
outside() {
    local rc=0 pid
    mkdir -p /run/running
    cp /usr/bin/sleep /run/running/firefox
    as alice /run/running/firefox 60 & local job=$!
    wait_until 100 pgrep -u alice -x firefox
    pid=$(pgrep -u alice -x firefox)
    said 0 'lab: good' "programs outside: firefox of alice runs outside (pid $pid), and may do there what is asked of one that is started inside" \
        '--no-remote -P PROFILE' || rc=1
    SAY='as alice' said 0 "firefox of alice runs outside (pid $pid)" || rc=1
    conf lab <<<$'[Namespace]'; $NB up lab
    said 0 || rc=1; said_not 'programs outside' || rc=1
    SAY="env SUDO_UID=$(id -u alice)" said 0 "firefox of alice runs outside (pid $pid)" || rc=1
    conf lab <<<$'[Namespace]\n[Access]\nUsers=alice\nAuthorize=list'; $NB up lab
    kill $pid; wait $job 2>/dev/null || :
    as alice "$CHNETNS" lab /run/running/firefox 60 & job=$!
    wait_until 100 pgrep -u alice -x firefox
    said 0 || rc=1; said_not 'programs outside' || rc=1
    kill $(pgrep -u alice -x firefox); wait $job 2>/dev/null || :
    return $rc
}
tried "a browser of a user's that runs outside: of those listed, of the caller, of who called sudo" outside

kill $SERVE_PID; wait $SERVE_PID 2>/dev/null || :
rm -f /run/netns-broker/socket
$NB down --all
finish
