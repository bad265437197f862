#!/bin/bash
# rootfs.sh SUITE [vm|bare] - print the directory of a cached Debian of that suite, building it when it is not there (root, mmdebstrap).
#   DIR/root                       what nspawn boots and what the project is compiled in
#   DIR/{vmlinuz,initrd,root.ext4} with "vm": the suite's own kernel and an image of the same tree for qemu
#   DIR/bare                       with "bare": what a newcomer has, git and apt
# The directory's name holds a hash of this file and of the package list, so a change of either builds anew and old ones are dropped.
set -eu
TOP=$(dirname "$(dirname "$(realpath "$0")")")
SUITE=$1 WHAT=${2:-root}
CACHE=${NETNS_BROKER_TEST_CACHE:-/var/cache/netns-broker-tests}
PACKAGES=$("$TOP/setup" packages build run inside | tr '\n' ',')
HASH=$({ cat "$0" "$TOP/tests/vm-agent.sh"; echo "$PACKAGES"; } | sha256sum | cut -c1-12)
DIR=$CACHE/$SUITE-$HASH

mkdir -p "$CACHE"
exec 9>"$CACHE/$SUITE.lock"
flock 9
for old in "$CACHE/$SUITE"-*; do
    # one that another run is using now is younger than two hours
    [ "$old" = "$DIR" ] || [ -z "$(find "$old" -maxdepth 0 -mmin +120 2>/dev/null)" ] || rm -rf -- "$old"
done

# The kernel package is unpacked, not installed: installing it would pull initramfs-tools, whose initrd is slow to make and to boot.
# Not the cloud kernel, which has no Wi-Fi to pretend (mac80211_hwsim); of its modules without those of hardware that no test has.
# systemd-resolved leaves its stub as name server, which nobody runs yet.
fetch_kernel='rm -f "$1/etc/resolv.conf"; cp /etc/resolv.conf "$1/etc/"; mkdir -p "$1/tmp/k"; chroot "$1" sh -ec "
    cd /tmp/k
    image=\$(apt-cache depends linux-image-amd64 | sed -n \"s/.*Depends: \(linux-image-[0-9][^ ]*\).*/\1/p\" | head -n 1)
    apt-get download -q busybox-static \$image
    dpkg-deb -x linux-image-[0-9]*.deb x
    dpkg-deb --fsys-tarfile busybox-static_*.deb | tar -xO --wildcards \"./*bin/busybox\" >/boot/busybox
    chmod 755 /boot/busybox
    cp -a x/boot/. /boot/
    for m in x/lib/modules/*/kernel x/usr/lib/modules/*/kernel; do
        [ -d \$m ] || continue
        rm -rf \$m/sound \$m/drivers/gpu \$m/drivers/media \$m/drivers/infiniband \$m/drivers/iio \$m/drivers/staging \$m/drivers/scsi \
            \$m/drivers/usb \$m/drivers/hwmon \$m/drivers/input \$m/drivers/mtd \$m/drivers/net/ethernet \$m/drivers/platform \
            \$m/drivers/bluetooth \$m/drivers/md \$m/drivers/target \$m/drivers/ata \$m/drivers/nvme \$m/drivers/mmc
        find \$m/drivers/net/wireless -mindepth 1 -maxdepth 1 ! -name virtual ! -name \"mac80211_hwsim.ko*\" -exec rm -rf {} +
    done
    mkdir -p /usr/lib/modules
    for d in x/lib/modules x/usr/lib/modules; do [ ! -d \$d ] || cp -a \$d/. /usr/lib/modules/; done
"; rm -rf "$1/tmp/k"'

build_root() {
    rm -rf "$DIR/root"
    mkdir -p "$DIR"
    mmdebstrap --quiet --variant=minbase --include="$PACKAGES" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --customize-hook="$fetch_kernel" \
        --customize-hook='for u in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
            NetworkManager.service NetworkManager-wait-online.service networking.service dhcpcd.service connman.service \
            connman-wait-online.service strongswan.service strongswan-starter.service openvpn.service \
            systemd-resolved.service nscd.service avahi-daemon.service avahi-daemon.socket
            do ln -sf /dev/null "$1/etc/systemd/system/$u"; done; : >"$1/etc/machine-id"' \
        "$SUITE" "$DIR/root" >&2
    touch "$DIR/root.done"
}

# A small initrd: busybox, the modules a virtio disk with ext4 needs, and eight lines of shell.
build_initrd() {
    local version=$1 initrd module file
    initrd=$(mktemp -d)
    mkdir -p "$initrd"/{bin,proc,sys,dev,new,m}
    cp "$DIR/root/boot/busybox" "$initrd/bin/busybox"
    for module in virtio_pci virtio_blk ext4; do
        chroot "$DIR/root" modprobe -S "$version" --show-depends "$module" 2>/dev/null
    done | while read -r _ file _; do
        case $file in /*.ko*) ;; *) continue ;; esac
        [ ! -e "$initrd/m/${file##*/}" ] || continue
        cp "$DIR/root$file" "$initrd/m/"
        echo "${file##*/}" >>"$initrd/m/order"
    done
    find "$initrd/m" -name '*.xz' -exec xz -d {} +
    sed -i 's/\.xz$//' "$initrd/m/order"
    cat >"$initrd/init" <<'E'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc; /bin/busybox mount -t sysfs sys /sys; /bin/busybox mount -t devtmpfs dev /dev
while read f; do /bin/busybox insmod /m/$f; done </m/order
i=0; while [ ! -b /dev/vda ] && [ $i -lt 500 ]; do /bin/busybox sleep 0.02; i=$((i+1)); done
/bin/busybox mount -t ext4 -o rw,noatime /dev/vda /new || exec /bin/busybox sh
/bin/busybox umount /proc /sys; /bin/busybox mount --move /dev /new/dev
exec /bin/busybox switch_root /new /sbin/init
E
    chmod 755 "$initrd/init"
    (cd "$initrd"; find . | cpio --quiet -o -H newc) >"$DIR/initrd"
    rm -rf "$initrd"
}

# The tree nspawn uses plus the agent that runs the payload, without what slows an emulated boot.
build_vm() {
    local version tree unit size
    version=$(ls "$DIR/root/usr/lib/modules" | sort -V | tail -n 1)
    chroot "$DIR/root" depmod "$version"
    cp "$DIR/root/boot/vmlinuz-$version" "$DIR/vmlinuz"
    build_initrd "$version"
    tree=$(mktemp -d -p "$DIR")
    cp -a --reflink=auto "$DIR/root/." "$tree/"
    install -m 755 "$TOP/tests/vm-agent.sh" "$tree/usr/local/sbin/vmtest"
    cat >"$tree/etc/systemd/system/vmtest.target" <<'E'
[Unit]
Requires=multi-user.target
After=multi-user.target
Wants=vmtest.service
AllowIsolate=yes
E
    cat >"$tree/etc/systemd/system/vmtest.service" <<'E'
[Unit]
After=multi-user.target
Conflicts=shutdown.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/vmtest
TimeoutStartSec=infinity
E
    ln -sf /etc/systemd/system/vmtest.target "$tree/etc/systemd/system/default.target"
    for unit in e2scrub_reap.service getty@tty1.service getty-static.service systemd-firstboot.service systemd-random-seed.service \
        systemd-update-utmp.service systemd-pstore.service modprobe@drm.service systemd-vconsole-setup.service; do
        ln -sf /dev/null "$tree/etc/systemd/system/$unit"
    done
    : >"$tree/etc/fstab"
    echo vmtest >"$tree/etc/hostname"
    echo uninitialized >"$tree/etc/machine-id"
    rm -rf "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/*
    size=$(($(du -sm "$tree" | cut -f1) + 300))M
    rm -f "$DIR/root.ext4"
    truncate -s "$size" "$DIR/root.ext4"
    mkfs.ext4 -q -F -m0 -O ^has_journal -L root -d "$tree" "$DIR/root.ext4"
    rm -rf "$tree"
    touch "$DIR/vm.done"
}

build_bare() {
    rm -rf "$DIR/bare"
    mmdebstrap --quiet --variant=minbase --include=git,ca-certificates "$SUITE" "$DIR/bare" >&2
    touch "$DIR/bare.done"
}

if [ "$WHAT" = bare ]; then
    mkdir -p "$DIR"
    [ -e "$DIR/bare.done" ] || build_bare
    echo "$DIR"
    exit
fi
[ -e "$DIR/root.done" ] || build_root
[ "$WHAT" != vm ] || [ -e "$DIR/vm.done" ] || build_vm
echo "$DIR"
