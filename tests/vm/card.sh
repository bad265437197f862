# card.sh - real hardware's interfaces, as far as a virtual machine has any: two cards on one hub, moved in and given back.
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh

name_of() { ip -j link | jq -r ".[] | select(.address == \"$1\" and (has(\"link\") | not)) | .ifname" | head -n1; }
A=$(name_of 52:54:00:12:34:10) B=$(name_of 52:54:00:12:34:11)
card() { ip -j link show "$A" | jq -c '.[0] | [.ifname, .altnames, .ifalias, .mtu, .address, (.flags | contains(["UP"]))]'; }
nic() { printf '[Link nic]\nKind=physical\n%s\nName=eth0\nAddress=10.6.0.2/24\n' "$1" | conf nic; }
works() { wait_until 100 in_ns nic ping -q -c1 -W1 10.6.0.1; }

goes() { # KEY=VALUE
    nic "$1"; local before; before=$(card)
    systemctl start netns@nic || { journalctl -o cat -u netns@nic; return 1; }
    fails ip link show "$A"; works
    systemctl stop netns@nic; udevadm settle
    same "$(card)" "$before"
}
# the name goes, and a program of somebody's is still in there
dies() {
    nic "Interface=$A"; local before; before=$(card)
    systemctl start netns@nic
    ip netns exec nic setpriv --reuid alice --clear-groups sleep 100 & local program=$!
    wait_until 200 sh -c "[ \$(readlink /proc/$program/ns/net) != \$(readlink /proc/self/ns/net) ]"
    ip netns del nic
    systemctl stop netns@nic; udevadm settle
    same "$(card)" "$before"; kill $program
}
held() {
    nic "Interface=$A"; local before; before=$(card)
    systemctl start netns@nic; sleep 100 </run/netns/nic & local stray=$!
    wait_until 200 ip netns exec nic true
    systemctl stop netns@nic; udevadm settle
    same "$(card)" "$before"; kill $stray
}
vlan_of_it() {
    ip link set "$A" up; ip link add link "$A" name v7 type vlan id 7; ip link add link "$B" name w7 type vlan id 7
    ip addr add 10.6.7.1/24 dev w7; ip link set w7 up
    conf nic <<<$'[Link v7]\nKind=physical\nInterface=v7\nAddress=10.6.7.2/24'
    $NB up nic; wait_until 100 in_ns nic ping -q -c1 -W1 10.6.7.1
    $NB down nic; ip link show v7; ip link del v7; ip link del w7; ip link set "$A" down
}
# a bond of cards and a VLAN of it, all inside
bonded() {
    ip link add link "$B" name w9 type vlan id 9; ip addr add 10.6.9.1/24 dev w9; ip link set w9 up
    printf '[Link bond]\nKind=bond\nMode=active-backup\n[Link nic]\nKind=physical\nInterface=%s\nMaster=bond\n[Link v9]\nKind=vlan\nParent=bond\nParentNamespace=%%n\nId=9\nAddress=10.6.9.2/24\n' "$A" | conf nic
    local before; before=$(card)
    $NB up nic; wait_until 100 in_ns nic ping -q -c1 -W1 10.6.9.1
    $NB down nic; udevadm settle; same "$(card)" "$before"; ip link del w9
}
port_of() {
    ip link add bond9 type bond mode active-backup; ip link set "$A" down; ip link set "$A" master bond9
    nic "Interface=$A"; $NB up nic; $NB down nic
    same "$(ip -j link show "$A" | jq -r '.[0].master')" bond9; ip link del bond9; ip link set "$A" down
}

ip addr add 10.6.0.1/24 dev "$B"; ip link set "$B" up
it "a card goes in by its name, as a unit, and comes back as it was" goes "Interface=$A"
it "a card is found by its MAC address" goes PermanentMACAddress=52:54:00:12:34:10
it "a card is found by its path" goes Path=pci-0000:00:10.0
it "a card whose namespace has lost its name comes back all the same" dies
it "a namespace that somebody keeps open keeps no card" held
it "a VLAN of a card goes in and comes back" vlan_of_it
it "a card in a bond inside, and a VLAN of the bond" bonded
it "a member of the host's bond comes back to it" port_of
ip addr flush dev "$B"; ip link set "$B" down
finish
