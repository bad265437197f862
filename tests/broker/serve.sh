#!/bin/bash
# serve.sh - the front against real polkitd, real users, a real worker and hostile clients (B1-B14 of the security notes in SECURITY.md).
. "$(dirname "$0")/../lib.sh"
HERE=$(dirname "$(realpath "$0")")
LOG=/run/serve.log
PYTHON=/usr/bin/python3
mkdir -p /etc/netns-broker

as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
ask() { local user=$1; shift; as "$user" $PYTHON "$HERE/ask.py" "$@"; }
netns_file() { cat >"/etc/netns-broker/$1.netns"; }
answers() { $PYTHON "$HERE/ask.py" list >/dev/null; }
# `it` runs its test in a subshell: the pid is kept in a file, and no output of ours may stay open
serve_start() {
    "$SERVE" --listen /run/netns-broker/socket "$@" >>$LOG 2>&1 </dev/null &
    echo $! >/run/serve.pid
    wait_until 100 answers
}
serve_gone() { fails kill -0 "$(cat /run/serve.pid)"; }
serve_stop() { kill ${1-} "$(cat /run/serve.pid)" && wait_until 100 serve_gone; }
# polkitd reads a changed rules file when inotify tells it: ask until it knows
rules() {
    cat >/etc/polkit-1/rules.d/10-test.rules
    touch /etc/polkit-1/rules.d/10-test.rules
    sleep 0.7
}

netns_file lab <<'X'
[Namespace]
Type=basic
[Access]
Users=alice
Groups=netusers
X
netns_file quick <<'X'
[Namespace]
Type=basic
[Access]
Users=61001 bob
Authorize=list
X
netns_file open <<'X'
[Namespace]
Type=basic
[Access]
Users=alice
Authorize=either
X
netns_file mine <<'X'
[Namespace]
Type=basic
X
netns_file broken <<'X'
[Namespace]
Typo=basic
[Access]
Users=alice mallory
Authorize=list
X
netns_file asks <<'X'
[Namespace]
Type=basic
[Access]
Users=alice
X
echo 'alice:secret of alice' | chpasswd
rules <<'X'
polkit.addRule(function(action, subject) {
    if (action.id == "org.netns-broker.enter" && action.lookup("namespace") == "lab" && action.lookup("user") == subject.user)
        return polkit.Result.YES;
    if (action.id == "org.netns-broker.enter-unlisted" && subject.user == "bob") return polkit.Result.YES;
    if (action.id == "org.netns-broker.manage" && subject.user == "carol") return polkit.Result.YES;
});
X
serve_start

DENIED=$'ERROR=denied\nMESSAGE=not allowed, or there is no such namespace'

listed_enters() {
    local answer
    answer=$(ask alice enter lab)
    contains "$answer" $'RESULT=ok\nFDS=netns,etc,'
    contains "$answer" 'fd /run/netns/lab'
}
it "a listed user whom polkit lets gets the namespace, which was started for it" listed_enters
member_enters() { contains "$(ask carol enter lab)" RESULT=ok; }
it "a member of a listed group gets it" member_enters
unlisted_denied() { same "$(ask mallory enter lab)" "$DENIED"; }
it "a user who is not listed is denied" unlisted_denied
same_bytes() {
    for name in none mine broken lab; do
        for verb in enter status start stop restart; do
            same "$name $verb $(ask mallory $verb $name)" "$name $verb $DENIED"
        done
    done
}
it "unknown, forbidden and broken namespaces give the same bytes, for every verb" same_bytes
by_list() { contains "$(ask alice enter quick)" RESULT=ok && contains "$(ask bob enter quick)" RESULT=ok && same "$(ask carol enter quick)" "$DENIED"; }
it "Authorize=list takes the list alone, by number and by name" by_list
either() {
    contains "$(ask bob enter open)" RESULT=ok
    contains "$(ask alice enter open)" ERROR=authenticate
    contains "$(ask mallory enter open)" ERROR=authenticate
}
it "Authorize=either lets polkit decide about those who are not listed" either
root_enters() { for name in lab quick open mine; do contains "$(ask root enter $name)" RESULT=ok; done; }
it "root enters everything, whatever polkit and the lists say" root_enters
root_told() { contains "$(ask root enter broken)" "broken.netns:2" && contains "$(ask root enter none)" "ERROR=failed"; }
it "root is told what is wrong with a file" root_told
manage() {
    contains "$(ask carol stop lab)" RESULT=ok
    fails test -e /run/netns/lab
    contains "$(ask carol start lab)" RESULT=ok
    test -e /run/netns/lab
    ip -n lab link add marked type veth peer name marked1
    contains "$(ask carol restart lab)" RESULT=ok
    test -e /run/netns/lab
    fails ip -n lab link show marked
    contains "$(ask alice restart lab)" ERROR=authenticate
    contains "$(ask alice stop lab)" ERROR=authenticate
    same "$(ask mallory stop lab)" "$DENIED"
    contains "$(ask root stop lab)" RESULT=ok
}
it "start, stop and restart take a place on the list and polkit's word" manage
visible() {
    contains "$(ask alice list)" '"name":"lab"'
    contains "$(ask alice list)" '"name":"open"'
    fails grep -q mine <<<"$(ask alice list)"
    fails grep -q -e lab -e open <<<"$(ask mallory list)"
    contains "$(ask bob list)" '"name":"quick"'
    fails grep -q open <<<"$(ask bob list)"
    contains "$(ask root list)" '"name":"broken"'
}
it "list shows what the caller may enter and nothing else" visible
status_seen() { contains "$(ask alice status lab)" '"name":"lab"' && same "$(ask bob status lab)" "$DENIED"; }
it "status answers those who are listed" status_seen
no_bus() {
    local before after
    mv /run/dbus/system_bus_socket /run/dbus/away
    serve_stop
    serve_start
    after=$(ask alice enter quick)
    before=$(ask alice enter lab)
    mv /run/dbus/away /run/dbus/system_bus_socket
    contains "$after" RESULT=ok && same "$before" "$DENIED" && contains "$(ask alice enter lab)" RESULT=ok
}
it "without a bus Authorize=list works, everybody else is denied, and it recovers" no_bus

invalid() {
    contains "$(ask alice "$@")" ERROR=invalid
    contains "$(ask mallory "$@")" ERROR=invalid
}
odd_names() {
    local name
    for name in '' . .. -x a/b /etc 'a b' $'a\x01' 'lab%' "$(printf 'x%.0s' {1..33})" 'ü' lab@ 'la*'; do invalid enter "$name"; done
    invalid enter
    invalid ENTER lab
    invalid fly lab
    invalid enter lab INTERACTIVE=maybe
    same "$(ask mallory enter "$(printf 'x%.0s' {1..32})")" "$DENIED"
    contains "$(ask alice enter lab FUTURE=thing)" RESULT=ok
}
it "what is no name is invalid for all alike; unknown keys are no matter" odd_names

it_hostile() { it "$1" as "${3-mallory}" $PYTHON "$HERE/hostile.py" "$2"; }
it_hostile "a request that carries file descriptors is refused" fds
it_hostile "a packet beyond 4 KiB is refused" oversize
it_hostile "odd packets are refused: NUL, no key, too many lines, an empty one" malformed
it_hostile "a thousand random packets get an answer each, and none is ok" fuzz
it_hostile "a second packet ends the connection" second alice
it_hostile "sixteen connections of one user are served, the next is told busy, and others are not hindered" half_open
it_hostile "a socket handed to another process does not speak for who opened it" handed_on alice
it_hostile "who closed the connection at once harms nobody" hang_up alice
it_hostile "a caller that exits before the answer gets none" dead alice

quota_ends() { as mallory $PYTHON "$HERE/hostile.py" half_open_wait; }
it "a connection without a request ends after ten seconds" quota_ends
userns() {
    local out
    out=$(as alice unshare -Ur $PYTHON "$HERE/ask.py" enter quick)
    same "$out" "$DENIED"
}
it "a caller in a user namespace of its own is denied" userns
overflow() { contains "$(setpriv --reuid=65534 --regid=65534 --clear-groups $PYTHON "$HERE/ask.py" enter quick)" "$DENIED"; }
it "the overflow uid is nobody" overflow

two_at_once() {
    local n i pids=
    ask root stop quick >/dev/null
    : >$LOG
    for i in 1 2 3 4 5 6 7 8; do as alice $PYTHON "$HERE/ask.py" enter quick >/run/two.$i & pids+=" $!"; done
    wait $pids
    for i in 1 2 3 4 5 6 7 8; do contains "$(cat /run/two.$i)" RESULT=ok; done
    n=$(for i in 1 2 3 4 5 6 7 8; do cat /run/two.$i; done | grep -c RESULT=ok)
    same "$n" 8
}
it "eight clients at once on a namespace that is not up all get it" two_at_once
one_build() {
    local i pids=
    ask root stop quick >/dev/null
    netns_file quick <<X
[Namespace]
Type=basic
[Access]
Users=61001 bob
Authorize=list
[Hooks]
PreUp=/bin/sh -c "echo built >>/run/builds; sleep 0.3"
X
    rm -f /run/builds
    for i in 1 2 3 4; do ask alice enter quick >/run/two.$i & pids+=" $!"; done
    wait $pids
    for i in 1 2 3 4; do contains "$(cat /run/two.$i)" RESULT=ok; done
    same "$(wc -l </run/builds)" 1
}
it "clients that come while a namespace is being started share one start" one_build

no_fds() {
    local pid rc=0
    pid=$(cat /run/serve.pid)
    prlimit --pid "$pid" --nofile=3:4096
    ask alice enter quick >/run/late 2>&1 & local client=$!
    sleep 0.5
    fails grep -q RESULT /run/late || rc=1
    prlimit --pid "$pid" --nofile=4096:4096
    wait $client
    contains "$(cat /run/late)" RESULT=ok || rc=1
    # 100 ms apart, not as fast as it can
    test "$(grep -c 'Too many open files' $LOG)" -lt 10 || rc=1
    return $rc
}
it "with no descriptor left it waits without spinning, and serves those who waited" no_fds
idle() {
    "$SERVE" --listen /run/idle/socket --idle-timeout 1 >>$LOG 2>&1 </dev/null & local pid=$!
    wait_until 100 test -S /run/idle/socket
    same "$(stat -c %a /run/idle/socket)" 666
    wait $pid
    fails test -e /run/idle/socket
}
it "it leaves after some idle time, and takes its socket along" idle
second_broker() {
    local rc=0
    timeout 60 "$SERVE" --listen /run/netns-broker/socket || rc=$?
    same $rc 1
    contains "$(ask alice enter quick)" RESULT=ok
}
it "a second broker does not take the socket of one that answers" second_broker
small() {
    local pid
    pid=$(cat /run/serve.pid)
    grep VmRSS "/proc/$pid/status"
    test "$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")" -le 8192
    same "$(awk '/CapEff/ { print $2 }' "/proc/$pid/status")" 0000000000200000
}
it "after all this it is at most 8 MiB large and has CAP_SYS_ADMIN alone" small

killed() {
    ask root stop quick >/dev/null
    ask alice enter quick >/run/killed 2>&1 & local client=$!
    wait_until 100 test -s /run/builds
    sleep 0.1
    serve_stop -9
    wait "$client" || :
    fails grep -q RESULT=ok /run/killed
    serve_start
    contains "$(ask alice enter quick)" RESULT=ok
}
it "after kill -9 in the middle of a start the next broker carries on" killed

it_dialog() { it "$1" as alice timeout 60 $PYTHON "$HERE/dialog.py" "$2"; }
it_dialog "polkit asks for the password on the caller's terminal, naming the namespace and the user, and it opens" granted
it_dialog "a wrong password is denied" wrong
it_dialog "a user has one dialog at a time, and goes on using what needs none" one
# pkttyagent waits for the terminal and cannot show that its dialog was taken away: look at what polkitd and the agent are told
hung_up() {
    local told=/run/hung-up.bus monitor
    dbus-monitor --system "member='CancelCheckAuthorization'" "member='CancelAuthentication'" >$told 2>&1 & monitor=$!
    wait_until 100 test -s $told
    as alice timeout 60 $PYTHON "$HERE/dialog.py" hang_up
    wait_until 100 grep -q CancelAuthentication $told
    kill $monitor
    contains "$(cat $told)" CancelCheckAuthorization
}
it "hanging up takes the dialog away, and the next one can come" hung_up
it_dialog "with nobody to ask, the answer says that authentication is needed" nobody

stopped_polkit() {
    local begun=$SECONDS polkitd
    polkitd=$(pidof polkitd)
    kill -STOP $polkitd
    ask alice enter lab >/run/stopped & local client=$!
    sleep 0.5
    contains "$(ask alice enter quick)" RESULT=ok
    kill -9 $polkitd
    wait "$client"
    same "$(cat /run/stopped)" "$DENIED"
    test $((SECONDS - begun)) -lt 5
}
it "polkitd that dies in the middle is a no, and holds up nobody else" stopped_polkit
back_again() { contains "$(ask alice enter lab)" RESULT=ok; }
it "and is started again by the bus for the next" back_again
no_polkit() {
    rm /usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service
    dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ReloadConfig >/dev/null
    kill $(pidof polkitd)
    wait_until 100 fails pidof polkitd
    same "$(ask alice enter lab)" "$DENIED"
    contains "$(ask alice enter quick)" RESULT=ok
    contains "$(ask root enter lab)" RESULT=ok
}
it "without polkit everybody but root and those on Authorize=list are denied" no_polkit

it "what was logged has no control character of a stranger's" bash -c "! grep -qP '[\\x00-\\x08\\x0b-\\x1f\\x7f]' $LOG"

# leave things as they were: down with everything, and polkitd back
for name in lab quick open mine asks; do ask root stop $name >/dev/null; done
serve_stop
rm -rf /etc/netns-broker/{lab,quick,open,mine,broken,asks}.netns
/usr/lib/polkit-1/polkitd --no-debug >/dev/null 2>&1 </dev/null &
disown
finish
