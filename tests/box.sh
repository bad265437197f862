# box.sh - sourced by tests of what is seen inside: a broker, and a namespace that alice may enter.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/people.sh"
NETNSCTL=${NETNSCTL:-/usr/bin/netnsctl}
ROOM=/run/etc-room
install -d -m 1777 $ROOM
"$SERVE" --listen /run/netns-broker/socket >>/run/serve.log 2>&1 </dev/null &
SERVE_PID=$!
wait_until 100 $NB list
box() { printf '[Namespace]\nType=basic\n%s\n[Access]\nUsers=alice\nAuthorize=list\n[DNS]\nServers=192.0.2.53\nDomains=lab.example\n' "$1" | conf box; }
box ''
DEBIAN='hosts:          files mdns4_minimal [NOTFOUND=return] dns mymachines myhostname'
rm -f /etc/resolv.conf
printf 'nameserver 203.0.113.99\n' >/etc/resolv.conf
printf 'passwd: files systemd\ngroup: files systemd\n%s\nservices: db files\n' "$DEBIAN" >/etc/nsswitch.conf
$NB up box
inside() { as alice "chnetns box $1"; }
end_box() {
    $NB down box
    kill $SERVE_PID
    rm -rf /etc/netns-broker/box.netns
}
