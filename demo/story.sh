#!/bin/bash
# story.sh - `./setup demo`: the main job, told as it happens. Runs as root in tests/sandbox.sh under tests/polkit-bus.sh: a machine of
# its own with a made-up internet, real kernel, real polkit, real programs. Everything shown is what really was printed.
#
#   --stay   ends with alice's shell in that world
set -u
TOP=$(dirname "$(dirname "$(realpath "$0")")")
. "$TOP/tests/lib.sh"
. "$TOP/tests/people.sh"
. "$TOP/tests/vpn.sh"
bold= dim= plain=
[ ! -t 1 ] || { bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; }
FAILED=0
CHAPTER=0

tell() { printf '\n%s%d. %s%s\n' "$bold" $((CHAPTER += 1)) "$1" "$plain"; shift; [ $# = 0 ] || printf '%s\n' "$@"; }
note() { printf '%s   (%s)%s\n' "$dim" "$1" "$plain"; }

# type_line WHO COMMAND-LINE - shown with a prompt; run: shown and run, to end with the status given
type_line() {
    printf '   %s%s%s %s\n' "$bold" "$([ "$1" = root ] && echo 'root#' || echo "$1\$")" "$plain" "$2"
}
run() {
    local rc=0
    type_line "$1" "$2"
    if [ "$1" = root ]; then bash -c "$2"; else as "$1" "$2"; fi 2>&1 </dev/null | sed 's/^/   /'
    rc=${PIPESTATUS[0]}
    [ "$rc" = "${3-0}" ] || { note "that was to end with status ${3-0}, and ended with $rc"; FAILED=1; }
    return 0
}

# --- the made-up world ----------------------------------------------------------------------------------------------------

internet_up || exit 1
hostname desktop
printf '127.0.1.1 desktop\n203.0.113.80 whoami.example\n' >>/etc/hosts
echo 'nameserver 192.168.1.1' >/etc/resolv.conf # nobody asks it, and it says so at once
VPN=nm-wireguard
if ip link add probe type wireguard 2>/dev/null; then ip link del probe; VPN=wg-quick; fi
vpn_comes() {
    if [ $VPN = wg-quick ]; then
        wanted wireguard 51820
        type_line root 'wg-quick up wg0'
    else
        note "wg0 comes up; this kernel has no WireGuard, so it is a tunnel of the demo's own that takes everything the same way"
    fi
    vpn_up $VPN || FAILED=1
}
vpn_goes() { [ $VPN != wg-quick ] || type_line root 'wg-quick down wg0'; vpn_down $VPN || FAILED=1; }

mkdir -p /etc/netns-broker /etc/polkit-1/rules.d
cat >/etc/polkit-1/rules.d/50-demo.rules <<'E'
polkit.addRule(function(action, subject) {
    if (action.id == "org.netns-broker.enter" && subject.user == "alice")
        return polkit.Result.YES;
});
E
# polkitd notices new rules by itself, within a moment
wait_until 100 as alice 'pkcheck --action-id org.netns-broker.enter --process $$' || { echo "polkit does not take the demo's rule"; exit 1; }
begin broker - netns-broker serve --listen /run/netns-broker/socket
wait_until 100 test -S /run/netns-broker/socket || { echo "the broker did not start:"; cat $PLACES/broker.log; exit 1; }

# --- the story ------------------------------------------------------------------------------------------------------------

printf '%snetns-broker%s: an admin describes a network, a user runs programs in it. No sudo, no setuid.\n' "$bold" "$plain"
echo "This is a machine of its own, made a moment ago, in an internet of its own: alice is at home, behind a router with the"
echo "address $HOME4; her VPN provider has $EXIT4; and whoami.example answers with the address that asks."

tell "A VPN takes everything" "   First at home, then with the VPN up:"
run alice 'curl -sS whoami.example'
vpn_comes
run alice 'curl -sS whoami.example'
note "everything, IPv4 and IPv6. But one thing alice wants outside: a video call, a bank that shuts VPNs out, a printer at home"

tell "The admin writes one small file"
cat >/etc/netns-broker/lan.netns <<'E'
[Namespace]
Type=lan

[Access]
Users=alice
E
run root 'cat /etc/netns-broker/lan.netns'
run root 'netnsctl check /etc/netns-broker/lan.netns'

tell "Alice runs one program past the VPN" "   Nobody has started the namespace: her first use does."
run alice 'chnetns lan curl -sS whoami.example'
run alice 'curl -sS whoami.example   # and all else still by the VPN'
note "It is an ordinary child of her shell, with her directory, terminal, pipes and exit status, and not one capability:"
run alice 'chnetns lan sh -c "id -un; pwd; grep CapPrm /proc/self/status; exit 3"; echo "exit status $?"'

tell "Mallory is not in the file" "   She is not even told whether there is such a namespace."
run mallory 'chnetns lan id; chnetns nosuchthing id' 125
note "and polkit is asked besides the file. On a desktop it says yes to whoever sits there; here a rule says it for alice"

tell "The other way round: through the VPN, or not at all"
printf '[Namespace]\nType=nat\n\n[NAT]\nUplink=wg0\n\n[Access]\nUsers=alice\n' >/etc/netns-broker/private.netns
run root 'cat /etc/netns-broker/private.netns'
run alice 'chnetns private curl -sS whoami.example'
vpn_goes
run alice 'curl -sS whoami.example   # the VPN is gone, and the machine goes out without it …'
run alice 'chnetns private curl -s --max-time 2 whoami.example || echo "no way out"   # … but not this'

tell "Two programs on the same port"
for colour in blue green; do
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\n' >/etc/netns-broker/$colour.netns
    install -d -o alice -g alice "/home/alice/$colour"
    echo "I am $colour" >"/home/alice/$colour/index.html"
    type_line alice "chnetns $colour python3 -m http.server --directory $colour 8080 &"
    as alice "exec chnetns $colour python3 -m http.server --directory $colour 8080" >/run/$colour.log 2>&1 &
done
wait_until 100 as alice 'chnetns blue curl -s http://localhost:8080/ && chnetns green curl -s http://localhost:8080/'
run alice 'chnetns blue curl -sS http://localhost:8080/; chnetns green curl -sS http://localhost:8080/'

tell "The picture of it" "   With the VPN up once more:"
vpn_up $VPN || FAILED=1
run root 'netnsctl graph'
run alice 'netnsctl list'

tell "And gone again"
kill %?blue %?green 2>/dev/null
wait %?blue %?green 2>/dev/null
run root 'netnsctl stop lan private blue green && netnsctl list'
run root 'ip netns list; ip -brief link show'

echo
if [ "${1-}" = --stay ]; then
    echo "You are alice now, on that machine; leave it with exit. Try:  chnetns lan curl whoami.example"
    as alice 'exec bash --norc -i' || :
else
    echo "That machine is gone now, and yours is as it was. To try next:"
    echo "   sudo ./setup demo --stay    the same, and then you are alice"
    echo "   sudo ./setup install        put it on this system, then: man netns, man chnetns"
    echo "   sudo ./setup test           run every test"
fi
end broker
exit $FAILED
