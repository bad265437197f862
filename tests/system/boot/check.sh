# check.sh - on a system that has just booted with what prepare.sh set up.
. "$TOP/tests/lib.sh"
up() { systemctl is-active "$1" || { journalctl -o cat -u "$1"; return 1; }; }

enabled_are_up() {
    up netns@onbridge
    up netns@out
    up netns-nat@bare
    up netns-broker.socket
}
on_its_bridge() {
    contains "$(ip -o link show master br-lab)" vn-onbridge0
    ip netns exec onbridge ping -c 1 -W 5 10.9.0.1
}
before_its_users() { same "$(systemctl show -p Result --value uses-net.service) $(systemctl is-active uses-net.service)" "success active"; }
no_cycle() { fails grep -qi "ordering cycle" <<<"$(journalctl -b -o cat)"; }
networkd_off() { contains "$(networkctl --no-legend list vn-out0)" unmanaged; }

it "namespaces enabled as units are up after a boot" enabled_are_up
it "one on a bridge that systemd-networkd makes finds it" on_its_bridge
it "a service after network-online.target finds its namespaces there" before_its_users
it "the units make no ordering cycle" no_cycle
it "systemd-networkd does not manage the host's end" networkd_off
finish
