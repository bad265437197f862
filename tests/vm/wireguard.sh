# wireguard.sh - Kind=wireguard against a second WireGuard host, with the kernel's own WireGuard on both ends. `far` is the provider, at the
# end of our `wire`.
. /srv/src/tests/lib.sh
. /srv/src/tests/world.sh
. /srv/src/tests/people.sh

NEAR4=192.0.2.1 FAR4=192.0.2.2 NEAR6=2001:db8:7::1 FAR6=2001:db8:7::2
KEYS=/etc/wireguard
far() { ip netns exec far "$@"; }
key() { (umask 077; wg genkey >"$KEYS/$1.key"); wg pubkey <"$KEYS/$1.key" >"$KEYS/$1.pub"; }
setup_far() {
    mkdir -p $KEYS; key far; key mine; key other; (umask 077; wg genpsk >$KEYS/mine.psk)
    ip netns add far
    ip link add wire type veth peer name eth0 netns far
    ip addr add $NEAR4/24 dev wire; ip addr add $NEAR6/64 dev wire nodad; ip link set wire up
    far ip addr add $FAR4/24 dev eth0; far ip addr add $FAR6/64 dev eth0 nodad; far ip link set eth0 up; far ip link set lo up
    far ip link add wg0 type wireguard
    far wg set wg0 listen-port 51820 private-key $KEYS/far.key peer "$(cat $KEYS/mine.pub)" preshared-key $KEYS/mine.psk allowed-ips 10.99.0.5/32,fd99::5/128
    far ip addr add 10.99.0.1/24 dev wg0; far ip addr add fd99::1/64 dev wg0 nodad; far ip link set wg0 up
    # what of the tunnel's addresses is on the wire in the clear
    far nft -f - <<'NFT'
table inet witness {
    chain clear {
        type filter hook prerouting priority -300
        iifname "eth0" ip saddr 10.99.0.0/24 counter
        iifname "eth0" ip6 saddr fd99::/16 counter
    }
}
NFT
}
in_the_clear() { far nft -j list table inet witness | jq '[.. | .packets? // empty] | add'; }
# mine ENDPOINT LINES: [Link] lines
mine() {
    conf mine <<<$'[Namespace]\nType=wireguard\n[Link]\nPrivateKeyFile='"$KEYS/mine.key"$'\nAddress=10.99.0.5/32 fd99::5/128\n'"${2-}"$'\n[Peer far]\nPublicKey='"$(cat $KEYS/far.pub)"$'\nPresharedKeyFile='"$KEYS/mine.psk"$'\nEndpoint='"$1"$'\nAllowedIPs=0.0.0.0/0, ::/0\nPersistentKeepalive=25'
}
# the first packet may be lost while hands are shaken
reaches() { for address; do wait_until 8 in_ns mine ping -q -c1 -W2 "$address" || { echo "does not reach $address"; in_ns mine wg show; return 1; }; done; }
said_by_up() { local out; out=$($NB up mine 2>&1) && { echo "came up"; $NB down mine; return 1; }; echo "$out"; }
try() { $NB down --all; it "$@"; }

through() { # ENDPOINT
    mine "$1"; printf '\n[DNS]\nServers=10.99.0.1\n' >>/etc/netns-broker/mine.netns; $NB up mine
    reaches 10.99.0.1 fd99::1
    [ "$(in_ns mine wg show wg0 latest-handshakes | cut -f2)" -gt 0 ]
    same "$(in_ns mine wg show wg0 endpoints | cut -f2)" "$1"
    same "$(in_ns mine wg show wg0 allowed-ips | cut -f2)" '0.0.0.0/0 ::/0'
    same "$(in_ns mine wg show wg0 preshared-keys | cut -f2)" "$(cat $KEYS/mine.psk)"
    same "$(in_ns mine wg show wg0 persistent-keepalive | cut -f2)" 25
    contains "$(ip -n mine route)" 'default dev wg0 proto 110 scope link'
    contains "$(ip -n mine -6 route)" 'default dev wg0 proto 110'
    $NB up mine; reaches 10.99.0.1
    NAMES=10.99.0.1 names_up ip netns exec far
    local said; said=$(well mine) || { echo "$said"; names_down; return 1; }
    names_down
    same "$said" $'    name servers: programs inside can ask none but 10.99.0.1, as [DNS] Guard= intends\n    DNS: 10.99.0.1 answers, and no path leads past the namespace'
}
no_way_past_it() {
    mine $FAR4:51820; $NB up mine; reaches 10.99.0.1
    # the socket is not in here: the kernel's sockets are in no process's list, but they answer for a port
    local port; port=$(in_ns mine wg show wg0 listen-port)
    ss -ulnH "sport = :$port" | grep -q . || contains "$(ss -uaH)" ":$port"
    same "$(in_ns mine ss -uaH)" ""
    # with the provider gone nothing leaves in another way
    far ip link set wg0 down
    fails in_ns mine ping -q -c1 -W1 10.99.0.1; fails in_ns mine ping -q -c1 -W1 $FAR4; fails in_ns mine ping -q -c1 -W1 $NEAR4
    far ip link set wg0 up; far ip addr add fd99::1/64 dev wg0 nodad
    same "$(in_the_clear)" 0
}
provider_file() {
    cat >$KEYS/provider.conf <<C
# a provider's
[interface]
PrivateKey = $(cat $KEYS/mine.key)  # mine
Address = 10.99.0.5/32, fd99::5/128
DNS = 10.99.0.1, fd99::1, lan.example
MTU = 1380
Table = auto
PostUp = iptables -A FORWARD -j ACCEPT

[Peer]
PublicKey = $(cat $KEYS/far.pub)
PresharedKey=$(cat $KEYS/mine.psk)
AllowedIPs = 0.0.0.0/0
AllowedIPs = ::/0
Endpoint = $FAR4:51820
C
    chmod 600 $KEYS/provider.conf
    conf mine <<<$'[Namespace]\nType=wireguard\n[Link]\nConfigFile='$KEYS/provider.conf
    contains "$($NB check mine)" "$KEYS/provider.conf:8: note: PostUp is not run: programs to run are PostUp= in the [Hooks] of mine.netns"
    contains "$($NB up mine 2>&1)" "mine: $KEYS/provider.conf:8: PostUp is not run"
    reaches 10.99.0.1 fd99::1
    same "$(ip -n mine -j link show wg0 | jq '.[0].mtu')" 1380
    same "$(grep -v '^#' /run/netns-broker/dns/mine/resolv.conf)" $'nameserver 10.99.0.1\nnameserver fd99::1\nsearch lan.example'
    # which a resolver of the namespace's own asks as well
    printf '\n[DNS]\nResolver=dnsmasq\n' >>/etc/netns-broker/mine.netns; $NB up mine
    same "$(grep -v '^#' /run/netns-broker/dns/mine/resolv.conf)" $'nameserver 127.0.0.1\nsearch lan.example'
    same "$(cat /run/netns-broker/resolver/mine/dnsmasq.servers)" $'server=10.99.0.1\nserver=fd99::1'
    sed -i '/DNS/d; /Resolver/d' /etc/netns-broker/mine.netns; $NB up mine
    sed -i 's/MTU = 1380/MTU = 1370/' $KEYS/provider.conf
    contains "$($NB up mine 2>&1)" 'mine: changed as its file says'
    same "$(ip -n mine -j link show wg0 | jq '.[0].mtu')" 1370
    reaches 10.99.0.1
    # nothing of the keys is where others than root can read, or what netnsctl prints
    fails grep -rqF "$(cat $KEYS/mine.key)" /run/netns-broker
    fails grep -qF "$(cat $KEYS/mine.key)" <<<"$($NB show mine; $NB status --json mine; $NB check mine)"
}
bad_file() { # LINE and what is said of it
    sed "s|^Table.*|$1|" $KEYS/provider.conf >$KEYS/bad.conf; chmod 600 $KEYS/bad.conf
    conf mine <<<$'[Namespace]\nType=wireguard\n[Link]\nConfigFile='$KEYS/bad.conf
    same "$(said_by_up)" "netnsctl: mine: not up: mine.netns:4: [Link wireguard] ConfigFile=$KEYS/bad.conf:7: $2"
}
# wg-quick's usual /24: with a network that the address has already, and bits behind the length; and more prefixes than fit one request
wide() {
    { printf '[Interface]\nPrivateKey=%s\nAddress=10.99.0.5/24, fd99::5/64\n[Peer]\nPublicKey=%s\nPresharedKey=%s\nEndpoint=%s\nAllowedIPs=10.99.0.1/24, fd99::/64\n' \
        "$(cat $KEYS/mine.key)" "$(cat $KEYS/far.pub)" "$(cat $KEYS/mine.psk)" "$FAR4:51820"
        python3 -c 'for i in range(2000): print(f"AllowedIPs = fd{i:04x}::1/128" if i % 2 else f"AllowedIPs = 10.{i >> 8}.{i & 255}.0/24")' | sed 's/fd\(..\)\(..\)::/fd\1:\2::/'; } >$KEYS/wide.conf
    chmod 600 $KEYS/wide.conf
    conf mine <<<$'[Namespace]\nType=wireguard\n[Link]\nConfigFile='$KEYS/wide.conf
    $NB up mine; reaches 10.99.0.1 fd99::1
    same "$(in_ns mine wg show wg0 allowed-ips | cut -f2 | wc -w)" 2002
    [ "$(ip -n mine route | wc -l)" -ge 1000 ]
    sed -i '2a DNS=10.99.0.1' $KEYS/wide.conf
    contains "$($NB up mine 2>&1)" 'mine: changed as its file says'
    contains "$(cat /run/netns-broker/dns/mine/resolv.conf)" 'nameserver 10.99.0.1'
}
bad_files() {
    bad_file 'Tabel = 5' 'Tabel=: unknown key, did you mean Table=?'
    bad_file 'Table = 5' 'Table: only auto and off are known here; write RouteAllowedIPs=no, and the routes as [Route NAME] with a Table= of their own'
    # a secret in the wrong place is quoted nowhere
    bad_file "PrivateKey: $(cat $KEYS/mine.key)" 'neither a [Section] nor a Key=value'
    bad_file "$(cat $KEYS/mine.key)" 'neither a [Section] nor a Key=value'
    bad_file "Address = $(cat $KEYS/mine.key)" 'Address: not an IPv4 or IPv6 address'
    bad_file "MTU = $(cat $KEYS/mine.key)" 'MTU: must be off, or a number up to 65535'
    bad_file 'Address = 10.0.0.300' 'Address: 10.0.0.300: not an IPv4 or IPv6 address'
    bad_file 'nonsense' 'neither a [Section] nor a Key=value'
    bad_file '[Server]' '[Server]: there are only [Interface] and [Peer]'
}
keys_of_others() {
    mine $FAR4:51820; chmod 640 $KEYS/mine.key
    same "$(said_by_up)" "netnsctl: mine: not up: mine.netns:4: [Link wireguard] PrivateKeyFile=$KEYS/mine.key: others than root can read it, and there is a secret in it: chmod 600"
    chmod 600 $KEYS/mine.key; mv $KEYS/mine.psk $KEYS/away
    contains "$(said_by_up)" "mine.netns:9: [Peer far] PresharedKeyFile=$KEYS/mine.psk: "
    cp $KEYS/far.pub $KEYS/mine.psk; echo x >>$KEYS/mine.psk; chmod 600 $KEYS/mine.psk
    contains "$(said_by_up)" "mine.netns:9: [Peer far] PresharedKeyFile=$KEYS/mine.psk: not a key of WireGuard's"
    mv $KEYS/away $KEYS/mine.psk; fails ip netns exec mine true
}
port_taken() {
    ip link add wgx type wireguard; wg set wgx listen-port 51999; ip link set wgx up
    mine $FAR4:51820 ListenPort=51999
    contains "$(said_by_up)" 'Address already in use'; ip link del wgx
    sysctl -qw net.ipv4.conf.all.send_redirects=1 # what WireGuard's device does to the namespace that it is in
}
# in place of nscd: tells what it is asked for (14 is GETAI, glibc's nscd/nscd-client.h), and knows nothing
nscd_asked() {
    exec python3 -u -c '
import os, socket, struct, sys
os.makedirs("/run/nscd", exist_ok=True)
s = socket.socket(socket.AF_UNIX); s.bind("/run/nscd/socket"); s.listen(8); os.chmod("/run/nscd/socket", 0o666)
print("ready", file=sys.stderr)
while True:
    c, _ = s.accept(); d = c.recv(500); c.close()
    print(struct.unpack("iii", d[:12])[1], d[12:].rstrip(b"\0").decode(), file=sys.stderr)'
}
bound() {
    ip netns add gate; ip link add gw type veth peer name eth0 netns gate
    ip addr add 198.51.100.1/24 dev gw; ip link set gw up; ip -n gate addr add 198.51.100.2/24 dev eth0; ip -n gate link set eth0 up
    ip -n gate route add default via 198.51.100.1; sysctl -qw net.ipv4.ip_forward=1; far ip route add 198.51.100.0/24 via $NEAR4
    mine $FAR4:51820 Bind=gate; $NB up mine
    reaches 10.99.0.1
    same "$(far wg show wg0 endpoints | cut -f2 | cut -d: -f1)" 198.51.100.2
    # a name is asked for from there, and not of the host's nscd
    $NB down mine; cp /etc/hosts /etc/hosts.before; echo "$FAR4 provider.example" >>/etc/hosts
    nscd_asked 2>/run/nscd.asked & local nscd=$!; wait_until 100 grep -q ready /run/nscd.asked
    mine provider.example:51820; $NB up mine; wait_until 40 grep -q '14 provider.example' /run/nscd.asked
    $NB down mine; : >/run/nscd.asked
    mine provider.example:51820 Bind=gate; $NB up mine
    reaches 10.99.0.1
    fails grep -q '14 provider.example' /run/nscd.asked
    kill $nscd; wait $nscd 2>/dev/null || :; rm -f /run/nscd/socket; cp /etc/hosts.before /etc/hosts
    sysctl -qw net.ipv4.ip_forward=0; far ip route del 198.51.100.0/24; $NB down mine; ip netns del gate
    mine $FAR4:51820 Bind=gate
    contains "$(said_by_up)" 'mine: not up: netns@gate.service did not start: '
}
# the name is not known yet, then known, then another one's: nobody does anything but edit the table of names
names() {
    cp /etc/hosts /etc/hosts.before
    mine provider.example:51820
    contains "$($NB up mine 2>&1)" 'provider.example cannot be looked up now, it is tried again'
    echo "192.0.2.99 provider.example" >>/etc/hosts
    wait_until 600 sh -c "ip netns exec mine wg show wg0 endpoints | grep -q '192.0.2.99:51820'"
    sed -i "s/192.0.2.99/$FAR4/" /etc/hosts
    wait_until 600 sh -c "ip netns exec mine wg show wg0 endpoints | grep -q '$FAR4:51820'"
    reaches 10.99.0.1
    systemctl is-active netns-broker-watch
    $NB down mine; cp /etc/hosts.before /etc/hosts
    wait_until 600 fails systemctl is-active -q netns-broker-watch
}
roams() { # the provider's other address answers: the kernel follows by itself, and a new key is a change
    mine $FAR4:51820; $NB up mine; reaches 10.99.0.1
    key mine; far wg set wg0 peer "$(cat $KEYS/mine.pub)" preshared-key $KEYS/mine.psk allowed-ips 10.99.0.5/32,fd99::5/128
    contains "$($NB up mine 2>&1)" 'mine: changed as its file says'
    reaches 10.99.0.1
}
as_unit() {
    mine $FAR4:51820
    printf '[Access]\nUsers=alice\nAuthorize=list\n[Namespace]\nSysctl=net.ipv4.ping_group_range=0 2147483647\n' >>/etc/netns-broker/mine.netns
    as alice 'chnetns mine ping -q -c1 -W5 10.99.0.1' || { journalctl -o cat -u netns@mine; return 1; }
    fails as alice 'chnetns mine cat /etc/wireguard/mine.key'
    systemctl stop netns@mine
}
leaves_nothing() { $NB down --all; diff <(echo "$BEFORE") <(host_state); }

setup_far
$NB up --type=nat warm; $NB down warm
modprobe wireguard
wait_until 50 sh -c '! ip -6 addr show dev wire tentative | grep -q .'
BEFORE=$(host_state)
try "handshake and traffic over IPv4, IPv4 and IPv6 inside" through $FAR4:51820
try "handshake and traffic over IPv6" through "[$FAR6]:51820"
try "there is no way past the tunnel, in the clear nothing is seen" no_way_past_it
try "a provider's file is taken as it is; what is not done is told; no key is printed" provider_file
try "a network that the address has already, bits to cut off, thousands of prefixes, another name server" wide
try "slips in it are told with its line" bad_files
try "keys that others can read, that are missing or none" keys_of_others
try "a port that is taken" port_taken
try "Bind=: the socket is in another namespace" bound
try "names of endpoints are looked up when they can be, and again while nobody answers" names
try "a new key is a change" roams
try "a user enters, and starts it" as_unit
it "nothing of it is left" leaves_nothing
ip netns del far
finish
