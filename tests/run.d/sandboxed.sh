# sandboxed.sh - part of tests/run: the tiers on this machine's kernel, each script in a sandbox of its own, with the programs at the
# places they are compiled for.

# Install once below $WORK/stage; every sandbox lays it over its /usr and /etc.
stage_install() {
    local log start=$EPOCHREALTIME
    log=$(mktemp -p "$WORK")
    export STAGE=$WORK/stage
    mkdir "$STAGE"
    if ! "$TOP/setup" install --destdir "$STAGE" >"$log" 2>&1; then
        broken stage "setup installs into a staging directory" "$log"
    fi
    chmod 755 "$STAGE"
    say stage "install" "$(bc_minus "$EPOCHREALTIME" "$start")"
}

sandboxed() {
    local tier=$1 script name
    shift
    for script in "$TOP/tests/$tier"/*.sh; do
        name=$(basename "$script" .sh)
        [ -e "$script" ] && picked "$tier" "$name" || continue
        LEFTOVERS_NAME=$name timed "$tier" "$name" "$TOP/tests/sandbox.sh" "$@" "$TOP/tests/leftovers.sh" bash "$script"
    done
}

tier_ns() { sandboxed ns; }
tier_broker() { sandboxed broker "$TOP/tests/polkit-bus.sh"; }
