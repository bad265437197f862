#!/bin/bash
# Up, down, and everything that can come between: twice, changed, foreign, at once; killed.sh has kill -9.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

inside() { ip -n "$1" -d -j addr | sed 's/"\(valid\|preferred\)_life_time":[0-9]*//g'; ip -n "$1" -j route; ip -n "$1" -6 -j route; ip -n "$1" rule; readlink /proc/self/ns/net; stat -Lc %i "/run/netns/$1"; }

up_up() {
    lab_conf; $NB up lab; wait_until 200 sh -c '! ip -n lab -6 addr show tentative | grep .'
    # the operational state, and the link-local address with it, follow within a second
    wait_until 200 sh -c 'ip -n lab -6 addr show dev vn-lab1 scope link | grep .'
    wait_until 200 sh -c '! ip -n lab -6 addr show tentative | grep .'
    wait_until 200 sh -c 'ip -6 addr show dev vn-lab0 scope link -tentative | grep .' # and the host's
    local a b; a=$(inside lab; host_state); $NB up lab; b=$(inside lab; host_state)
    diff <(echo "$a") <(echo "$b")
}
up_down() { $NB down lab; diff <(echo "$BEFORE") <(host_state); }
down_down() { $NB down lab; $NB down never-was; diff <(echo "$BEFORE") <(host_state); }
changed() {
    lab_conf 1400; $NB up lab; local ino; ino=$(stat -Lc %i /run/netns/lab)
    ip netns exec lab sleep 100 & local p=$!
    lab_conf 1300; contains "$($NB up lab 2>&1)" 'lab: changed as its file says'
    same "$(stat -Lc %i /run/netns/lab)" "$ino"
    same "$(ip -n lan -j link 2>/dev/null; ip -n lab -j link show vn-lab1 | jq '.[0].mtu')" 1300
    same "$(ip -n lab rule | grep -c 'lookup 7')" 1
    same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    same "$(readlink "/proc/$(pgrep -f 'sleep 100')/ns/net" | tr -dc 0-9)" "$ino"
    kill $p; wait $p 2>/dev/null || :; $NB down lab
}
bad_file_keeps() {
    lab_conf; $NB up lab
    echo 'Nonsense=yes' >>/etc/netns-broker/lab.netns
    local said; said=$($NB up lab 2>&1) && return 1
    contains "$said" 'lab.netns:11'
    same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down lab; diff <(echo "$BEFORE") <(host_state)
}
change_fails() {
    conf lab <<<$'[Namespace]\nType=nat'; $NB up lab; local ino; ino=$(stat -Lc %i /run/netns/lab)
    conf lab <<<$'[Namespace]\nType=nat\n[Link m]\nKind=macvlan\nParent=uplink0\nMTU=9000'
    local said; said=$($NB up lab 2>&1) && return 1
    contains "$said" 'lab.netns:4: [Link m] Kind=macvlan: cannot make m'
    same "$(stat -Lc %i /run/netns/lab)" "$ino"
    conf lab <<<$'[Namespace]\nType=nat'; $NB up lab
    same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down lab; diff <(echo "$BEFORE") <(host_state)
}
foreign() {
    ip netns add lab; local ino; ino=$(stat -Lc %i /run/netns/lab)
    local said; said=$($NB up lab 2>&1) && return 1
    contains "$said" 'a network namespace lab is there already and was not made by netns-broker; Adopt=yes'
    same "$(stat -Lc %i /run/netns/lab)" "$ino"; same "$(ip -n lab -j link | jq -r '[.[].ifname] | join(" ")')" lo
    $NB down lab; same "$(stat -Lc %i /run/netns/lab)" "$ino"
    ip netns del lab; diff <(echo "$BEFORE") <(host_state)
}
adopted() {
    ip netns add lab; ip -n lab link add keep type veth peer name keep2; ip -n lab addr add 10.1.1.1/24 dev keep
    conf lab <<<$'[Namespace]\nType=nat\nAdopt=yes'
    $NB up lab; same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down lab
    same "$(ip -n lab -j link | jq -r '[.[].ifname] | sort | join(" ")')" "keep keep2 lo"
    same "$(ip -n lab -j route | jq -r 'length')" 0
    ip netns del lab; diff <(echo "$BEFORE") <(host_state)
}
adopted_sysctls() { # setting "all" sets "default" too: they come back in the other order
    ip netns add lab; in_ns lab sysctl -qw net.ipv6.conf.default.disable_ipv6=1
    conf lab <<<$'[Namespace]\nType=nat\nAdopt=yes\nIPv6=no'
    $NB up lab; same "$(in_ns lab sysctl -n net.ipv6.conf.all.disable_ipv6)" 1
    $NB down lab
    same "$(in_ns lab sysctl -n net.ipv6.conf.all.disable_ipv6 net.ipv6.conf.default.disable_ipv6 | xargs)" '0 1'
    ip netns del lab; diff <(echo "$BEFORE") <(host_state)
}
# what cannot be removed is told, and tried again
not_all_removed() {
    conf lab <<<$'[Namespace]\nType=nat\n[NAT]\nHostAccess=yes'; $NB up lab
    # the watch may put it back meanwhile
    wait_until 50 sh -c 'rm -f /run/netns-broker/dns/lab/hosts; mkdir /run/netns-broker/dns/lab/hosts 2>/dev/null'; touch /run/netns-broker/dns/lab/hosts/x
    local said; said=$($NB down lab 2>&1) && return 1
    same "$said" 'netnsctl: lab: not all of it could be removed: cannot empty /run/netns-broker/dns/lab: Directory not empty'
    same "$($NB list --json | jq -r '.[] | select(.name == "lab").state')" broken
    fails ip netns exec lab true; fails ip link show vn-lab0
    rm -r /run/netns-broker/dns/lab/hosts; same "$($NB down lab 2>&1)" ''
    [ ! -e /run/netns-broker/state/lab.json ]
    diff <(echo "$BEFORE") <(host_state)
}
plain_file() {
    echo hello >/run/netns/lab; lab_conf
    local said; said=$($NB up lab 2>&1) && return 1
    contains "$said" '/run/netns/lab'
    same "$(cat /run/netns/lab)" hello; rm /run/netns/lab
}
stale_pin() {
    # what a reboot leaves where /run is a disk: the empty file of a pin without its mount, and a record of the former kernel's
    $NB up lab; umount /run/netns/lab; ip link del vn-lab0 || : # unless the kernel was faster
    $NB up lab; same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down lab; diff <(echo "$BEFORE") <(host_state)
}
deleted_by_hand() {
    $NB up lab; ip link del vn-lab0; ip netns del lab; $NB down lab; diff <(echo "$BEFORE") <(host_state)
}
name_taken() {
    ip link add vn-lab0 type veth peer name other; local before; before=$(host_state)
    local said; said=$($NB up lab 2>&1) && return 1
    contains "$said" 'cannot make vn-lab0: File exists'
    diff <(echo "$before") <(host_state); ip link del vn-lab0
}
kept_alive() {
    # any user can keep a namespace alive by an open fd: the links go all the same
    $NB up lab; exec 7</run/netns/lab; $NB down lab; local left; left=$(ip -j link | jq -r '.[].ifname' | grep -c vn-lab0) || :; 
    same "$left" 0; exec 7<&-
    diff <(echo "$BEFORE") <(host_state)
}
processes_inside() {
    $NB up lab; ip netns exec lab sleep 50 & local p=$!; sleep 0.1
    $NB down lab; kill -0 $p; kill $p; wait $p 2>/dev/null || :
    diff <(echo "$BEFORE") <(host_state)
}
at_once() {
    local p pids=() ok=0
    for _ in 1 2 3 4 5 6 7 8; do $NB up lab & pids+=($!); done
    for p in "${pids[@]}"; do wait "$p"; done
    same "$(ip -j link | jq '[.[] | select(.ifalias == "netns-broker:lab")] | length')" 1
    same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    pids=(); for _ in 1 2 3 4; do $NB down lab & pids+=($!); $NB up lab & pids+=($!); done
    for p in "${pids[@]}"; do wait "$p"; done
    $NB down lab; diff <(echo "$BEFORE") <(host_state)
}
no_block() {
    conf lab <<<$'[Namespace]\nType=nat'; $NB up lab; $NB down --no-block lab; $NB up lab
    same "$(in_ns lab curl -s -m 5 http://203.0.113.2/)" 203.0.113.1
    $NB down --no-block lab; $NB down lab; diff <(echo "$BEFORE") <(host_state)
}
hundred() {
    local n pids=() p
    for n in $(seq 100); do $NB up --type=nat "h$n" & pids+=($!); done
    for p in "${pids[@]}"; do wait "$p"; done
    same "$(ip netns list | grep -c '^h[0-9]')" 100
    same "$(ip -4 -j addr | jq '[.[] | select(.ifname | startswith("vn-h")) | .addr_info[].local] | unique | length')" 100
    $NB down --all; diff <(echo "$BEFORE") <(host_state)
}
hooks() {
    cat >/usr/local/sbin/hook <<'C'
#!/bin/sh
echo "$1 $NETNS ${IFNAME--} ${HOST_IFNAME--} $(readlink /proc/self/ns/net | tr -dc 0-9) $(env | wc -l)" >>/run/hooks
C
    chmod 755 /usr/local/sbin/hook; rm -f /run/hooks
    { printf '[Namespace]\nType=nat\n[Hooks]\n'; for h in PreUp PostUp PreDown PostDown InsidePreUp InsidePostUp InsidePreDown InsidePostDown; do echo "$h=/usr/local/sbin/hook $h \"two words\""; done; } | conf hk
    $NB up hk; local ns; ns=$(stat -Lc %i /run/netns/hk); $NB down hk
    local host; host=$(readlink /proc/self/ns/net | tr -dc 0-9)
    same "$(cut -d' ' -f1-5 /run/hooks)" "PreUp hk - - $host
InsidePreUp hk vn-hk1 vn-hk0 $ns
InsidePostUp hk vn-hk1 vn-hk0 $ns
PostUp hk vn-hk1 vn-hk0 $host
InsidePreDown hk vn-hk1 vn-hk0 $ns
PreDown hk vn-hk1 vn-hk0 $host
InsidePostDown hk vn-hk1 vn-hk0 $ns
PostDown hk vn-hk1 vn-hk0 $host"
}
hook_fails() {
    conf hk <<<$'[Namespace]\nType=nat\n[Hooks]\nPostUp=/bin/false'
    local said; said=$($NB up hk 2>&1) && return 1
    contains "$said" 'hk.netns:4: [Hooks] PostUp=/bin/false: /bin/false: exited with status 1'
    diff <(echo "$BEFORE") <(host_state)
}
hook_unsafe() {
    cp /bin/true /usr/local/sbin/mine; chown alice /usr/local/sbin/mine
    conf hk <<<$'[Namespace]\nType=nat\n[Hooks]\nPreUp=/usr/local/sbin/mine'
    local said; said=$($NB up hk 2>&1) && return 1
    contains "$said" "hk.netns:4: [Hooks] PreUp=/usr/local/sbin/mine: /usr/local/sbin/mine: a part of the path is not root's, or writable by others"
    chown root /usr/local/sbin/mine; chmod 777 /usr/local/sbin/mine; fails $NB up hk
    chmod 755 /usr/local/sbin/mine; $NB up hk; $NB down hk
    # a link through somebody's directory
    ln -s /usr/bin/true /home/alice/way; ln -sf /home/alice/way /usr/local/sbin/mine; fails $NB up hk
    diff <(echo "$BEFORE") <(host_state)
}
unsafe_file() {
    lab_conf; chown alice /etc/netns-broker/lab.netns; fails $NB up lab; chown root /etc/netns-broker/lab.netns
    chmod 666 /etc/netns-broker/lab.netns; fails $NB up lab; chmod 644 /etc/netns-broker/lab.netns
    fails ip netns exec lab true
}
no_programs() {
    conf plain <<<$'[Namespace]\nType=nat'; $NB up --type=nat first
    wait_until 40 nft list table inet netns-broker-guard # somebody watches already
    strace -f -o /run/trace "$NB" up plain
    same "$(grep -c 'execve(' /run/trace)" 1
    # a dump would carry NLM_F_DUMP = ROOT|MATCH; that of nftables' chains does not grow with the number of namespaces
    fails grep -E 'NLM_F_DUMP|NLM_F_ROOT|NLM_F_MATCH' <(grep -v NFT_MSG_GETCHAIN /run/trace)
    # the watch that it starts goes on, and with it strace would
    $NB down plain first; timeout 2 strace -I 1 -f -e trace=execve -o /run/trace "$NB" up plain || :
    same "$(grep 'execve(' /run/trace | grep -v netns-broker | grep -v netnsctl | grep -c nft)" 1
    $NB down plain; rm /run/trace
}
not_root() {
    local said; said=$(setpriv --reuid=alice --regid=61001 --clear-groups "$NB" up lab 2>&1) && return 1
    contains "$said" 'only root can do this'
}
radv() {
    # the host's own IPv6 comes by router advertisement, and stays
    ip netns add ra; ip link add wan0 type veth peer name eth0 netns ra; ip -n ra addr add 2001:db8:1::1/64 dev eth0 nodad; ip -n ra link set eth0 up; in_ns ra sysctl -qw net.ipv6.conf.all.forwarding=1
    ip link set wan0 up
    ip netns exec ra dnsmasq --keep-in-foreground --port=0 --user=root --pid-file= --leasefile-ro --conf-file=/dev/null --interface=eth0 --bind-interfaces --enable-ra --ra-param=eth0,4,30 --dhcp-range=2001:db8:1::,ra-only,64,60 & local p=$!
    wait_until 200 sh -c 'ip -6 addr show dev wan0 | grep -q 2001:db8:1:'
    wait_until 200 sh -c 'ip -6 route show default dev wan0 | grep -q ra'
    local routes; routes=$(ip -6 route show default dev wan0 | grep -o 'via [^ ]*')
    $NB up --type=nat lab1
    same "$(ip -6 route show default dev wan0 | grep -o 'via [^ ]*')" "$routes"
    # the route is renewed by the next advertisement
    expires() { ip -6 route show default dev wan0 | grep -o 'expires [0-9]*' | tr -dc 0-9; }
    local low high=0 i; low=$(expires)
    for i in $(seq 40); do sleep 0.5; high=$(expires); [ "$high" -le "$low" ] || break; low=$high; done
    kill $p; $NB down lab1; ip link del wan0; ip netns del ra
    [ "$high" -gt "$low" ] || { echo "no more advertisements are taken: expires in $high"; return 1; }
}

world_up
BEFORE=$(host_state)
it "up twice changes nothing" up_up
it "up and down leave the host as it was" up_down
it "down twice, and down of what never was up, are good and change nothing" down_down
it "a changed file is applied in the same namespace, programs inside stay" changed
it "a broken file keeps what runs, and down still works" bad_file_keeps
it "a change that the kernel refuses keeps the namespace, and the next up mends it" change_fails
it "a namespace of somebody else's is refused and not touched" foreign
it "Adopt=yes takes it over and gives it back" adopted
it "an adopted namespace gets back the sysctls that others set too" adopted_sysctls
it "down says what it could not remove, and removes it the next time" not_all_removed
it "a plain file in /run/netns is refused and not touched" plain_file
it "a pin that lost its mount is replaced" stale_pin
it "down of what was deleted by hand leaves nothing" deleted_by_hand
it "an interface name that is taken is one sentence, and the interface stays" name_taken
it "a namespace kept alive by an open fd loses its links all the same" kept_alive
it "processes inside are left alone by down" processes_inside
it "eight up at once make one namespace, up and down at once end in one state" at_once
it "down --no-block goes on in the background, and the next up waits for it" no_block
it "a hundred up at once" hundred
it "hooks run in order, inside and outside, with name and interfaces" hooks
it "a hook that fails undoes all and is named with file and line" hook_fails
it "a hook that others than root can change is not run" hook_unsafe
it "a file that others than root can change is refused" unsafe_file
it "up runs no programs but one nft for a host's boot, and dumps nothing" no_programs
# a namespace that the watch does not look after
file_gone() {
    conf gone <<<$'[Namespace]\nType=basic'; $NB up gone; rm /etc/netns-broker/gone.netns
    contains "$($NB list)" '(its file has gone)'; same "$($NB list --json | jq '.[] | select(.name == "gone") | .gone')" true
    local out; out=$($NB check gone) && return 1
    same "$out" 'gone: its file has gone while it is up: put gone.netns back, or stop it by netnsctl stop gone'
    $NB down gone; contains "$($NB check gone)" 'gone: no such namespace is configured'
}
it "a file that has gone under a namespace that is up is called that by list and check" file_gone
down_gone() {
    $NB up --type=basic left
    $NB down --gone left
    ip netns exec left true
    ip netns del left
    contains "$($NB down --gone left 2>&1)" 'left: somebody has removed its network namespace'
    [ ! -e /run/netns-broker/state/left.json ]
    fails $NB down --gone --no-block left
}
it "down --gone takes away what somebody else has removed, and nothing else" down_gone
it "up is root's" not_root
it "a host that lives by router advertisements keeps them" radv
$NB down --all
world_down
finish
