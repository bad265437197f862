#!/bin/bash
# graph.sh - netnsctl graph: what it says of real namespaces, VPNs and bridges, and the pictures in README.md, netnsctl(1) and
# man/topology.svg, which are its own: the same topology is made here. WRITE=1 writes topology.svg anew.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
graph() { COLUMNS=${COLUMNS-120} $NB graph "$@"; }
# the model: jq_graph FILTER [NAME...]
jq_graph() { local filter=$1; shift; $NB graph --json "$@" | jq -rc "$filter"; }
way_of() { jq_graph "[.namespaces[] | select(.name == \"$1\") | .links[].ways[] | .interface + \" \" + ((.families // [\"frames\"]) | join(\"+\"))] | join(\", \")"; }
own_way() { jq_graph '[.ways[] | .interface + " " + (.families | join("+"))] | join(", ")'; }

# a laptop on a network with a router, and a VPN that takes everything
laptop() {
    hostname laptop
    ip netns add outside
    ip link add eth0 type veth peer name port netns outside
    ip addr add 192.0.2.10/24 dev eth0; ip addr add 2001:db8::10/64 dev eth0 nodad
    ip link set eth0 up; ip -n outside link set port up
    ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1
}
vpn_up() {
    [ -e /dev/net/tun ] || { mkdir -p /dev/net; mknod /dev/net/tun c 10 200; }
    ip link del tun0 2>/dev/null || :
    ip tuntap add tun0 mode tun || { echo "no tun device can be made here"; return 77; }
    ip addr add 10.8.0.6/24 dev tun0; ip addr add fd08::6/64 dev tun0 nodad; ip link set tun0 up
    ip route add 0.0.0.0/1 dev tun0; ip route add 128.0.0.0/1 dev tun0
    [ "${1-}" = ipv4 ] || ip -6 route add 2000::/3 dev tun0
}
vpn_down() { ip link del tun0; }
laptop

conf lab <<<$'[Namespace]\nType=nat\nDescription=A laboratory\n[DNS]\nServers=192.0.2.53\n[Firewall]\nFile=/etc/netns-broker/lab.nft'
printf 'table inet own {\n  chain in {\n    type filter hook input priority filter;\n  }\n}\n' >/etc/netns-broker/lab.nft
conf home <<<$'[Namespace]\nType=lan\nDescription=Out beside the VPN'
conf office <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=eth0\nAddress=192.0.2.77/24\nGateway=192.0.2.1'
conf db <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=br0\nCreateBridge=yes\nAddress=10.7.0.1/24'
conf web <<<$'[Namespace]\nType=bridge\n[Link]\nBridge=br0\nCreateBridge=yes\nAddress=10.7.0.2/24'
conf jail <<<$'[Namespace]\nType=basic'

# block_after FILE START END PATTERN: the lines between START and END, the first such after a line with PATTERN
block_after() { awk -v start="$2" -v end="$3" -v at="$4" '!found && index($0, at) { found = 1; next } found == 1 && $0 ~ start { found = 2; next } found == 2 && $0 ~ end { exit } found == 2' "$1"; }
readme() {
    vpn_up || return $?
    $NB up lab home office db web jail
    local picture; picture=$(COLUMNS=100 $NB graph)
    vpn_down
    diff <(echo "$picture") <(block_after "$TOP/README.md" '^```' '^```' '## The picture')
}
it "the picture in README.md is what graph draws of that topology" readme
manual() {
    vpn_up || return $?
    local picture; picture=$(LC_ALL=C COLUMNS=72 $NB graph lab home)
    vpn_down
    diff <(echo "$picture") <(block_after "$TOP/man/netnsctl.1" '^\.Bd' '^\.Ed' '.Dl netnsctl graph lab home')
}
it "the picture in netnsctl(1) is, too" manual
topology_svg() {
    vpn_up || return $?
    $NB graph --svg >/run/topology.svg
    vpn_down
    [ -z "${WRITE-}" ] || cp /run/topology.svg "$TOP/man/topology.svg"
    cmp /run/topology.svg "$TOP/man/topology.svg"
}
it "man/topology.svg is, too" topology_svg

svg_parsed() {
    $NB graph --svg | python3 -c 'import sys, xml.etree.ElementTree as tree
texts = [t.text for t in tree.parse(sys.stdin).getroot().iter("{http://www.w3.org/2000/svg}text")]
missing = {"laptop", "lab", "A laboratory", "vn-lab0", "eth0", "192.0.2.1", "Internet", "NAT", "macvlan", "br0", "no network"} - set(texts)
sys.exit(f"missing: {missing}" if missing else 0)'
}
it "SVG is well-formed XML with all names in it" svg_parsed
widths() {
    local columns
    for columns in $(seq 20 7 140); do
        COLUMNS=$columns $NB graph | python3 -c 'import sys
for line in sys.stdin:
    if len(line.rstrip("\n")) > int(sys.argv[1]): sys.exit(f"{sys.argv[1]} columns: {line}")' "$columns"
    done
    same "$(LC_ALL=C $NB graph | tr -d '\n -~' | wc -c)" 0
    same "$(env -u COLUMNS "$NB" graph)" "$(COLUMNS=80 $NB graph)"
}
it "no line is wider than COLUMNS or 80, and in the C locale all is ASCII" widths
on_terminal() {
    local drawn; drawn=$(python3 - "$NB" <<'P'
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 70, 0, 0))
    os.environ.pop("COLUMNS", None)
    os.environ["TERM"] = "xterm"
    os.execv(sys.argv[1], ["netnsctl", "graph", "lab"])
out = b""
try:
    while chunk := os.read(terminal, 65536):
        out += chunk
except OSError:
    pass
os.waitpid(pid, 0)
sys.stdout.write(out.decode().replace("\r", ""))
P
)
    contains "$drawn" $'\e[1mlab\e[0m'
    same "$(sed $'s/\e\[[01]m//g' <<<"$drawn")" "$(COLUMNS=70 $NB graph lab)"
}
it "on a terminal its width counts, and names are bold" on_terminal

before_vpn() { same "$(own_way)" 'eth0 ipv4+ipv6'; same "$(way_of lab)" 'eth0 ipv4+ipv6'; same "$(way_of home)" 'eth0 ipv4+ipv6'; }
it "without a VPN all leave by the card" before_vpn
in_vpn() {
    $NB graph --json | json_told
    vpn_up || return $?
    local own lab home door
    own=$(own_way) lab=$(way_of lab) home=$(way_of home) door=$(jq_graph '.interfaces[] | select(.name == "tun0") | .type + " over " + .over')
    vpn_down
    same "$own" 'tun0 ipv4+ipv6'; same "$lab" 'tun0 ipv4+ipv6'; same "$home" 'eth0 ipv4+ipv6'; same "$door" 'tunnel over eth0'
}
it "with a full-tunnel VPN the host and nat leave by it, and lan by the card" in_vpn
leak() {
    vpn_up ipv4 || return $?
    local own lab picture
    own=$(own_way) lab=$(way_of lab) picture=$(graph lab)
    vpn_down
    same "$own" 'tun0 ipv4, eth0 ipv6'; same "$lab" 'tun0 ipv4, eth0 ipv6'
    contains "$picture" 'vn-lab0 ─ IPv4 ─ NAT'
}
it "IPv6 that a VPN forgets is seen to leave by the card" leak
by_rule() {
    ip route add unreachable default table 77; ip rule add iif vn-lab0 lookup 77
    local way notes; way=$(way_of lab)
    ip -6 route add unreachable default table 77; ip -6 rule add iif vn-lab0 lookup 77
    notes=$(jq_graph '.namespaces[] | select(.name == "lab") | .links[].note')
    ip rule del iif vn-lab0; ip route flush table 77; ip -6 rule del iif vn-lab0; ip -6 route flush table 77
    same "$way" 'eth0 ipv6'; same "$notes" 'no way out'
}
it "a rule of the host for what comes in is followed" by_rule
not_forwarded() {
    sysctl -qw net.ipv4.conf.vn-lab0.forwarding=0
    local way; way=$(way_of lab)
    sysctl -qw net.ipv4.conf.vn-lab0.forwarding=1
    same "$way" 'eth0 ipv6'
    $NB up --type=tunnel talk
    contains "$(graph talk)" 'not forwarded'; contains "$(graph talk)" 'may reach host'
    $NB down talk
}
it "what the host does not forward has no way" not_forwarded
lan_only() { contains "$(graph home)" 'no other way'; fails grep -q 'no other way' <<<"$(graph lab)"; }
it "that an uplink is the only way is said" lan_only

card_renamed() {
    same "$(way_of office)" 'eth0 frames'
    ip link set eth0 down; ip link set eth0 name lan0; ip link set lan0 up
    local way; way=$(way_of office)
    ip link set lan0 down; ip link set lan0 name eth0; ip link set eth0 up
    ip addr add 2001:db8::10/64 dev eth0 nodad; ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1
    same "$way" 'lan0 frames'
}
it "macvlan is drawn to its card, by the name that has now" card_renamed
bridge() {
    same "$(way_of db), $(way_of web)" 'br0 frames, br0 frames'
    ip link add vm0 type veth peer name vm1; ip link set vm0 master br0
    ip link add link eth0 name card type macvlan; ip link set card master br0
    local door; door=$(jq_graph '.interfaces[] | select(.name == "br0") | [.other_ports, .ways[0].interface, (.ways | length)] | join(" ")')
    # the host becomes the gateway of one of them
    ip addr add 10.7.0.9/24 dev br0; ip -n db route add default via 10.7.0.9; sysctl -qw net.ipv4.conf.br0.forwarding=1
    local routed; routed=$(jq_graph '[.interfaces[] | select(.name == "br0") | .ways[] | .interface] | join(" ")')
    ip -n db route del default; ip addr del 10.7.0.9/24 dev br0; ip link del card; ip link del vm0
    same "$door" '1 card 1'; same "$routed" 'card eth0'
}
it "a bridge is drawn with its cards and other ports, and the way of those who take the host for gateway" bridge
peers() {
    conf left <<<$'[Namespace]\nDescription=left'
    conf right <<<$'[Link wire]\nKind=veth\nPeer=left\nHostName=toright\nName=toleft\nAddress=10.4.0.2/24\nHostAddress=10.4.0.1/24'
    $NB up left right
    local both one; both=$(graph left right) one=$(graph right)
    $NB down right left; rm /etc/netns-broker/{left,right}.netns
    contains "$both" '╭─┤ toright'; contains "$both" '╰─┤ toleft'
    contains "$one" 'toleft ⇄ left'
}
it "a wire between namespaces is drawn, or named where the other is not in the picture" peers
foreign() {
    ip netns add strange; ip link add st0 type veth peer name st1 netns strange
    ip -n strange addr add 10.66.0.2/24 dev st1; ip addr add 10.66.0.1/24 dev st0; ip link set st0 up; ip -n strange link set st1 up
    ip -n strange route add default via 10.66.0.1
    # where namespaces are up, the watch switches it on, perhaps once more for the link's next change
    wait_until 200 grep -q 1 /proc/sys/net/ipv4/conf/st0/forwarding
    wait_until 100 strange_stays
    local on; sysctl -qw net.ipv4.conf.st0.forwarding=1; on=$(way_of_strange)
    ip link del st0; ip netns del strange
    contains "$(cat /run/strange)" 'foreign'; contains "$(cat /run/strange)" 'st0'; same "$on" eth0
}
strange_stays() {
    sysctl -qw net.ipv4.conf.st0.forwarding=0
    graph strange >/run/strange
    grep -q 'not forwarded' /run/strange
}
way_of_strange() { jq_graph '.namespaces[].links[].ways[].interface' strange; }
it "one that was made by hand is drawn likewise" foreign
inside() {
    local drawn; drawn=$(in_ns lab $NB graph lab 2>/run/said)
    contains "$drawn" 'vn-lab0'; fails grep -q own <<<"$drawn"
    contains "$(cat /run/said)" 'from inside a namespace'
}
it "from inside a namespace the host's ways are not made up" inside
escapes() {
    printf '[Namespace]\nType=basic\nDescription=\xe2\x80\xae"<b>\\c\n' >/etc/netns-broker/jail.netns
    local text svg dot; text=$(graph jail) svg=$($NB graph --svg jail) dot=$($NB graph --dot jail)
    conf jail <<<$'[Namespace]\nType=basic'
    contains "$svg" '?&quot;&lt;b&gt;\c'
    fails grep -q $'\u202e' <<<"$text$svg$dot"
}
it "marks that turn the direction of writing do not come through, and XML is escaped" escapes

down_ones() {
    $NB down web
    contains "$(graph)" 'not up: web'
    contains "$($NB graph --svg)" '>not up<'; contains "$($NB graph --dot)" 'not up\nweb'
    same "$(jq_graph '.down[]')" web
}
it "those that are not up are named" down_ones
nothing() {
    $NB down --all
    rm /etc/netns-broker/*.netns
    same "$(COLUMNS=80 $NB graph)" "$(cat <<'P'
┏━ laptop ━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ own programs ──► eth0 ───────────╂─► Internet
┃                  192.0.2.10/24   ┃   via 192.0.2.1
┃                  2001:db8::10/64 ┃   via 2001:db8::1
┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
P
)"
}
it "without a namespace the host stands alone" nothing
usage() {
    local rc=0; $NB graph --svg --dot 2>/run/said || rc=$?
    same "$rc" 2; contains "$(cat /run/said)" 'one of --dot, --svg and --json'
    rc=0; $NB graph --frob 2>/run/said || rc=$?
    same "$rc" 2; contains "$(cat /run/said)" 'no option --frob'
    rc=0; $NB graph none >/run/drawn 2>/run/said || rc=$?
    same "$rc" 1; same "$(cat /run/drawn)" ''
    rc=0; $NB graph >/dev/full 2>/run/said || rc=$?
    same "$rc" 1; contains "$(cat /run/said)" 'cannot write'
}
it "slips in the command line are exit status 2, failures 1" usage

ip link del eth0; ip netns del outside
finish
