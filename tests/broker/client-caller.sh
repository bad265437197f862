#!/bin/bash
# client-caller.sh - chnetns: what it hands on untouched from its caller, its command line, the terminal.
. "$TOP/tests/chnetns.sh"

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
serve_stop
end_namespaces
finish
