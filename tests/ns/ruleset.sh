#!/bin/bash
# The namespace's own firewall: loaded, exchanged while programs run, saved.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

ETC=/etc/netns-broker
settled() { diff <(echo "$BEFORE") <(host_state) | cut -c1-200 | head -n 20; [ "${PIPESTATUS[0]}" = 0 ]; }
way_out() { same "$(in_ns "$1" curl -s -m 5 "http://203.0.113.2:${2-80}/")" 203.0.113.1; }
index() { ip -n "$1" -j link show "vn-${1}1" | jq '.[0].ifindex'; }
rules() { in_ns "$1" nft -s list ruleset; }
state() { $NB list --json | jq -r --arg name "$1" '.[] | select(.name == $name).state'; }
# what a verb that must fail says
said_of() { local out; out=$("$@" 2>&1) && { echo "did not fail: $* $out"; return 1; }; echo "$out"; }
# nft NAME: a file for nft from stdin
nft_file() { cat >"$ETC/$1.nft"; chmod "${2-644}" "$ETC/$1.nft"; }
box() { conf "$1" <<<$'[Namespace]\nType=nat\n'"${3-}"$'\n[Firewall]\nFile='"${2-$1.nft}${4-}"; }
OPEN='table inet box { chain out { type filter hook output priority 0; policy accept; }; }'
# all but one port, by the policy alone
only() { echo "table inet box { chain out { type filter hook output priority 0; policy drop; oif lo accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; tcp dport $1 accept; }; }"; }

# A connection from NS to the server that is open until its end is written to. $TALK is its pid; `talks` says something over it.
talk_begin() {
    mkfifo "/run/talk.$1"
    ip netns exec "$1" bash -c 'exec 3<>/dev/tcp/203.0.113.2/80; while read -r line; do printf "GET / HTTP/1.0\r\nX: %s\r\n" "$line" >&3; [ "$line" != end ] || { printf "\r\n" >&3; cat <&3; }; done <"$0"' "/run/talk.$1" >"/run/said.$1" 2>&1 & TALK=$!
    exec 7>"/run/talk.$1"
    wait_until 100 sh -c "ip netns exec $1 ss -Htn state established | grep -q :80"
}
talk_end() { echo end >&7; exec 7>&-; wait_until 100 grep -qx 203.0.113.1 "/run/said.$1"; wait "$TALK"; rm "/run/talk.$1" "/run/said.$1"; }

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

# Everything that a listing has to be more than copied for. The live part: counts, an address banned for a time, one for good.
RICH='table inet box {
    counter hits { }
    set banned { type ipv4_addr; flags timeout; }
    set knocked { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1h; }
    map ports { type ipv4_addr : inet_service; flags interval; elements = { 10.0.0.0/8 : 80, 192.0.2.0/24 : 81 }; }
    chain out {
        type filter hook output priority 0; policy drop;
        oif lo accept
        counter name hits
        ip daddr @banned drop
        tcp dport { 80, 443 } counter accept comment "the web, { and } more"
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        limit rate 5/minute log prefix "out: "
        reject with icmpx admin-prohibited
    }
}
table ip nat { chain post { type nat hook postrouting priority srcnat; oifname "tun*" masquerade; }; }'
saved() {
    box s; nft_file s <<<"$RICH"; $NB up s; way_out s
    in_ns s nft add element inet box banned '{ 192.0.2.1, 192.0.2.2 timeout 1h, 192.0.2.3 comment "a, timeout 1h" }'
    in_ns s nft add element inet box knocked '{ 192.0.2.9, 192.0.2.10 timeout 2h }'
    in_ns s nft insert rule inet box out udp dport 53 accept
    same "$($NB save-firewall s 2>&1)" 'netnsctl: s: saved in /etc/netns-broker/s.nft'
    contains "$(head -n 1 $ETC/s.nft)" '# Saved by netnsctl save-firewall, from the namespace s, 20'
    same "$(grep -c -e 'packets [0-9]* bytes' -e expires -e 192.0.2.2 -e 192.0.2.9 -e 192.0.2.10 $ETC/s.nft)" 0
    contains "$(cat $ETC/s.nft)" '192.0.2.3 comment "a, timeout 1h"'
    same "$(stat -c '%a %U:%G' $ETC/s.nft)" '644 root:root'
    # nothing has changed for the next up: no count is lost
    in_ns s nft list counter inet box hits >/run/count; same "$($NB up s 2>&1)" ''; same "$(in_ns s nft list counter inet box hits)" "$(cat /run/count)"
    in_ns s nft delete element inet box banned '{ 192.0.2.2 }'; in_ns s nft flush set inet box knocked
    rules s >/run/rules; $NB down s; $NB up s; same "$(rules s)" "$(cat /run/rules)"; way_out s
    contains "$($NB save-firewall s 2>&1)" '/etc/netns-broker/s.nft: nothing has changed, the file is left as it is'
    $NB down s; rm /run/count /run/rules; settled
}
saved_elsewhere() {
    box d default.nft; $NB up d; cp /usr/lib/netns-broker/default.nft /run/template
    in_ns d nft insert rule inet firewall output tcp dport 80 accept
    contains "$($NB save-firewall d 2>&1)" 'd: saved in /etc/netns-broker/d.nft; it is loaded with File=d.nft in [Firewall]'
    same "$(stat -c '%a %U:%G' $ETC/d.nft)" '600 root:root'; [ ! -e $ETC/default.nft ]; cmp /run/template /usr/lib/netns-broker/default.nft
    in_ns d nft insert rule inet firewall output tcp dport 81 accept; $NB save-firewall d; contains "$(cat $ETC/d.nft)" 'dport 81'
    same "$($NB up d 2>&1)" ''
    box d d.nft; $NB up d; $NB down d; $NB up d; way_out d; $NB down d
    # an absolute path below /etc/netns-broker is written to, one elsewhere is not
    mkdir $ETC/sub; cp $ETC/d.nft $ETC/sub/abs.nft; box d $ETC/sub/abs.nft; $NB up d; in_ns d nft add table inet more
    contains "$($NB save-firewall d 2>&1)" "saved in $ETC/sub/abs.nft"; contains "$(cat $ETC/sub/abs.nft)" 'table inet more'; $NB down d
    mv $ETC/sub/abs.nft /etc/abs.nft; box d /etc/abs.nft; $NB up d; in_ns d nft add table inet evenmore
    contains "$($NB save-firewall d 2>&1)" "saved in $ETC/d.nft"; contains "$(cat $ETC/d.nft)" 'table inet evenmore'
    same "$(grep -c evenmore /etc/abs.nft)" 0
    $NB down d; rm -r $ETC/sub /etc/abs.nft $ETC/d.nft /run/template; settled
}
not_saved() {
    contains "$(said_of $NB save-firewall nowhere)" 'nowhere: not saved: it is not up, or was not made by netns-broker'
    contains "$(said_of $NB save-firewall ../x)" 'is no name for a namespace'
    same "$(setpriv --reuid=alice --regid=alice --clear-groups "$NB" save-firewall n 2>&1)" 'netnsctl: only root can do this'
    box n; only 80 | nft_file n; $NB up n; in_ns n nft add table inet live; cp -a $ETC/n.nft /run/n.nft
    # somebody's edit
    sed -i '1i# mine' $ETC/n.nft; contains "$(said_of $NB save-firewall n)" "$ETC/n.nft: has been edited since it was loaded, and is not overwritten"; contains "$(cat $ETC/n.nft)" '# mine'
    cp -a /run/n.nft $ETC/n.nft
    # a link
    mv $ETC/n.nft /etc/n.nft; ln -s /etc/n.nft $ETC/n.nft; contains "$(said_of $NB save-firewall n)" "$ETC/n.nft: is a symbolic link"; cmp /etc/n.nft /run/n.nft
    rm $ETC/n.nft; mv /etc/n.nft $ETC/n.nft
    # rules that could not be loaded before the links
    in_ns n nft add chain inet live c; in_ns n nft add rule inet live c oif vn-n1 accept
    contains "$(said_of $NB save-firewall n)" 'n: not saved: they would not load again: oif "vn-n1" accept: Interface does not exist'
    # rules of iptables: one that nft cannot read, and one that it lists without its comment (so far as 1.0.6 goes)
    in_ns n nft delete table inet live
    in_ns n iptables-nft -A INPUT -p tcp -m multiport --dports 1,2 -m comment --comment lost -j ACCEPT
    [[ $(nft --version) != *1.0.6* ]] || contains "$(said_of $NB save-firewall n)" 'accept: nft reads this as another rule than it lists'
    in_ns n iptables-nft -F INPUT; in_ns n iptables-nft -A OUTPUT -m recent --name x --set -j ACCEPT
    contains "$(said_of $NB save-firewall n)" 'counter accept: unsupported xtables compat expression'
    # no rules any more
    in_ns n nft flush ruleset; contains "$(said_of $NB save-firewall n)" "$ETC/n.nft: not written, the namespace has no rules any more"
    cmp $ETC/n.nft /run/n.nft
    # a file of that name which is somebody's work
    box n default.nft; $NB up n; contains "$(said_of $NB save-firewall n)" "$ETC/n.nft: is there already, was not saved from here"; cmp $ETC/n.nft /run/n.nft
    same "$(find $ETC -name '.*.new')" ''
    $NB down n
    box default default.nft; $NB up default; contains "$(said_of $NB save-firewall default)" 'the file would be default.nft, the template'; $NB down default
    rm /run/n.nft $ETC/default.netns; settled
}
included_by_comment() { # nft prints what somebody wrote into a comment without nft
    box i; only 80 | nft_file i; $NB up i; cp $ETC/i.nft /run/i.before; mkfifo /run/i.fifo
    cat >/run/evil.py <<'X'
import socket, struct
def attr(t, d): return struct.pack('=HH', len(d) + 4, t) + d + b'\0' * (-len(d) % 4)
def msg(t, flags, family, body, res=0): return struct.pack('=IHHII', 20 + len(body), t, flags, 1, 0) + struct.pack('=BBH', family, 0, socket.htons(res)) + body
comment = b'x"; }; include "/run/i.fifo"; table inet evil { comment "y\0'
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.bind((0, 0))
s.send(msg(0x10, 1, 0, b'', 10) + msg(0xa00, 0x401 | 4, 1, attr(1, b'evil\0') + attr(6, bytes([0, len(comment)]) + comment)) + msg(0x11, 1, 0, b'', 10))
X
    in_ns i python3 /run/evil.py; contains "$(in_ns i nft list ruleset)" 'include "/run/i.fifo"'
    contains "$(said_of timeout 5 $NB save-firewall i)" "i: not saved: $ETC/i.nft: not written, nft would take words of these rules for commands"
    cmp /run/i.before $ETC/i.nft; rm /run/i.before /run/i.fifo /run/evil.py; $NB down i; settled
}
named_like_a_command() { # the kernel takes any name of a table, and nft prints it: here with a command that waits for ever
    box i i.nft '' $'\nAutoSave=yes'; only 80 | nft_file i; $NB up i; cp $ETC/i.nft /run/i.before
    cat >/run/evil.py <<'X'
import socket, struct
def attr(t, d): return struct.pack('=HH', len(d) + 4, t) + d + b'\0' * (-len(d) % 4)
def msg(t, flags, family, body, res=0): return struct.pack('=IHHII', 20 + len(body), t, flags, 1, 0) + struct.pack('=BBH', family, 0, socket.htons(res)) + body
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.bind((0, 0))
s.send(msg(0x10, 1, 0, b'', 10) + msg(0xa00, 0x401 | 4, 1, attr(1, b'x {}\nmonitor\ntable inet y\0')) + msg(0x11, 1, 0, b'', 10))
X
    in_ns i python3 /run/evil.py; same "$(in_ns i nft list ruleset | grep -cx monitor)" 1
    contains "$(said_of timeout 5 $NB save-firewall i)" "i: not saved: $ETC/i.nft: not written, nft would take words of these rules for commands"
    cmp /run/i.before $ETC/i.nft
    only 81 | nft_file i; timeout 20 $NB up i; contains "$(rules i)" 'dport 81' # other rules can be given to it all the same
    in_ns i python3 /run/evil.py
    contains "$(timeout 20 $NB down i 2>&1)" 'i: the rules are not saved: '; fails ip netns exec i true
    rm /run/i.before /run/evil.py; settled
}
disk_full() {
    box f; only 80 | nft_file f 640; chgrp netusers $ETC/f.nft; cp -a $ETC /run/etc
    mount -t tmpfs -o size=32k,mode=755 tmpfs $ETC; cp -a /run/etc/f.n* $ETC/
    $NB up f; in_ns f nft add set inet box many '{ type ipv4_addr; }'
    in_ns f nft add element inet box many "{ $(seq -f 10.0.0.%g -s , 200) }"
    dd if=/dev/zero of=$ETC/filler bs=4k 2>/dev/null || :
    contains "$(said_of $NB save-firewall f)" "f: not saved: $ETC/f.nft: cannot be written: No space left on device"
    cmp /run/etc/f.nft $ETC/f.nft; same "$(find $ETC -name '.*')" ''
    rm $ETC/filler; $NB save-firewall f; contains "$(cat $ETC/f.nft)" 10.0.0.200; same "$(stat -c '%a %U:%G' $ETC/f.nft)" '640 root:netusers'
    $NB down f; umount $ETC; rm -r /run/etc; settled
}
killed_save() {
    local n call killed=0
    box v; only 80 | nft_file v; $NB up v
    for call in openat write fsync renameat unlinkat rename; do
        for n in 1 2; do
            in_ns v nft add table inet "x$call$n"; cp $ETC/v.nft /run/v.before
            strace -qq -P $ETC/.v.nft.v.new -P $ETC -o /run/trace -e trace=$call -e inject=$call:signal=KILL:when=$n "$NB" save-firewall v >/dev/null 2>&1 & wait $! 2>/dev/null || killed=$((killed + 1))
            # whole: the old or the new one
            cmp -s $ETC/v.nft /run/v.before || unshare -n nft -f $ETC/v.nft
            $NB up v; contains "$(rules v)" "policy drop"
            in_ns v nft add table inet more; $NB save-firewall v; contains "$(cat $ETC/v.nft)" 'table inet more'
            same "$(find $ETC -name '.*.new')" ''
            in_ns v nft delete table inet more
        done
    done
    $NB down v; rm /run/v.before; settled; [ $killed -ge 5 ]
}
auto_saved() {
    box o o.nft '' $'\nAutoSave=yes'; { echo '# with care'; only 80; } | nft_file o
    $NB up o; $NB down o; contains "$(head -n 1 $ETC/o.nft)" '# with care'
    $NB up o; in_ns o nft add table inet live; same "$($NB down o 2>&1)" ''
    contains "$(head -n 1 $ETC/o.nft)" '# Saved by AutoSave=yes, from the namespace o'
    $NB up o; contains "$(rules o)" 'table inet live'; way_out o
    # what the admin writes before a restart is what is loaded afterwards
    only 81 | nft_file o; contains "$($NB down o 2>&1)" "o: the rules are not saved: $ETC/o.nft: has been edited since it was loaded"
    $NB up o; contains "$(rules o)" 'dport 81'
    in_ns o nft flush ruleset; contains "$($NB down o 2>&1)" 'the namespace has no rules any more'; contains "$(cat $ETC/o.nft)" 'dport 81'
    # in the background too
    $NB up o; in_ns o nft add table inet back; $NB down --no-block o; wait_until 100 sh -c '! ip netns exec o true'; wait_until 100 grep -q back $ETC/o.nft
    wait_until 100 settled || settled
}
auto_save_fails() {
    box p p.nft '' $'\nAutoSave=yes'; only 80 | nft_file p; cp -a $ETC /run/etc
    mount -t tmpfs -o size=32k,mode=755 tmpfs $ETC; cp -a /run/etc/p.n* $ETC/
    $NB up p; in_ns p nft add table inet live; dd if=/dev/zero of=$ETC/filler bs=4k 2>/dev/null || :
    contains "$($NB down p 2>&1)" "p: the rules are not saved: $ETC/p.nft: cannot be written: No space left on device"
    fails ip netns exec p true; cmp /run/etc/p.nft $ETC/p.nft
    umount $ETC; rm -r /run/etc; settled
}
# with what netns@.service leaves to it: no CAP_CHOWN, no CAP_DAC_OVERRIDE
as_in_unit() { setpriv --bounding-set=-all,+sys_admin,+net_admin "$@"; }
unit_saves() {
    box z z.nft '' $'\nAutoSave=yes'; only 80 | nft_file z 640; chgrp netusers $ETC/z.nft
    as_in_unit $NB up z; in_ns z nft add table inet live; same "$(as_in_unit $NB down z 2>&1)" ''
    contains "$(cat $ETC/z.nft)" 'table inet live'
    same "$(stat -c '%a %U:%G' $ETC/z.nft)" '600 root:root' # its group it cannot have, and another's gets nothing
    settled
}
vendor_saved() {
    box y y.nft '' $'\nAutoSave=yes'; only 80 >/usr/lib/netns-broker/y.nft
    $NB up y; $NB down y; [ ! -e $ETC/y.nft ]
    $NB up y; in_ns y nft add table inet live; $NB down y; contains "$(cat $ETC/y.nft)" 'table inet live'
    $NB up y; contains "$(rules y)" 'table inet live'; $NB down y; same "$(grep -c live /usr/lib/netns-broker/y.nft)" 0
    rm /usr/lib/netns-broker/y.nft; settled
}

# one that fails leaves its namespaces: they are not to fail the next ones
try() { it "$@"; $NB down --all 2>/dev/null; }

world_up
$NB up --type=nat warm; $NB down warm
BEFORE=$(host_state)
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
try "save-firewall: what is saved loads as the same rules, without counts and what expires" saved
try "save-firewall: the template and files elsewhere are not written to" saved_elsewhere
try "save-firewall: what is not saved, and why" not_saved
try "save-firewall: rules in which nft would find a file to include are not saved" included_by_comment
try "save-firewall: rules in which nft would find another command are not saved, and hold nobody up" named_like_a_command
try "save-firewall: a full disk keeps the old file; mode and group stay" disk_full
try "save-firewall: kill -9 leaves a whole file" killed_save
try "AutoSave=yes saves at stop, when something has changed, and never over an edit" auto_saved
try "AutoSave=yes that fails is a warning" auto_save_fails
try "AutoSave=yes of a file in /usr/lib saves in /etc" vendor_saved
try "AutoSave=yes works with the capabilities of the unit" unit_saves
$NB down --all
world_down
finish
