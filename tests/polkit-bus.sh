#!/bin/bash
# polkit-bus.sh CMD [ARG...] - inside sandbox.sh: a system bus and a real polkitd of our own, then CMD; both end with it.
#
# No logind here: every subject is neither local nor active, so polkit looks at `allow_any`. A test writes its rules to
# /etc/polkit-1/rules.d/ (polkitd watches the directory; allow it a moment: `wait_until`).
set -eu
mkdir -p /run/dbus /run/polkit-1 /etc/polkit-1/rules.d
log=/run/polkit-bus.log

# @NAME of it is on the bus
owned() { dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner "string:$1" 2>/dev/null | grep -q true; }
wait_owned() {
    local n=250
    until owned "$1"; do
        n=$((n - 1))
        [ $n -gt 0 ] || { echo "polkit-bus.sh: $1 did not come onto the bus:"; cat $log; exit 1; } >&2
        sleep 0.02
    done
}

dbus-daemon --system --nofork --nopidfile --nosyslog >>$log 2>&1 &
bus=$!
wait_owned org.freedesktop.DBus
/usr/lib/polkit-1/polkitd --no-debug >>$log 2>&1 &
polkit=$!
trap 'kill $polkit $bus 2>/dev/null || :; wait $polkit $bus 2>/dev/null || :' EXIT
wait_owned org.freedesktop.PolicyKit1
export POLKITD_PID=$polkit BUS_PID=$bus
rc=0
"$@" || rc=$?
exit $rc
