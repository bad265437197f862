#!/bin/bash
# run.sh - configuration files in, the program's words out. A new case is a new file:
#   good/NAME.netns with good/NAME.show (what `show` prints), bad/NAME.netns with bad/NAME.expected (what `check` prints)
# `run.sh --write` writes the missing ones; read them before they are committed.
set -u
HERE=$(dirname "$(realpath "$0")")
TOP=$(realpath "$HERE/../..")
. "$TOP/tests/lib.sh"
: "${NETNSCTL:=$TOP/build/broker/netns-broker}"
ROOT=$(mktemp -d)
trap 'rm -rf "$ROOT"' EXIT
ETC=$ROOT/etc/netns-broker VENDOR=$ROOT/usr/lib/netns-broker RUN=$ROOT/run/netns-broker

# nothing but the types is there when a test starts
clean() {
    rm -rf "${ROOT:?}"/*
    mkdir -p "$ETC" "$RUN" "$VENDOR/types"
    cp "$TOP"/conf/types/*.netns "$VENDOR/types/"
    chmod -R u=rwX,go=rX "$ROOT"
}
put() { mkdir -p "$(dirname "$1")"; printf '%s\n' "${@:2}" >"$1"; chmod 644 "$1"; }
# output of a verb, with the test's directory taken out
ask() { local out rc=0; out=$("$NETNSCTL" "$1" --root="$ROOT" "${@:2}" 2>&1) || rc=$?; printf '%s\n' "${out//$ROOT/}"; return $rc; }
refused() { local out; out=$(ask check "$1") && { echo "accepted: $out"; return 1; }; contains "$out" "$2"; }

is_shown() {
    clean; cp "$HERE/good/$1.netns" "$ETC/"; chmod 644 "$ETC/$1.netns"
    same "$(ask check "$1")" "$1.netns: good"
    same "$(ask show "$1")" "$(cat "$HERE/good/$1.show")"
}
# what `show` prints is a file that says the same: comments aside
is_reloaded() {
    clean; cp "$HERE/good/$1.netns" "$ETC/"; chmod 644 "$ETC/$1.netns"
    local once twice
    once=$(ask show "$1"); put "$ETC/$1.netns" "$once"
    twice=$(ask show "$1")
    same "$(grep -v '^#' <<<"$twice")" "$(grep -v '^#' <<<"$once")"
}
is_refused() {
    local out rc=0
    clean; cp "$HERE/bad/$1.netns" "$ETC/"; chmod 644 "$ETC/$1.netns"
    out=$(ask check "$1") || rc=$?
    same "$rc" 1
    same "$out" "$(cat "$HERE/bad/$1.expected")"
}
write_missing() {
    local file name
    for file in "$HERE"/good/*.netns "$HERE"/bad/*.netns; do
        name=$(basename "$file" .netns); clean; cp "$file" "$ETC/"; chmod 644 "$ETC/$name.netns"
        case $file in
        */good/*) [ -e "${file%.netns}.show" ] || ask show "$name" >"${file%.netns}.show" ;;
        */bad/*) [ -e "${file%.netns}.expected" ] || ask check "$name" >"${file%.netns}.expected" ;;
        esac
    done
    exit 0
}
[ "${1-}" != --write ] || write_missing

for file in "$HERE"/good/*.netns; do
    name=$(basename "$file" .netns)
    it "$name.netns is good and shown as expected" is_shown "$name"
    it "what show prints of $name.netns says the same again" is_reloaded "$name"
done
for file in "$HERE"/bad/*.netns; do
    it "every slip in $(basename "$file") is named" is_refused "$(basename "$file" .netns)"
done

examples_good() {
    clean
    local file
    for file in "$TOP"/conf/examples/*.netns; do same "$(ask check "$file")" "$file: good"; done
}
it "every example passes the check" examples_good

types_good() {
    clean
    same "$(ask check | grep -v '^types/.*: good$')" "No namespace is configured in /etc/netns-broker."
    same "$(ask check | grep -c '^types/')" "$(find "$TOP/conf/types" -name '*.netns' | wc -l)"
}
it "every type passes the check" types_good

highest_wins() {
    clean
    put "$VENDOR/lab.netns" '[Namespace]' 'Description=vendor'
    contains "$(ask show lab)" Description=vendor
    put "$RUN/lab.netns" '[Namespace]' 'Description=run'
    contains "$(ask show lab)" Description=run
    put "$ETC/lab.netns" '[Namespace]' 'Description=etc'
    contains "$(ask show lab)" Description=etc
    same "$(ask show lab | grep -c Description)" 1
}
it "a file in /etc replaces the one in /run, and that the one in /usr/lib" highest_wins

dropins_layered() {
    clean
    put "$VENDOR/lab.netns" '[Access]' 'Users=alice'
    put "$VENDOR/lab.netns.d/20-b.conf" '[Access]' 'Users=from-20'
    put "$RUN/lab.netns.d/10-a.conf" '[Access]' 'Users=from-10'
    put "$ETC/lab.netns.d/30-c.conf" '[Access]' 'Users=from-30'
    put "$ETC/lab.netns.d/20-b.conf" '[Access]' 'Users=from-20-of-etc'
    put "$ETC/lab.netns.d/ignored.txt" 'nonsense'
    same "$(ask show lab | grep Users= | tr '\n' ' ')" "Users=alice Users=from-10 Users=from-20-of-etc Users=from-30 "
}
it "drop-ins of all directories are added in the order of their names, the highest of a name" dropins_layered

masked() {
    clean
    put "$VENDOR/lab.netns" '[Namespace]'
    put "$VENDOR/lab.netns.d/10.conf" '[Access]' 'Users=alice'
    ln -s /dev/null "$ETC/lab.netns"
    refused lab "lab: no such namespace is configured"
    same "$(ask check | grep -c '^lab')" 0
    rm "$ETC/lab.netns"; mkdir "$ETC/lab.netns.d"; ln -s /dev/null "$ETC/lab.netns.d/10.conf"
    same "$(ask show lab | grep -c Users)" 0
}
it "a symlink to /dev/null masks a file or a drop-in" masked

own_types() {
    clean
    put "$ETC/types/mine.netns" '[Link wire]' 'Kind=veth' 'HostName=m-%n' 'Address=%?'
    put "$ETC/types/mine.netns.d/more.conf" '[Link wire]' 'MTU=1400'
    put "$ETC/lab.netns" '[Namespace]' 'Type=mine' '[Link]' 'Address=10.0.0.2/24'
    contains "$(ask show lab)" "HostName=m-lab"
    contains "$(ask show lab)" "MTU=1400"
    put "$ETC/types/mine.netns" '[Namespace]' 'Type=nat' '[Link]' 'Kind=veth'
    refused lab "types/mine.netns:2: [Namespace] Type=: a type cannot lie on top of another type"
    refused lab "types/mine.netns:3: [Link]: the section needs a name"
}
it "an admin adds a type by a file, and a type cannot have a type" own_types

two_links() {
    clean
    put "$ETC/types/two.netns" '[Link a]' 'Kind=veth' '[Link b]' 'Kind=veth'
    put "$ETC/lab.netns" '[Namespace]' 'Type=two' '[Link]' 'MTU=1400'
    refused lab "lab.netns:3: [Link]: which one? The type has [Link a] and [Link b]"
}
it "[Link] without a name is refused where the type has two" two_links

not_roots() {
    clean
    put "$ETC/lab.netns" '[Namespace]'
    chmod 664 "$ETC/lab.netns"; refused lab "lab.netns: refused, others than root can write it"
    chmod 646 "$ETC/lab.netns"; refused lab "lab.netns: refused, others than root can write it"
    chmod 644 "$ETC/lab.netns"; chown 1000 "$ETC/lab.netns"; refused lab "it belongs to uid 1000 instead of root"
    chown 0 "$ETC/lab.netns"; same "$(ask check lab)" "lab.netns: good"
    chmod 775 "$ETC"; refused lab "/etc/netns-broker: refused, others than root can write it"
    chmod 755 "$ETC"; put "$ETC/lab.netns.d/a.conf" ''; chmod 777 "$ETC/lab.netns.d"
    refused lab "lab.netns.d: refused, others than root can write it"
    chmod 755 "$ETC/lab.netns.d"; chmod 666 "$ETC/lab.netns.d/a.conf"; refused lab "a.conf: refused"
    chmod 644 "$ETC/lab.netns.d/a.conf"; chmod 777 "$VENDOR/types"; refused lab "types: refused"
    chmod 755 "$VENDOR/types"; chmod 666 "$VENDOR/types/basic.netns"; refused lab "basic.netns: refused"
}
it "a file or directory that others than root could write is refused" not_roots

not_files() {
    clean
    put "$ROOT/elsewhere" '[Namespace]'
    ln -s "$ROOT/elsewhere" "$ETC/lab.netns"; refused lab "it is a symbolic link"
    rm "$ETC/lab.netns"; mkfifo "$ETC/lab.netns"; refused lab "it is not a regular file"
    rm "$ETC/lab.netns"; mkdir "$ETC/lab.netns"; refused lab "it is not a regular file"
    rmdir "$ETC/lab.netns"; head -c 300000 /dev/zero | tr '\0' '#' >"$ETC/lab.netns"; refused lab "the file is too long"
    seq 5000 | sed 's/^/# /' >"$ETC/lab.netns"; refused lab "too many lines"
}
it "a symlink, a fifo, a directory and a huge file are refused" not_files

names_told() {
    clean
    put "$ETC/lab.netns" '[Namespace]'
    put "$ETC/my lab.netns" '[Namespace]'
    contains "$(ask check)" "/etc/netns-broker/my lab.netns: never read"
    refused la "la: no such namespace is configured, did you mean lab?"
    refused ../lab "the file must be called NAME.netns"
    refused .lab "does not start with a letter or digit"
    refused "$(printf 'x%.0s' {1..33})" "longer than 32 characters"
    refused 'a b' "other characters"
}
it "names are told: unknown with the nearest, impossible with the reason" names_told

files_anywhere() {
    clean
    put "$ROOT/there/lab.netns" '[Namespace]' 'Type=nat'
    chown 1000 "$ROOT/there/lab.netns"
    same "$(ask check "$ROOT/there/lab.netns")" "/there/lab.netns: good"
    refused "$ROOT/there/gone.netns" "No such file or directory"
    mv "$ROOT/there/lab.netns" "$ROOT/there/lab"; refused "$ROOT/there/lab" "the file must be called NAME.netns"
    # in its directory a file is judged with its drop-ins, and by its owner
    put "$ETC/lab.netns" '[Namespace]'; put "$ETC/lab.netns.d/x.conf" '[Oops]'
    refused "$ETC/lab.netns" "lab.netns.d/x.conf:1: [Oops]: unknown section"
}
it "check takes a file anywhere, whoever it belongs to" files_anywhere

# without --root the machine itself is asked as well; the types are put into its /usr/lib for this one process
here() {
    mkdir -p "$ROOT/over"
    unshare --mount bash -c '
        mount -t tmpfs over "$1/over" && mkdir "$1/over/upper" "$1/over/work" &&
        mount -t overlay -o "lowerdir=/usr/lib,upperdir=$1/over/upper,workdir=$1/over/work" over /usr/lib &&
        mkdir -p /usr/lib/netns-broker && cp -r "$1/usr/lib/netns-broker/types" /usr/lib/netns-broker/ &&
        exec "$2" check "$1/lab.netns"' - "$ROOT" "$NETNSCTL"
}
machine_asked() {
    clean
    put "$ROOT/lab.netns" '[Access]' 'Users=root no-such-user 4711' 'Groups=root no-such-group' '[Hooks]' 'PreUp=/bin/sh' \
        'PreUp=/no/such/program' '[Firewall]' 'File=/no/such/rules' '[Link a]' 'Kind=veth'
    local out; out=$(here)
    contains "$out" "Users=root no-such-user 4711: note: there is no user no-such-user here"
    contains "$out" "note: there is no group no-such-group here"
    contains "$out" "PreUp=/no/such/program: note: there is no such file here"
    contains "$out" "File=/no/such/rules: note:"
    contains "$out" "lab.netns: good"
    same "$(grep -c note: <<<"$out")" 4
}
it "check notes what this machine does not have, and calls the file good" machine_asked

hooks_judged() {
    clean
    put "$ROOT/lab.netns" '[Hooks]' "PreUp=$ROOT/others" 'PostUp=/etc/passwd'
    put "$ROOT/others"; chmod 777 "$ROOT/others"
    local out rc=0; out=$(here) || rc=$?
    same "$rc" 1
    contains "$out" "others: the program would not be run: a part of the path is not root's, or writable by others"
    contains "$out" "PostUp=/etc/passwd: the program would not be run: it is not an executable file"
    fails contains "$out" good
}
it "a hook's program that others can write, or that is none, is a slip" hooks_judged

dhcp_noted() {
    clean
    put "$ROOT/lab.netns" '[Link a]' 'Kind=macvlan' 'Parent=lo' 'DHCP=ipv6' 'IPv6AcceptRA=no'
    contains "$(here)" "IPv6AcceptRA=no: note: DHCPv6 names no router"
    put "$ROOT/lab.netns" '[Link a]' 'Kind=macvlan' 'Parent=lo' 'DHCP=ipv6' 'IPv6AcceptRA=no' 'Gateway=fe80::1'
    fails contains "$(here)" "names no router"
    command -v udhcpc >/dev/null || return 0
    put "$ROOT/lab.netns" '[Link a]' 'Kind=macvlan' 'Parent=lo' 'DHCP=yes' 'Client=udhcpc'
    contains "$(here)" "note: udhcpc asks for IPv4 addresses only; IPv6 ones come by router advertisements (DHCP=ipv4 says just that)"
}
it "what DHCP will not bring is noted, with the way out" dhcp_noted

usage_told() {
    local rc=0
    "$NETNSCTL" check --frobnicate >/dev/null 2>&1 || rc=$?; same $rc 2; rc=0
    "$NETNSCTL" show >/dev/null 2>&1 || rc=$?; same $rc 2; rc=0
    clean; ask show nowhere >/dev/null || rc=$?; same $rc 1
}
it "wrong usage is exit status 2, failing 1" usage_told
finish
