#!/bin/bash
# entry.sh - in sandbox.sh and polkit-bus.sh: running a program in a namespace that is up.
set -eu
. "$(dirname "$0")/measure.sh"

# firejail covers /var/tmp and /tmp
cp "$TARGET" /usr/local/bin/bench-target
TARGET=/usr/local/bin/bench-target

for name in plain covered ask; do
    printf '[Namespace]\nType=basic\nMountEtc=no\n[Access]\nUsers=alice\nAuthorize=list\n' | conf $name
done
sed -i 's/MountEtc=no/MountSys=yes/' /etc/netns-broker/covered.netns
sed -i 's/Authorize=list/Authorize=both/' /etc/netns-broker/ask.netns
mkdir -p /etc/netns/covered
echo 'nameserver 203.0.113.9' >/etc/netns/covered/resolv.conf
cat >/etc/polkit-1/rules.d/10-bench.rules <<'X'
polkit.addRule(function(action, subject) {
    if (action.id == "org.netns-broker.enter" && subject.user == "alice")
        return polkit.Result.YES;
});
X
echo '127.0.0.1 sandbox' >>/etc/hosts
echo 'alice:*:20000::::::' >>/etc/shadow # sudo wants an account, not only a user
echo 'alice ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/bench
chmod 440 /etc/sudoers.d/bench
sed -i 's/^restricted-network.*/restricted-network no/' /etc/firejail/firejail.config

"$SERVE" --listen /run/netns-broker/socket 2>"$WORK/serve.log" &
serve=$!
trap 'kill $serve ${thread-}; wait $serve || :' EXIT
as_alice() { setpriv --reuid=alice --regid=alice --clear-groups "$@"; }
wait_until 100 as_alice "$NETNSCTL" list
"$NETNSCTL" up plain covered ask
wait_until 100 as_alice "$CHNETNS" ask "$TARGET"
rss() { awk '/^VmRSS/ { print $2 }' /proc/$serve/status; }

say "entry, the list alone"
{
    case_run floor root "$TARGET"
    case_run nsenter root nsenter --net=/run/netns/plain "$TARGET"
    case_run 'ip netns exec' root ip netns exec plain "$TARGET"
    case_run 'ip netns exec, again' root ip netns exec plain "$TARGET"
    case_run chnetns alice "$CHNETNS" plain "$TARGET"
    case_run 'chnetns, mounts' alice "$CHNETNS" covered "$TARGET"
    case_run 'ip netns exec, mounts' root ip netns exec covered "$TARGET"
} | measure "$WORK/list" 'ip netns exec' --rounds "$ROUNDS" --also $serve
compare "$WORK/list" chnetns nsenter 0.75 '`chnetns` into a running namespace, `Authorize=list`, no mounts' '`nsenter --net=` as root'
compare "$WORK/list" chnetns 'ip netns exec' 0.50 same '`ip netns exec` as root'
compare "$WORK/list" 'chnetns, mounts' 'ip netns exec, mounts' 0.70 'same, with resolv.conf and /sys mounts' '`ip netns exec` as root'

say "entry, with polkit"
{
    case_run 'sudo ip netns exec' alice sudo -n ip netns exec ask "$TARGET"
    case_run 'sudo ip netns exec, again' alice sudo -n ip netns exec ask "$TARGET"
    case_run 'chnetns, polkit' alice "$CHNETNS" ask "$TARGET"
} | measure "$WORK/polkit" 'sudo ip netns exec' --rounds "$ROUNDS" --also $serve --also "$POLKITD_PID" --also "$BUS_PID"
compare "$WORK/polkit" 'chnetns, polkit' 'sudo ip netns exec' 0.40 'same, with polkit (`Authorize=both`)' '`sudo ip netns exec`'

# firejail does nothing but run the command when it believes to be in a sandbox already, which it concludes from not seeing a kernel
# thread among the first ten processes
kernel_thread() {
    cp /bin/sleep "$WORK/kthreadd"
    echo 1 >/proc/sys/kernel/ns_last_pid
    "$WORK/kthreadd" infinity &
    thread=$!
}
say "entry, with firejail for comparison"
kernel_thread
as_alice firejail --quiet --noprofile --netns=plain ip link >"$WORK/seen"
[ "$(grep -c mtu "$WORK/seen")" = 1 ]
{
    case_run firejail alice firejail --quiet --noprofile --netns=plain "$TARGET"
    case_run 'ip netns exec' root ip netns exec plain "$TARGET"
    case_run 'ip netns exec, again' root ip netns exec plain "$TARGET"
    case_run chnetns alice "$CHNETNS" plain "$TARGET"
} | measure "$WORK/firejail" 'ip netns exec' --rounds $(((ROUNDS + 3) / 4)) --also $serve
compare "$WORK/firejail" chnetns firejail - '`chnetns`, no mounts' '`firejail --noprofile --netns=`'

# 1 namespace, 1000, 1 again: the third shows whether the machine stayed as it was. nsenter, which does not care how many there are,
# is the measure of the machine's pace in each.
say "entry, with a thousand namespaces on the host"
pace() {
    {
        case_run nsenter root nsenter --net=/run/netns/plain "$TARGET"
        case_run 'nsenter, again' root nsenter --net=/run/netns/plain "$TARGET"
        case_run chnetns alice "$CHNETNS" plain "$TARGET"
        case_run 'ip netns exec' root ip netns exec plain "$TARGET"
    } | measure "$WORK/pace" nsenter --rounds "$ROUNDS" --also $serve
    PACE=$(ratio "$(column "$WORK/pace" chnetns 4)" "$(column "$WORK/pace" nsenter 4)")
    PACE_CPU=$(ratio "$(column "$WORK/pace" chnetns 6)" "$(column "$WORK/pace" nsenter 6)")
    RAW=$(column "$WORK/pace" chnetns 4)
    [ -z "$NOISY" ] || NOISE="$NOISY; "
}
many=${SMOKE:+10}
many=$(seq -f 'm%g' "${many:-1000}")
NOISE=
"$NETNSCTL" down covered ask
pace; few=$PACE few_cpu=$PACE_CPU few_raw=$RAW
"$NETNSCTL" up --type=basic $many
pace; lots=$PACE lots_cpu=$PACE_CPU lots_raw=$RAW
"$NETNSCTL" down $many
pace
row 'same, with 1000 namespaces on the host, no mounts' 'itself with 1' "$(ratio "$lots" "$few")" "$(ratio "$lots_cpu" "$few_cpu")" 1.10 \
    "${NOISE}medians $few_raw and $lots_raw µs; with 1 again $RAW"

as_alice "$NETNSCTL" list >/dev/null
row '`serve`, idle: resident set' 'MB' "$(ratio "$(rss)" 1024)" - 8
