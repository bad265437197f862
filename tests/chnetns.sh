# chnetns.sh - sourced by the tests of chnetns: a broker, three namespaces, and an impostor that gives the answers which no broker does.
. "$TOP/tests/lib.sh"
: "${CHNETNS:=/usr/bin/chnetns}" "${NETNSCTL:=/usr/bin/netnsctl}" "${SERVE:=/usr/libexec/netns-broker/serve}"
HERE=$TOP/tests/broker
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

terminal() { $PYTHON "$HERE/terminal.py" alice "$@"; }

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
end_namespaces() {
    "$NETNSCTL" down lab covered ask
    rm -rf /etc/netns/covered $SOCKET
}
