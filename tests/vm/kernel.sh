# kernel.sh - what depends on the kernel, on Debian's own: file capabilities, SO_PEERPIDFD and its absence, NAT of both families,
# mounts at entering, udev's hands.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh

ruleset=$(nft list ruleset) # Debian's own nftables.service may have loaded one
web_host eth7 '' 192.0.2.80/24 2001:db8:7::80/64
ip addr add 192.0.2.10/24 dev eth7
ip addr add 2001:db8:7::10/64 dev eth7 nodad
mkdir -p /etc/netns-broker /etc/netns/lab
printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/lab.netns
uname -r | sed 's/^/# kernel /'

enters() {
    contains "$(as alice 'chnetns lab ip -brief address')" "198.1"
    contains "$(as alice 'chnetns lab grep CapPrm /proc/self/status')" 0000000000000000
    contains "$(as alice 'chnetns lab grep CapEff /proc/self/status')" 0000000000000000
}
only_those_listed() { fails as mallory 'chnetns lab true'; }
# which path the broker takes is the kernel's doing; this says which one this run has proved
peerpidfd() {
    local has
    has=$(/usr/bin/python3 -c '
import socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
try: a.getsockopt(socket.SOL_SOCKET, 77); print("yes")
except OSError: print("no")')
    case $(uname -r) in 6.1.*) same "$has" no ;; *) same "$has" yes ;; esac
    as alice 'chnetns lab true'
}
nat_v4() { contains "$(as alice 'chnetns lab curl -sS --max-time 10 http://192.0.2.80/')" "192.0.2.10"; }
nat_v6() { contains "$(as alice 'chnetns lab curl -sS --max-time 10 http://[2001:db8:7::80]/')" "2001:db8:7::10"; }
forwarding_is_no_wider() { same "$(cat /proc/sys/net/ipv4/ip_forward)" 0; }
mounts() {
    local host
    echo 'nameserver 192.0.2.53' >/etc/netns/lab/resolv.conf
    host=$(cat /etc/resolv.conf 2>/dev/null)
    same "$(as alice 'chnetns lab cat /etc/resolv.conf')" "nameserver 192.0.2.53"
    same "$(cat /etc/resolv.conf 2>/dev/null)" "$host"
    fails as alice 'chnetns lab sh -c "echo x >>/etc/resolv.conf"' 2>/dev/null
}
sysfs() {
    fails as alice 'chnetns lab test -e /sys/class/net/eth7'
    as alice 'chnetns lab test -e /sys/class/net/lo'
    as alice 'chnetns lab test -e /sys/fs/cgroup/cgroup.procs'
}
udev_keeps_off() {
    local link before
    link=$(ip -o link show | grep -o 'vn-[^:@]*' | head -n 1)
    [ -n "$link" ]
    before=$(cat "/sys/class/net/$link/address")
    udevadm settle
    contains "$(udevadm info "/sys/class/net/$link")" NM_UNMANAGED=1
    contains "$(udevadm info "/sys/class/net/$link")" ID_NETNS_BROKER=1
    udevadm trigger --action=add "/sys/class/net/$link" --settle
    same "$(cat "/sys/class/net/$link/address")" "$before"
}
networkd_keeps_off() {
    local link before
    link=$(ip -o link show | grep -o 'vn-[^:@]*' | head -n 1)
    before=$(ip -o addr show dev "$link")
    printf '[Match]\nName=vn-*\n[Network]\nAddress=203.0.113.1/24\n' >/etc/systemd/network/99-all.network
    systemctl start systemd-networkd
    wait_until 200 sh -c "networkctl --no-legend list '$link' | grep -q unmanaged"
    same "$(ip -o addr show dev "$link")" "$before"
    rm /etc/systemd/network/99-all.network
    systemctl stop systemd-networkd.socket systemd-networkd
}
kinds_load_their_modules() {
    printf '[Namespace]\nType=macvlan\n[Link macvlan]\nParent=eth7\nAddress=192.0.2.20/24\n' >/etc/netns-broker/mv.netns
    systemctl start netns@mv || { journalctl -o cat -u netns@mv; return 1; }
    contains "$(ip netns exec mv curl -sS --max-time 10 http://192.0.2.80/)" "192.0.2.20"
    systemctl stop netns@mv
    rm /etc/netns-broker/mv.netns
}
leaves_nothing() {
    systemctl stop netns@lab
    rm -rf /etc/netns-broker/lab.netns /etc/netns/lab
    same "$(ip netns list)" ""
    same "$(ip -o link | grep -c vn-)" 0
    same "$(nft list ruleset)" "$ruleset"
}
it "chnetns's file capability lets alice in, and she has no capability inside" enters
it "mallory stays out" only_those_listed
it "SO_PEERPIDFD: the path this kernel takes works" peerpidfd
it "NAT carries IPv4 out under the host's address" nat_v4
it "NAT carries IPv6 out under the host's address" nat_v6
it "ip_forward stays as it was while a NAT namespace is up" forwarding_is_no_wider
it "files of /etc/netns/NAME are seen inside, read-only, and nowhere else" mounts
it "/sys inside shows the namespace's links and keeps its control groups" sysfs
it "udev leaves our host interface's name and address alone and tells NetworkManager so" udev_keeps_off
it "systemd-networkd leaves our host interface alone though a file of the admin's matches it" networkd_keeps_off
it "a macvlan namespace works, its kernel module being loaded on demand" kinds_load_their_modules
it "stopping leaves nothing" leaves_nothing
kill "$WEB_HOST_PID"
finish
