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
# what it has said so far is in the journal by now
said_by() { journalctl --sync; journalctl -o cat -u "$1"; }
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
    contains "$(said_by netns@above)" "above: not up: netns@zbase.service did not start: "
    same "$(ip netns list)" ""
}
needs_in_circles() {
    printf '[Link up]\nKind=veth\nPeer=above\n' >/etc/netns-broker/zbase.netns
    fails systemctl start netns@above 2>/dev/null
    contains "$(said_by netns@above)" "above needs zbase, zbase needs above: none of them can be the first"
    rm /etc/netns-broker/above.netns /etc/netns-broker/zbase.netns
    same "$(ip netns list)" ""
}
a_failure_is_a_sentence() {
    printf '[Namespace]\nType=nat\n[Link host]\nAdress=10.0.0.2\n' >/etc/netns-broker/wrong.netns
    fails systemctl start netns@wrong 2>/dev/null
    rm /etc/netns-broker/wrong.netns
    contains "$(said_by netns@wrong)" "wrong.netns:4:"
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
# the number of a namespace may be given to the next one; what was put into it is not
mark() { ip -n "$1" link add marked type veth peer name marked1; }
anew() { fails ip -n "$1" link show marked >/dev/null 2>&1; }
restarted_by_verb() {
    local before
    # by a file
    printf '[Namespace]\nType=basic\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/again.netns
    netnsctl restart again
    active netns@again
    mark again
    before=$(netns_of again)
    chnetns again sleep 300 &
    wait_until 100 sh -c '[ -n "$(ip netns pids again)" ]'
    contains "$(netnsctl restart again 2>&1)" "netnsctl: again: without a network now, until they are ended and started anew: $! root sleep 300"
    anew again
    same "$(readlink /proc/$!/ns/net)" "$before"
    same "$(netnsctl stop again 2>&1)" ""
    kill $!
    # up by hand: as a unit from now on
    netns-broker up again
    fails active netns@again
    mark again
    netnsctl restart again
    active netns@again
    anew again
    # a slip keeps it from coming up: it stays
    printf '[Namespace]\nType=basic\nOops=1\n' >/etc/netns-broker/again.netns
    contains "$(netnsctl restart again 2>&1 || :)" "again.netns:3: [Namespace] Oops="
    active netns@again
    netnsctl stop again
    rm /etc/netns-broker/again.netns
    # by the unit that keeps it up
    starts netns-nat@again
    mark again
    netnsctl restart again
    active netns-nat@again
    fails active netns@again
    anew again
    systemctl stop netns-nat@again
    contains "$(netnsctl restart again 2>&1 || :)" "again"
    same "$(ip netns list)" ""
}
restarted_by_users() {
    printf '[Namespace]\nType=basic\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/again.netns
    contains "$(as alice 'netnsctl restart --no-ask-password again' 2>&1 || :)" "again: "
    fails active netns@again
    mkdir -p /etc/polkit-1/rules.d
    echo 'polkit.addRule(function(action, subject) { if (action.id == "org.netns-broker.manage" && subject.user == "alice") return polkit.Result.YES; });' \
        >/etc/polkit-1/rules.d/10-again.rules
    systemctl restart polkit
    as alice 'netnsctl restart again'
    active netns@again
    mark again
    as alice 'chnetns again sleep 300' &
    wait_until 100 sh -c '[ -n "$(ip netns pids again)" ]'
    contains "$(as alice 'netnsctl restart again' 2>&1)" "alice sleep 300"
    active netns@again
    anew again
    pkill -u alice sleep
    as alice 'netnsctl stop again'
    # up by hand
    netns-broker up again
    mark again
    as alice 'netnsctl restart again'
    active netns@again
    anew again
    systemctl stop netns@again
    rm /etc/netns-broker/again.netns /etc/polkit-1/rules.d/10-again.rules
    systemctl restart polkit
    same "$(ip netns list)" ""
}
# whoever starts or restarts it does so by the unit that keeps it up, or the one that is enabled
kept_by() { active "netns-$1@typed"; fails active netns@typed; "${@:2}"; active "netns-$1@typed"; fails active netns@typed; }
one_unit() {
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/typed.netns
    printf '[Link up]\nKind=veth\nPeer=typed\nHostName=toupon\nAddress=10.4.0.2/24\nHostAddress=10.4.0.1/24\n' >/etc/netns-broker/upon.netns
    printf 'polkit.addRule(function(action, subject) { if (action.id == "org.netns-broker.manage" && subject.user == "alice") return polkit.Result.YES; });' \
        >/etc/polkit-1/rules.d/10-typed.rules
    systemctl restart polkit
    systemctl enable netns-nat@typed 2>/dev/null
    local by
    for by in 'netnsctl start typed' 'netnsctl restart typed' 'systemctl start netns@upon' "as alice 'netnsctl start typed'" "as alice 'netnsctl restart typed'" "as alice 'chnetns typed true'"; do
        eval "$by" || { echo "$by"; return 1; }
        kept_by nat netnsctl restart typed || { echo "$by"; return 1; }
        netnsctl stop upon typed 2>/dev/null
        fails active netns-nat@typed
    done
    systemctl disable netns-nat@typed 2>/dev/null
    # started once, and not enabled
    starts netns-nat@typed
    mark typed
    kept_by nat netnsctl start typed
    kept_by nat as alice 'netnsctl start typed'
    ip -n typed link show marked >/dev/null
    kept_by nat as alice 'netnsctl restart typed'
    anew typed
    netnsctl stop typed
    rm /etc/netns-broker/{typed,upon}.netns /etc/polkit-1/rules.d/10-typed.rules
    systemctl restart polkit
    same "$(ip netns list)" ""
}
verbs_say_why() {
    local said before
    printf '[Namespace]\nType=nat\n[Firewall]\nFile=careful.nft\n' >/etc/netns-broker/careful.netns
    echo 'table inet mine { chain input { type filter hook input priority 0; }; }' >/etc/netns-broker/careful.nft
    netnsctl start careful
    before=$(ip netns exec careful readlink /proc/self/ns/net)
    # what nft alone can tell
    echo 'table inet mine { nonsense }' >/etc/netns-broker/careful.nft
    said=$(netnsctl restart careful 2>&1) && return 1
    contains "$said" "careful.nft:1:"
    contains "$said" "netnsctl: careful: left as it is"
    same "$(ip netns exec careful readlink /proc/self/ns/net)" "$before"
    said=$(netnsctl start careful 2>&1) && return 1
    contains "$said" "netnsctl: careful: "
    contains "$said" "careful.nft"
    netnsctl stop careful
    said=$(netnsctl start careful 2>&1) && return 1
    contains "$said" "careful.nft"
    rm /etc/netns-broker/careful.*
    systemctl reset-failed netns@careful
    # a slip of the tongue
    for verb in start stop restart; do
        said=$(netnsctl $verb careful 2>&1) && return 1
        contains "$said" "netnsctl: careful: there is no file of a namespace careful"
    done
    fails systemctl is-failed --quiet netns@careful
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
        systemd-analyze security --no-pager --offline=true --threshold=51 "$unit" >/tmp/exposure || { tail -n 1 /tmp/exposure; return 1; }
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
it "netnsctl restart makes a namespace anew, whatever keeps it up, and tells who is left behind" restarted_by_verb
# the unit takes it down once more when it hears of it
by_hand() {
    starts netns-nat@byhand
    netnsctl down byhand
    fails active netns-nat@byhand
    netnsctl up --type=nat byhand
    sleep 0.5
    contains "$(ip netns list)" byhand
    netnsctl down byhand
}
it "what is taken down and brought up again by hand stays up, whatever had started it" by_hand
it "netnsctl restart is for users whom polkit lets manage it" restarted_by_users
it "start and restart say why not, and leave alone what would not come up again; a name that is none is told" verbs_say_why
it "a service joins by NetworkNamespacePath=" services_join_by_path
it "namespaces come after the links they stand on and before network-online.target" ordered
it "start, restart, a user's first program and a namespace that needs it: all by the unit that keeps it up, or is enabled" one_unit
it "a hundred netns-nat@ started at once get a hundred subnets, and leave nothing" hundred_at_once
it "systemd-analyze verify finds nothing in our units" verified_units
it "systemd-analyze security: the front is at 2.8 or less, the workers at 5.0 or less" exposed_little
finish
