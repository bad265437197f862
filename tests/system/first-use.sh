# first-use.sh - a user's first command on a system with systemd: the socket starts the broker, the broker has systemd start the
# namespace, polkit and the list decide.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh
active() { systemctl is-active --quiet "$1"; }
restarted() { systemctl stop netns-broker.service; }

list_alone() {
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nGroups=netusers\nAuthorize=list\n' >/etc/netns-broker/lab.netns
    fails active netns-broker.service
    fails active netns@lab.service
    contains "$(as alice 'chnetns lab ip -brief address')" "198.1"
    active netns-broker.service
    active netns@lab.service
}
by_group() { contains "$(as carol 'chnetns lab id -un')" carol; }
nobody_else() {
    local known unknown
    known=$(as mallory 'chnetns lab id' 2>&1) && return 1
    unknown=$(as mallory 'chnetns nolab id' 2>&1) && return 1
    same "${known//nolab/lab}" "${unknown//nolab/lab}"
    fails grep -q uid= <<<"$known"
}
again_after_stop() {
    systemctl stop netns@lab
    contains "$(as alice 'chnetns lab ip -brief address')" "198.1"
    active netns@lab.service
}
survives_the_broker() {
    local first
    first=$(as alice 'chnetns lab readlink /proc/self/ns/net')
    systemctl kill -s KILL netns-broker.service
    same "$(as alice 'chnetns lab readlink /proc/self/ns/net')" "$first"
}
killed_often() {
    local n
    for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
        as alice 'chnetns lab true' || return 1
        systemctl kill -s KILL netns-broker.service
        wait_until 100 fails active netns-broker.service || :
    done
    as alice 'chnetns lab true'
    active netns-broker.socket
}
as_session() { systemd-run --quiet --wait --pipe --collect -p User=alice -p PAMName=login -p WorkingDirectory=/home/alice bash -c "$1"; }
polkit_says_no() {
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\n' >/etc/netns-broker/both.netns
    # nobody to ask: no agent, no rule
    fails as alice 'chnetns --no-ask-password both id' >/tmp/answer 2>&1
    fails grep -q uid= /tmp/answer
}
polkit_says_yes() {
    mkdir -p /etc/polkit-1/rules.d
    cat >/etc/polkit-1/rules.d/50-test.rules <<'E'
polkit.addRule(function(action, subject) {
    if (action.id == "org.netns-broker.enter" && action.lookup("namespace") == "both" && subject.user == "alice") return polkit.Result.YES;
});
E
    wait_until 100 as alice 'chnetns --no-ask-password both true'
    contains "$(as alice 'chnetns both id -un')" alice
    contains "$(as_session 'chnetns both id -un')" alice
}
audit_line() { contains "$(journalctl -o cat -u netns-broker.service | grep denied)" "uid $(id -u mallory) "; }
service_is_bound() {
    local pid
    as alice 'chnetns lab true'
    pid=$(systemctl show -p MainPID --value netns-broker.service)
    contains "$(grep NoNewPrivs "/proc/$pid/status")" 1
    contains "$(grep Seccomp: "/proc/$pid/status")" 2
    # CAP_SYS_ADMIN, no other
    contains "$(grep CapBnd "/proc/$pid/status")" 0000000000200000
    contains "$(grep CapPrm "/proc/$pid/status")" 0000000000200000
}
lists_what_they_may() {
    contains "$(as alice 'netnsctl list')" lab
    contains "$(as alice 'netnsctl status lab')" "198.1"
    fails grep -q lab <<<"$(as mallory 'netnsctl list' 2>&1)"
}
cleared() {
    systemctl stop netns@lab netns@both
    rm -f /etc/netns-broker/{lab,both}.netns /etc/polkit-1/rules.d/50-test.rules
    same "$(ip netns list)" ""
}
restarted
it "alice's first chnetns starts the broker by its socket and the namespace by its unit" list_alone
it "carol enters as a member of a listed group" by_group
it "mallory gets the same answer for a namespace there is and one there is not" nobody_else
it "a stopped namespace starts again at the next use" again_after_stop
it "a namespace outlives a broker that was killed" survives_the_broker
it "a dozen kills of the broker do not close its socket" killed_often
it "by default the list is not enough: polkit is asked, and without an answer it is no" polkit_says_no
it "a polkit rule about the namespace opens it, in a login session too" polkit_says_yes
it "a refusal is in the journal with the user's number" audit_line
it "alice sees what she may enter, mallory nothing" lists_what_they_may
it "the broker runs without new privileges, under seccomp, with one capability" service_is_bound
it "stopping what was started on first use leaves no namespace" cleared
finish
