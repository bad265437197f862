#!/bin/bash
# leftovers.sh CMD [ARG...] - inside sandbox.sh: run CMD and compare the host's state before and after. What differs is one failed
# test; CMD's own output and exit status pass through.
set -u
state() {
    for what in link addr 'route show table all' '-6 route show table all' rule '-6 rule' 'neigh show nud permanent' 'netns list'; do
        echo "## ip $what"
        ip -d $what
    done
    echo "## nft"
    nft list ruleset
    echo "## sysctl"
    # conntrack's counter and what the kernel derives from memory or time are nobody's doing
    sysctl -a --pattern '^net\.' 2>/dev/null | grep -v -e nf_conntrack_count -e nf_conntrack_buckets -e nf_conntrack_max -e '\.stat_refresh'
    echo "## mounts"
    # /run/netns becomes a shared mount at its first use, by `ip netns` and by us alike, and stays one
    awk '$5 != "/run/netns" { print $4, $5, $6, $9, $10 }' /proc/self/mountinfo | sed 's/ shared:[0-9]*//; s/ master:[0-9]*//'
    echo "## processes"
    # listed first and filtered after, or the pipeline would list itself; this script's own subshells are nobody's leftovers
    local all; all=$(ps -e -o ppid=,pid=,args=)
    awk -v me=$$ '$1 != me && $2 != me && !/leftovers\.sh/ { $1 = $2 = ""; print }' <<<"$all" | sort
    echo "## files"
    find /run/netns /etc/netns /run/netns-broker/state -mindepth 1 2>/dev/null
}

# A module that the kernel loads when it is first wanted brings settings along, and stays
modprobe -qa nf_conntrack nf_flow_table 2>/dev/null || :
before=$(state 2>&1)
rc=0
"$@" || rc=$?
# a process that was just told to end, or a device the kernel is still taking down, gets a second
for _ in 1 2 3 4 5 6 7 8 9 10; do
    after=$(state 2>&1)
    [ "$before" != "$after" ] || break
    sleep 0.1
done
if [ "$before" = "$after" ]; then
    echo "ok - ${LEFTOVERS_NAME-$1} leaves the host as it was"
else
    echo "not ok - ${LEFTOVERS_NAME-$1} leaves the host as it was"
    diff <(echo "$before") <(echo "$after") | sed 's/^/    /' | head -n 60
    [ $rc != 0 ] || rc=1
fi
exit $rc
