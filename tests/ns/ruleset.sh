#!/bin/bash
# The namespace's own firewall: loaded, and exchanged while programs run.
. "$TOP/tests/firewall.sh"

template_refuses() {
    box t default.nft; $NB up t
    local start=$EPOCHREALTIME
    cat >/run/refused.py <<'X'
import errno, socket, sys
for family, address in ((socket.AF_INET, '203.0.113.2'), (socket.AF_INET6, '2001:db8::2')):
    for kind, want in ((socket.SOCK_STREAM, errno.ECONNREFUSED), (socket.SOCK_DGRAM, errno.EPERM)):
        s = socket.socket(family, kind)
        s.settimeout(5)
        try:
            s.connect((address, 80)); s.send(b'x')
            sys.exit('not refused: %s %s' % (address, kind))
        except OSError as e:
            if e.errno != want: sys.exit('%s %s: %r' % (address, kind, e))
X
    in_ns t python3 /run/refused.py
    [ $((${EPOCHREALTIME/./} - ${start/./})) -lt 1000000 ]
    rm /run/refused.py; $NB down t; settled
}
template_nobody_in() {
    box t default.nft; $NB up t
    ip netns exec t python3 "$TOP/tests/web.py" 8080 inside & WEB=$!
    wait_until 100 in_ns t curl -s -m 1 http://127.0.0.1:8080/
    same "$(in_ns t curl -s -m 1 http://127.0.0.1:8080/; in_ns t curl -s -m 1 'http://[::1]:8080/'; in_ns t curl -s -m 1 "http://$(inner_address t inet):8080/")" $'inside\ninside\ninside'
    fails curl -s -m 1 "http://$(inner_address t inet):8080/"
    fails curl -s -m 1 "http://[$(inner_address t inet6)]:8080/"
    fails ping -c1 -W1 "$(inner_address t inet)"; fails ping -c1 -W1 "$(inner_address t inet6)"
    # the neighbour was found all the same, in both directions
    contains "$(ip -6 neigh show "$(inner_address t inet6)" dev vn-t0)" lladdr
    web_end; $NB down t; settled
}
template_opened() {
    box t default.nft; $NB up t
    in_ns t nft insert rule inet firewall output tcp dport 80 accept
    way_out t
    same "$(in_ns t curl -s -m 5 'http://[2001:db8::2]/')" 2001:db8::1
    $NB down t; settled
}
before_links() {
    printf '#!/bin/sh\n{ nft list ruleset; ip -br link; } >/run/hook-saw\n' >/usr/local/sbin/saw; chmod 755 /usr/local/sbin/saw
    box b default.nft; printf '[Hooks]\nInsidePreUp=/usr/local/sbin/saw\n' >>$ETC/b.netns
    $NB up b; $NB down b
    contains "$(cat /run/hook-saw)" 'reject with icmpx admin-prohibited'
    same "$(sed -n 's/^\([^ ]*\)  *[A-Z].*<.*/\1/p' /run/hook-saw)" lo
    rm /run/hook-saw /usr/local/sbin/saw
}
looked_up() {
    mkdir -p /run/netns-broker
    box l look.nft
    echo 'table inet vendor {}' >/usr/lib/netns-broker/look.nft; $NB up l; same "$(rules l | head -n 1)" 'table inet vendor {'
    echo 'table inet run {}' >/run/netns-broker/look.nft; $NB up l; same "$(rules l | head -n 1)" 'table inet run {'
    echo 'table inet etc {}' >$ETC/look.nft; $NB up l; same "$(rules l | head -n 1)" 'table inet etc {'
    ln -sf /dev/null $ETC/look.nft
    contains "$(said_of $NB up l)" 'l.netns:5: [Firewall] File=look.nft: there is no such file in /etc/netns-broker, /run/netns-broker or /usr/lib/netns-broker'
    same "$(rules l | head -n 1)" 'table inet etc {'
    $NB down l; rm $ETC/look.nft /run/netns-broker/look.nft /usr/lib/netns-broker/look.nft; settled
}
not_roots() {
    box u; nft_file u 666 <<<"$OPEN"
    contains "$(said_of $NB up u)" "u.netns:5: [Firewall] File=u.nft: /etc/netns-broker/u.nft: a part of the path is not root's, or writable by others"
    nft_file u <<<"$OPEN"; chown alice $ETC/u.nft
    contains "$(said_of $NB up u)" "not root's"
    chown root $ETC/u.nft; printf 'table inet a {}\0table inet b {}' >$ETC/u.nft
    contains "$(said_of $NB up u)" "/etc/netns-broker/u.nft: has a NUL character"
    fails ip netns exec u true
}
broken_at_start() {
    box k; printf 'table inet box {\n    chain out {\n        type filter hook output priority 0; polcy drop;\n    }\n}\n' | nft_file k
    same "$(said_of $NB up k)" 'netnsctl: k: not up: k.netns:5: [Firewall] File=k.nft: /etc/netns-broker/k.nft:3: syntax error, unexpected drop'
    fails ip netns exec k true
    nft_file k <<<'table inet box { chain out { type filter hook output priority 0; oif "vn-k1" accept; }; }'
    contains "$(said_of $NB up k)" 'k.nft:1: Interface does not exist; the links come later: iifname and oifname'
    settled
}
# @1: what else changes in the file
broken_while_running() {
    box r; nft_file r <<<"$OPEN"; $NB up r
    local before links; before=$(rules r) links=$(index r)
    talk_begin r
    only 80 | sed 's/policy drop/polcy drop/' | nft_file r
    box r r.nft "$1"
    same "$(said_of $NB up r)" "netnsctl: r: not changed: r.netns:$(grep -n File= $ETC/r.netns | cut -d: -f1): [Firewall] File=r.nft: /etc/netns-broker/r.nft:1: syntax error, unexpected drop"
    same "$(rules r)" "$before"; same "$(index r)" "$links"; same "$(state r)" up
    way_out r; talk_end r
    rm $ETC/r.nft; contains "$(said_of $NB up r)" 'there is no such file'
    same "$(rules r)" "$before"; same "$(index r)" "$links"; same "$(state r)" up; way_out r
    $NB down r; settled
}
edited() {
    box e; nft_file e <<<"$OPEN"; $NB up e
    local links; links=$(index e)
    talk_begin e
    only 80 | nft_file e; same "$($NB up e 2>&1)" 'netnsctl: e: changed as its file says'
    contains "$(rules e)" 'policy drop'; same "$(rules e | grep -c 'until the policies')" 0
    same "$(index e)" "$links"; way_out e; fails in_ns e curl -s -m 1 http://203.0.113.2:81/
    same "$($NB up e 2>&1)" ''
    # the same text under another name is no change; none at all is one
    cp $ETC/e.nft $ETC/same.nft; box e same.nft; same "$($NB up e 2>&1)" ''
    printf '[Namespace]\nType=nat\n' | conf e; $NB up e
    same "$(rules e)" ''; same "$(index e)" "$links"
    talk_end e
    $NB down e; rm $ETC/same.nft; settled
}
edited_with_hooks() {
    printf '#!/bin/sh\nnft add rule inet box out tcp dport 8181 accept\n' >/usr/local/sbin/adds; chmod 755 /usr/local/sbin/adds
    box h; printf '[Hooks]\nInsidePreUp=/usr/local/sbin/adds\n' >>$ETC/h.netns
    nft_file h <<<"$OPEN"; $NB up h; same "$(rules h | grep -c 8181)" 1
    only 80 | nft_file h; $NB up h; same "$(rules h | grep -c 8181)" 1; way_out h
    $NB down h; rm /usr/local/sbin/adds; settled
}
# Nothing but port 80 may leave, whichever ruleset is in place; a sender never pauses. The plain way of loading lets some through: that
# the watch would see it is shown first.
no_gap() {
    [ "$(nproc)" -gt 1 ] || { echo 'needs two CPUs'; return 77; }
    local i leaked
    box g; only 80 | nft_file g; $NB up g
    in_ns net nft -f - <<<'table inet watch { counter seen { }; chain in { type filter hook prerouting priority -300; udp dport 9999 counter name seen drop; }; }'
    way_out g
    taskset -c 1 ip netns exec g python3 "$TOP/tests/flood.py" 203.0.113.2 9999 & local flood=$!
    sleep 0.2
    seen() { in_ns net nft -j reset counter inet watch seen | jq '.nftables[] | select(.counter).counter.packets'; }
    same "$(seen)" 0
    { echo 'flush ruleset'; only 80; } >/run/plain.nft
    for i in $(seq 60); do taskset -c 0 ip netns exec g nft -f /run/plain.nft; done
    leaked=$(seen); echo "the plain way: $leaked packets"
    for i in $(seq 20); do only 80 | sed "1i# $i" | nft_file g; taskset -c 0 "$NB" up g 2>/run/up.log; done
    contains "$(cat /run/up.log)" 'changed as its file says'
    kill $flood; wait $flood 2>/dev/null || :
    same "$(seen)" 0
    [ "$leaked" -gt 0 ]
    in_ns net nft delete table inet watch; $NB down g; rm /run/plain.nft /run/up.log; settled
}
killed_reload() {
    local n killed=0
    box w; only 80 | nft_file w; $NB up w
    for n in $(seq 24); do
        only 80 | sed "1i# before $n" | nft_file w; $NB up w
        only 81 | sed "1i# after $n" | nft_file w
        strace -qq -o /run/trace -e trace=memfd_create,rename -e inject=memfd_create,rename:signal=KILL:when="$n" "$NB" up w >/dev/null 2>&1 & wait $! 2>/dev/null || killed=$((killed + 1))
        # whatever it was: the rules before, or those after
        contains "$(rules w)" 'policy drop'
        $NB up w; contains "$(rules w)" 'dport 81 accept'
        same "$(rules w | grep -c -e 'until the policies' -e 'dport 80')" 0
    done
    $NB down w; settled; [ $killed -ge 8 ]
}
adopted_keeps() {
    ip netns add a; in_ns a nft add table inet theirs
    printf '[Namespace]\nType=basic\nAdopt=yes\n' | conf a; $NB up a
    printf '[Namespace]\nType=basic\nAdopt=yes\n[Firewall]\nFile=default.nft\n' | conf a
    contains "$(said_of $NB up a)" 'a.netns:5: [Firewall] File=default.nft: the namespace was there before and keeps its own ruleset'
    same "$(in_ns a nft list tables)" 'table inet theirs'
    contains "$(said_of $NB save-firewall a)" "a: not saved: the namespace was adopted, and its rules are its maker's"
    printf '[Namespace]\nType=basic\nAdopt=yes\n' | conf a; $NB down a; same "$(in_ns a nft list tables)" 'table inet theirs'
    ip netns del a; settled
}
included() {
    box i; mkdir -p $ETC/i.d; echo 'define web = 80' >$ETC/i.d/ports.nft
    { echo 'include "/etc/netns-broker/i.d/*.nft" # all of them'; only '$web'; } | nft_file i
    $NB up i; way_out i; same "$($NB up i 2>&1)" ''
    echo 'define web = 81' >$ETC/i.d/ports.nft; $NB up i; contains "$(rules i)" 'dport 81'
    echo 'defin web = 80' >$ETC/i.d/ports.nft
    contains "$(said_of $NB up i)" 'i.netns:5: [Firewall] File=i.nft: /etc/netns-broker/i.d/ports.nft:1: syntax error'
    chown alice $ETC/i.d/ports.nft
    contains "$(said_of $NB up i)" "i.nft:1: include /etc/netns-broker/i.d/ports.nft: a part of the path is not root's"
    rm $ETC/i.d/ports.nft; chown alice $ETC/i.d
    contains "$(said_of $NB up i)" "i.nft:1: include /etc/netns-broker/i.d: a part of the path is not root's"
    chown root $ETC/i.d
    nft_file i <<<'include "i.d/ports.nft"'; contains "$(said_of $NB up i)" 'i.nft:1: include i.d/ports.nft: what is included must have an absolute path'
    nft_file i <<<$'\n  include\\\n\t"/etc/netns-broker/i.nft"'; contains "$(said_of $NB up i)" 'files include each other more than 16 deep'
    nft_file i <<<'include "/etc/*/i.nft"'; contains "$(said_of $NB up i)" 'a pattern may only be in the last part of the path'
    nft_file i <<<'table inet x { chain y { log prefix "include \"/none\" "; accept comment "include"; }; } # include "/none"'
    contains "$(said_of $NB up i)" 'i.nft:1: ' # nft has no escaped quotes: it is its word that counts
    nft_file i <<<'table inet x { chain y { accept comment "include"; }; } # include "/none"'; $NB up i
    contains "$(rules i)" 'table inet x'
    $NB down i; rm -r $ETC/i.d; settled
}
checked() {
    box c; only 80 | sed 's/tcp dport/tcp drop/' | nft_file c
    same "$($NB check c)" 'c.netns:5: [Firewall] File=c.nft: /etc/netns-broker/c.nft:1: syntax error, unexpected drop'
    fails $NB check c
    only 80 | nft_file c; same "$($NB check c)" 'c.netns: good'
    same "$(setpriv --reuid=alice --regid=alice --clear-groups "$NB" check c)" $'c.netns:5: [Firewall] File=c.nft: note: what is in the file was not checked, only root can ask nft\nc.netns: good'
    rm $ETC/c.nft
    same "$($NB check c)" $'c.netns:5: [Firewall] File=c.nft: note: there is no such file in /etc/netns-broker, /run/netns-broker or /usr/lib/netns-broker\nc.netns: good'
    settled
}

try "the template refuses at once: IPv4 and IPv6, TCP and UDP" template_refuses
try "the template lets nobody in, but lo, and neighbours are found" template_nobody_in
try "one rule on top of the template opens a way" template_opened
try "the rules are there before any link" before_links
try "File= by name: /etc before /run before /usr/lib, and a mask" looked_up
try "a file that others than root could write, or that is no text, is refused" not_roots
try "a broken file: the namespace does not start, and nft's own words say where" broken_at_start
try "a broken file keeps a running namespace's rules, links and connections" broken_while_running ''
try "so it does when the links are to change too" broken_while_running $'MountSys=no\n[Link]\nMTU=1400'
try "an edited ruleset is exchanged without touching links or connections" edited
try "where hooks run inside they run again for an edited ruleset" edited_with_hooks
try "no packet leaks while rules are exchanged" no_gap
try "kill -9 while rules are exchanged: the next up finishes it" killed_reload
try "a namespace that was adopted is never given other rules" adopted_keeps
try "what a ruleset includes is looked at too, and counts as a change" included
try "check asks nft" checked
end_firewall
finish
