# wifi.sh - Kind=physical of Wi-Fi: two radios that the kernel pretends (mac80211_hwsim).
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh

modprobe mac80211_hwsim radios=2 || { echo "not ok - the kernel has mac80211_hwsim"; exit 1; }
radio() { basename "$(readlink "/sys/class/net/$1/phy80211")"; }
wait_until 100 test -e /sys/class/ieee80211/phy1
udevadm settle
W=$(for i in /sys/class/net/*; do [ ! -e "$i/phy80211" ] || basename "$i"; done | head -n1)
PHY=$(radio "$W")
card() { ip -j link show "$W" | jq -c '.[0] | [.ifname, .altnames, .ifalias, .mtu, .address, (.flags | contains(["UP"]))]'; }

goes() { # KEY=VALUE
    printf '[Link wifi]\nKind=physical\n%s\nName=wlan0\nAddress=10.6.0.2/24\n' "$1" | conf wifi
    local before; before=$(card)
    systemctl start netns@wifi || { journalctl -o cat -u netns@wifi; return 1; }
    fails ip link show "$W"
    [ ! -e "/sys/class/ieee80211/$PHY" ]
    contains "$(ip -n wifi addr show wlan0)" 10.6.0.2
    contains "$(ip netns exec wifi ls /sys/class/ieee80211)" "$PHY"
    $NB up wifi
    systemctl stop netns@wifi; udevadm settle
    same "$(card)" "$before"; same "$(radio "$W")" "$PHY"
}
dies() {
    local before; before=$(card)
    systemctl start netns@wifi; ip netns del wifi
    systemctl stop netns@wifi; udevadm settle
    same "$(card)" "$before"
}
warned() {
    printf '[Namespace]\nType=macvlan\n[Link]\nParent=%s\n' "$W" | conf over
    contains "$($NB check over)" "over.netns:4: [Link macvlan] Parent=$W: note: it is Wi-Fi: an access point"
    sed -i s/macvlan/ipvlan/ /etc/netns-broker/over.netns
    fails grep -q Wi-Fi <<<"$($NB check over)"
    rm /etc/netns-broker/over.netns
}
it "check tells that a macvlan does not work on Wi-Fi" warned
it "a Wi-Fi interface takes its radio along, and comes back" goes "Interface=$W"
it "a radio by its name" goes "Phy=$PHY"
it "a radio whose namespace has lost its name comes back all the same" dies
modprobe -r mac80211_hwsim
finish
