# without-systemd.sh - the same installation where systemd is not PID 1: the README's quick start with the broker started by hand.
. /srv/src/tests/lib.sh

inner=$(mktemp /var/tmp/inner.XXXXXX)
cat >"$inner" <<'E'
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh
netns-broker serve --listen /run/netns-broker/socket >/run/serve.log 2>&1 &
serve=$!
quick_start() {
    [ ! -d /run/systemd/system ]
    wait_until 100 test -S /run/netns-broker/socket || { cat /run/serve.log; return 1; }
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/lab.netns
    netnsctl check
    contains "$(as alice 'chnetns lab ip -brief address')" "198.1"
    contains "$(ip netns list)" lab
    contains "$(as alice 'netnsctl list')" lab
    fails as mallory 'chnetns lab id'
}
start_and_stop() {
    netnsctl stop lab
    same "$(ip netns list)" ""
    netnsctl start lab
    contains "$(ip netns list)" lab
    netnsctl stop lab
}
it "without systemd: a file, a broker started by hand, and alice is in; mallory is not" quick_start
it "without systemd: netnsctl start and stop do the work themselves" start_and_stop
kill $serve
wait $serve
finish
E
STAGE= /srv/src/tests/sandbox.sh /srv/src/tests/polkit-bus.sh bash "$inner"
rc=$?
rm -f "$inner"
exit $rc
