#!/bin/bash
# layers.sh - the includes of broker/ against the table of layers in HACKING.md.
set -u
TOP=$(realpath "$(dirname "$0")/../..")
. "$TOP/tests/lib.sh"
anywhere=' paths wire talk hidden missing outside '

# "FILE-PATTERN LAYER" of each file in the table
table() {
    sed -n '/^## Layers/,/^## [^L]/p' "$TOP/HACKING.md" |
        awk -F'|' '/^\| [a-z]+ \|/ && $2 !~ /layer/ { gsub(/ /, "", $2); n = split($3, f, ","); for (i = 1; i <= n; i++) { gsub(/ /, "", f[i]); print f[i], $2 } }'
}
TABLE=$(table)
layer_of() {
    local pattern layer
    while read -r pattern layer; do
        case $1 in $pattern) echo "$layer"; return ;; esac
    done <<<"$TABLE"
}
files() { (cd "$TOP/broker" && ls *.c *.h) | sed 's/\.[ch]$//' | sort -u; }
includes() { cat "$TOP/broker/$1".[ch] 2>/dev/null | sed -n 's/^#include "\(.*\)\.h".*/\1/p' | sort -u; }

each_file_placed() {
    local file missing=0
    for file in $(files); do
        [ -n "$(layer_of "$file")" ] || { echo "in no layer of HACKING.md: $file"; missing=1; }
    done
    return $missing
}
it "every file of broker/ has its layer in HACKING.md" each_file_placed

table_exists() {
    local pattern layer gone=0
    while read -r pattern layer; do
        compgen -G "$TOP/broker/$pattern.[ch]" >/dev/null || { echo "in the table, but not there: $pattern"; gone=1; }
    done <<<"$TABLE"
    return $gone
}
it "every file of the table is there" table_exists

# what a layer may include besides itself
allowed() {
    case $1 in
    verbs) echo 'verbs worker text ground' ;;
    front) echo 'front text ground' ;;
    watch) echo 'watch worker text ground' ;;
    worker) echo 'worker text ground' ;;
    text) echo 'text ground' ;;
    ground) echo ground ;;
    esac
}
arrows_point_down() {
    local file include from to count=0 bad=0
    for file in $(files); do
        from=$(layer_of "$file")
        for include in $(includes "$file"); do
            [[ $anywhere != *" $include "* ]] || continue
            to=$(layer_of "$include")
            count=$((count + 1))
            [[ " $(allowed "$from") " == *" $to "* ]] || { echo "$file ($from) includes $include (${to:-?})"; bad=1; }
        done
    done
    [ $count -gt 100 ] || { echo "only $count includes were found"; return 1; }
    return $bad
}
it "includes point downwards, and front and worker know nothing of each other" arrows_point_down

only_in() {
    local what=$1 where=$2 found
    found=$(cd "$TOP/broker" && grep -lE "(^|[^_a-z])$what\(" *.c | tr '\n' ' ')
    same "$found" "$where "
}
one_place() {
    only_in setns nsfs.c
    only_in fork spawn.c
    only_in fsopen cover.c
    only_in open_tree cover.c
    same "$(cd "$TOP/broker" && grep -l 'org.freedesktop.PolicyKit1' *.c)" authority.c
    same "$(cd "$TOP/broker" && grep -l 'org.freedesktop.systemd1' *.c)" units.c
    same "$(cd "$TOP/broker" && grep -l '/run/systemd/system"' *.c)" booted.c
    same "$(cd "$TOP/broker" && grep -lE 'SYSTEMCTL_PATH|"/[^ ]*bin/systemctl"' *.c | tr '\n' ' ')" 'booted.c systemctl.c '
}
it "setns, fork, mounts for users, polkit, systemd's manager, systemctl and whether it is there have one place each" one_place
finish
