# prepare.sh ROOT - what an admin has set up before the machine boots: a bridge of systemd-networkd's, namespaces enabled as units, one of
# them on that bridge, and a service that waits for the network and then uses a namespace.
set -eu
root=$1
units=$root/etc/systemd/system
mkdir -p "$root/etc/systemd/network" "$root/etc/netns-broker" "$units/multi-user.target.wants" "$units/sockets.target.wants"
printf '[NetDev]\nName=br-lab\nKind=bridge\n' >"$root/etc/systemd/network/10-br.netdev"
printf '[Match]\nName=br-lab\n[Network]\nAddress=10.9.0.1/24\nConfigureWithoutCarrier=yes\n' >"$root/etc/systemd/network/10-br.network"
printf '[Namespace]\nType=bridge\n[Link bridge]\nBridge=br-lab\nAddress=10.9.0.2/24\n' >"$root/etc/netns-broker/onbridge.netns"
printf '[Namespace]\nType=nat\n' >"$root/etc/netns-broker/out.netns"
# enabled is only the one that hangs on the other
printf '[Link up]\nKind=veth\nPeer=zbase\nHostName=toabove\nAddress=10.4.0.2/24\n' >"$root/etc/netns-broker/above.netns"
printf '[Namespace]\nDescription=base\n' >"$root/etc/netns-broker/zbase.netns"
cat >"$units/uses-net.service" <<'E'
[Unit]
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip netns exec out ip link show vn-out1
ExecStart=ip -n zbase link show toabove
ExecStart=ip netns exec onbridge ip link show vn-onbridge1
[Install]
WantedBy=multi-user.target
E
ln -s /lib/systemd/system/systemd-networkd.service "$units/multi-user.target.wants/"
ln -s /lib/systemd/system/netns@.service "$units/multi-user.target.wants/netns@onbridge.service"
ln -s /lib/systemd/system/netns@.service "$units/multi-user.target.wants/netns@out.service"
ln -s /lib/systemd/system/netns@.service "$units/multi-user.target.wants/netns@above.service"
ln -s /lib/systemd/system/netns-nat@.service "$units/multi-user.target.wants/netns-nat@bare.service"
ln -s /lib/systemd/system/netns-broker.socket "$units/sockets.target.wants/"
ln -s /etc/systemd/system/uses-net.service "$units/multi-user.target.wants/"
# as a machine that starts for the second time: no first-boot presets
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
