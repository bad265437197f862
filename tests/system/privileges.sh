# privileges.sh - what of ours on this system carries privileges: one file capability, no setuid bit.
. /srv/src/tests/lib.sh
ours() { while read -r f; do [ ! -f "$f" ] || [ -L "$f" ] || echo "$f"; done </usr/lib/netns-broker/manifest; }

one_capability() { same "$(ours | xargs -r getcap)" "/usr/bin/chnetns cap_sys_admin=p"; }
no_setuid() { same "$(ours | xargs -r -I{} find {} -maxdepth 0 -perm /6000)" ""; }
owned() { same "$(ours | xargs -r -I{} find {} -maxdepth 0 \( ! -user root -o ! -group root -o -perm /022 \))" ""; }
static() {
    contains "$(readelf -h /usr/bin/chnetns)" "DYN (Position-Independent Executable file)"
    fails grep -q -e INTERP -e RUNPATH <<<"$(readelf -l -d /usr/bin/chnetns)"
}
lost_capability() {
    local out
    cp /usr/bin/chnetns /home/alice/chnetns
    chmod 755 /home/alice/chnetns
    out=$(setpriv --reuid=alice --regid=alice --init-groups /home/alice/chnetns lab id 2>&1) && return 1
    rm /home/alice/chnetns
    contains "$out" cap_sys_admin
}
# 0 to 10, of systemd-analyze; higher is more exposed
exposure() { systemd-analyze security --no-pager "$1" | sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p'; }
at_most() { local is; is=$(exposure "$1"); echo "$1: $is"; awk -v a="$is" -v b="$2" 'BEGIN { exit !(a != "" && a <= b) }'; }
exposed() { at_most netns-broker.service 2.8; at_most netns@x.service 5.0; at_most netns-broker-watch.service 3.2; }
it "systemd-analyze security: the services are as closed as they were" exposed
it "getcap finds cap_sys_admin=p on chnetns and nothing else of ours" one_capability
it "find -perm /6000 finds nothing of ours" no_setuid
it "everything of ours is root's and writable by nobody else" owned
it "chnetns loads no library" static
it "a copy of chnetns without its capability says what is missing" lost_capability
finish
