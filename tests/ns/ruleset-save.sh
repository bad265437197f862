#!/bin/bash
# The namespace's own firewall: saved.
. "$TOP/tests/firewall.sh"

# Everything that a listing has to be more than copied for. The live part: counts, an address banned for a time, one for good.
RICH='table inet box {
    counter hits { }
    set banned { type ipv4_addr; flags timeout; }
    set knocked { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1h; }
    map ports { type ipv4_addr : inet_service; flags interval; elements = { 10.0.0.0/8 : 80, 192.0.2.0/24 : 81 }; }
    chain out {
        type filter hook output priority 0; policy drop;
        oif lo accept
        udp dport 9 counter name hits
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
    in_ns s bash -c 'echo >/dev/udp/203.0.113.2/9' || :
    in_ns s nft list counter inet box hits >/run/count; contains "$(cat /run/count)" 'packets 1 '; same "$($NB up s 2>&1)" ''; same "$(in_ns s nft list counter inet box hits)" "$(cat /run/count)"
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
    contains "$(said_of timeout 60 $NB save-firewall i)" "i: not saved: $ETC/i.nft: not written, nft would take words of these rules for commands"
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
    contains "$(said_of timeout 60 $NB save-firewall i)" "i: not saved: $ETC/i.nft: not written, nft would take words of these rules for commands"
    cmp /run/i.before $ETC/i.nft
    only 81 | nft_file i; timeout 60 $NB up i; contains "$(rules i)" 'dport 81' # other rules can be given to it all the same
    in_ns i python3 /run/evil.py
    contains "$(timeout 60 $NB down i 2>&1)" 'i: the rules are not saved: '; fails ip netns exec i true
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
end_firewall
finish
