#!/bin/bash
# vm.sh DIR PAYLOAD - boot the kernel and image that `rootfs.sh SUITE vm` made, run PAYLOAD/run.sh in it as root, print its output,
# exit with its exit status. APPEND: words for the kernel's command line. The image is never changed (snapshot=on).
#
# It has two network cards on one hub, 52:54:00:12:34:10 and :11 on PCI slots 0x10 and 0x11, that nobody configures.
#
# Emulated on purpose (TCG): it works on any machine, and ten seconds of boot for a whole tier are cheap.
set -u
DIR=$1 PAYLOAD=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -C "$PAYLOAD" -cf "$work/payload.tar" .
truncate -s %512 "$work/payload.tar"
timeout -k 10 "${LIMIT:-900}" qemu-system-x86_64 -accel tcg,thread=multi -cpu qemu64 -smp "${SMP:-2}" -m "${MEM:-768}" \
    -display none -no-reboot -nodefaults -nic none -serial "file:$work/serial" -kernel "$DIR/vmlinuz" -initrd "$DIR/initrd" \
    -append "console=ttyS0 root=/dev/vda rw quiet panic=-1 mitigations=off ${APPEND-}" \
    -drive "file=$DIR/root.ext4,if=virtio,format=raw,snapshot=on,cache=unsafe" \
    -drive "file=$work/payload.tar,if=virtio,format=raw,readonly=on" \
    -device virtio-serial \
    -chardev "file,id=out,path=$work/out" -device virtserialport,chardev=out,name=vmtest.out \
    -chardev "file,id=status,path=$work/status" -device virtserialport,chardev=status,name=vmtest.status \
    -netdev hubport,id=a,hubid=0 -device virtio-net-pci,netdev=a,addr=0x10,mac=52:54:00:12:34:10,romfile= \
    -netdev hubport,id=b,hubid=0 -device virtio-net-pci,netdev=b,addr=0x11,mac=52:54:00:12:34:11,romfile= \
    -device virtio-rng </dev/null
cat "$work/out" 2>/dev/null
rc=$(cat "$work/status" 2>/dev/null)
if [ -z "$rc" ]; then
    echo "the virtual machine gave no exit status; last of its console:"
    tail -n 40 "$work/serial"
    exit 125
fi
exit "$rc"
