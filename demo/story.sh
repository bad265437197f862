#!/bin/bash
# story.sh - `./setup demo`: the main job, told as it happens. Runs as root in tests/sandbox.sh under tests/polkit-bus.sh: a machine of
# its own with a made-up internet, real kernel, real polkit, real programs. Everything shown is what really was printed.
#
#   --stay   ends with alice's shell in that world
set -u
. "$(dirname "$(dirname "$(realpath "$0")")")/tests/people.sh"
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
wait_until() { local n=100; until "$@" >/dev/null 2>&1; do n=$((n - 1)); [ $n -gt 0 ] || return 1; sleep 0.05; done; }

# --- the made-up world ----------------------------------------------------------------------------------------------------

web_host eth0 'the internet says hello' 192.0.2.80/24 # we have an address there
ip addr add 192.0.2.10/24 dev eth0
web_host eth1 'the laboratory says hello' 10.20.0.80/24 # and none there

mkdir -p /etc/netns-broker /etc/polkit-1/rules.d
netns-broker serve --listen /run/netns-broker/socket >/run/serve.log 2>&1 &
SERVE_PID=$!
wait_until test -S /run/netns-broker/socket || { echo "the broker did not start:"; cat /run/serve.log; exit 1; }

# --- the story ------------------------------------------------------------------------------------------------------------

printf '%snetns-broker%s: an admin describes a network, a user runs programs in it. No sudo, no setuid.\n' "$bold" "$plain"
echo "This is a machine of its own, made a moment ago: it has alice and mallory, a network card eth0 to the internet,"
echo "and a second one, eth1, into a laboratory. The machine itself has no address in the laboratory."

tell "What the machine reaches by itself"
run alice 'curl -sS http://192.0.2.80/'
run alice 'curl -s --max-time 2 http://10.20.0.80/ || echo "no way to the laboratory"'

tell "The admin writes one small file" "   A link of its own on the card eth1, an address, and who may use it."
cat >/etc/netns-broker/lab.netns <<'E'
[Namespace]
Description=The laboratory's network
Type=macvlan

[Access]
Users=alice

[Link macvlan]
Parent=eth1
Address=10.20.0.7/24
E
run root 'cat /etc/netns-broker/lab.netns'
run root 'netnsctl check && echo "nothing to complain about"'
note "Besides this list, polkit is asked. On a desktop it says yes to whoever sits there; nobody sits here, so a rule says it for alice"
cat >/etc/polkit-1/rules.d/50-demo.rules <<'E'
polkit.addRule(function(action, subject) {
    if (action.id == "org.netns-broker.enter" && action.lookup("namespace") == "lab" && subject.user == "alice")
        return polkit.Result.YES;
});
E
sleep 1 # polkitd notices new rules by itself, within a moment

tell "Alice runs a program in it" "   Nobody has started the namespace: her first use does."
run alice 'chnetns lab curl -sS http://10.20.0.80/'
run alice 'chnetns lab curl -s --max-time 2 http://192.0.2.80/ || echo "from in there, no way to the internet"'
run alice 'chnetns lab sh -c "id -un; pwd; ip -brief address"'
note "an ordinary child of her shell: same user, directory, terminal, pipes, exit status, and not one capability left:"
run alice 'chnetns lab grep CapPrm /proc/self/status; chnetns lab sh -c "exit 3"; echo "exit status $?"'

tell "Mallory is not in the file" "   She is not even told whether there is such a namespace."
run mallory 'chnetns lab id; chnetns nosuchthing id' 125
run mallory 'netnsctl list'

tell "Two programs on the same port" "   Two namespaces of type nat: a cable to the machine, addresses found by themselves, masquerade."
for colour in blue green; do
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/$colour.netns
    install -d -o alice -g alice "/home/alice/$colour"
    echo "I am $colour" >"/home/alice/$colour/index.html"
done
run root 'cat /etc/netns-broker/blue.netns   # and the same for green'
for colour in blue green; do
    type_line alice "chnetns $colour python3 -m http.server --directory $colour 8080 &"
    as alice "exec chnetns $colour python3 -m http.server --directory $colour 8080" >/run/$colour.log 2>&1 &
done
wait_until as alice 'chnetns blue curl -s http://localhost:8080/ && chnetns green curl -s http://localhost:8080/'
run alice 'chnetns blue curl -sS http://localhost:8080/; chnetns green curl -sS http://localhost:8080/'
run alice 'chnetns blue curl -sS http://192.0.2.80/'

tell "What the machine says"
run root 'ip netns list'
run alice 'netnsctl list'
run alice 'netnsctl status lab'
run root 'ip netns pids blue | xargs -n 1 ps -o user=,args= -p'

tell "And gone again"
kill %?blue %?green 2>/dev/null
run root 'netnsctl stop lab blue green && netnsctl list'
run root 'ip netns list; ip -brief link show'

echo
if [ "${1-}" = --stay ]; then
    echo "You are alice now, on that machine; leave it with exit. Try:  chnetns lab"
    as alice 'exec bash --norc -i' || :
else
    echo "That machine is gone now, and yours is as it was. To try next:"
    echo "   sudo ./setup demo --stay    the same, and then you are alice"
    echo "   sudo ./setup install        put it on this system, then: man netns, man chnetns"
    echo "   sudo ./setup test           run every test"
fi
kill $SERVE_PID 2>/dev/null
wait $SERVE_PID 2>/dev/null
exit $FAILED
