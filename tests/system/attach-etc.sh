# attach-etc.sh - what attached services see of /etc and of the sockets of name services.
. /srv/src/tests/services.sh
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
# the namespace has looked for attached services already, and is not up yet
attached_meanwhile() {
    systemctl stop netns@box other
    netnsctl detach other 2>/dev/null || :
    printf '[Hooks]\nInsidePostUp=/bin/sleep 3\n' >>/etc/netns-broker/box.netns
    systemctl start --no-block netns@box
    wait_until 100 pgrep -xf '/bin/sleep 3'
    netnsctl attach box other
    same "$(systemctl is-active netns@box)" activating
    systemctl start other || failed other
    in_netns other "$(netns_of box)"
    contains "$(inside other cat /etc/resolv.conf)" 192.0.2.54
    sed -i '/Hooks/d; /InsidePostUp/d' /etc/netns-broker/box.netns
}
nothing_left() { put_away web other; }
it "a service, two namespaces and systemd-resolved are there" prepared
it "a service is attached to a namespace" web_inside
it "it stays so when the host replaces its own files, and when daemons that look up names come later" survives_the_host
it "MountEtc= and SystemBus= count for services too" each_file_covered
it "a drop-in that is no longer what attach would write is told by check, list, status and each start" outdated_is_told
it "the directory for /etc is there as long as the namespace is up and a service attached" directory_goes
it "a service reads its own files in /etc, and no others'" private_files
it "what the host has mounted below /etc is there too" kept_mounts
it "files in /etc/netns/NAME cover those in /etc, and are root's" own_files
it "what is attached while its namespace comes up starts in it" attached_meanwhile
it "nothing is left" nothing_left
finish
