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
restarted() {
    netnsctl restart lab
    ip -n lab link add marked type veth peer name marked1
    as alice 'chnetns lab sleep 300' &
    wait_until 100 sh -c '[ -n "$(ip netns pids lab)" ]'
    contains "$(netnsctl restart lab 2>&1)" "netnsctl: lab: without a network now, until they are ended and started anew: "
    ip netns exec lab true
    fails ip -n lab link show marked
    pkill -u alice sleep
    wait
    # a type that was asked for alone
    netnsctl up --type=nat bare
    ip -n bare link add marked type veth peer name marked1
    netnsctl restart bare
    ip netns exec bare true
    fails ip -n bare link show marked
    contains "$(netnsctl status bare)" "Type: nat"
    netnsctl stop bare lab
    # by the broker, for a user
    fails as alice 'netnsctl restart --no-ask-password lab'
    same "$(ip netns list)" ""
    echo 'polkit.addRule(function(action, subject) { if (action.id == "org.netns-broker.manage" && subject.user == "alice") return polkit.Result.YES; });' \
        >/etc/polkit-1/rules.d/10-restart.rules
    sleep 0.7
    as alice 'netnsctl restart lab'
    ip -n lab link add marked type veth peer name marked1
    as alice 'netnsctl restart lab'
    ip netns exec lab true
    fails ip -n lab link show marked
    # the type that was asked for, though the file says another by now
    netnsctl stop lab
    mv /etc/netns-broker/lab.netns /run/lab.netns
    printf '[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/lab.netns
    netnsctl up --type=basic lab
    ip -n lab link add marked type veth peer name marked1
    as alice 'netnsctl restart lab'
    fails ip -n lab link show marked
    contains "$(netnsctl status lab)" "Type: basic"
    mv /run/lab.netns /etc/netns-broker/lab.netns
    rm /etc/polkit-1/rules.d/10-restart.rules
    netnsctl stop lab
}
it "without systemd: a file, a broker started by hand, and alice is in; mallory is not" quick_start
it "without systemd: netnsctl start and stop do the work themselves" start_and_stop
it "without systemd: netnsctl restart does, for root and by the broker, and tells who is left behind" restarted
kill $serve
wait $serve
finish
E
STAGE= /srv/src/tests/sandbox.sh /srv/src/tests/polkit-bus.sh bash "$inner"
rc=$?
rm -f "$inner"
exit $rc
