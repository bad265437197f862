#!/bin/bash
# outside.sh - chnetns warns where a program of the user's that runs outside may do the work of the one that is started; and only there.
# Most programs are copies of sleep(1) under a browser's name: what counts is the executable's name, its user and its namespace.
. "$(dirname "$0")/../lib.sh"
: "${CHNETNS:=/usr/bin/chnetns}" "${NETNSCTL:=/usr/bin/netnsctl}" "${SERVE:=/usr/libexec/netns-broker/serve}"
ROOM=/tmp/outside-room # everybody may write here
RUNNING=$ROOM/running  # what runs already
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / PATH="$ROOM/bin:$PATH" "$@"; }

install -d -m 1777 $ROOM
mkdir -p $ROOM/bin $RUNNING /etc/netns-broker
for name in firefox firefox-esr chromium google-chrome gnome-terminal tmux xterm; do
    printf '#!/bin/sh\necho ran "$*"\n' >$ROOM/bin/$name
    chmod 755 $ROOM/bin/$name
done
for name in firefox firefox-esr chromium chrome tmux xterm; do cp /usr/bin/sleep $RUNNING/$name; done
for name in lab other; do printf '[Namespace]\nType=basic\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/$name.netns; done
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log &
SERVE_PID=$!
wait_until 100 as alice "$NETNSCTL" list
"$NETNSCTL" up lab other

# running USER PROGRAM [ARGV0] - one that runs outside; its pid in $PID. running_end: it ends
running() {
    as "$1" bash -c 'echo $$ >'$ROOM'/pid; exec -a "${2-$1}" '$RUNNING'/"$1" 60' - "${@:2}" &
    wait_until 100 bash -c "ls -l /proc/\$(cat $ROOM/pid)/exe | grep -q $RUNNING"
    PID=$(cat $ROOM/pid)
    JOB=$!
}
running_end() { kill "$PID"; wait "$JOB" 2>/dev/null || :; rm -f $ROOM/pid; }
# begun PROGRAM [ARG...] - started in lab by alice; it runs, and what chnetns says is in $SAID
begun() {
    local out
    out=$(as alice ${ENVIRONMENT-} "$CHNETNS" ${OPTIONS-} lab "$@" 2>$ROOM/said)
    SAID=$(cat $ROOM/said)
    same "$out" "ran ${*:2}"
}
said_of() {
    begun "$@"
    same "$SAID" "chnetns: $1 runs already outside of lab (pid $PID), and may do there what is asked for: $ADVICE"
}
silent() { begun "$@"; same "$SAID" ''; }

PROFILE='--no-remote -P PROFILE, or --profile DIRECTORY, makes it start on its own'
browsers() {
    local rc=0
    running alice firefox
    ADVICE=$PROFILE said_of firefox http://example.org/ || rc=1
    silent firefox-esr || rc=1
    silent chromium || rc=1
    running_end
    running alice chrome
    ADVICE='--user-data-dir=DIRECTORY makes it start on its own' said_of google-chrome || rc=1
    running_end
    running alice tmux
    ADVICE='tmux -L NAME has a server of its own' said_of tmux new || rc=1
    running_end
    return $rc
}
it "a browser that runs outside is told in one line, with what to do, and the command runs" browsers
by_path() {
    local rc=0
    running alice firefox
    as alice "$CHNETNS" lab $ROOM/bin/firefox 2>$ROOM/said || rc=1
    running_end
    contains "$(cat $ROOM/said)" 'chnetns: firefox runs already'
    return $rc
}
it "so it is when the command is a path" by_path
nothing_runs() { silent firefox; silent chromium; silent tmux; }
it "where none runs nothing is said" nothing_runs
quiet() {
    local rc=0 option
    running alice firefox
    for option in -q --quiet '--no-ask-password -q'; do OPTIONS=$option silent firefox || rc=1; done
    ENVIRONMENT='env CHNETNS_QUIET=1' silent firefox || rc=1
    ENVIRONMENT='env CHNETNS_QUIET=' ADVICE=$PROFILE said_of firefox || rc=1
    running_end
    return $rc
}
it "-q, --quiet and CHNETNS_QUIET=1 switch it off" quiet
on_its_own() {
    local rc=0 words
    running alice firefox
    for words in --no-remote '-P work' '-no-remote -P x' --profile=/tmp/x '--new-instance http://example.org/'; do silent firefox $words || rc=1; done
    ADVICE=$PROFILE said_of firefox -private || rc=1
    running_end
    running alice chromium
    silent chromium --user-data-dir=/tmp/x || rc=1
    ADVICE='--user-data-dir=DIRECTORY makes it start on its own' said_of chromium --incognito || rc=1
    running_end
    return $rc
}
it "options with which the program starts on its own are known" on_its_own
# what runs in lab itself does the work in lab; in another namespace it is outside
inside() {
    local rc=0
    as alice "$CHNETNS" lab $RUNNING/firefox 60 & JOB=$!
    wait_until 100 pgrep -u alice -f $RUNNING/firefox
    PID=$(pgrep -u alice -f $RUNNING/firefox)
    wait_until 100 bash -c "ls -l /proc/$PID/exe | grep -q $RUNNING" || rc=1
    silent firefox || rc=1
    running_end
    as alice "$CHNETNS" other $RUNNING/firefox 60 & JOB=$!
    wait_until 100 pgrep -u alice -f $RUNNING/firefox
    PID=$(pgrep -u alice -f $RUNNING/firefox)
    wait_until 100 bash -c "ls -l /proc/$PID/exe | grep -q $RUNNING" || rc=1
    ADVICE=$PROFILE said_of firefox || rc=1
    running_end
    return $rc
}
it "one in the same namespace is none outside, one in another namespace is" inside
others() {
    local rc=0
    running bob firefox
    silent firefox || rc=1
    running_end
    running alice xterm
    silent xterm || rc=1
    running_end
    return $rc
}
it "another user's does not count, nor a program that hands nothing over" others
helpers() {
    local rc=0
    running alice chromium 'chromium --type=renderer --lang=en'
    silent chromium || rc=1
    running_end
    running alice firefox '/usr/lib/firefox/firefox -contentproc -childID 1'
    silent firefox || rc=1
    running_end
    return $rc
}
it "a browser's helpers, which have namespaces of their own, are not taken for it" helpers
updated() {
    local rc=0
    running alice firefox
    rm $RUNNING/firefox; cp /usr/bin/sleep $RUNNING/firefox
    ADVICE=$PROFILE said_of firefox || rc=1
    running_end
    return $rc
}
it "one whose executable was replaced by an update is found" updated
by_the_session() {
    begun gnome-terminal
    same "$SAID" 'chnetns: gnome-terminal is opened by a server of your session, outside of lab: open a terminal first, and run chnetns in it'
}
it "gnome-terminal is always opened by its server" by_the_session
unwritable() {
    local rc=0 want
    running alice firefox
    printf '#!/bin/sh\ngrep -E "^Sig(Ign|Blk)" /proc/self/status\n' >$ROOM/bin/firefox
    want=$(as alice "$ROOM/bin/firefox")
    touch $ROOM/full; chmod 666 $ROOM/full
    same "$(as alice bash -c "exec $CHNETNS lab firefox 2>&-")" "$want" || rc=1
    same "$(as alice bash -c "ulimit -f 0; exec $CHNETNS lab firefox 2>>$ROOM/full")" "$want" || rc=1
    same "$(as alice bash -c "sleep 0.2; exec $CHNETNS lab firefox" 2> >(exec 0<&-))" "$want" || rc=1
    contains "$(as alice bash -c "ulimit -Sn 3; exec $CHNETNS lab firefox" 2>&1)" 'runs already outside' || rc=1
    running_end
    printf '#!/bin/sh\necho ran "$*"\n' >$ROOM/bin/firefox
    return $rc
}
it "where it cannot be written the command runs all the same, with its signals as they were" unwritable
escapes() {
    local rc=0
    running alice firefox
    mkdir -p "$ROOM/"$'\033[2J'; cp $ROOM/bin/firefox "$ROOM/"$'\033[2J'/firefox
    as alice "$CHNETNS" lab "$ROOM/"$'\033[2J'/firefox 2>$ROOM/said || rc=1
    running_end
    fails grep -qP '\033' $ROOM/said
    return $rc
}
it "nothing of the command line but the program's name is said" escapes
powerless() {
    command -v strace >/dev/null || { echo "no strace here"; return 77; }
    local rc=0
    running alice firefox
    strace -u alice -E PATH="$ROOM/bin:$PATH" -o $ROOM/trace "$CHNETNS" lab firefox >/dev/null 2>&1 || rc=1
    running_end
    # the capability is gone, and shown to be, before anything of /proc is looked at
    same "$(awk '/^execve/ { n++ } n > 1 { exit } /^capset.*= -1 EPERM/ { print "dropped" } /^open.*"\/proc"/ { print "looked" }' $ROOM/trace | xargs)" 'dropped looked' || rc=1
    strace -u alice -o $ROOM/trace "$CHNETNS" lab true || rc=1
    fails grep -E '^(getdents64|openat.*"/proc")' <(awk '/^execve/ { n++ } n > 1 { exit } { print }' $ROOM/trace) || rc=1
    return $rc
}
it "it looks round without a capability, and for other commands not at all" powerless

# real_begin PROGRAM COMMAND... - COMMAND runs PROGRAM, and that has helpers with network namespaces of their own. real_end: it ends
real_begin() {
    local program=$1; shift
    install -d -o alice -g alice /home/alice/profile
    setpriv --reuid=alice --regid=alice --init-groups env -C / HOME=/home/alice "$@" >$ROOM/real.log 2>&1 &
    wait_until 400 sh -c "[ \$(for pid in \$(pgrep -u alice -f lib/$program/$program); do readlink /proc/\$pid/ns/net; done | sort -u | wc -l) -gt 1 ]" || return 1
    sleep 1
}
real_end() { pkill -u alice || :; wait_until 50 sh -c '! pgrep -u alice' || pkill -9 -u alice; wait; rm -rf /home/alice/profile /home/alice/.cache /home/alice/.mozilla /home/alice/.config; }
real() {
    local program=$1 rc=0
    shift
    command -v "$program" >/dev/null || { echo "there is no $program"; return 77; }
    real_begin "$program" "$program" "$@" || { cat $ROOM/real.log; rc=1; }
    begun "$program" || rc=1
    contains "$SAID" "chnetns: $program runs already outside of lab" || rc=1
    same "$(readlink /proc/$(sed 's/.*(pid \([0-9]*\)).*/\1/' <<<"$SAID")/ns/net)" "$(readlink /proc/self/ns/net)" || rc=1
    real_end
    real_begin "$program" "$CHNETNS" lab "$program" "$@" || { cat $ROOM/real.log; rc=1; }
    silent "$program" || rc=1
    real_end
    return $rc
}
firefox_real() { real firefox-esr --headless --no-remote --profile /home/alice/profile about:blank; }
chromium_real() { real chromium --headless=new --disable-gpu --disable-dev-shm-usage --user-data-dir=/home/alice/profile about:blank; }
it "a real Firefox is seen outside, and its sandboxed helpers are not when it runs inside" firefox_real
it "so it is with a real Chromium" chromium_real

rm -f /run/netns-broker/socket
kill $SERVE_PID; wait $SERVE_PID 2>/dev/null || :
"$NETNSCTL" down lab other
finish
