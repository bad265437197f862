# services.sh - sourced by the tests of netnsctl attach: services, two namespaces for them, and a real systemd-resolved.
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
web_inside() {
    netnsctl attach lab web
    systemctl start web
    in_netns web "$(netns_of lab)"
}
# put_away UNIT... - which are still attached
put_away() {
    systemctl stop netns@lab netns@box web other
    netnsctl detach "$@"
    rm -f $DROPINS/{web,other,many@}.service
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
