# units.sh - namespaces as units of a real systemd: start, status, journal, enable, reload, conflicts, boot.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh

netns_of() { ip netns exec "$1" readlink /proc/self/ns/net; }
active() { systemctl is-active --quiet "$1"; }

starts() { systemctl start "$1" 2>/dev/null || { journalctl -o cat -n 20 -u "$1"; return 1; }; }
starts_without_a_file() {
    starts netns-nat@helloworld
    active netns-nat@helloworld
    contains "$(chnetns helloworld ip -brief address)" "198.1"
    contains "$(ip netns list)" helloworld
}
status_and_journal_read_well() {
    local status
    status=$(systemctl status netns-nat@helloworld)
    contains "$status" "Network namespace helloworld of type nat"
    contains "$status" "active (exited)"
    contains "$(journalctl -o cat -u netns-nat@helloworld)" "Finished netns-nat@helloworld.service"
    [ -z "$(journalctl -o cat -p warning -u netns-nat@helloworld)" ] || { journalctl -u netns-nat@helloworld; return 1; }
}
start_twice_changes_nothing() {
    local before
    before=$(netns_of helloworld; ip -o link)
    systemctl start netns-nat@helloworld
    systemctl reload netns-nat@helloworld
    same "$(netns_of helloworld; ip -o link)" "$before"
}
stop_leaves_nothing() {
    systemctl stop netns-nat@helloworld
    same "$(ip netns list)" ""
    same "$(ip -o link | grep -c vn-)" 0
    fails nft list table inet netns-broker
}
typed_units_start() {
    local type
    ip link add dummy-parent type veth peer name dummy-far
    ip link set dummy-parent up
    for type in basic nat tunnel; do
        starts "netns-$type@t-$type"
        contains "$(ip netns list)" "t-$type"
        systemctl stop "netns-$type@t-$type"
    done
    ip link del dummy-parent
    same "$(ip netns list)" ""
}
one_name_one_unit() {
    starts netns-nat@same
    starts netns-basic@same
    fails active netns-nat@same
    active netns-basic@same
    same "$(ip -n same -o link | wc -l)" 1
    systemctl stop netns-basic@same
}
needs_first() {
    printf '[Namespace]\nDescription=base\n' >/etc/netns-broker/zbase.netns
    printf '[Link up]\nKind=veth\nPeer=zbase\nHostName=toabove\nAddress=10.4.0.2/24\nHostAddress=10.4.0.1/24\n' >/etc/netns-broker/above.netns
    starts netns@above
    active netns@zbase
    ip -n zbase link show toabove
    systemctl stop netns@above
    active netns@zbase
    fails ip -n zbase link show toabove
    systemctl stop netns@zbase
    # one of another type will do, if it is up
    rm /etc/netns-broker/zbase.netns
    starts netns-nat@zbase; starts netns@above
    fails active netns@zbase
    systemctl stop netns@above netns-nat@zbase
    fails systemctl start netns@above 2>/dev/null
    contains "$(journalctl -o cat -u netns@above)" "above: not up: netns@zbase.service did not start: "
    same "$(ip netns list)" ""
}
needs_in_circles() {
    printf '[Link up]\nKind=veth\nPeer=above\n' >/etc/netns-broker/zbase.netns
    fails systemctl start netns@above 2>/dev/null
    contains "$(journalctl -o cat -u netns@above)" "above needs zbase, zbase needs above: none of them can be the first"
    rm /etc/netns-broker/above.netns /etc/netns-broker/zbase.netns
    same "$(ip netns list)" ""
}
a_failure_is_a_sentence() {
    printf '[Namespace]\nType=nat\n[Link host]\nAdress=10.0.0.2\n' >/etc/netns-broker/wrong.netns
    fails systemctl start netns@wrong 2>/dev/null
    rm /etc/netns-broker/wrong.netns
    contains "$(journalctl -o cat -u netns@wrong)" "wrong.netns:4:"
    systemctl reset-failed netns@wrong
}
enabled_starts_at_boot() {
    printf '[Namespace]\nType=nat\n' >/etc/netns-broker/boot.netns
    systemctl enable netns@boot 2>/dev/null
    [ -L /etc/systemd/system/multi-user.target.wants/netns@boot.service ]
    # what a boot does: bring up what multi-user.target wants
    systemctl start --no-block multi-user.target
    wait_until 200 active netns@boot
    contains "$(ip netns list)" boot
    systemctl disable netns@boot 2>/dev/null
    [ ! -e /etc/systemd/system/multi-user.target.wants/netns@boot.service ]
    systemctl stop netns@boot
    rm /etc/netns-broker/boot.netns
}
reload_applies_the_file() {
    local before
    printf '[Namespace]\nType=basic\n' >/etc/netns-broker/reload.netns
    starts netns@reload
    before=$(netns_of reload)
    printf '[Namespace]\nType=basic\nSysctl=net.ipv4.ping_group_range=0 4711\n' >/etc/netns-broker/reload.netns
    systemctl reload netns@reload
    same "$(netns_of reload)" "$before"
    contains "$(ip netns exec reload cat /proc/sys/net/ipv4/ping_group_range)" 4711
    systemctl stop netns@reload
    rm /etc/netns-broker/reload.netns
}
services_join_by_path() {
    starts netns-nat@join
    same "$(systemd-run --quiet --wait --pipe -p After=netns-nat@join.service -p NetworkNamespacePath=/run/netns/join readlink /proc/self/ns/net)" \
        "$(netns_of join)"
    systemctl stop netns-nat@join
}
ordered() {
    local after before
    after=$(systemctl show -p After --value netns@x)
    before=$(systemctl show -p Before --value netns@x)
    contains "$after" network-pre.target
    contains "$after" network.target
    contains "$before" network-online.target
}
hundred_at_once() {
    local names
    names=$(printf 'netns-nat@n%s.service ' $(seq 100))
    systemctl start $names 2>/tmp/hundred || { journalctl -o cat -u 'netns-nat@*' | tail -n 20; return 1; }
    same "$(ip netns list | grep -c '^n[0-9]')" 100
    same "$(for n in $(seq 100); do ip -n "n$n" -4 -o addr show scope global | awk '{ print $4 }'; done | sort -u | wc -l)" 100
    systemctl stop $names
    same "$(ip netns list)" ""
    same "$(ip -o link | grep -c vn-)" 0
}
verified_units() {
    local unit
    for unit in netns-broker.socket netns-broker.service netns@x.service netns-{basic,nat,tunnel,bridge,macvlan,mvbr}@x.service; do
        # the tree these tests run in has no manual pages' directory
        same "$(systemd-analyze verify --man=no "$unit" 2>&1)" ""
    done
}
exposed_little() {
    systemd-analyze security --no-pager --offline=true --threshold=28 /usr/lib/systemd/system/netns-broker.service >/tmp/exposure || { tail -n 1 /tmp/exposure; return 1; }
    local unit
    for unit in /usr/lib/systemd/system/netns*@.service; do
        systemd-analyze security --no-pager --offline=true --threshold=43 "$unit" >/tmp/exposure || { tail -n 1 /tmp/exposure; return 1; }
    done
}

it "systemctl start netns-nat@helloworld needs no file, and root runs programs in it" starts_without_a_file
it "systemctl status and journalctl of a namespace read well" status_and_journal_read_well
it "starting and reloading a started namespace changes nothing" start_twice_changes_nothing
it "systemctl stop leaves nothing of a namespace" stop_leaves_nothing
it "netns-basic@, netns-nat@ and netns-tunnel@ start and stop" typed_units_start
it "a namespace that another hangs on is started first, as its unit" needs_first
it "a circle is told in the journal, and nothing starts" needs_in_circles
it "two units of one name exclude each other, the later one wins" one_name_one_unit
it "a slip in a file is in the journal with its line" a_failure_is_a_sentence
it "an enabled namespace starts with multi-user.target" enabled_starts_at_boot
it "systemctl reload applies a changed file to the running namespace" reload_applies_the_file
it "a service joins by NetworkNamespacePath=" services_join_by_path
it "namespaces come after the links they stand on and before network-online.target" ordered
it "a hundred netns-nat@ started at once get a hundred subnets, and leave nothing" hundred_at_once
it "systemd-analyze verify finds nothing in our units" verified_units
it "systemd-analyze security: the front is at 2.8 or less, the workers at 4.3 or less" exposed_little
finish
