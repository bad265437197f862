# attach.sh - services in namespaces: netnsctl attach, detach, with a real systemd and a real systemd-resolved.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh
DROPINS=/etc/systemd/system
active() { systemctl is-active --quiet "$1"; }
netns_of() { ip netns exec "$1" readlink /proc/self/ns/net; }
# unit_pid UNIT - of its program, once it is that
unit_pid() { systemctl show -p MainPID --value "$1"; }
in_netns() { same "$(readlink "/proc/$(unit_pid "$1")/ns/net")" "$2"; }
inside() { local unit=$1; shift; nsenter --mount --net --target "$(unit_pid "$unit")" "$@"; }
failed() { local unit=$1; journalctl -o cat -n 15 -u "$unit"; return 1; }
answers() { curl -s -m 5 -o /dev/null http://127.0.0.1:8000/; }
answers_in() { ip netns exec "$1" curl -s -m 5 -o /dev/null http://127.0.0.1:8000/; }
says() { "$@" 2>&1; }
refused() { local sentence=$1 out; shift; out=$("$@" 2>&1) && { echo "went well: $*"; return 1; }; contains "$out" "$sentence"; }
lab_file() { printf '[Namespace]\nType=nat\n[DNS]\nServers=192.0.2.53\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/lab.netns; }

prepared() {
    lab_file
    printf '[Namespace]\nType=nat\n[DNS]\nServers=192.0.2.54\n' >/etc/netns-broker/box.netns
    mkdir -p /etc/netns/box
    printf '[Service]\nType=exec\nExecStart=python3 -m http.server 8000\n' >$DROPINS/web.service
    printf '[Service]\nType=exec\nExecStart=python3 -m http.server 8001\n' >$DROPINS/other.service
    printf '[Service]\nType=exec\nExecStart=python3 -m http.server 80%%i\n' >$DROPINS/many@.service
    # a service of Debian 12 or 13 as it is with systemd-resolved
    cp -a /etc/resolv.conf /tmp/resolv.conf.before
    rm $DROPINS/systemd-resolved.service
    systemctl daemon-reload
    systemctl start systemd-resolved
    ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
    [ -S /run/systemd/resolve/io.systemd.Resolve ]
}
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
survives_the_host() {
    local before
    systemctl restart web systemd-resolved
    before=$(cat /etc/passwd)
    # what a package, an editor and a network manager do
    printf 'nameserver 203.0.113.1\n' >/etc/resolv.conf.new
    mv /etc/resolv.conf.new /etc/resolv.conf
    cp /etc/nsswitch.conf /etc/nsswitch.conf.new
    mv /etc/nsswitch.conf.new /etc/nsswitch.conf
    mkdir -p /run/nscd
    : >/run/nscd/socket
    contains "$(inside web cat /etc/resolv.conf)" 192.0.2.53
    fails inside web test -e /run/systemd/resolve/io.systemd.Resolve
    fails inside web test -e /run/nscd/socket
    fails inside web grep -q resolve /etc/nsswitch.conf
    same "$(inside web cat /etc/passwd)" "$before"
    rm /run/nscd/socket
    ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
}
each_file_covered() {
    printf 'MountEtc=files\nSystemBus=no\n' | sed -i '/^Type=/r /dev/stdin' /etc/netns-broker/box.netns
    netnsctl attach box other
    systemctl start other || failed other
    contains "$(inside other cat /etc/resolv.conf)" 192.0.2.54
    fails inside other grep -qE 'resolve|mdns' /etc/nsswitch.conf
    fails inside other test -e /run/systemd/resolve/io.systemd.Resolve
    fails inside other test -e /run/dbus/system_bus_socket
    inside other touch /etc/written
    rm /etc/written
    systemctl stop other
    sed -i -e 's/MountEtc=.*/MountEtc=no/' -e 's/^Servers=.*/Servers=/' /etc/netns-broker/box.netns
    netnsctl attach box other
    systemctl start other || failed other
    contains "$(inside other cat /etc/resolv.conf)" 127.0.0.53
    inside other test -e /run/systemd/resolve/io.systemd.Resolve
    systemctl stop other
    sed -i -e '/MountEtc=\|SystemBus=/d' -e 's/^Servers=.*/Servers=192.0.2.54/' /etc/netns-broker/box.netns
}
# what the worker has warned of since CURSOR
warned_of_box() { contains "$(journalctl -o cat -p warning -u netns@box ${CURSOR:+--after-cursor="$CURSOR"})" "$1"; }
outdated_is_told() {
    local line="other.service is attached as the namespace was before: netnsctl attach box other.service"
    netnsctl attach box other many@
    fails grep -q attach <<<"$(netnsctl check box)"
    same "$(netnsctl list --json | jq -c '.[] | select(.name == "box") | .outdated')" null
    sed -i '/^Type=/a SystemBus=no' /etc/netns-broker/box.netns
    contains "$(netnsctl check box)" "box.netns: note: $line"
    contains "$(netnsctl check box)" "box.netns: good"
    contains "$(netnsctl list | grep ^box)" "many@ (outdated) other (outdated)"
    contains "$(netnsctl status box)" "Services: many@.service (outdated) other.service (outdated)"
    contains "$(netnsctl status box)" "To do: many@.service is attached as the namespace was before: netnsctl attach box many@.service"
    same "$(netnsctl status --json box | jq -c '.[0].outdated')" '["many@.service","other.service"]'
    systemctl reload-or-restart netns@box
    wait_until 100 warned_of_box "box: $line"
    fails grep -q other <<<"$(says netnsctl check lab)"
    netnsctl attach box other
    same "$(netnsctl status --json box | jq -c '.[0].outdated')" '["many@.service"]'
    netnsctl detach many@
    # so do files in /etc/netns, and the unit that brings it up
    sed -i '/SystemBus=/d' /etc/netns-broker/box.netns
    netnsctl attach box other
    : >/etc/netns/box/gai.conf
    contains "$(netnsctl check box)" "$line"
    rm /etc/netns/box/gai.conf
    fails grep -q "$line" <<<"$(netnsctl check box)"
    systemctl enable netns-nat@box 2>/dev/null
    contains "$(netnsctl check box)" "$line"
    systemctl disable netns-nat@box 2>/dev/null
    netnsctl detach other
    systemctl reload netns@box
}
directory_goes() {
    local CURSOR
    CURSOR=$(journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
    fails findmnt -n /run/netns-broker/etc/box
    netnsctl attach box other
    findmnt -n /run/netns-broker/etc/box/.host/etc >/dev/null
    systemctl start other
    fails inside other touch /etc/written 2>/dev/null
    systemctl stop netns@box
    [ ! -e /run/netns-broker/etc/box ]
    systemctl start other
    findmnt -n /run/netns-broker/etc/box/.host/etc >/dev/null
    netnsctl detach --now other
    systemctl reload netns@box
    [ ! -e /run/netns-broker/etc/box ]
    systemctl stop other
    same "$(journalctl -q -o cat -p warning -u netns@box --after-cursor="$CURSOR")" ""
}
private_files() {
    echo secret >/etc/alices
    chown alice /etc/alices
    chmod 600 /etc/alices
    printf '[Service]\nType=oneshot\nUser=alice\nExecStart=cat /etc/alices\nExecStart=-cat /etc/shadow\n' >$DROPINS/reader.service
    systemctl daemon-reload
    netnsctl attach lab reader
    systemctl start reader || failed reader
    contains "$(journalctl -o cat -u reader)" secret
    contains "$(journalctl -o cat -u reader)" "/etc/shadow: Permission denied"
    netnsctl detach reader
    rm /etc/alices $DROPINS/reader.service
}
kept_mounts() {
    mkdir -p /etc/kept
    mount -t tmpfs tmpfs /etc/kept
    : >/etc/kept/marked
    netnsctl attach box other
    systemctl start other || failed other
    inside other test -e /etc/kept/marked
    inside other touch /etc/kept/written
    umount /etc/kept
    systemctl restart other || failed other
    systemctl stop other
    rmdir /etc/kept
}
own_files() {
    printf 'precedence ::ffff:0:0/96 100\n' >/etc/netns/box/gai.conf
    printf 'nameserver 192.0.2.99\n' >/etc/netns/box/resolv.conf
    mkdir -p /etc/netns/box/ssl
    : >/etc/netns/box/ssl/marked
    mv /etc/gai.conf /tmp/gai.conf
    contains "$(says netnsctl attach box other)" "there is no /etc/gai.conf that it could cover"
    systemctl start other
    in_netns other "$(netns_of box)"
    contains "$(inside other cat /etc/resolv.conf)" 192.0.2.99
    inside other test -e /etc/ssl/marked
    [ ! -e /etc/gai.conf ]
    mv /tmp/gai.conf /etc/gai.conf
    rm -r /etc/netns/box/{gai.conf,resolv.conf,ssl}
    mkdir /etc/netns/box/'a b'
    refused "cannot be mounted over a file of /etc" netnsctl attach box other
    rmdir /etc/netns/box/'a b'
    : >/etc/netns/box/hosts
    chown alice /etc/netns/box/hosts
    refused "not root's" netnsctl attach box other
    rm /etc/netns/box/hosts
}
moved() {
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

as_alice() { as alice "export XDG_RUNTIME_DIR=/run/user/$(id -u alice); $1"; }
user_pid() { as_alice "systemctl --user show -p MainPID --value $1"; }
users_attached() {
    local units=/home/alice/.config/systemd/user
    loginctl enable-linger alice
    wait_until 200 active "user@$(id -u alice)"
    as alice "mkdir -p $units"
    as alice "cat >$units/mine.service" <<'E'
[Service]
Environment=WORDS="two words"
ExecStartPre=-/bin/sh -c 'readlink /proc/self/ns/net >%h/before'
ExecStart=/usr/bin/python3 -m http.server \
    8010 "--directory=%h"
E
    as_alice 'systemctl --user daemon-reload'
    systemctl stop web netns@lab
    contains "$(as_alice 'netnsctl attach --user lab mine' 2>&1)" "mine.service: attached to lab"
    fails active netns@lab
    as_alice 'systemctl --user start mine' || { journalctl -n 20 -o cat; return 1; }
    wait_until 100 ip netns exec lab curl -s -o /dev/null http://127.0.0.1:8010/
    same "$(readlink "/proc/$(user_pid mine)/ns/net")" "$(netns_of lab)"
    contains "$(nsenter --mount --target "$(user_pid mine)" cat /etc/resolv.conf)" 192.0.2.53
    same "$(cat /home/alice/before)" "$(netns_of lab)"
}
users_listed() {
    contains "$(as_alice 'netnsctl list' | grep ^lab)" "web mine (user)"
    contains "$(as_alice 'netnsctl status lab')" "Services: web.service mine.service (user)"
    same "$(as_alice 'netnsctl list --json' | jq -c '.[] | select(.name == "lab") | .user_services')" '["mine.service"]'
    same "$(as_alice 'netnsctl status --json lab' | jq -c '.[0] | [.services, .user_services]')" '[["web.service"],["mine.service"]]'
    # no unit holds a user's: it stays behind in what was
    systemctl restart netns@lab
    contains "$(as_alice 'netnsctl list' | grep ^lab)" "mine (user, outside)"
    contains "$(as_alice 'netnsctl status lab')" "To do: mine.service runs in another network: systemctl --user restart mine.service"
    contains "$(as_alice 'netnsctl doctor lab')" "systemctl --user restart mine.service"
    as_alice 'systemctl --user restart mine'
    wait_until 100 ip netns exec lab curl -s -o /dev/null http://127.0.0.1:8010/
    fails grep -q outside <<<"$(as_alice 'netnsctl list')"
    # nobody else's, root's neither, whatever HOME says
    fails grep -q mine <<<"$(netnsctl list; HOME=/home/alice netnsctl list; HOME=/home/alice netnsctl status lab)"
}
users_socket() {
    local units=/home/alice/.config/systemd/user
    as alice "printf '[Socket]\nListenStream=8012\n' >$units/woken.socket; printf '[Service]\nExecStart=/bin/sleep 100\n' >$units/woken.service"
    as_alice 'systemctl --user daemon-reload; systemctl --user start woken.socket'
    contains "$(as_alice 'netnsctl attach --user lab woken' 2>&1)" \
        "woken.socket, which starts woken.service, listens outside and cannot be attached: to be without it, systemctl --user disable --now woken.socket"
    as_alice 'netnsctl detach --user woken; systemctl --user stop woken.socket'
    as alice "rm $units/woken.socket $units/woken.service"
    as_alice 'systemctl --user daemon-reload'
}
users_again() {
    as_alice 'netnsctl attach --user lab mine'
    same "$(as_alice 'systemctl --user show -p ExecStart mine' | grep -o chnetns | wc -l)" 2
}
users_detached() {
    as_alice 'netnsctl detach --user --now mine'
    [ ! -e /home/alice/.config/systemd/user/mine.service.d ]
    wait_until 100 curl -s -o /dev/null http://127.0.0.1:8010/
    same "$(readlink "/proc/$(user_pid mine)/ns/net")" "$(readlink /proc/1/ns/net)"
}
users_refusals() {
    local units=/home/alice/.config/systemd/user
    as alice "printf '[Service]\nNoNewPrivileges=yes\nExecStart=sleep 100\n' >$units/closed.service"
    as alice "printf '[Service]\nExecStart=@sleep named 100\n' >$units/named.service"
    as alice "printf '[Socket]\nListenStream=8011\n' >$units/mine.socket"
    as_alice 'systemctl --user daemon-reload'
    refused "closed.service has NoNewPrivileges=yes, under which nothing can enter" as_alice 'netnsctl attach --user lab closed'
    # with each of them chnetns cannot enter, which is why it is refused
    local option
    try_closed() { # OPTION
        as alice "printf '[Service]\nType=oneshot\n$1\nExecStart=/usr/bin/chnetns --no-ask-password lab true\n' >$units/closed.service"
        as_alice 'systemctl --user daemon-reload; systemctl --user start closed' 2>/dev/null
    }
    try_closed NoNewPrivileges=no
    for option in LockPersonality=yes MemoryDenyWriteExecute=yes PrivateDevices=yes ProtectClock=yes ProtectHostname=yes ProtectKernelLogs=yes \
        ProtectKernelModules=yes ProtectKernelTunables=yes RestrictAddressFamilies=~AF_APPLETALK RestrictNamespaces=~uts RestrictRealtime=yes \
        RestrictSUIDSGID=yes SystemCallArchitectures=native SystemCallFilter=~@swap; do
        ! try_closed "$option" || { echo "$option lets it enter"; return 1; }
        refused "closed.service has ${option%%=*}=" as_alice 'netnsctl attach --user lab closed' || { echo "$option"; return 1; }
    done
    refused "a command that begins with @ cannot be started through another program" as_alice 'netnsctl attach --user lab named'
    refused "sockets are opened by your systemd itself" as_alice 'netnsctl attach --user lab mine.socket'
    refused "there is no namespace box that you may enter" as_alice 'netnsctl attach --user box mine'
    refused "systemd knows no unit nowhere.service" as_alice 'netnsctl attach --user lab nowhere'
    refused "mine.service is not attached to a namespace" as_alice 'netnsctl detach --user mine'
    [ ! -e $units/mine.service.d ]
}
# systemd reads its files, and what it would start by itself is found however they are written
users_otherwise() {
    local units=/home/alice/.config/systemd/user odd
    for odd in 'Environment=A=x\\\\' 'Environment=A=x\\ '; do
        as alice "printf '%b\n' '[Service]' '$odd' 'ExecStartPre=/bin/true' 'ExecStart=/bin/sleep 100' >$units/odd.service"
        as_alice 'systemctl --user daemon-reload'
        refused "odd.service: not attached, as systemd reads its files otherwise than we do, and would start /bin/true outside" as_alice 'netnsctl attach --user lab odd'
        [ ! -e $units/odd.service.d ]
        fails grep -q chnetns <<<"$(as_alice 'systemctl --user show -p ExecStart odd')"
    done
    # what was attached before stays so, whatever it is named with
    as_alice 'netnsctl attach --user lab mine'
    local before; before=$(cat $units/mine.service.d/50-netns-broker.conf)
    refused "odd.service: not attached" as_alice 'netnsctl attach --user lab mine odd'
    same "$(cat $units/mine.service.d/50-netns-broker.conf)" "$before"
    contains "$(as_alice 'systemctl --user show -p ExecStart mine')" chnetns
    [ ! -e $units/odd.service.d ]
    as_alice 'netnsctl detach --user mine'
    as alice "rm $units/odd.service"
    as_alice 'systemctl --user daemon-reload'
}
users_questions() {
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\n' >/etc/netns-broker/ask.netns
    contains "$(as_alice 'netnsctl attach --user ask mine' 2>&1)" "Authorize=list in ask.netns"
    as_alice 'systemctl --user restart mine' 2>/dev/null || :
    wait_until 100 fails as_alice 'systemctl --user is-active mine'
    fails ip netns exec ask true 2>/dev/null
    as_alice 'netnsctl detach --user mine; systemctl --user stop mine; systemctl --user reset-failed'
    rm /etc/netns-broker/ask.netns
}
nothing_left() {
    loginctl disable-linger alice
    systemctl stop "user@$(id -u alice)" netns@lab netns@box web other
    netnsctl detach web
    rm -rf /home/alice/.config /home/alice/before $DROPINS/{web,other,many@,lazy,echo@,first,second,proper}.service $DROPINS/{lazy,echo}.socket
    same "$(find /etc/systemd -name '50-netns-broker.conf')" ""
    systemctl daemon-reload
    rm -r /etc/netns /etc/netns-broker/{lab,box}.netns
    rm -f /etc/resolv.conf
    systemctl stop systemd-resolved
    ln -s /dev/null $DROPINS/systemd-resolved.service
    mv /tmp/resolv.conf.before /etc/resolv.conf
    systemctl daemon-reload
    same "$(ip netns list)" ""
    same "$(ls -A /run/netns-broker/etc 2>/dev/null)" ""
    same "$(systemctl list-units --all --no-legend 'netnsctl-*')" ""
    same "$(grep ' /run/netns-broker' /proc/mounts)" ""
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
it "it stays so when the host replaces its own files, and when daemons that look up names come later" survives_the_host
it "MountEtc= and SystemBus= count for services too" each_file_covered
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
    rm -r $DROPINS/netns@lab.service.d; systemctl daemon-reload
    same "$(dropins)" "$before"
    systemctl restart netns@lab
}
it "an attach that fails at its end leaves those attached that were, and no others" half_attached
it "a drop-in that is no longer what attach would write is told by check, list, status and each start" outdated_is_told
it "the directory for /etc is there as long as the namespace is up and a service attached" directory_goes
it "a service reads its own files in /etc, and no others'" private_files
it "what the host has mounted below /etc is there too" kept_mounts
it "files in /etc/netns/NAME cover those in /etc, and are root's" own_files
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
it "a user's service runs inside, and starts its namespace" users_attached
it "a user's own services are in his list and status, and in nobody else's" users_listed
it "a user's socket is told of" users_socket
it "attaching a user's service again changes nothing" users_again
it "detach brings a user's service back to the host" users_detached
it "what cannot be attached of a user's is told in a sentence" users_refusals
it "a command of a user's that systemd would start outside is found" users_otherwise
it "where polkit would ask, attach says so" users_questions
it "nothing is left" nothing_left
finish
