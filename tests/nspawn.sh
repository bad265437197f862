#!/bin/bash
# nspawn.sh ROOT PAYLOAD [NSPAWN-OPTION...] - boot ROOT with a real systemd as PID 1 in a container, run PAYLOAD/run.sh as root after
# multi-user.target, print its output, exit with its exit status. ROOT stays as it is (an overlay in memory takes the writes).
#
# Needs root and systemd-container; the host's PID 1 need not be systemd: its cgroup layout and /run are hidden by a mount namespace
# of our own. --capability=all, because a capability outside the container's bounding set cannot be tested inside.
set -eu
ROOT=$(realpath "$1") PAYLOAD=$(realpath "$2")
if [ "${NSPAWN_OUT-}" = "" ]; then
    out=$(mktemp -d) group=netns-broker-test-$$ rc=0
    NSPAWN_OUT=$out GROUP=$group timeout -k 10 "${LIMIT:-600}" unshare --mount --propagation private "$BASH" "$0" "$@" \
        >"$out/console" 2>&1 </dev/null || rc=$?
    cat "$out/out" 2>/dev/null || {
        echo "the container ended (status $rc) without output; last of its console:"
        tail -n 40 "$out/console"
        [ $rc != 0 ] || rc=125
    }
    [ -z "${CONSOLE-}" ] || cp "$out/console" "$CONSOLE"
    # leave no empty cgroups behind
    top=$(mktemp -d)
    if mount -t cgroup2 none "$top"; then
        find "$top/$group" -depth -type d -exec rmdir {} + 2>/dev/null || :
        umount "$top"
    fi
    rmdir "$top"
    rm -rf "$out"
    exit $rc
fi

shift 2
mount -t tmpfs -o mode=755 tmpfs /run
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$GROUP"
echo $$ >"/sys/fs/cgroup/$GROUP/cgroup.procs"

mkdir /run/units
cat >/run/units/payload.service <<'E'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'cd /opt/payload && bash ./run.sh >/opt/out/out 2>&1 </dev/null; systemctl exit $?'
TimeoutStartSec=infinity
E
cat >/run/units/payload.target <<'E'
[Unit]
Requires=multi-user.target
After=multi-user.target
Wants=payload.service
E
exec systemd-nspawn --quiet --directory="$ROOT" --machine="$GROUP" --hostname=container --boot --volatile=overlay --register=no --keep-unit \
    --link-journal=no --resolv-conf=off --private-network --capability=all --console=read-only \
    --system-call-filter='pidfd_getfd bpf' \
    --bind-ro=/run/units/payload.service:/etc/systemd/system/payload.service \
    --bind-ro=/run/units/payload.target:/etc/systemd/system/payload.target \
    --bind-ro="$PAYLOAD:/opt/payload" --bind="$NSPAWN_OUT:/opt/out" "$@" systemd.unit=payload.target
