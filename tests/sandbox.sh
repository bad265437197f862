#!/bin/bash
# sandbox.sh CMD [ARG...] - run CMD as root in a machine of its own that is thrown away: private mount, PID, network, IPC and UTS
# namespaces; an empty /run; /etc /usr /var /home /root /opt /tmp copied, or copy-on-write, in memory; users alice, bob, carol (group netusers)
# and mallory who are others than those that may exist outside. Nothing CMD does to files, processes or the network outlives it.
#
#   STAGE=DIR   a `DESTDIR=DIR meson install` tree laid over /usr and /etc, because the programs look for each other (and the client
#               for the broker) at compiled-in paths. File capabilities in DIR count.
#
# /proc/sys/net is the new network namespace's; PID 1 is this script, so there is no systemd in here whatever the machine runs.
set -eu
if [ "${SANDBOXED-}" != 1 ]; then
    SANDBOXED=1 exec unshare --mount --pid --net --ipc --uts --fork --kill-child --mount-proc --propagation private "$BASH" "$0" "$@"
fi
unset SANDBOXED

layers=/mnt # always there, and empty for us: what was mounted on it stays below
mount -t tmpfs -o mode=755 tmpfs $layers
mkdir $layers/cgroup
mount --rbind /sys/fs/cgroup $layers/cgroup 2>/dev/null || :
mount -t sysfs sysfs /sys
mount --rbind $layers/cgroup /sys/fs/cgroup 2>/dev/null || :
umount -R -l $layers/cgroup 2>/dev/null || :

# A copy, not an overlay: the broker lays one over it, and overlays are stacked two high at most, where the machine itself is one
mkdir $layers/etc
chmod 755 $layers/etc
cp -a /etc/. $layers/etc/
[ ! -d "${STAGE-}/etc" ] || [ -z "${STAGE-}" ] || cp -a "$STAGE/etc/." $layers/etc/
mount --bind $layers/etc /etc
for d in usr var home root opt tmp; do
    [ -d "/$d" ] || continue
    mkdir $layers/$d $layers/$d.work
    chmod --reference="/$d" $layers/$d
    lower=/$d
    [ ! -d "${STAGE-}/$d" ] || [ -z "${STAGE-}" ] || lower=$STAGE/$d:/$d
    mount -t overlay overlay -o "lowerdir=$lower,upperdir=$layers/$d,workdir=$layers/$d.work" "/$d"
done
umount -l $layers

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/dbus /run/lock
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
hostname sandbox
ip link set lo up

uid=61001
for user in alice bob carol mallory; do
    sed -i "/^$user:/d" /etc/passwd /etc/group # whoever has that name here
    echo "$user:x:$uid:$uid::/home/$user:/bin/bash" >>/etc/passwd
    echo "$user:x:$uid:" >>/etc/group
    install -d -o $uid -g $uid -m 700 /home/$user
    uid=$((uid + 1))
done
echo 'netusers:x:61010:carol' >>/etc/group

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8
unset STAGE XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET
cd "$PWD" 2>/dev/null || cd /
rc=0
"$@" || rc=$?
exit $rc
