#!/bin/bash
# What one namespace does at the very moment at which another, or who watches, does something. One of them is stopped where they meet.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

# halted PATH CALL WHEN CMD...: CMD, in the background, stopped behind its WHEN-th CALL of PATH, in /run/halt.trace
halted() {
    rm -f /run/halt.trace
    strace -qq -o /run/halt.trace -P "$1" -e trace=%file,%desc -e inject="$2:signal=SIGSTOP:when=$3" "${@:4}" & HALTED=$!
    wait_until 600 grep -q 'stopped by SIGSTOP' /run/halt.trace
}
waits() { grep -qE -e "-> .* $1 [0-9a-f]+:" /proc/locks; } # PID: for a lock
# meanwhile CMD...: what is halted goes on once CMD has ended, or waits for a lock of it; both end as they should
meanwhile() {
    local other rc=0
    "$@" & other=$!
    wait_until 600 eval "! kill -0 $other || waits $other"
    pkill -CONT -P $HALTED
    wait $HALTED || rc=1
    wait $other || rc=1
    return $rc
}
need() { command -v strace >/dev/null || { echo "there is no strace"; exit 77; }; }
page() { in_ns "$1" curl -s -m 3 "${2-http://203.0.113.2/}"; }

# a watch that does not look: it may have just begun, or be about to end
opened_by_the_first() {
    local watch rc=0
    nft -f - <<<'table inet fw { chain forward { type filter hook forward priority filter; policy drop; ct state established accept; }; }'
    flock /run/netns-broker/lock/.watch sleep 100 & watch=$!
    wait_until 100 fails flock -n /run/netns-broker/lock/.watch true
    $NB up --type=nat n
    contains "$(nft list chain inet fw forward)" netns-broker: || rc=1
    same "$(page n)" 203.0.113.1 || rc=1
    pkill -P $watch; wait $watch 2>/dev/null || :
    $NB down n; nft delete table inet fw
    return $rc
}
asked_meanwhile() {
    need
    local rc=0
    # as if somebody asked at the moment at which it tries to have the lock
    strace -qq -f -o /run/asked.trace -e trace=flock -e inject=flock:error=EAGAIN:when=1..2 /usr/bin/netns-broker watch & local pid=$!
    wait_until 100 grep -q 'LOCK_EX|LOCK_NB) *= 0' /run/asked.trace || { cat /run/asked.trace; rc=1; }
    same "$(grep -c INJECTED /run/asked.trace)" 2 || rc=1
    wait $pid || :
    # and who asks can while others do
    $NB up --type=nat n; wait_until 40 pgrep -xf 'netns-broker watch'; $NB down n
    return $rc
}
# what a killed worker has begun does not go on under the next one's lock
no_orphan() {
    local pid rc=0 nft; nft=$(command -v nft)
    mv "$nft" "$nft.real"
    printf '#!/bin/sh\n[ ! -e /run/slow ] || { rm /run/slow; sleep 1; }\nexec %s "$@"\n' "$nft.real" >"$nft"; chmod 755 "$nft"
    touch /run/slow
    $NB up --type=nat n & pid=$!
    wait_until 200 [ ! -e /run/slow ] || rc=1
    kill -9 $pid; wait $pid 2>/dev/null || :
    $NB down n
    sleep 1.5
    fails grep netns-broker <<<"$("$nft.real" list tables)" || rc=1
    mv "$nft.real" "$nft"
    return $rc
}
other_goes() {
    need
    local rc=0
    conf b <<<$'[Namespace]\nType=tunnel'; conf a <<<$'[Namespace]\nType=nat\n[NAT]\nNamespaceAccess=b'
    $NB up b
    halted /proc/sys/net/ipv4/conf/vn-b0/forwarding read 1 $NB up a || rc=1
    meanwhile ip link del vn-b0 || rc=1
    grep -q 'vn-b0.*ENOENT' /run/halt.trace || rc=1
    [ $rc = 0 ] || cat /run/halt.trace
    same "$(page a)" 203.0.113.1 || rc=1
    $NB down a b; rm /etc/netns-broker/[ab].netns
    return $rc
}
still_private() {
    need
    local rc=0
    $NB up --type=basic a
    halted /run/netns-broker/dns mkdir 1 $NB up --type=basic b || rc=1
    meanwhile $NB down a || rc=1
    same "$(stat -c %a /run/netns-broker/dns)" 700 || rc=1
    [ $rc = 0 ] || cat /run/halt.trace
    $NB down b
    return $rc
}
# its end in the host goes while another looks which interfaces are the host's: it is none of those when it comes again
not_the_hosts() {
    need
    [ ! -e /proc/sys/net/ipv6/conf/default/force_forwarding ] || { echo "this kernel has force_forwarding"; return 77; }
    local rc=0
    $NB up --type=nat a b
    halted /proc/sys/net/ipv4/conf getdents64 1 $NB up a || rc=1
    meanwhile $NB down b || rc=1
    fails grep vn-b0 /run/netns-broker/forwarding.json || rc=1
    [ $rc = 0 ] || cat /run/halt.trace
    $NB up --type=nat b
    same "$(page b 'http://[2001:db8::2]/')" 2001:db8::1 || rc=1
    $NB down a b
    return $rc
}
# a former one's interface, of a namespace that the kernel still takes away, has the MAC address that the new one is to have
still_going() {
    local rc=0 mac said
    ip link add p8 type veth peer name p9; ip link set p8 up; ip link set p9 up
    conf m <<<$'[Namespace]\nType=macvlan\n[Link]\nParent=p8\nAddress=10.9.0.2/24'; $NB up m
    mac=$(ip -n m -j link show mv0 | jq -r '.[0].address'); $NB down m
    ip netns add old; ip link add o0 netns old link p8 address "$mac" type macvlan; ip -n old link set o0 up
    said=$($NB up m 2>&1) && rc=1
    contains "$said" 'm: not up: types/macvlan.netns:6: [Link macvlan] Kind=macvlan: cannot bring up mv0: Address already in use (its MAC address is that of another interface on the same parent)' || rc=1
    (sleep 1; ip netns del old) &
    $NB up m || rc=1
    wait $!; same "$(ip -n m -j link show mv0 | jq -r '.[0].address')" "$mac" || rc=1
    $NB down m; ip link del p8; rm /etc/netns-broker/m.netns
    return $rc
}
filled_by_two() {
    need
    local rc=0
    mkdir -p /etc/netns/a; conf a <<<$'[Namespace]\nType=basic'; $NB up a
    echo own >/etc/netns/a/fresh
    halted fresh newfstatat 1 $NB up a || rc=1 # what is asked for beneath the directory, if it is there
    meanwhile touch /run/netns-broker/dns/a/fresh || rc=1
    grep -q 'fresh.*EEXIST' /run/halt.trace || rc=1
    [ $rc = 0 ] || cat /run/halt.trace
    $NB down a; rm -r /etc/netns/a /etc/netns-broker/a.netns
    return $rc
}
ends() { pkill -CONT -P "$1"; fails kill -0 "$1"; } # PID of a strace
# A name to be looked up is noted while a watch has looked for such, and ends because it found none. The record is given the name of a
# WireGuard peer, as not every kernel has WireGuard.
noted_too_late() {
    need
    local rc=0 up worker watch state=/run/netns-broker/state/w.json notes=/run/netns-broker/endpoints
    conf w <<<$'[Namespace]\nType=basic\n[Link t]\nKind=tun'; $NB up w
    jq '.detail.links[0].endpoints = [{"public_key": "x", "host": "far.invalid", "port": 51820}]' $state >/run/w.json; cat /run/w.json >$state
    mkdir -p $notes
    halted $notes mkdir 1 $NB up w || rc=1
    up=$HALTED; worker=$(pgrep -P $up)
    strace -qq -o /run/watch.trace -P $notes -e trace=%file,%desc -e inject=getdents64:signal=SIGSTOP:when=2 /usr/bin/netns-broker watch & watch=$!
    wait_until 200 eval "grep -q 'stopped by SIGSTOP' /run/watch.trace || waits \$(pgrep -P $watch)" || rc=1
    pkill -CONT -P $up; wait_until 200 eval "! kill -0 $up || waits $worker" || rc=1
    wait_until 10 ends $watch || :
    wait $up || rc=1
    kill -0 $watch || pgrep -xf 'netns-broker watch' || rc=1
    [ $rc = 0 ] || cat /run/halt.trace /run/watch.trace
    $NB down w; wait_until 200 ends $watch || rc=1
    rm /run/w.json /etc/netns-broker/w.netns
    return $rc
}
# who watches is started with the locks held, and is stopped before it is another program
has_no_lock() {
    need
    local rc=0 up lock
    wait_until 200 flock -n /run/netns-broker/lock/.watch true || rc=1
    rm -f /run/up.ended
    conf n <<<$'[Namespace]\nType=nat\n[Port web]\nListen=8080\nTo=80' # which takes the host's lock twice
    strace -qq -f -o /run/halt.trace -P /run/netns-broker/watch.log -e trace=lseek -e inject=lseek:signal=SIGSTOP:when=1 \
        sh -c '"$@"; rc=$?; touch /run/up.ended; exit $rc' sh $NB up n & up=$!
    wait_until 600 eval 'grep -q "stopped by SIGSTOP" /run/halt.trace && [ -e /run/up.ended ]' || { cat /run/halt.trace; rc=1; }
    for lock in n .host; do flock -n /run/netns-broker/lock/$lock true || { echo "$lock is held"; rc=1; }; done
    awk '/stopped by SIGSTOP/ { print $1 }' /run/halt.trace | xargs kill -CONT || rc=1
    wait_until 200 pgrep -xf 'netns-broker watch' || rc=1
    $NB down n; wait $up || rc=1; rm /etc/netns-broker/n.netns
    return $rc
}

world_up
$NB up --type=nat warm; $NB down warm
BEFORE=$(host_state)
it "the first that needs the host has other firewalls let it pass before up returns, whoever watches" opened_by_the_first
it "who asks whether somebody watches keeps nobody from watching" asked_meanwhile
it "what a killed up has begun is not finished after the next down" no_orphan
it "a namespace comes up while one that it may reach goes" other_goes
it "what is seen inside stays private when one comes up while the last of the others goes" still_private
it "an end that goes while another looks at the host's interfaces is not taken for one of them" not_the_hosts
it "the MAC address of a macvlan is waited for while the kernel takes a former namespace away" still_going
it "up and who watches may both make a place for a file in /etc" filled_by_two
it "a name to be looked up is noted while a watch ends: somebody watches afterwards" noted_too_late
it "who watches has none of the locks of the up that started it" has_no_lock
nothing_left() { diff <(echo "$BEFORE") <(host_state); }
it "nothing is left" nothing_left
world_down
finish
