# beside.sh - sourced by tests after lib.sh and world.sh: what must hold beside another firewall, whichever it is.
#   beside NAME        the sentences, for the firewall that is in place now; namespaces open (HostAccess=yes), shut and other are up after it
#   beside_end NAME    and that nothing of ours is left in it
#   foreign_state      its rules as text, without ours and without counters
#   unwatched, watched   the watch (netns-broker-watch.service) does not run from here on; or does again from the next up on
WATCH=/usr/libexec/netns-broker/watch
unwatched() {
    mount --bind /bin/true $WATCH
    ! pkill -9 -xf 'netns-broker watch' || wait_until 100 flock -n /run/netns-broker/lock/.watch true
}
watched() { umount $WATCH; }
foreign_state() {
    local f
    # by its own name: what iptables prints of nft's tables is in here too
    nft -s list ruleset 2>/dev/null | awk '/^table inet netns-broker/{ ours = 1 } !ours; /^}/{ ours = 0 }'
    for f in ip ip6; do
        ${f}tables-nft-save 2>/dev/null | grep -v -e '^#' || :
        ! grep -qx filter /proc/net/${f}_tables_names || ${f}tables-legacy-save -t filter | grep -v -e '^#'
    done | sed 's/\[[0-9]*:[0-9]*\]$//'
}
# with the handles: a rule that is taken out and put in again has another
exact_state() {
    nft -a -s list ruleset
    local f
    for f in ip ip6; do ! grep -qx filter /proc/net/${f}_tables_names || ${f}tables-legacy-save -t filter | grep -v '^#' | sed 's/\[[0-9]*:[0-9]*\]$//'; done
}
ours() { exact_state | grep -c 'netns-broker: '; iptables-nft-save 2>/dev/null | grep -c 'netns-broker: '; ip6tables-nft-save 2>/dev/null | grep -c 'netns-broker: '; }

# as an admin would who does not want them
strip_ours() {
    local family table chain handle f tool
    for tool in nft legacy; do
        for f in ip ip6; do
            [ $tool = nft ] || grep -qx filter /proc/net/${f}_tables_names || continue
            { echo '*filter'; ${f}tables-$tool-save -t filter 2>/dev/null | sed -n '/"netns-broker: /s/^-A/-D/p'; echo COMMIT; } >/tmp/strip
            ! grep -q '^-D' /tmp/strip || ${f}tables-$tool-restore -n </tmp/strip
        done
    done
    nft -j -t list ruleset | python3 -c 'import json,sys
for o in json.load(sys.stdin)["nftables"]:
    r = o.get("rule", {})
    if r.get("comment", "").startswith("netns-broker: "): print("delete rule", r["family"], r["table"], r["chain"], "handle", r["handle"])' | nft -f -
}
out4() { in_ns "$1" curl -sS -m "${2-4}" http://203.0.113.2/; }
out6() { in_ns "$1" curl -sS -m "${2-4}" 'http://[2001:db8::2]/'; }

b_out() { same "$(out4 shut) $(out6 shut)" "203.0.113.1 2001:db8::1"; }
b_needed() {
    local rc4=0 rc6=0
    strip_ours
    out4 shut 1 || rc4=$?
    out6 shut 1 || rc6=$?
    [ $rc4 != 0 ]; [ $rc6 != 0 ]
    $NB up --type=nat shut
    b_out
}
b_settles() {
    local before
    $NB up --type=nat shut
    before=$(exact_state)
    $NB up --type=nat shut
    $NB up --type=nat other
    diff <(echo "$before") <(exact_state)
}
b_host_open() {
    web - 8081 hello
    local v4 v6 rc=0
    v4=$(in_ns open curl -s -m 3 "http://$(host_address vn-open0 inet):8081/") || :
    v6=$(in_ns open curl -s -m 3 "http://[$(host_address vn-open0 inet6)]:8081/") || :
    in_ns shut curl -s -m 1 "http://$(host_address vn-shut0 inet):8081/" || rc=$?
    web_end
    same "$v4 $v6" "hello hello"
    [ $rc != 0 ]
}
b_apart() {
    local rc=0 rc6=0
    web other 8080
    in_ns shut curl -s -m 1 "http://$(inner_address other inet):8080/" || rc=$?
    in_ns open curl -s -m 1 "http://[$(inner_address other inet6)]:8080/" || rc6=$?
    web_end
    [ $rc != 0 ]; [ $rc6 != 0 ]
}
# the route of a neighbour who knows what is behind us
b_uninvited() {
    local rc=0 rc6=0 six
    web other 8083 hello
    six=$(inner_address other inet6)
    ip -n net route add 198.18.0.0/15 via 203.0.113.1; ip -n net route add "$six/128" via 2001:db8::1
    in_ns net curl -s -m 1 "http://$(inner_address other inet):8083/" || rc=$?
    in_ns net curl -s -m 1 "http://[$six]:8083/" || rc6=$?
    ip -n net route del 198.18.0.0/15; ip -n net route del "$six/128"
    web_end
    [ $rc != 0 ]; [ $rc6 != 0 ]
}
b_no_obstacle() { [ ! -e /run/netns-broker/obstacles.json ] || { cat /run/netns-broker/obstacles.json; return 1; }; }
beside() {
    unwatched
    FOREIGN=$(foreign_state)
    conf open <<<$'[Namespace]\nType=nat\n[NAT]\nHostAccess=yes'
    $NB up --type=nat shut other && $NB up open
    it "beside $1: both families get out of a nat namespace" b_out
    it "beside $1: it is rules of ours that let them, and the next up puts them back" b_needed
    it "beside $1: the second look changes nothing, a third is no look" b_settles
    it "beside $1: HostAccess=yes reaches the host, without it nobody does" b_host_open
    it "beside $1: namespaces stay apart" b_apart
    it "beside $1: nobody gets in uninvited" b_uninvited
    it "beside $1: nothing is reported to be in the way" b_no_obstacle
    watched
}
b_gone() { $NB down --all; diff <(echo "$FOREIGN") <(foreign_state); }
beside_end() { it "beside $1: after down of all its rules are byte for byte what they were" b_gone; }
