# newcomer.sh BARE - what somebody does first on a bare Debian (git and apt, nothing else, no systemd as PID 1): ./setup demo from a
# fresh copy of the tree, with apt fetching what is missing. BARE is a tree rootfs.sh made; it stays as it is. Run in a mount and PID
# namespace of its own, on the machine's network (apt).
set -u
bare=$1 work=$2
top=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
. "$top/tests/lib.sh"
mkdir -p "$work"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$bare,upperdir=$work/upper,workdir=$work/work" "$work/root"
r=$work/root
mount -t proc proc "$r/proc"
mount -t sysfs sysfs "$r/sys"
mount --rbind /dev "$r/dev"
mount -t tmpfs -o mode=755 tmpfs "$r/run"
cp /etc/resolv.conf "$r/etc/resolv.conf"
tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$r/root" --one-top-level=netns-broker -xf -
inside() { chroot "$r" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root bash -c "cd /root/netns-broker && $1"; }
# the files of the host that are no package's: nothing but packages may have come
strangers() { inside "find /etc/netns-broker /etc/polkit-1/rules.d/50-demo.rules /usr/bin/chnetns /usr/lib/netns-broker /run/netns /run/netns-broker 2>/dev/null"; }

# at home, by the VPN, past it, by the VPN; through it or not at all, and then it is gone
pages_shown() { grep -o '^ *203\..*' "$1" | tr -d ' ' | tr '\n' ' '; }

fetches_the_page() {
    inside './setup demo' >"$work/story" 2>&1 || { cat "$work/story"; return 1; }
    contains "$(cat "$work/story")" "past the VPN"
    contains "$(cat "$work/story")" "missing packages"
}
tells_a_story() {
    local words
    for words in 'I am blue' 'I am green' 'not allowed' 'no way out' 'To try next'; do contains "$(cat "$work/story")" "$words"; done
    same "$(pages_shown "$work/story")" "203.0.113.9 203.0.113.200 203.0.113.9 203.0.113.200 203.0.113.200 203.0.113.9 "
}
second_time() {
    inside './setup demo' >"$work/story2" 2>&1
    fails grep -q "missing packages" "$work/story2"
}
nothing_stays() { same "$(strangers)" ""; }
installs() {
    inside './setup install' >"$work/install" 2>&1 || { cat "$work/install"; return 1; }
    contains "$(cat "$work/install")" "netns-broker serve --listen"
    inside 'echo "[Namespace]" >/etc/netns-broker/mine.netns; ./setup uninstall' >"$work/uninstall" 2>&1 || { cat "$work/uninstall"; return 1; }
    same "$(strangers)" "/etc/netns-broker"$'\n'"/etc/netns-broker/mine.netns"
}
it "on a bare Debian ./setup demo fetches packages, builds, and alice gets past the VPN" fetches_the_page
it "the demo's output tells who may, who may not, and what next" tells_a_story
it "a second demo asks apt for nothing" second_time
it "the demo leaves nothing but packages" nothing_stays
it "./setup install without systemd says how to start the broker, and uninstall removes all but mine.netns" installs
finish
