#!/bin/bash
# client.sh - chnetns: what its capability is and is not (C1-C10 of the security notes, with client-caller.sh and client-answers.sh).
. "$TOP/tests/chnetns.sh"

# ---- the file ---------------------------------------------------------------------------------------------------------------

file_capability() { same "$(getcap "$CHNETNS")" "$CHNETNS cap_sys_admin=p"; same "$(stat -c '%u %g %a' "$CHNETNS")" '0 0 755'; }
it "chnetns is root's, 0755, with cap_sys_admin=p and nothing more" file_capability
static() {
    command -v readelf >/dev/null || { echo "no readelf here"; return 77; }
    local elf
    elf=$(readelf -Wld "$CHNETNS")
    contains "$elf" 'DYN (Position-Independent'
    contains "$elf" GNU_RELRO
    contains "$elf" BIND_NOW
    grep -q 'GNU_STACK.* RW ' <<<"$elf"
    fails grep -E 'INTERP|NEEDED|RPATH|RUNPATH' <<<"$elf"
}
it "chnetns is a static PIE with full RELRO, no interpreter, library or RPATH, and no executable stack" static

# ---- why the capability is missing ------------------------------------------------------------------------------------------

it "under no_new_privs it says so and runs nothing" refused no_new_privs as alice setpriv --no-new-privs "$CHNETNS" lab echo ran
it "with a bounding set without CAP_SYS_ADMIN it says so" refused 'bounding set' setpriv --bounding-set -sys_admin setpriv --reuid=alice --regid=alice --init-groups "$CHNETNS" lab echo ran
it "root without CAP_SYS_ADMIN is told the same" refused 'bounding set' setpriv --bounding-set -sys_admin "$CHNETNS" lab echo ran
nosuid() {
    mkdir -p $ROOM/nosuid
    mount -t tmpfs -o nosuid none $ROOM/nosuid
    cp "$CHNETNS" $ROOM/nosuid/
    setcap cap_sys_admin=p $ROOM/nosuid/chnetns
    local rc=0
    refused nosuid as alice $ROOM/nosuid/chnetns lab echo ran || rc=$?
    umount $ROOM/nosuid
    return $rc
}
it "on a file system mounted nosuid it says so" nosuid
lost() {
    cp "$CHNETNS" $ROOM/copy
    refused setcap as alice $ROOM/copy lab echo ran
}
it "a copy that lost its capability says so" lost
traced() { command -v strace >/dev/null || { echo "no strace here"; return 77; }; refused traced as alice strace -o /dev/null "$CHNETNS" lab echo ran; }
it "traced by its user it has no capability, and says so" traced
userns_works() { as alice unshare -U true 2>/dev/null || { echo "no user namespaces for users here"; return 77; }; }
userns() { userns_works; refused 'user namespace' as alice unshare -U "$CHNETNS" lab echo ran; }
it "in a user namespace of the caller's it says so" userns
userns_root() { userns_works; refused 'user namespace' as alice unshare -Ur "$CHNETNS" lab echo ran; }
it "as root of a user namespace of the caller's it finds no broker to believe" userns_root
userns_setns() { userns_works; contains "$(as alice unshare -Ur nsenter --net=/run/netns/lab true 2>&1 || :)" 'not permitted'; }
it "all capabilities of a user namespace do not open a namespace of the host" userns_setns

# ---- while it has the capability ---------------------------------------------------------------------------------------------

# A chnetns that waits for an answer; $WAITING is its pid
waiting_start() {
    impostor silent
    setpriv --reuid=alice --regid=alice --init-groups env -C / "$CHNETNS" lab true &
    WAITING=$!
    wait_until 100 bash -c "ls -l /proc/$WAITING/exe | grep -q chnetns"
    wait_until 100 bash -c "grep -q 0000000 /proc/$WAITING/status && ls -l /proc/$WAITING/fd | grep -q socket"
}
waiting_end() { kill $WAITING; wait $WAITING 2>/dev/null || :; impostor_end; }
serve_stop
waiting_start
permitted_only() {
    same "$(field /proc/$WAITING/status CapPrm)" $CAP_SYS_ADMIN
    same "$(field /proc/$WAITING/status CapEff)$(field /proc/$WAITING/status CapInh)$(field /proc/$WAITING/status CapAmb)" \
        000000000000000000000000000000000000000000000000
}
it "while it waits the capability is permitted and not effective" permitted_only
undumpable() {
    same "$(stat -c %u /proc/$WAITING/environ)" 0
    for what in environ mem maps fd/3 ns/net; do
        fails as alice cat /proc/$WAITING/$what
    done
    fails as alice ls /proc/$WAITING/fd
}
it "while it waits its user cannot look into it" undumpable
attach() {
    command -v strace >/dev/null || { echo "no strace here"; return 77; }
    contains "$(as alice timeout 60 strace -p $WAITING 2>&1 || :)" 'not permitted'
}
it "while it waits its user cannot attach to it" attach
waiting_end
serve_start

calls() {
    command -v strace >/dev/null || { echo "no strace here"; return 77; }
    strace -u alice -o $ROOM/trace -E LOCPATH=/locpath -E TMPDIR=/tmpdir -E LD_LIBRARY_PATH=/libpath -E LD_PRELOAD=/preload \
        -E GCONV_PATH=/gconv -E GLIBC_TUNABLES=glibc.malloc.check=1 "$CHNETNS" "$@" "$CHNETNS" --version >/dev/null
    awk '/^execve/ && NR > 1 { exit } { print }' $ROOM/trace >$ROOM/calls # until it becomes its command
    grep -q '^setns(' $ROOM/calls
}
raised_calls() {
    calls covered || return $?
    local raised
    raised=$(awk -F'(' '/^capset.*effective=1<<CAP_SYS_ADMIN.* = 0/ { on = 1; next } /^capset/ { on = 0 } on { print $1 }' $ROOM/calls | sort -u | xargs)
    same "$raised" "close mount move_mount open_tree setns unshare"
    grep -q '^capset(.*effective=0, permitted=0, inheritable=0.* = 0' $ROOM/calls
    grep -q '^capset(.*effective=1<<CAP_SYS_ADMIN.* = -1 EPERM' $ROOM/calls
}
it "raised, it makes the calls it needs and none other, and proves that raising again fails" raised_calls
opened_files() {
    calls covered || return $?
    same "$(grep -oE '^open(at)?\(.*"' $ROOM/calls | grep -oE '"[^"]*"' | sort -u | xargs)" /proc/self/mountinfo
    fails grep -E '"/(locpath|tmpdir|libpath|preload|gconv)' <(grep -v '^execve' $ROOM/calls)
}
it "it opens no file but mountinfo, whatever the environment says" opened_files
plain_calls() {
    calls lab || return $?
    fails grep -E '^(unshare|mount|move_mount|open_tree|open|openat)\(' $ROOM/calls
}
it "where nothing is covered it makes no mount namespace and opens no file" plain_calls

# ---- afterwards -------------------------------------------------------------------------------------------------------------

inside() { same "$(as alice "$CHNETNS" lab readlink /proc/self/ns/net)" "net:[$(stat -Lc %i /run/netns/lab)]"; }
it "the command runs in the namespace" inside
no_capability() {
    local zero=0000000000000000
    as alice "$CHNETNS" ${1-lab} cat /proc/self/status >$ROOM/status
    for set in CapInh CapPrm CapEff CapAmb; do same "$set $(field $ROOM/status $set)" "$set $zero"; done
    same "$(field $ROOM/status CapBnd)" "$(field /proc/self/status CapBnd)"
    same "$(field $ROOM/status NoNewPrivs)" 0
}
it "the command has no capability in any set, and the bounding set it had" no_capability
it "nor where files are covered" no_capability covered
caller_sets() {
    setpriv --reuid=alice --regid=alice --init-groups --inh-caps +net_raw --ambient-caps +net_raw \
        "$CHNETNS" lab cat /proc/self/status >$ROOM/status
    same "$(field $ROOM/status CapInh)$(field $ROOM/status CapAmb)$(field $ROOM/status CapPrm)" 000000000000000000000000000000000000000000000000
}
it "the caller's inheritable and ambient capabilities are gone too" caller_sets
no_way_on() {
    fails as alice "$CHNETNS" lab nsenter --net=/run/netns/covered true
    fails as alice "$CHNETNS" lab unshare --net true
    fails as alice "$CHNETNS" covered umount /etc/resolv.conf
    ! userns_works >/dev/null || fails as alice "$CHNETNS" covered unshare -Urm umount /etc/resolv.conf
}
it "the command cannot enter another namespace or take a cover off" no_way_on
root_keeps() {
    same "$("$CHNETNS" lab grep Cap /proc/self/status)" "$(grep Cap /proc/self/status)"
    same "$("$CHNETNS" lab readlink /proc/self/ns/net)" "net:[$(stat -Lc %i /run/netns/lab)]"
}
it "root keeps root's capabilities, as with ip netns exec" root_keeps
dumpable() { same "$(as alice "$CHNETNS" lab stat -c %U /proc/self/environ)" alice; }
it "the command's user can look into it as into any process of his" dumpable
serve_stop
end_namespaces
finish
