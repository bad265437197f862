# here.sh - part of tests/run: the tiers that need nothing but a build. The programs they are about run from the build directory.

BUILD_SANITIZE=$BUILD-sanitize

# Scripts that look at the programs as built, not installed
scripts_here() {
    local tier=$1 script
    for script in "$TOP/tests/$tier"/*.sh; do
        [ -e "$script" ] && picked "$tier" "$(basename "$script" .sh)" || continue
        NETNSCTL=$BUILD/broker/netns-broker CHNETNS=$BUILD/client/chnetns SERVE=$BUILD/broker/serve \
            timed "$tier" "$(basename "$script")" bash "$script"
    done
}

# programs_here TIER KIND BUILD - the test programs KIND (unit, fuzz) of a build directory
programs_here() {
    local tier=$1 kind=$2 build=$3 source name
    for source in "$TOP/tests/$kind"/*.c; do
        name=$(basename "$source" .c)
        [ -e "$source" ] && [ "$name" != main ] && picked "$tier" "$name" || continue
        case $kind in
        unit) timed "$tier" "$kind/$name" "$build/tests/unit-$name" --tap ;;
        fuzz) timed "$tier" "$kind/$name" "$build/tests/fuzz-$name" "$TOP/tests/fuzz/$name" ;;
        esac
    done
}

# What meson calls the test programs
check_targets() { (cd "$TOP/tests" && ls unit/*.c fuzz/*.c 2>/dev/null) | grep -v '^fuzz/main.c' | sed 's|/|-|; s|\.c$||; s|^|tests/|'; }
checks_build() {
    local tier=$1 build=$2 log start=$EPOCHREALTIME
    log=$(mktemp -p "$WORK")
    # a test that came since is not yet known to ninja
    [ -z "$(find "$TOP"/{broker,client,tests/unit,tests/fuzz} -maxdepth 0 -newer "$build/build.ninja")" ] ||
        meson setup --reconfigure "$build" "$TOP" >"$log" 2>&1
    if ! ninja -C "$build" $(check_targets) >"$log" 2>&1; then
        broken "$tier" "the tests compile" "$log"
        return 1
    fi
    say "$tier" "compile" "$(bc_minus "$EPOCHREALTIME" "$start")"
}

tier_unit() { checks_build unit "$BUILD" && programs_here unit unit "$BUILD"; scripts_here unit; }
tier_data() { scripts_here data; }
tier_golden() { scripts_here golden; }
tier_fuzz() { checks_build fuzz "$BUILD" && programs_here fuzz fuzz "$BUILD"; scripts_here fuzz; }

# The static chnetns cannot carry a sanitizer's runtime, so only the checks are compiled here, not everything.
tier_sanitize() {
    local log
    log=$(mktemp -p "$WORK")
    if [ ! -e "$BUILD_SANITIZE/build.ninja" ] &&
        ! meson setup "$BUILD_SANITIZE" "$TOP" -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debug >"$log" 2>&1; then
        broken sanitize "meson configures a build with sanitizers" "$log"
        return
    fi
    checks_build sanitize "$BUILD_SANITIZE" || return
    export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 G_SLICE=always-malloc
    programs_here sanitize unit "$BUILD_SANITIZE"
    programs_here sanitize fuzz "$BUILD_SANITIZE"
    unset ASAN_OPTIONS UBSAN_OPTIONS G_SLICE
}
