#!/bin/bash
# What becomes of a DHCP client once it is there, and of its lease: it dies, gets nothing, is started again, is another one.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/dhcp.sh"

keeper_pid() { cut -d' ' -f1 "/run/netns-broker/dhcp/leased/macvlan.keep"; }
clients() { ip netns pids leased | xargs -r ps -o pid=,args= -p | grep -e ' dhcpcd' -e ' dhclient' -e ' udhcpc' | grep -v /keep; }
dies() {
    leased_conf "$1"; $NB up leased; kill -9 "$(keeper_pid)"; kill -9 "$(client_pid)"; wait_until 100 fails kill -0 "$(client_pid)"; wait_until 100 fails kill -0 "$(keeper_pid)"
    local said rc=0; said=$($NB doctor leased 2>&1) || rc=$?
    contains "$said" "[Link macvlan]: its DHCP client, $1, has ended: nobody renews its lease, which runs out 2"; contains "$said" 'netnsctl start leased starts it again'
    fails grep -q broken <<<"$said"
    contains "$($NB status leased)" "nobody renews that: $1 has ended"
    same "$($NB status --json leased | jq '.. | .lease? // empty | .ended')" true
    # the clock was set meanwhile: the lease is as good as before
    jq '.ipv4.since -= 1000000000' /run/netns-broker/dhcp/leased/macvlan.json >/run/old.json; cat /run/old.json >/run/netns-broker/dhcp/leased/macvlan.json
    contains "$($NB status leased)" "DHCP ($1) of 10.77.0.1, until 2"
    # one without an end has none
    jq '.ipv4.seconds = 4294967295' /run/old.json >/run/netns-broker/dhcp/leased/macvlan.json
    fails grep -q 'until\|ran out' <<<"$($NB status leased)"; cat /run/old.json >/run/netns-broker/dhcp/leased/macvlan.json
    # its lease has run out since
    jq '.ipv4.boot -= 100000' /run/netns-broker/dhcp/leased/macvlan.json >/run/old.json; cat /run/old.json >/run/netns-broker/dhcp/leased/macvlan.json
    rc=0; said=$($NB doctor leased 2>&1) || rc=$?
    same $rc 1; contains "$said" "its DHCP client, $1, has ended and there is no lease"
    contains "$($NB status leased)" "DHCP ($1) of 10.77.0.1, ran out 2"
    $NB start leased; same "$($NB status --json leased | jq '.. | .lease? // empty | .ended')" null
    fails grep -q 'has ended' <<<"$($NB doctor leased)"; kill -0 "$(client_pid)"; wait_until 200 sh -c 'ip -n leased -4 addr show dev eth0 | grep -q 10.77.0.1'; $NB down leased; gone
}
is_dead() { [ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; }
# the first choice is installed while another one is at work: that stays as long as any of it is there
better_client() {
    needs_client dhclient; needs_client dhcpcd
    mv /usr/sbin/dhcpcd /usr/sbin/dhcpcd.away; trap '[ ! -e /usr/sbin/dhcpcd.away ] || mv /usr/sbin/dhcpcd.away /usr/sbin/dhcpcd' EXIT
    leased_conf auto DHCP=yes; $NB up leased; wait_until 100 sh -c 'ip -n leased -6 addr show dev eth0 | grep -q "fd55::1.*/128"'
    local six file=/run/netns-broker/dhcp/leased/macvlan; wait_until 100 sh -c "jq -e .ipv6.addresses[0] $file.json"; six=$(lease '.ipv6.addresses[0]')
    mv /usr/sbin/dhcpcd.away /usr/sbin/dhcpcd
    kill -9 "$(keeper_pid)" "$(client_pid)"; wait_until 100 fails kill -0 "$(client_pid)"
    $NB up leased; same "$(lease .client)" dhclient; same "$(lease '.ipv6.addresses[0]')" "$six"; fails grep dhcpcd <<<"$(clients)"; same "$(clients | wc -l)" 2
    # a part of a lease that was taken half, and then nobody is left
    local pid all; all=$(cut -d' ' -f1 $file.keep $file.keep6 $file.pid $file.pid6)
    kill -9 $all; for pid in $all; do wait_until 100 is_dead "$pid"; done
    ip -n leased addr add 10.77.0.222/24 dev eth0; ip -n leased addr add 10.77.0.223/24 dev eth0
    jq '.former.ipv4.addresses=["10.77.0.222/24"] | .ipv4.addresses=["10.77.0.223/24"]' $file.json >/run/old.json; cat /run/old.json >$file.json
    $NB up leased; same "$(lease .client)" dhcpcd; fails grep dhclient <<<"$(clients)"
    fails grep -e 10.77.0.22 -e "$six" <<<"$(ip -n leased addr)"
    wait_until 300 sh -c "jq -e .ipv4.addresses[0] $file.json"; same "$(lease .former)" null
    # and its script, should that be late
    in_ns leased env NETNS=leased NETNS_LINK=macvlan NETNS_CLIENT=dhclient reason=BOUND interface=eth0 new_ip_address=10.77.0.200 new_subnet_mask=255.255.255.0 /usr/libexec/netns-broker/lease && return 1
    fails grep 10.77.0.200 <<<"$(addresses)$(lease .)"
    $NB down leased; gone
}
half_there() { # one family comes, the other does not
    needs_client dhcpcd; serve_end; serve 10.77.0.53 $V6
    leased_conf dhcpcd DHCP=yes DHCPTimeout=8; $NB up leased; contains "$(ip -n leased -6 addr show dev eth0)" fd55::1
    contains "$($NB status leased)" 'no IPv4 lease yet (dhcpcd is asking)'; $NB status --json leased | json_told
    wait_until 60 sh -c "$NB doctor leased | grep 'DHCP: .Link macvlan.: dhcpcd has been asking for .* s, and has got no IPv4 lease'"
    # an advertisement without an address is no lease either
    jq 'del(.ipv6) | .ra.addresses=[]' /run/netns-broker/dhcp/leased/macvlan.json >/run/old.json; cat /run/old.json >/run/netns-broker/dhcp/leased/macvlan.json
    contains "$($NB doctor leased)" 'and has got no lease'; contains "$($NB status leased)" 'no lease yet (dhcpcd is asking)'
    server_back; $NB down leased; $NB up leased; wait_until 200 sh -c "jq -e '.ipv4 and .ipv6' /run/netns-broker/dhcp/leased/macvlan.json"
    fails grep DHCP: <<<"$($NB doctor leased)"; fails grep 'lease yet' <<<"$($NB status leased)"; $NB down leased; gone
    # one without IPv6 is a network like others
    serve_end; serve 10.77.0.53 $V4; leased_conf dhcpcd DHCP=yes DHCPTimeout=8; $NB up leased; contains "$(address)" 10.77.0.1
    wait_until 100 sh -c "$NB doctor leased | grep 'has got no IPv6 lease'"
    same "$($NB doctor --json leased | jq -r '.. | select(.topic? == "DHCP") | .level')" note
    $NB down leased; gone
}
alone() { # what would have started it again has died
    leased_conf "$1"; $NB up leased; kill -9 "$(keeper_pid)"; wait_until 100 fails kill -0 "$(keeper_pid)"
    contains "$($NB doctor leased 2>&1)" "[Link macvlan]: nobody would start its DHCP client, $1, again if that ended"
    local pid; pid=$(client_pid); $NB up leased; same "$(client_pid)" "$pid"; kill -0 "$(keeper_pid)"; $NB down leased; gone
}
# while `up` waits, and where it does not
still_asking() {
    leased_conf "$1" DHCPTimeout=20; serve_end
    $NB up leased 2>/dev/null & local up=$!
    wait_until 100 test -e /run/netns-broker/dhcp/leased/macvlan.pid
    wait_until 40 sh -c "$NB doctor leased | grep -q 'DHCP: \[Link macvlan\]: $1 is still asking, for . s now'"
    contains "$($NB doctor leased)" 'state: it is being started or stopped just now'
    server_back; wait $up
    fails grep -q DHCP: <<<"$($NB doctor leased)"
    leased_conf "$1" DHCPTimeout=0; serve_end; $NB up leased
    local said; said=$($NB doctor leased) || :
    contains "$said" "DHCP: [Link macvlan]: $1 is still asking, for"; fails grep -q 'got no lease' <<<"$said"
    server_back; $NB down leased; gone
}
runs_again() { [ "$(client_pid)" != "$1" ] && kill -0 "$(client_pid)"; } # OLD
restarted() { # CLIENT: its lease stays meanwhile
    needs_client "$1"; leased_conf "$1"; $NB up leased; log_begin
    local before pid i; before=$(address); contains "$before" 10.77.0.1
    ip -n leased -o monitor address >/run/monitor & local monitor=$!; wait_until 100 test -e /run/monitor
    for i in 1 2; do
        pid=$(client_pid); kill -9 "$pid"
        wait_until 100 runs_again "$pid"
        contains "$(cat /run/syslog)" "leased: [Link macvlan]: $1 has ended (killed by signal 9); it is started again in $i s"
        sleep 2; same "$(address)" "$before"; contains "$(resolv)" 10.77.0.53; contains "$(ip -n leased route show default)" 'via 10.77.0.1'
        in_ns leased ping -c 1 -W 5 10.77.0.1
    done
    kill $monitor; wait $monitor 2>/dev/null || :
    fails grep "Deleted.*${before%/*}" /run/monitor
    # none of the former's is left
    local leaders; leaders=$(clients | awk '{ print $1 }' | xargs ps -o sid= -p | sort -u | wc -l); same "$leaders" 1
    # and it renews what it has
    serve_end; serve 10.77.0.54 $V4; [ "$1" != udhcpc ] || kill -USR1 "$(client_pid)"
    wait_until 300 grep -q 10.77.0.54 /run/netns-broker/dns/leased/resolv.conf || { resolv; clients; cat /run/syslog; return 1; }
    log_end; $NB down leased; gone
}
seldom() { # one that dies at once each time
    leased_conf "$1"; $NB up leased
    local pid= last= end=$((SECONDS + 8)) starts=0
    while [ $SECONDS -lt $end ]; do
        pid=$(client_pid); [ "$pid" = "$last" ] || { starts=$((starts + 1)); last=$pid; kill -9 "$pid"; }
        sleep 0.05
    done
    [ $starts -ge 3 ] && [ $starts -le 5 ] || { echo "started $starts times"; return 1; }
    # up does not wait for it
    $NB up leased; kill -0 "$(client_pid)"; $NB down leased; gone
}
# what cannot be done is told as it is, and nothing is lost by it
no_reaction() { # poll says that it has not ended yet
    leased_conf "$1" DHCPTimeout=0; $NB up leased
    local out; out=$(strace -qq -o /run/trace -e trace=poll -e inject=poll:retval=0 $NB down leased 2>&1) && return 1
    contains "$out" "macvlan.keep cannot be ended: it does not react"; $NB down leased; gone
}
no_fork() {
    leased_conf "$1" DHCPTimeout=0; $NB up leased
    local keeper before trace pid; keeper=$(keeper_pid); pid=$(client_pid); before=$(ls /proc/$keeper/fd | wc -l)
    strace -qq -o /run/trace -p "$keeper" -e trace=clone,clone3,fork,vfork -e inject=clone,clone3,fork,vfork:error=EAGAIN & trace=$!
    sleep 0.5; kill -9 "$pid"; wait_until 200 sh -c '[ $(grep -c EAGAIN /run/trace) -ge 2 ]'
    kill $trace; wait $trace || :
    [ "$(ls /proc/$keeper/fd | wc -l)" -le "$before" ] || { ls -l /proc/$keeper/fd; return 1; }
    wait_until 200 runs_again "$pid"; $NB down leased; gone
}
not_after_down() {
    leased_conf "$1"; local i
    for i in 0 0.5 0.9 1 1.1; do
        $NB up leased; kill -9 "$(client_pid)"; sleep $i; $NB down leased; gone
    done
    sleep 2; fails pgrep -f libexec/netns-broker/keep; gone
}
not_after_removal() {
    leased_conf "$1"; $NB up leased; local pid; pid=$(client_pid); ip netns del leased; kill -9 "$pid"
    sleep 2.5; same "$(client_pid)" "$pid"; fails pgrep -f libexec/netns-broker/keep; $NB down leased; gone
}
lease_over() { # nobody answers any more, and the client is another by now
    leased_conf udhcpc DHCPTimeout=1; serve_end; $NB up leased; log_begin
    LEASE='ip=10.77.0.201 router=10.77.0.1 dns=10.77.0.66 lease=5' told bound
    local pid; pid=$(client_pid); kill -9 "$pid"; wait_until 60 runs_again "$pid"
    same "$(addresses)" 10.77.0.201/24; contains "$(resolv)" 10.77.0.66; sleep 1; contains "$(resolv)" 10.77.0.66
    wait_until 120 sh -c '! grep -q 10.77.0.66 /run/netns-broker/dns/leased/resolv.conf'
    contains "$(cat /run/syslog)" 'leased: [Link macvlan]: the lease is over: udhcpc has ended, and nobody has renewed it'
    same "$(addresses)" ''; same "$(lease .ipv4)" null; same "$(ip -n leased route show default)" ''
    kill -0 "$(client_pid)"; log_end; $NB down leased; gone
}
lease_over_later() { # what fails when it is over is done by the next look
    leased_conf udhcpc DHCPTimeout=1; serve_end; $NB up leased; log_begin
    LEASE='ip=10.77.0.201 dns=10.77.0.66 lease=4' told bound
    local file=/run/netns-broker/dns/leased/resolv.conf pid; pid=$(client_pid); kill -9 "$pid"; wait_until 60 runs_again "$pid"
    mv $file /run/resolv.away; wait_until 120 grep -q 'macvlan.: its resolv.conf has gone' /run/syslog; mv /run/resolv.away $file
    contains "$(resolv)" 10.77.0.66; same "$(addresses)" ''
    # its poll: not for ever, but for a minute
    [ "$(uname -m)" != x86_64 ] || wait_until 20 grep -q ' 0xea60 ' "/proc/$(keeper_pid)/syscall" || { cat "/proc/$(keeper_pid)/syscall"; return 1; }
    # it looks when the client has ended too
    pid=$(client_pid); kill -9 "$pid"; wait_until 20 fails grep -q 10.77.0.66 $file; same "$(client_pid)" "$pid"
    log_end; $NB down leased; gone
}
removed_by_hand() { leased_conf "$1"; $NB up leased; ip netns del leased; $NB down leased; gone; }

network_up; server_back
it "a client that died with what starts it again is told by doctor and status, and started by what is advised" dies $FIRST
it "what starts it again is started by up, where it died" alone $FIRST
it "a client that is installed while another is at work does not come beside it, nor after it without taking back what it had" better_client
it "one of two families that does not come is told by status and doctor" half_there; server_back
it "one that is still asking is said to, and no server is blamed" still_asking $FIRST
for c in dhcpcd dhclient udhcpc; do
    it "$c: one that died is started again within seconds, and its lease stays" restarted $c; server_back
done
it "one that dies at once each time is started more and more seldom, but by up" seldom $FIRST
it "a process that does not end is said not to react" no_reaction $FIRST
it "what starts clients keeps no descriptor where it cannot" no_fork $FIRST
it "a client is not started again after down" not_after_down $FIRST
it "nor in a namespace removed by hand" not_after_removal $FIRST
it "a lease that a client left goes when its time is over" lease_over; server_back
it "what could not be done when its time was over is done at the next look" lease_over_later; server_back
it "a namespace removed by hand: down ends its client" removed_by_hand $FIRST
network_down
rm -f /etc/netns-broker/leased.netns
finish
