# suites.sh - part of tests/run: the tiers that need another PID 1 or another kernel. Per suite: its cached tree (rootfs.sh), the
# project compiled inside it against its libraries, one container for the tier system, one virtual machine for the tier vm.

# Scripts of other tiers whose outcome is the kernel's: NAT of IPv6, and who is at it at once, need all.forwarding where there is no
# force_forwarding, the client's rules are about what a capability does, etc and hidden about mounts, links about what a kernel can, lan
# about real WireGuard and source validation
VM_TOO='ns/at-once ns/nat ns/links ns/kinds ns/physical ns/lifecycle ns/lan-vpn broker/client broker/client-caller broker/client-answers broker/etc broker/hidden'
# Of the life cycle what is quick: an emulated machine is eight times slower.
# (Dots for blanks: the list is split there.)
VM_ONLY_lifecycle='twice|leave.the.host|file|hundred|advertisements|loses.its.links|lost.its.mount'
VM_ONLY_lan_vpn='wg-quick'

# In the background: both suites' trees and builds, for the virtual machines wait for them, then the containers
suites_lane() {
    local suite
    for suite in $SUITES; do
        SUITE_DIR=
        suite_prepare "$suite" || SUITE_DIR=
        echo "$SUITE_DIR" >"$WORK/$suite.new"
        mv "$WORK/$suite.new" "$WORK/$suite.dir"
    done
    for suite in $SUITES; do
        wanted system && suite_prepared "$suite" || continue
        suite_system "$suite"
        ! picked system boot || suite_boot "$suite"
        ! picked system newcomer || suite_newcomer "$suite"
    done
    ! wanted vm || vm_lane
}
# Each lane, when it has nothing else left, takes the virtual machines that the other has not taken
vm_lane() {
    local suite
    for suite in $SUITES; do
        # here.done: what was skipped on this kernel is known now, and runs there too
        while [ ! -e "$WORK/$suite.dir" ] || [ ! -e "$WORK/here.done" ]; do
            kill -0 $$ && kill -0 "${SUITES_PID:-$$}" || break
            sleep 0.5
        done
        suite_prepared "$suite" && mkdir "$WORK/$suite.taken" 2>/dev/null || continue
        suite_vm "$suite"
        suite_vm_no_ipv6 "$suite"
    done
}
# SUITE_DIR, SUITE_WORK of a suite whose preparation succeeded
suite_prepared() {
    SUITE_DIR=$(cat "$WORK/$1.dir" 2>/dev/null)
    SUITE_WORK=$WORK/$1
    [ -n "$SUITE_DIR" ]
}

# SUITE_DIR, SUITE_WORK: the cached tree; here, its build and staged install
suite_prepare() {
    local suite=$1 log start=$EPOCHREALTIME what=root
    log=$(mktemp -p "$WORK")
    ! wanted vm || what=vm
    if ! SUITE_DIR=$("$TOP/tests/rootfs.sh" "$suite" $what 2>"$log"); then
        broken "$suite" "the tree of $suite is made" "$log"
        return 1
    fi
    say "$suite" "tree" "$(bc_minus "$EPOCHREALTIME" "$start")"
    SUITE_WORK=$WORK/$suite
    mkdir "$SUITE_WORK"
    start=$EPOCHREALTIME
    if ! unshare --mount --pid --fork --kill-child --propagation private bash -eu "$TOP/tests/run.d/compile-inside.sh" "$SUITE_DIR/root" "$SUITE_WORK" \
        >"$log" 2>&1 </dev/null; then
        broken "$suite" "the project compiles in $suite" "$log"
        return 1
    fi
    say "$suite" "compile" "$(bc_minus "$EPOCHREALTIME" "$start")"
    suite_unit "$suite"
}

# The unit tests once more, with the suite's own libraries
suite_unit() {
    local suite=$1 file name
    for file in "$SUITE_WORK"/unit/*.out; do
        name=$(basename "$file" .out)
        [ -e "$file" ] && [ ${#CHOICE[@]} = 0 ] || continue
        report "unit/$suite" "$name" 0 "$(cat "${file%.out}.status")" "$file"
    done
}

# What runs inside prints "=== NAME", the script's lines, "=== status N SECONDS" for each; split it and report
report_inside() {
    local tier=$1 all=$2 line name= part
    part=$(mktemp -p "$WORK")
    while IFS= read -r line; do
        case $line in
        '=== done') ;;
        '=== status '*) report "$tier" "$name" "$(cut -d' ' -f4 <<<"$line")" "$(cut -d' ' -f3 <<<"$line")" "$part"; name= ;;
        '=== '*) name=${line#=== }; : >"$part" ;;
        *) printf '%s\n' "$line" >>"$part" ;;
        esac
    done <"$all"
    if [ -n "$name" ]; then
        report "$tier" "$name" 0 137 "$part"
    elif ! grep -q '^=== done' "$all" && ! grep -q '^=== status' "$all"; then
        broken "$tier" "it starts and runs its scripts" "$all"
    fi
}

# payload DIR SCRIPT... - a directory with run.sh that runs the scripts as report_inside wants them
payload() {
    local dir=$1
    shift
    mkdir -p "$dir"
    cat >"$dir/run.sh" <<'E'
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TMPDIR=/tmp
export NETNSCTL=/usr/bin/netnsctl CHNETNS=/usr/bin/chnetns SERVE=/usr/libexec/netns-broker/serve BUILD=/srv/build TOP=/srv/src
while read -r name limit words; do
    echo "=== $name"
    start=$EPOCHREALTIME rc=0
    timeout -k 5 "$limit" $words 2>&1 </dev/null || rc=$?
    echo "=== status $rc $(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')"
done <list
echo "=== done"
E
    printf '%s\n' "$@" >"$dir/list"
}

suite_system() {
    local suite=$1 script list=() out=$WORK/$1.system name
    for script in "$TOP"/tests/system/*.sh; do
        name=$(basename "$script" .sh)
        [ -e "$script" ] && picked system "$name" || continue
        list+=("$name 900 bash /srv/src/tests/system/$name.sh")
    done
    [ ${#list[@]} -gt 0 ] || return 0
    payload "$SUITE_WORK/system" "install 100 bash /srv/src/tests/run.d/install-inside.sh" "${list[@]}"
    CONSOLE=$SUITE_WORK/console LIMIT=1800 "$TOP/tests/nspawn.sh" "$SUITE_DIR/root" "$SUITE_WORK/system" \
        --bind-ro="$TOP:/srv/src" --bind="$SUITE_WORK/build:/srv/build" >"$out" 2>&1 || :
    report_inside "system/$suite" "$out"
}

# A boot with the staged tree laid over the suite's and things enabled by an admin
suite_boot() {
    local suite=$1 boot=$SUITE_WORK/boot out=$WORK/$1.boot
    mkdir -p "$boot"/{upper,work,root}
    payload "$boot/payload" "boot 200 bash /srv/src/tests/system/boot/check.sh"
    unshare --mount --propagation private bash -euc '
        mount -t overlay overlay -o "lowerdir=$1/stage:$2/root,upperdir=$1/boot/upper,workdir=$1/boot/work" "$1/boot/root"
        bash "$3/tests/system/boot/prepare.sh" "$1/boot/root"
        exec "$3/tests/nspawn.sh" "$1/boot/root" "$1/boot/payload" --bind-ro="$3:/srv/src"
    ' - "$SUITE_WORK" "$SUITE_DIR" "$TOP" >"$out" 2>&1 || :
    report_inside "system/$suite" "$out"
}

suite_newcomer() {
    local suite=$1 dir log start=$EPOCHREALTIME
    log=$(mktemp -p "$WORK")
    if ! dir=$("$TOP/tests/rootfs.sh" "$suite" bare 2>"$log"); then
        broken "system/$suite" "a bare $suite is made" "$log"
        return
    fi
    say "$suite" "bare tree" "$(bc_minus "$EPOCHREALTIME" "$start")"
    LIMIT=900 timed "system/$suite" newcomer unshare --mount --pid --fork --kill-child --propagation private \
        bash "$TOP/tests/run.d/newcomer.sh" "$dir/bare" "$SUITE_WORK/newcomer"
}

# Scripts that had skips on this machine's kernel
skipped_here() { awk -F'\t' '($1 == "ns" || $1 == "broker") && $3 == "skip" { print $1 "/" $2 }' "$WORK/results" | sort -u; }

suite_vm() {
    local suite=$1 script list=() out=$WORK/$1.vm name dir=$SUITE_WORK/vm only in
    for script in "$TOP"/tests/vm/*.sh; do
        name=$(basename "$script" .sh)
        [ -e "$script" ] && picked vm "$name" || continue
        list+=("$name 900 bash /srv/src/tests/vm/$name.sh")
    done
    for name in $(printf '%s\n' $VM_TOO $(skipped_here) | sort -u); do
        picked vm "$name" || continue
        only=VM_ONLY_${name#*/} only=${only//-/_}
        in='/srv/src/tests/sandbox.sh'
        [ "${name%/*}" != broker ] || in+=' /srv/src/tests/polkit-bus.sh'
        list+=("$name 900 env STAGE= LEFTOVERS_NAME=$name $in env ONLY=${!only-} SLOW=8 /srv/src/tests/leftovers.sh bash /srv/src/tests/$name.sh")
    done
    [ ${#list[@]} -gt 0 ] || return 0
    payload "$dir" "install 200 bash ./src/tests/run.d/install-staged.sh" "${list[@]}"
    mkdir -p "$dir/src"
    cp -a "$TOP/setup" "$TOP/tests" "$TOP/demo" "$dir/src/"
    cp -a "$SUITE_WORK/stage" "$dir/stage"
    LIMIT=3300 "$TOP/tests/vm.sh" "$SUITE_DIR" "$dir" >"$out" 2>&1 || :
    report_inside "vm/$suite" "$out"
}

# A kernel without IPv6 needs a boot of its own; that it is another one is all that matters, so one suite's does
suite_vm_no_ipv6() {
    local suite=$1 out=$WORK/$1.no-ipv6 dir=$SUITE_WORK/no-ipv6
    [ "$suite" = "${SUITES%% *}" ] && picked vm no-ipv6 || return 0
    payload "$dir" "install 200 bash ./src/tests/run.d/install-staged.sh" "no-ipv6 900 bash /srv/src/tests/vm/no-ipv6/check.sh"
    mkdir -p "$dir/src"
    cp -a "$TOP/setup" "$TOP/tests" "$TOP/demo" "$dir/src/"
    cp -a "$SUITE_WORK/stage" "$dir/stage"
    APPEND=ipv6.disable=1 "$TOP/tests/vm.sh" "$SUITE_DIR" "$dir" >"$out" 2>&1 || :
    report_inside "vm/$suite" "$out"
}
