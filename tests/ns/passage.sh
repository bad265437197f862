#!/bin/bash
# Beside other firewalls that drop by default: hand-written nftables, iptables over nftables, iptables-legacy.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/foreign/beside.sh"

strict_policy() {
    nft -f - <<'X'
table inet fw {
    set bad { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 } }
    chain forward {
        type filter hook forward priority filter; policy drop;
        ct state vmap { established : accept, related : accept, invalid : drop }
        ip daddr @bad counter drop
        log prefix "dropped: "
    }
    chain input {
        type filter hook input priority filter; policy drop;
        iif lo accept
        iifname "uplink0" meta l4proto { icmp, ipv6-icmp } accept
        iifname "uplink0" ct state established,related accept
    }
    chain output {
        type filter hook output priority filter; policy drop;
        oif lo accept
        oifname "uplink0" accept
    }
}
X
}
strict_rule() {
    nft -f - <<'X'
table inet fw {
    chain no {
        meta l4proto tcp reject with tcp reset
        reject with icmpx admin-prohibited
    }
    chain forward {
        type filter hook forward priority filter - 5; policy accept;
        iifname "lan0" accept
        ct state established,related accept
        goto no
    }
    chain input {
        type filter hook input priority filter; policy accept;
        iif lo accept
        ct state established,related accept
        ip6 nexthdr ipv6-icmp accept
        counter drop
    }
}
table ip old {
    chain ahead { type filter hook forward priority 10; policy drop; }
}
X
}
strict_iptables() {
    local f
    for f in iptables ip6tables; do
        $f-nft -P FORWARD DROP
        $f-nft -P INPUT DROP
        $f-nft -A INPUT -i lo -j ACCEPT
        $f-nft -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        $f-nft -A FORWARD -p tcp --dport 25 -m comment --comment 'no "mail"' -j REJECT
    done
    ip6tables-nft -A INPUT -p ipv6-icmp -i uplink0 -j ACCEPT
}
strict_legacy() {
    local f
    for f in iptables ip6tables; do
        $f-legacy -P FORWARD DROP
        $f-legacy -A INPUT -i lo -j ACCEPT
        $f-legacy -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    done
    ip6tables-legacy -A INPUT -p ipv6-icmp -j ACCEPT
    iptables-legacy -A INPUT -j REJECT; ip6tables-legacy -A INPUT -j REJECT
}
legacy_away() {
    local f
    for f in iptables ip6tables; do $f-legacy -F; $f-legacy -P FORWARD ACCEPT; done
}

# --- what is forbidden in particular stays forbidden ---
particular() {
    ip addr add 192.0.2.9/32 dev lo; ip -n net addr add 192.0.2.2/32 dev lo; ip route add 192.0.2.2 via 203.0.113.2
    local rc=0 host
    host=$(curl -s -m 3 http://192.0.2.2/)
    in_ns shut curl -s -m 1 http://192.0.2.2/ || rc=$?
    ip addr del 192.0.2.9/32 dev lo; ip -n net addr del 192.0.2.2/32 dev lo; ip route del 192.0.2.2
    same "$host $rc" "203.0.113.1 28"
}
particular_iptables() {
    local rc=0
    web net 25 mail
    in_ns shut curl -s -m 1 http://203.0.113.2:25/ || rc=$?
    web_end
    same $rc 7
}
# comments as iptables writes them, quotes and all, survive our looking
iptables_can_list() { contains "$(iptables-nft-save)" 'no \"mail\"'; contains "$(iptables-nft -S FORWARD)" 'netns-broker: from namespaces'; }
legacy_not_made() { same "$(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names)" ''; }

# rules that change meanwhile: the real program, but for the status it has then, once for each family
listed_again() {
    local said real=/usr/sbin/xtables-legacy-multi
    cp $real /tmp/real-multi
    printf '#!/bin/bash\n[ "$1" != -S ] || [ -e "/tmp/again-${0##*/}" ] || { touch "/tmp/again-${0##*/}"; exit 4; }\nexec -a "$0" /tmp/real-multi "$@"\n' >/tmp/again
    chmod 755 /tmp/again
    mount --bind /tmp/again $real
    said=$($NB up --type=nat busy 2>&1) || :
    wait_until 100 umount $real # who watches may run it still
    $NB down busy
    same "$said" ''
    [ -e /tmp/again-iptables-legacy ] && [ -e /tmp/again-ip6tables-legacy ]
}

# what a command runs beside itself
programs_of() { strace -f -q -e trace=execve -o /tmp/execs "$@"; grep -v -e broker/watch -e exited /tmp/execs | sed -n '2,$s/.*execve("\([^"]*\)".*/\1/p'; }
nothing_foreign() {
    $NB up --type=nat shut
    [ ! -e /run/netns-broker/passage ]; [ ! -e /run/netns-broker/obstacles.json ]
    same "$(ours | paste -sd ' ')" '0 0 0'
    # nft runs for our own table, once; nothing else is started
    $NB down shut
    same "$(programs_of $NB up --type=nat shut)" /usr/sbin/nft
    same "$(programs_of $NB up --type=nat other)" ''
    $NB down --all
}
accepting() {
    nft -f - <<'X'
table inet fw {
    chain forward { type filter hook forward priority 0; policy accept; ip daddr 192.0.2.0/24 drop; }
    chain input { type filter hook input priority 0; policy accept; ct state invalid drop; tcp dport 23 drop; }
}
X
    local before; before=$(foreign_state)
    $NB up --type=nat shut
    diff <(echo "$before") <(foreign_state)
    $NB down --all
    nft delete table inet fw
}
reloaded() {
    strict_policy; $NB up --type=nat shut
    nft delete table inet fw; strict_policy
    fails out4 shut 1
    $NB up --type=nat other
    same "$(out4 shut)" 203.0.113.1
    # and what is not needed any more goes
    nft chain inet fw forward '{ policy accept; }'
    nft flush chain inet fw forward
    $NB up --type=nat other
    fails grep -q 'netns-broker: ' <<<"$(nft list chain inet fw forward)"
    $NB down --all; nft delete table inet fw
}
killed() {
    strict_policy; $NB up --type=nat shut
    FOREIGN=$(strip_ours; foreign_state)
    # between our rules and what is remembered of them
    printf 'changing\n' >/run/netns-broker/passage
    $NB up --type=nat shut
    b_gone
    nft delete table inet fw
}
# a table that belongs to a running program
owned() {
    python3 - <<'X' &
import os, socket, struct, time
NEW = lambda t: 0xa00 | t
def attr(t, d): return struct.pack('=HH', len(d) + 4, t) + d + b'\0' * (-len(d) % 4)
def msg(t, flags, family, body, res=0): return struct.pack('=IHHII', 20 + len(body), t, flags, 1, 0) + struct.pack('=BBH', family, 0, socket.htons(res)) + body
nest = 0x8000
table = attr(1, b'mine\0') + attr(2, struct.pack('>I', 2))  # NFT_TABLE_F_OWNER
chain = attr(1, b'mine\0') + attr(3, b'wall\0') + attr(4 | nest, attr(1, struct.pack('>I', 2)) + attr(2, struct.pack('>i', 0))) + attr(7, b'filter\0') + attr(5, struct.pack('>I', 0))
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.bind((0, 0))
s.send(msg(0x10, 1, 0, b'', 10) + msg(NEW(0), 0x401 | 4, 1, table) + msg(NEW(3), 0x401, 1, chain) + msg(0x11, 1, 0, b'', 10))
time.sleep(600)
X
    local owner=$! rc=0 said
    wait_until 100 nft list chain inet mine wall
    $NB up --type=nat shut
    said=$(cat /run/netns-broker/obstacles.json)
    out4 shut 1 || rc=$?
    contains "$($NB status shut)" 'inet mine wall'
    contains "$($NB status --json shut)" '"policy": "drop"'
    $NB status --json | json_told
    kill $owner; wait $owner 2>/dev/null || :
    wait_until 50 fails nft list table inet mine
    contains "$(jq -c '.[] | [.family, .table, .chain, .hook, .policy, .why]' <<<"$said")" '["inet","mine","wall","forward","drop","owned by a running program"]'
    same $rc 28
    # it is gone, and the next look sees that
    nft add table inet x; nft delete table inet x
    $NB up --type=nat shut
    [ ! -e /run/netns-broker/obstacles.json ]
    same "$(out4 shut)" 203.0.113.1
    $NB down --all
}
kill_switch() {
    nft -f - <<'X'
table inet fw {
    chain forward { type filter hook forward priority 0; policy accept; oifname "uplink0" drop; oifname "virbr0" reject; }
}
X
    local before; before=$(foreign_state)
    $NB up --type=nat shut
    diff <(echo "$before") <(foreign_state)
    same "$(jq -c '.[] | [.chain, .rule, .why]' /run/netns-broker/obstacles.json)" '["forward","oifname \"uplink0\" drop","it names a way out"]'
    $NB down --all
    nft delete table inet fw
}
no_iptables() {
    iptables-nft -P FORWARD DROP
    mount --bind /dev/null /usr/sbin/xtables-nft-multi
    $NB up --type=nat shut
    umount /usr/sbin/xtables-nft-multi
    same "$(jq -c '.[] | [.table, .chain, .why]' /run/netns-broker/obstacles.json)" "[\"filter\",\"FORWARD\",\"iptables', which is not installed\"]"
    nft add table inet x; nft delete table inet x
    $NB up --type=nat shut
    same "$(out4 shut)" 203.0.113.1
    $NB down --all
    nft delete table ip filter
}

world_up
unwatched
it "without another firewall nothing more is run, and nothing is written down" nothing_foreign
it "a firewall that forbids things in particular alone is not touched" accepting
watched
strict_policy
beside "a default-drop nftables policy"
it "what an nftables rule forbids in particular stays forbidden" particular
beside_end "a default-drop nftables policy"
nft delete table inet fw
strict_rule
beside "nftables rules that drop the rest"
beside_end "nftables rules that drop the rest"
nft delete table inet fw; nft delete table ip old
it "looking makes no table of iptables-legacy" legacy_not_made
strict_iptables
beside "iptables over nftables"
it "what an iptables rule forbids in particular stays forbidden" particular_iptables
it "iptables can still list its tables" iptables_can_list
beside_end "iptables over nftables"
nft delete table ip filter; nft delete table ip6 filter
strict_legacy
beside "iptables-legacy"
beside_end "iptables-legacy"
it "a list of iptables-legacy that gave up is asked for again" listed_again
legacy_away
unwatched
it "a firewall that was loaded anew gets our rules at the next up, one that opened loses them" reloaded
it "what was killed before it was done is undone" killed
it "a table that a running program owns is reported" owned
it "a rule against a way out is an obstacle that stays, one against another interface is none" kill_switch
it "without iptables its tables are left alone and reported" no_iptables
watched
world_down
finish
