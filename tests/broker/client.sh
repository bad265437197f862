#!/bin/bash
# client.sh - chnetns: what its capability is and is not, what it hands on untouched, and what it survives (C1-C10 of the security notes).
# The broker is the real one; only hostile answers come from an impostor (impostor.py), since the real one gives none.
. "$(dirname "$0")/../lib.sh"
: "${CHNETNS:=/usr/bin/chnetns}" "${NETNSCTL:=/usr/bin/netnsctl}" "${SERVE:=/usr/libexec/netns-broker/serve}"
HERE=$(dirname "$(realpath "$0")")
PYTHON=/usr/bin/python3
SOCKET=/run/netns-broker/socket
ROOM=/tmp/client-room # everybody may write here
LOG=/run/serve.log
CAP_SYS_ADMIN=0000000000200000

as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
# refused WORDS CMD... - CMD ends with 125, says WORDS in one sentence of chnetns's, and prints nothing else (so ran no command)
refused() {
    local words=$1 rc=0 said out
    shift
    out=$("$@" 2>$ROOM/said) || rc=$?
    said=$(cat $ROOM/said)
    # && and no lines of their own: behind || of a test nothing else ends this function
    contains "$said" "$words" && contains "$said" "chnetns: " && same "$(wc -l <$ROOM/said)" 1 && same "rc=$rc out=$out" "rc=125 out="
}
status_of() { local rc=0; "$@" >/dev/null 2>&1 || rc=$?; echo $rc; }
field() { awk -v key="$2:" '$1 == key { print $2 }' "$1"; }
serve_start() {
    "$SERVE" --listen $SOCKET 2>>$LOG &
    SERVE_PID=$!
    wait_until 100 as alice "$NETNSCTL" list
}
serve_stop() { kill $SERVE_PID; wait $SERVE_PID; }
impostor() {
    rm -f $ROOM/impostor
    $PYTHON "$HERE/impostor.py" "$1" >$ROOM/impostor 2>>$LOG &
    IMPOSTOR=$!
    wait_until 100 grep -q ready $ROOM/impostor
}
impostor_end() { kill $IMPOSTOR; wait $IMPOSTOR 2>/dev/null || :; }

install -d -m 1777 $ROOM
mkdir -p /etc/netns-broker /etc/netns/covered
for name in lab covered ask; do
    printf '[Namespace]\nType=basic\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/$name.netns
done
sed -i 's/Type=basic/&\nMountSys=yes/' /etc/netns-broker/covered.netns
sed -i 's/Type=basic/&\nMountEtc=no/' /etc/netns-broker/lab.netns /etc/netns-broker/ask.netns
sed -i '/Authorize/d' /etc/netns-broker/ask.netns
echo 'nameserver 203.0.113.9' >/etc/netns/covered/resolv.conf
serve_start
"$NETNSCTL" up lab covered ask

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
    contains "$(as alice timeout 5 strace -p $WAITING 2>&1 || :)" 'not permitted'
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

# ---- as if it were not there -------------------------------------------------------------------------------------------------

# What a program gets from its caller, but for the namespace
cat >$ROOM/profile <<'X'
#!/bin/bash
grep -E '^(Uid|Gid|Groups|Umask|Sig|Shd|Seccomp|Cpus)' /proc/self/status | grep -v -e SigQ -e ShdPnd
cat /proc/self/limits /proc/self/cgroup /proc/self/oom_score_adj
pwd; nice; ulimit -a
cut -d' ' -f5-8 /proc/self/stat
ls -l /proc/self/fd | awk 'NR > 1 { print $9, $11 }' | sed 's,/proc/.*,,; s/pipe:.*/pipe/'
readlink /proc/self/ns/{user,pid,ipc,uts,mnt,cgroup}
X
chmod 755 $ROOM/profile
as_before() { same "$(as alice "$@" "$CHNETNS" lab $ROOM/profile)" "$(as alice "$@" $ROOM/profile)"; }
it "limits, groups, cgroup, session, descriptors and other namespaces are the caller's" as_before
odd_caller() {
    cd /usr/share || return 1
    umask 027
    ulimit -Sc 0; ulimit -Sn 50; ulimit -Ss 4096
    trap '' INT HUP
    as_before env -C /var nice -n 7 env --ignore-signal=PIPE,CHLD,TERM --block-signal=USR1,CHLD
}
it "so are directory, umask, niceness, ignored and blocked signals" odd_caller
same_pid() {
    local pids
    pids=$(as alice sh -c "echo \$\$; exec '$CHNETNS' lab sh -c 'echo \$\$'" | xargs)
    same "${pids% *}" "${pids#* }"
}
it "the command takes the place of chnetns: same process" same_pid
descriptors() {
    local want
    want=$(as alice bash -c "exec 7</etc/passwd; ls /proc/self/fd" | xargs)
    contains "$want" 7
    same "$(as alice bash -c "exec 7</etc/passwd; '$CHNETNS' lab ls /proc/self/fd" | xargs)" "$want"
    same "$(as alice bash -c "exec 7</etc/passwd; '$CHNETNS' covered ls /proc/self/fd" | xargs)" "$want"
}
it "inherited descriptors arrive and none of chnetns's does" descriptors
thousand() {
    same "$(as alice $PYTHON -c '
import os, subprocess, sys
for _ in range(1000): os.dup(0)
sys.exit(subprocess.run([sys.argv[1], "covered", "sh", "-c", "ls /proc/self/fd | wc -l"], close_fds=False).returncode)' "$CHNETNS")" "$(as alice $PYTHON -c '
import os, subprocess, sys
for _ in range(1000): os.dup(0)
sys.exit(subprocess.run(["sh", "-c", "ls /proc/self/fd | wc -l"], close_fds=False).returncode)')"
}
it "a thousand inherited descriptors do no harm" thousand
closed_fds() {
    local which want got
    for which in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
        for name in lab covered; do
            rm -f $ROOM/fds
            as alice bash -c "'$CHNETNS' $name $PYTHON -c 'import os; open(\"$ROOM/fds\", \"w\").write(str(os.listdir(\"/proc/self/fd\")) + os.readlink(\"/proc/self/ns/net\"))' $which"
            got=$(cat $ROOM/fds)
            rm -f $ROOM/fds
            as alice bash -c "$PYTHON -c 'import os; open(\"$ROOM/fds\", \"w\").write(str(os.listdir(\"/proc/self/fd\")))' $which"
            want="$(cat $ROOM/fds)net:[$(stat -Lc %i /run/netns/$name)]"
            same "$which $got" "$which $want"
        done
    done
}
it "closed standard descriptors reach the command closed, and it is in the namespace" closed_fds
few_files() {
    same "$(as alice prlimit --nofile=3: "$CHNETNS" covered "$CHNETNS" --version)" "$("$CHNETNS" --version)"
    same "$(as alice bash -c "exec 2>&-; ulimit -Sn 3; exec '$CHNETNS' lab sh -c 'ulimit -Sn'")" 3
    refused 'ulimit -n' as alice prlimit --nofile=3:3 "$CHNETNS" lab echo ran
}
it "with ulimit -n 3 it works, the command gets that limit, and a hard limit of 3 is explained" few_files
small_limits() {
    contains "$("$CHNETNS" --version)" 'chnetns '
    same "$(as alice prlimit --fsize=0:0 "$CHNETNS" covered "$CHNETNS" --version)" "$("$CHNETNS" --version)"
    same "$(as alice prlimit --as=4194304:4194304 "$CHNETNS" covered "$CHNETNS" --version)" "$("$CHNETNS" --version)"
    same "$(as alice prlimit --nproc=0:0 "$CHNETNS" covered "$CHNETNS" --version)" "$("$CHNETNS" --version)"
}
it "with no file size, 4 MiB of memory or no processes left it works" small_limits
message_limits() {
    touch $ROOM/err
    chmod 666 $ROOM/err
    same "$(status_of as alice bash -c "ulimit -f 0; exec '$CHNETNS' none echo ran 2>>$ROOM/err")" 125
    as alice bash -c "sleep 0.2; '$CHNETNS' none echo ran; echo \$? >$ROOM/rc" 2> >(exec 0<&-)
    same "$(cat $ROOM/rc)" 125
}
it "where its message cannot be written it ends with 125 all the same" message_limits
environment() {
    local -a odd=(A=1 LD_LIBRARY_PATH=/x:/y LD_PRELOAD=/none.so LD_AUDIT=/none.so TMPDIR=/tmpdir LOCPATH=/loc GCONV_PATH=/g NLSPATH=/n
        MALLOC_TRACE=/m RES_OPTIONS=debug HOSTALIASES=/h GETCONF_DIR=/c TZDIR=/t LD_DEBUG_OUTPUT=/d EMPTY= 'SPACE=a b' =strange
        GLIBC_TUNABLES=glibc.malloc.check=1:glibc.malloc.arena_max=2:glibc.malloc.tcache_count=3 LAST=1)
    local got want
    got=$(as alice env -i "${odd[@]}" "$CHNETNS" lab cat /proc/self/environ 2>/dev/null | tr '\0' '\n')
    want=$(as alice env -i "${odd[@]}" cat /proc/self/environ 2>/dev/null | tr '\0' '\n')
    contains "$want" tcache_count=3
    same "$got" "$want"
    same "$(as alice env -i "$CHNETNS" lab /bin/cat /proc/self/environ | wc -c)" 0
    same "$(as alice env -i LD_LIBRARY_PATH=/x "$CHNETNS" lab /bin/cat /proc/self/environ | tr '\0' ,)" LD_LIBRARY_PATH=/x,
}
it "the whole environment arrives in its order, LD_*, TMPDIR and GLIBC_TUNABLES too" environment
huge() {
    as alice $PYTHON -c '
import os, sys
environment = {f"V{i}": "x" * 100000 for i in range(8)} | {"LD_PRELOAD": "y" * 100000, "PATH": os.environ["PATH"]}
count = "import os, sys; print(len(sys.argv), sum(map(len, sys.argv)), sum(map(len, os.environ.values())), len(os.environ[\"LD_PRELOAD\"]))"
arguments = ["z" * 100000] * 4 + ["z"] * 20000
command = [sys.executable, "-c", count] + arguments
sys.stdout.flush()
os.execve(sys.argv[1], [sys.argv[1], "lab"] + command if sys.argv[2] == "in" else command, environment)' "$@"
}
huge_same() {
    local want
    want=$(huge $PYTHON out 2>/dev/null)
    contains "$want" 20005
    same "$(huge "$CHNETNS" in 2>/dev/null)" "$want"
}
it "a megabyte of environment and twenty thousand arguments arrive" huge_same
pdeathsig() {
    same "$(as alice setpriv --pdeathsig TERM "$CHNETNS" lab setpriv --dump | awk -F': *' '/Parent death/ { print $2 }')" '[none]'
}
it "a parent-death signal does not survive (a file capability clears it)" pdeathsig

# ---- exit status, command line, terminal --------------------------------------------------------------------------------------

statuses() {
    same "$(status_of as alice "$CHNETNS" lab sh -c 'exit 7')" 7
    same "$(status_of as alice "$CHNETNS" lab sh -c 'kill -9 $$')" 137
    same "$(status_of as alice "$CHNETNS" lab /etc/passwd)" 126
    same "$(status_of as alice "$CHNETNS" lab /none/such)" 127
    same "$(status_of as alice "$CHNETNS" lab no-such-command)" 127
    same "$(status_of as alice "$CHNETNS" none true)" 125
    same "$(status_of as mallory "$CHNETNS" lab true)" 125
}
it "exit status: the command's; 125, 126 and 127 as with env" statuses
usage() {
    refused 'which namespace' as alice "$CHNETNS"
    refused 'no option --frob' as alice "$CHNETNS" --frob lab echo ran
    refused 'no option -' as alice "$CHNETNS" - echo ran
    refused 'options go before' as alice "$CHNETNS" lab --no-ask-password echo ran
    refused 'no name' as alice "$CHNETNS" $'two\nlines' echo ran
    refused 'no name' as alice "$CHNETNS" "$(printf 'x%.0s' {1..5000})" echo ran
    same "$(as alice "$CHNETNS" --no-ask-password lab -- echo -n ran)" ran
    contains "$(as alice "$CHNETNS" --help)" 'Usage: chnetns'
    contains "$(as alice "$CHNETNS" --version)" 'chnetns '
}
it "options go before the name, -- may follow it, and slips end with 125" usage
odd_names() {
    local name
    for name in a "$(printf 'x%.0s' {1..255})" .hidden a/b ../lab 'two words' größe basic LAB lab. $'\033[2J'; do
        refused '' as alice "$CHNETNS" "$name" echo ran
    done
}
it "odd names are refused, whatever they look like" odd_names
no_arguments() {
    same "$(as alice $PYTHON -c '
import ctypes, os, sys
if os.fork() == 0:
    ctypes.CDLL(None).execve(sys.argv[1].encode(), (ctypes.c_char_p * 1)(None), (ctypes.c_char_p * 2)(b"lab", None))
print(os.waitstatus_to_exitcode(os.wait()[1]))' "$CHNETNS" 2>/dev/null)" 125
}
it "without even argv[0] it ends with 125" no_arguments
shells() {
    same "$(echo 'echo $0' | as alice env SHELL=/bin/bash "$CHNETNS" lab)" /bin/bash
    same "$(echo 'echo $0' | as alice env SHELL=bash "$CHNETNS" lab)" /bin/sh
    same "$(echo 'echo $0' | as alice env -u SHELL "$CHNETNS" lab)" /bin/sh
    same "$(echo 'echo $0' | as alice env -u SHELL "$CHNETNS" lab --)" /bin/sh
}
it "without a command it is the user's shell, or sh where SHELL is no absolute path" shells
no_broker() {
    refused 'root starts it by: netns-broker serve --listen /run/netns-broker/socket' as alice "$CHNETNS" lab echo ran
    rm -f $SOCKET
    refused 'root starts it by: netns-broker serve --listen /run/netns-broker/socket' as alice "$CHNETNS" lab echo ran
}
serve_stop
it "where no broker listens it says so" no_broker
serve_start
terminal() { $PYTHON "$HERE/terminal.py" alice "$@"; }
ctrl_c() { same "$(status_of terminal expect=ready,ctrl=C "$CHNETNS" lab sh -c 'echo ready; exec sleep 20')" 130; }
it "Control-C ends the command as if chnetns were not there" ctrl_c
# typed into a shell of hers, as she would
ctrl_z() {
    local out
    out=$(terminal "type=$CHNETNS lab sh -c 'echo rea''dy; read x; echo we''nt \$x',expect=ready,ctrl=Z,expect=Stopped,type=jobs,expect=Stopped,type=fg,type=go,expect=went go,type=exit" \
        env TERM=dumb bash --norc -i)
    contains "$out" 'went go'
}
it "Control-Z stops it and fg goes on" ctrl_z
background() {
    contains "$(terminal "type=$CHNETNS lab sh -c 'sleep 0.3; exit 3' &,type=wait %1; echo rc=\$?,expect=rc=3,type=exit" env TERM=dumb bash --norc -i)" rc=3
}
it "it works in the background" background
pipeline() { same "$(seq 1000 | as alice "$CHNETNS" lab grep 7 | as alice "$CHNETNS" covered wc -l)" "$(seq 1000 | grep -c 7)"; }
it "it works in pipelines" pipeline

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
        refused '' timeout 10 setpriv --reuid=alice --regid=alice --init-groups "$CHNETNS" lab echo ran || { echo "case $case"; rc=1; }
        refused '' timeout 10 "$CHNETNS" lab echo ran || { echo "case $case, root"; rc=1; }
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
        same "$case $(status_of timeout 10 setpriv --reuid=alice --regid=alice --init-groups "$NETNSCTL" list)" "$case 1" || rc=1
        same "$case $(status_of timeout 10 setpriv --reuid=alice --regid=alice --init-groups "$NETNSCTL" status lab)" "$case 1" || rc=1
        impostor_end
    done
    return $rc
}
it "netnsctl list and status believe nothing but sealed JSON" hostile_json

rm -f $SOCKET
"$NETNSCTL" down lab covered ask
rm -r /etc/netns/covered
finish
