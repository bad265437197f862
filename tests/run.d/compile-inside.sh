# compile-inside.sh ROOT WORK - in a mount and PID namespace of its own: compile the project in the Debian at ROOT, which stays as it
# is. Leaves WORK/build (the build directory, to be seen as /srv/build), WORK/stage (an installed tree) and WORK/unit (what the unit
# tests printed).
root=$1 work=$2
top=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
mkdir -p "$work"/{build,stage,unit,layer/upper,layer/work,layer/root}
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/layer/upper,workdir=$work/layer/work" "$work/layer/root"
r=$work/layer/root
mount -t proc proc "$r/proc"
mount --rbind /dev "$r/dev"
mount -t tmpfs -o mode=755 tmpfs "$r/run"
mkdir -p "$r"/srv/{src,build,stage,unit}
mount --bind -o ro "$top" "$r/srv/src"
for d in build stage unit; do mount --bind "$work/$d" "$r/srv/$d"; done
chroot "$r" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 BUILD=/srv/build bash -eu -c '
    cd /srv
    /srv/src/setup build
    /srv/src/setup install --destdir /srv/stage
    ninja -C /srv/build $(cd /srv/src/tests/unit && ls *.c | sed "s|\.c$||; s|^|tests/unit-|")
    for t in /srv/build/tests/unit-*; do
        [ -f "$t" ] && [ -x "$t" ] || continue
        rc=0
        timeout 120 "$t" --tap >"/srv/unit/${t##*/unit-}.out" 2>&1 </dev/null || rc=$?
        echo $rc >"/srv/unit/${t##*/unit-}.status"
    done
'
