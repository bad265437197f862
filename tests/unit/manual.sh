#!/bin/bash
# manual.sh - netns(5) against the tables it describes, and every page against mandoc.
#
# The tables of keys are read out of the source as text: a key that is added without a word in the manual, and a word left behind when a
# key goes, both fail here. An example under a comment  .\" file: NAME.netns  is a whole file, and must pass `check`.
set -u
TOP=$(realpath "$(dirname "$0")/../..")
. "$TOP/tests/lib.sh"
: "${NETNSCTL:=$TOP/build/broker/netns-broker}"
PAGE=$TOP/man/netns.5

# "SECTION KEY" of each line of the tables: "Link MTU", "Link of Kind=veth Bridge"
keys_of_source() {
    grep -hoE 'ConfKey (conf_)?[a-z]+_keys\[\]|(CONF_[A-Z]+|MTU_KEY|HOOK)\("[A-Za-z0-9]+"|\.name = "[A-Z][A-Za-z0-9]*"' \
        "$TOP"/broker/conf-keys*.c "$TOP"/broker/kind-*.c |
        awk 'BEGIN { count = split("Namespace Access Link Peer Route Rule DNS NAT Port Firewall", known)
                     for (i = 1; i <= count; i++) section[tolower(known[i])] = known[i]
                     section["hook"] = "Hooks"
                     tunnels = "gre, gretap, ipip, sit, ip6gre, ip6gretap, ip6tnl" } # of kind-tunnel.c
             $1 == "ConfKey" { sub(/^conf_/, "", $2); sub(/_keys.*/, "", $2)
                               name = $2 in section ? section[$2] : "Link of Kind=" ($2 == "tunnel" ? tunnels : $2 == "tap" ? "tap, tun" : $2); next }
             { split($0, part, "\""); print name, part[2] }' | sort -u
}
keys_of_manual() {
    awk '/^\.Sh/ { name = "" }
         /^\.Ss \[/ { name = $0; sub(/^\.Ss /, "", name); gsub(/[][]/, "", name) }
         name && /^\.It Ic / { for (i = 3; i <= NF; i++) if ($i ~ /=$/) print name, substr($i, 1, length($i) - 1) }' "$PAGE" | sort -u
}
keys_agree() {
    local source manual
    source=$(keys_of_source) manual=$(keys_of_manual)
    [ "$(wc -l <<<"$source")" -ge 60 ] || { echo "the tables could not be read out of the source:"; echo "$source"; return 1; }
    diff <(echo "$source") <(echo "$manual") || { echo "(< in the source, > in the manual)"; return 1; }
}
it "netns(5) has each key of each section, and no other" keys_agree

# each key's text ends with a line that shows its use
keys_shown() {
    local section key missing=0
    while read -r section key; do
        grep -q "^\.Dl ${key##* }=" "$PAGE" || { echo "no example of [$section] $key="; missing=1; }
    done < <(keys_of_manual | grep -v MTUBytes)
    return $missing
}
it "netns(5) shows each key in use" keys_shown

examples_extract() {
    awk -v root="$1" '
        /^\.\\" file: / { file = root "/" $3; next }
        file && /^\.Bd/ { inside = 1; next }
        inside && /^\.Ed/ { close(file); file = ""; inside = 0; next }
        inside { gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\"); gsub(/\\&/, ""); print >file }' "$PAGE"
}
examples_good() {
    local root file count=0
    root=$(mktemp -d)
    trap 'rm -rf "$root"' RETURN
    mkdir -p "$root/usr/lib/netns-broker" "$root/page/types" "$root/etc/netns-broker"
    cp -r "$TOP/conf/types" "$root/usr/lib/netns-broker/"
    examples_extract "$root/page"
    mv "$root/page/types" "$root/etc/netns-broker/"
    chmod -R u=rwX,go=rX "$root"
    chmod 755 "$root"
    # a configuration directory must be root's; whoever runs this calls himself root
    for file in "$root"/page/*.netns; do
        same "$(as_root "$NETNSCTL" check --root="$root" "$file" 2>&1)" "$file: good"
        count=$((count + 1))
    done
    [ $count -ge 5 ] || { echo "only $count examples were found"; return 1; }
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else unshare --user --map-root-user "$@"; fi; }
it "each whole file shown in netns(5) passes the check" examples_good

# a word in the list of kinds is a word in the manual, with a section of its own and an example file
kinds_told() {
    local kind missing=0
    for kind in $(sed -n 's/^    KIND(\([a-z0-9]*\)).*/\1/p' "$TOP/broker/link.c"); do
        grep -qE "^\.Ss \[Link\] of Kind=(.*, )?$kind(,|\$)" "$PAGE" || { echo "no section: $kind"; missing=1; }
        grep -qE "^\.It Cm (.* , )?$kind( |\$)" "$PAGE" || { echo "not in the list of Kind=: $kind"; missing=1; }
        grep -lqE "^(Kind|Type)=$kind\$" "$TOP"/conf/examples/*.netns || { echo "no example: $kind"; missing=1; }
    done
    return $missing
}
it "netns(5) tells of each kind of link, and each has an example" kinds_told

types_told() {
    local type
    for type in "$TOP"/conf/types/*.netns; do
        type=$(basename "$type" .netns)
        sed -n '/^\.Sh TYPES/,/^\.Sh SECTIONS/p' "$PAGE" | grep -qE "^\.It Cm .*\b$type\b" || { echo "not told of: $type"; return 1; }
    done
}
it "netns(5) tells of each type that ships" types_told

verbs_told() {
    local verb
    while read -r verb; do
        grep -qE "^\.It Cm $verb\b" "$TOP/man/netnsctl.1" || { echo "not told of: $verb"; return 1; }
    # those without a word of help are called by netnsctl itself alone
    done < <(sed -n '/, NULL, NULL}/d; s/^    {"\([a-z-]*\)", [a-z_]*_main,.*/\1/p' "$TOP/broker/main.c")
}
it "netnsctl(1) tells of each verb" verbs_told

options_told() {
    local option missing=0
    for option in $(grep -hoE '\{"[a-z-]+", (no|required)_argument' "$TOP"/broker/*.c | cut -d'"' -f2 | sort -u); do
        grep -qE "Fl -$option( |\$)" "$TOP/man/netnsctl.1" || { echo "not told of: --$option"; missing=1; }
    done
    return $missing
}
it "netnsctl(1) tells of each option" options_told

# what the program sets in an object that it prints is a word in the section about JSON. Of what the kernel and files hold on the way the
# tests in tests/ns ask what is really printed (json_told of world.sh).
members_told() {
    local told member missing=0
    told=$(sed -n '/^\.Sh JSON/,/^\.Sh FILES/p' "$TOP/man/netnsctl.1" | grep -E '^\.(It )?Va ' | tr ' ' '\n')
    for member in $(cd "$TOP/broker" && grep -hoE '\b(json_object_set(_new)?|put_(string|strings|words|link|true))\([^,"]+, "[a-z_]+"' \
        status.c survey.c survey-link.c ask.c doctor*.c graph-json.c | cut -d'"' -f2 | sort -u); do
        grep -qxF "$member" <<<"$told" || { echo "not told of: $member"; missing=1; }
    done
    return $missing
}
it "netnsctl(1) tells of each member of what is printed as JSON" members_told

lint_clean() {
    local page
    command -v mandoc >/dev/null || { echo "mandoc is not installed"; return 77; }
    for page in "$TOP"/man/*.[1-8]; do
        same "$(mandoc -Tlint -Wwarning "$page" 2>&1)" ""
    done
}
it "mandoc has nothing to say against the pages" lint_clean

installed_all() {
    local page
    for page in "$TOP"/man/*.[1-8]; do
        grep -q "'$(basename "$page")'" "$TOP/man/meson.build" || { echo "not installed: $page"; return 1; }
    done
}
it "each page is installed" installed_all
finish
