# attach.sh - services in namespaces: netnsctl attach, detach, with a real systemd and a real systemd-resolved.
. /srv/src/tests/services.sh
attached() {
    systemctl start web
    wait_until 100 answers
    contains "$(says netnsctl attach lab web)" "web.service: attached to lab"
    [ -f $DROPINS/web.service.d/50-netns-broker.conf ]
    same "$(stat -c %a $DROPINS/web.service.d/50-netns-broker.conf)" 644
    answers
}
restarted_inside() {
    contains "$(says netnsctl attach lab web)" "web.service runs as it was started until it is restarted"
    active netns@lab
    contains "$(netnsctl list)" 'web (outside)'
    contains "$(netnsctl status lab)" 'To do: web.service runs in another network: systemctl restart web.service'
    contains "$(netnsctl doctor lab)" 'services: web.service runs in another network than that of lab'
    same "$(netnsctl status --json lab | jq -c '.[].outside')" '["web.service"]'
    netnsctl attach --now lab web
    fails grep -q outside <<<"$(netnsctl list)"
    in_netns web "$(netns_of lab)" || failed web
    wait_until 100 answers_in lab
    fails answers
}
its_names() {
    contains "$(inside web cat /etc/resolv.conf)" 192.0.2.53
    contains "$(inside web grep ^hosts: /etc/nsswitch.conf)" "files"
    fails inside web grep -qE 'resolve|mdns' /etc/nsswitch.conf
    contains "$(cat /etc/resolv.conf)" 127.0.0.53
    inside web test -d /run/systemd/resolve
    fails inside web test -e /run/systemd/resolve/io.systemd.Resolve
    same "$(inside web find /run/nscd /run/avahi-daemon -mindepth 1)" ""
}
its_dropin_reads_well() { systemd-analyze verify --man=no web.service; }
detached() {
    contains "$(says netnsctl detach web)" "web.service runs as it was started until it is restarted"
    in_netns web "$(netns_of lab)"
    netnsctl attach lab web
    netnsctl detach --now web
    [ ! -e $DROPINS/web.service.d ]
    wait_until 100 answers
    in_netns web "$(readlink /proc/1/ns/net)"
}
two_in_one() {
    netnsctl attach --now lab web other
    systemctl start other
    in_netns web "$(netns_of lab)"
    in_netns other "$(netns_of lab)"
    wait_until 100 inside web curl -s -o /dev/null http://127.0.0.1:8001/
}
listed() {
    contains "$(netnsctl list)" "SERVICES"
    contains "$(netnsctl list | grep ^lab)" "other web"
    fails grep -q web <<<"$(netnsctl list | grep ^box)"
    contains "$(netnsctl status lab)" "Services: other.service web.service"
    same "$(netnsctl list --json | jq -c '.[] | select(.name == "lab") | .services')" '["other.service","web.service"]'
    same "$(netnsctl list --json | jq -c '.[] | select(.name == "box") | .services')" null
    same "$(netnsctl status --json lab | jq -c '.[0].services')" '["other.service","web.service"]'
}
listed_for_users() {
    contains "$(as alice 'netnsctl list' | grep ^lab)" "other web"
    contains "$(as alice 'netnsctl status lab')" "Services: other.service web.service"
}
stops_with_it() {
    systemctl stop netns@lab
    fails active web
    fails active other
    same "$(ip netns list | grep -c lab)" 0
}
starts_it() {
    fails active netns@lab
    systemctl start web || failed web
    active netns@lab
    in_netns web "$(netns_of lab)"
    contains "$(inside web cat /etc/resolv.conf)" 192.0.2.53
}
back_after_a_restart() {
    local before
    before=$(unit_pid web)
    fails active other
    netnsctl restart lab
    wait_until 200 active web || failed web
    fails [ "$(unit_pid web)" = "$before" ]
    in_netns web "$(netns_of lab)"
    contains "$(inside web cat /etc/resolv.conf)" 192.0.2.53
    fails active other
}
not_outside() {
    systemctl stop web
    # somebody takes the namespace away under the unit that has made it
    ip netns del lab
    fails systemctl start web 2>/dev/null
    fails active web
    fails answers
    systemctl stop netns@lab
    # one that does not come up
    printf '[Namespace]\nType=nat\nOops=1\n' >/etc/netns-broker/lab.netns
    fails systemctl start web 2>/dev/null
    fails active web
    # one whose file has gone
    rm /etc/netns-broker/lab.netns
    fails systemctl start web 2>/dev/null
    contains "$(says netnsctl check)" "web.service: attached to lab, of which there is no file: it cannot start; netnsctl detach web.service"
    fails netnsctl check >/dev/null
    lab_file
    netnsctl check >/dev/null
    systemctl reset-failed
    systemctl start web
}
half_attached() {
    netnsctl attach lab web
    systemctl start netns@lab
    dropins() { cat $DROPINS/{web,other,many@}.service.d/50-netns-broker.conf 2>/dev/null || :; }
    local before; before=$(dropins)
    fails grep -q 'attach lab many@' <<<"$before"
    mkdir -p $DROPINS/netns@lab.service.d
    printf '[Service]\nExecReload=\nExecReload=/bin/false\n' >$DROPINS/netns@lab.service.d/no.conf
    systemctl daemon-reload
    refused "netns@lab.service" netnsctl attach lab web other many@
    same "$(dropins)" "$before"
    # systemd knows of none of it either
    same "$(systemctl show -p NeedDaemonReload --value other)" no
    fails grep -q netns@lab <<<"$(systemctl show -p BindsTo many@02)"
    rm -r $DROPINS/netns@lab.service.d; systemctl daemon-reload
    systemctl restart netns@lab
}
moved() {
    netnsctl attach --now box other
    systemctl start other
    contains "$(says netnsctl attach --now lab other)" "other.service: attached to lab, no longer to box"
    in_netns other "$(netns_of lab)"
    fails grep -q other <<<"$(netnsctl list | grep ^box)"
}
templates() {
    netnsctl attach lab many@
    netnsctl attach box many@03
    systemctl start many@02 many@03 || failed many@02
    in_netns many@02 "$(netns_of lab)"
    in_netns many@03 "$(netns_of box)"
    contains "$(netnsctl status lab)" "many@.service"
    contains "$(netnsctl status box)" "many@03.service"
    contains "$(says netnsctl detach many@.service)" "many@.service runs as it was started"
    netnsctl detach --now many@03.service
    systemctl restart many@02
    in_netns many@02 "$(readlink /proc/1/ns/net)"
    in_netns many@03 "$(readlink /proc/1/ns/net)"
    systemctl stop many@02 many@03
}
sockets() {
    printf '[Socket]\nListenStream=8004\nAccept=yes\n[Install]\nWantedBy=sockets.target\n' >$DROPINS/echo.socket
    printf '[Service]\nExecStart=-cat /etc/resolv.conf\nStandardOutput=socket\n' >$DROPINS/echo@.service
    systemctl daemon-reload
    netnsctl attach lab echo.socket echo@.service
    systemctl start echo.socket
    same "$(ss -Hltn 'sport = 8004')" ""
    contains "$(ip netns exec lab bash -c 'exec 3<>/dev/tcp/127.0.0.1/8004; cat <&3')" 192.0.2.53
    systemctl restart netns@lab
    wait_until 100 active echo.socket
    contains "$(ip netns exec lab ss -Hltn 'sport = 8004')" 8004
}
no_circle_at_boot() {
    # without what attach writes for it there is one
    systemctl enable echo.socket web 2>/dev/null || :
    same "$(systemd-analyze verify --man=no default.target 2>&1 | grep -i cycle)" ""
    sed -i '/DefaultDependencies/d' $DROPINS/echo.socket.d/50-netns-broker.conf
    contains "$(systemd-analyze verify --man=no default.target 2>&1)" cycle
    systemctl disable echo.socket 2>/dev/null
    netnsctl detach --now echo.socket echo@
    systemctl stop echo.socket
}
told_of_sockets() {
    printf '[Socket]\nListenStream=8005\n' >$DROPINS/lazy.socket
    printf '[Service]\nType=exec\nExecStart=sleep 100\n' >$DROPINS/lazy.service
    systemctl daemon-reload
    systemctl start lazy.socket
    contains "$(says netnsctl attach lab lazy)" "lazy.socket, which starts lazy.service, listens outside: attach it too"
    fails grep -q "attach it too" <<<"$(says netnsctl attach --now lab lazy lazy.socket)"
    ip netns exec lab bash -c ': >/dev/tcp/127.0.0.1/8005'
    wait_until 100 active lazy
    in_netns lazy "$(netns_of lab)"
    # one that runs keeps its socket from listening anew, unless both are stopped first
    systemctl restart netns@lab
    wait_until 100 active lazy.socket
    wait_until 100 active lazy
    in_netns lazy "$(netns_of lab)"
    systemctl stop lazy.socket lazy
    netnsctl detach lazy lazy.socket
    # one that systemd has not looked at
    printf '[Socket]\nListenStream=8006\nAccept=no\n' >$DROPINS/idle.socket
    printf '[Service]\nType=exec\nExecStart=sleep 100\n' >$DROPINS/idle.service
    systemctl daemon-reload
    contains "$(says netnsctl attach lab idle)" "idle.socket, which starts idle.service, listens outside: attach it too"
    netnsctl detach idle
    rm $DROPINS/idle.socket $DROPINS/idle.service
}
refusals() {
    refused "systemd knows no unit nowhere.service" netnsctl attach lab nowhere
    refused "systemd knows no unit nowhere@.service" netnsctl attach lab nowhere@
    refused "systemd-tmpfiles-clean.timer has no programs of its own: only a service or a socket can be attached" netnsctl attach lab systemd-tmpfiles-clean.timer
    refused '"../web" cannot be the name of a unit' netnsctl attach lab ../web
    refused "networking.service is masked" netnsctl attach lab networking
    refused "there is no file of a namespace nolab, and no netns-TYPE@nolab is enabled or up" netnsctl attach nolab web
    refused "cannot be the name" netnsctl attach lab 'we b'
    refused "namespace" netnsctl attach ../lab web
    refused "Usage:" netnsctl attach lab
    refused "Usage:" netnsctl detach
    refused "only root can do this" as alice 'netnsctl attach lab web'
    refused "many@.service is not attached to a namespace" netnsctl detach many@
    refused "systemd-tmpfiles-setup.service is started before sysinit.target, and a namespace after it" netnsctl attach lab systemd-tmpfiles-setup
    # all or nothing
    refused "systemd knows no unit" netnsctl attach lab many@ nowhere
    [ ! -e $DROPINS/many@.service.d ]
}
circles() {
    printf '[Service]\nExecStart=sleep 100\n' >$DROPINS/needed.service
    printf '[Unit]\nWants=needed.service network.target\nAfter=needed.service\nBefore=network.target\n[Service]\nExecStart=sleep 100\n[Install]\nWantedBy=multi-user.target\n' >$DROPINS/early.service
    systemctl daemon-reload
    netnsctl attach lab needed
    netnsctl detach needed
    systemctl enable early 2>/dev/null
    refused "something that is started before a namespace needs needed.service: it cannot be in one" netnsctl attach lab needed many@
    [ ! -e $DROPINS/needed.service.d ]
    [ ! -e $DROPINS/many@.service.d ]
    same "$(ls -d /run/netns-broker/attach* 2>/dev/null)" ""
    systemctl disable early 2>/dev/null
    rm $DROPINS/{needed,early}.service
    systemctl daemon-reload
}
# one that is killed while systemd-analyze is at work, and one that was killed while it wrote
killed() {
    printf '#!/bin/sh\nkill -9 $PPID\n' >/tmp/kills; chmod 755 /tmp/kills
    mount --bind /tmp/kills /usr/bin/systemd-analyze
    fails netnsctl attach lab many@ 2>/dev/null
    umount /usr/bin/systemd-analyze
    fails [ "$(ls -d /run/netns-broker/attach* 2>/dev/null)" = "" ]
    mkdir -p $DROPINS/many@.service.d; : >$DROPINS/many@.service.d/.50-netns-broker.conf.new
    netnsctl attach lab many@
    same "$(ls -A $DROPINS/many@.service.d)" 50-netns-broker.conf
    : >$DROPINS/many@.service.d/.50-netns-broker.conf.new
    netnsctl detach many@
    same "$(ls -d /run/netns-broker/attach* $DROPINS/many@.service.d 2>/dev/null)" ""
}
# one that is at work is waited for
one_at_a_time() {
    flock /run/netns-broker/lock/.attach sleep 300 & local other=$!
    wait_until 40 fails flock -n /run/netns-broker/lock/.attach true
    fails timeout 5 netnsctl attach lab many@ 2>/dev/null
    [ ! -e $DROPINS/many@.service.d ]
    pkill -P $other; wait $other || :
    netnsctl attach lab many@
    netnsctl detach many@
}
anothers_file() {
    mkdir -p $DROPINS/many@.service.d
    printf '[Service]\nNice=5\n' >$DROPINS/many@.service.d/50-netns-broker.conf
    refused "was not made by netnsctl attach" netnsctl attach lab many@
    refused "was not made by netnsctl attach" netnsctl detach many@
    grep -q Nice=5 $DROPINS/many@.service.d/50-netns-broker.conf
    mv $DROPINS/many@.service.d/50-netns-broker.conf $DROPINS/many@.service.d/own.conf
    netnsctl attach lab many@
    netnsctl detach many@
    same "$(ls $DROPINS/many@.service.d)" own.conf
    rm -r $DROPINS/many@.service.d
}
joined_networks() {
    printf '[Unit]\nJoinsNamespaceOf=second.service\n[Service]\nPrivateNetwork=yes\nType=exec\nExecStart=sleep 100\n' >$DROPINS/first.service
    printf '[Service]\nPrivateNetwork=yes\nType=exec\nExecStart=sleep 100\n' >$DROPINS/second.service
    systemctl daemon-reload
    refused "first.service and second.service have one network (JoinsNamespaceOf=): attach both in one command" netnsctl attach lab first
    contains "$(says netnsctl attach lab first second)" "first.service: its PrivateNetwork=yes has no effect any more"
    systemctl start first second
    in_netns first "$(netns_of lab)"
    in_netns second "$(netns_of lab)"
    systemctl stop first second
    netnsctl detach first second
}
aliases() {
    systemctl stop other
    printf '[Service]\nExecStart=sleep 100\n[Install]\nAlias=called.service\n' >$DROPINS/proper.service
    systemctl enable proper 2>/dev/null
    contains "$(says netnsctl attach lab called)" "proper.service: attached to lab"
    contains "$(says netnsctl detach called)" "proper.service: detached"
    systemctl disable proper 2>/dev/null
}
without_a_file() {
    mkdir /etc/netns/bare
    printf 'nameserver 192.0.2.55\n' >/etc/netns/bare/resolv.conf
    refused "there is no file of a namespace bare" netnsctl attach bare other
    systemctl enable netns-nat@bare 2>/dev/null
    netnsctl attach bare other
    systemctl start other
    in_netns other "$(netns_of bare)"
    active netns-nat@bare
    fails active netns@bare
    netnsctl detach other
    systemctl stop other netns-nat@bare
    systemctl disable netns-nat@bare 2>/dev/null
    # started by hand
    systemctl start netns-nat@bare
    netnsctl attach bare other
    contains "$(cat $DROPINS/other.service.d/50-netns-broker.conf)" BindsTo=netns-nat@bare.service
    netnsctl detach other
    systemctl stop netns-nat@bare
    rm -r /etc/netns/bare
}
nothing_left() {
    rm -f $DROPINS/{lazy,echo@,first,second,proper}.service $DROPINS/{lazy,echo}.socket
    put_away web
}
it "a service, two namespaces and systemd-resolved are there" prepared
it "attach writes a drop-in that anybody can read" attached
it "what runs goes on outside until it is restarted; --now does it" restarted_inside
it "it sees the namespace's resolv.conf and nsswitch.conf, and nothing of systemd-resolved" its_names
it "systemd finds nothing wrong with the drop-in" its_dropin_reads_well
it "detach brings it back to the host" detached
it "two services in one namespace reach each other" two_in_one
it "list and status show the services of each namespace" listed
it "users see the services of namespaces they may enter" listed_for_users
it "a namespace that is stopped stops its services" stops_with_it
it "a service that is started starts its namespace" starts_it
it "a namespace that is restarted has those services back that ran, and no others" back_after_a_restart
it "without its namespace a service fails, and never starts outside" not_outside
it "an attach that fails at its end leaves those attached that were, and no others" half_attached
it "attaching to another namespace says so" moved
it "a template and one instance of it are in different namespaces" templates
it "a socket listens inside, and does so after a restart of the namespace" sockets
it "at boot they make no circle" no_circle_at_boot
it "a socket that was forgotten is named; with its service it comes back after a restart" told_of_sockets
it "what cannot be attached is told in a sentence, and nothing is changed" refusals
it "what a unit before the namespaces waits for is refused" circles
it "nothing stays of an attach that was killed after the next one and detach" killed
it "one attach waits for another" one_at_a_time
it "a drop-in that somebody else has written is left alone, and so are its neighbours" anothers_file
it "services that have one network are attached together" joined_networks
it "an alias gets the drop-in where its proper name is" aliases
it "a namespace without a file is found by the unit that brings it up" without_a_file
it "nothing is left" nothing_left
finish
