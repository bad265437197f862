# openvpn.sh - type vpn with OpenVPN as Debian's own unit runs it, which leaves it no capability to enter a namespace.
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh
. /srv/src/tests/people.sh

D=/etc/openvpn/client
key() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" -keyout $D/$1.key -out $D/$1.crt 2>/dev/null; chmod 600 $D/$1.key; }
print() { openssl x509 -in $D/$1.crt -noout -fingerprint -sha256 | cut -d= -f2; }
provider() {
    mkdir -p $D; key provider; key customer
    ip netns add far; ip link add wire type veth peer name eth0 netns far
    ip addr add 192.0.2.1/24 dev wire; ip link set wire up
    ip -n far addr add 192.0.2.2/24 dev eth0; ip -n far link set eth0 up; ip -n far link set lo up
    ip netns exec far openvpn --dev tun0 --tls-server --dh none --topology subnet --server 10.8.0.0 255.255.255.0 \
        --push 'dhcp-option DNS 10.8.0.1' --cert $D/provider.crt --key $D/provider.key --peer-fingerprint "$(print customer)" >/tmp/provider.log 2>&1 &
    PROVIDER=$!
    cat >$D/office.conf <<CONF
client
nobind
dev tun7
remote 192.0.2.2
cert $D/customer.crt
key $D/customer.key
peer-fingerprint "$(print provider)"
script-security 2
ifconfig-noexec
route-noexec
up "/usr/bin/netnsctl take office"
down "/usr/bin/netnsctl take office"
CONF
    printf '[Namespace]\nType=vpn\nSysctl=net.ipv4.ping_group_range=0 2147483647\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/office.netns
}
reaches() { as alice 'chnetns office ping -q -c1 -W1 10.8.0.1' >/dev/null; }

in_by_unit() {
    systemctl start openvpn-client@office
    wait_until 400 reaches || { journalctl -o cat -n 40 -u openvpn-client@office; ip -n office addr; return 1; }
    systemctl is-active netns@office
    contains "$(cat /run/netns-broker/dns/office/resolv.conf)" 'nameserver 10.8.0.1'
    fails ip link show tun7
}
out_and_in() {
    systemctl stop openvpn-client@office
    fails reaches
    systemctl is-active netns@office
    fails grep -q nameserver /run/netns-broker/dns/office/resolv.conf
    systemctl start openvpn-client@office
    wait_until 400 reaches
}
# a unit that may enter namespaces, but mounts where the host does not see it
in_by_private_unit() {
    mkdir -p /run/systemd/system/openvpn-client@office.service.d
    printf '[Service]\nCapabilityBoundingSet=CAP_SYS_ADMIN CAP_SYS_PTRACE\nPrivateTmp=yes\n' >/run/systemd/system/openvpn-client@office.service.d/more.conf
    systemctl daemon-reload; systemctl restart openvpn-client@office
    wait_until 400 reaches
    mountpoint -q /run/netns-broker/pin/office
    rm -r /run/systemd/system/openvpn-client@office.service.d; systemctl daemon-reload
}
no_units_left() {
    systemctl stop openvpn-client@office netns@office
    same "$(systemctl list-units --all --no-legend 'run-*' | grep -c netnsctl)" 0
    same "$(ip netns list | grep -c office)" 0
    same "$(ls /run/netns-broker/pin)" ""
}
# nobody manages a network here, and nobody is to wait two minutes for one
systemctl mask --runtime --quiet systemd-networkd-wait-online.service
provider
it "OpenVPN's unit starts the namespace and hands its tun over" in_by_unit
it "it goes and comes; the namespace stays" out_and_in
it "a unit with a mount namespace of its own hides nothing" in_by_private_unit
it "no unit of ours is left" no_units_left
kill $PROVIDER; wait $PROVIDER
systemctl unmask --runtime --quiet systemd-networkd-wait-online.service
ip netns del far; rm /etc/netns-broker/office.netns; rm -r $D
finish
