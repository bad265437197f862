# doctor.sh - sourced by the tests of netnsctl doctor: three namespaces that are well, while nobody watches.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / "$@"; }
need() { local program; for program in "$@"; do command -v "$program" >/dev/null || { echo "there is no $program"; exit 77; }; done; }
up() { $NB up "$@"; }
# nobody is to put right what a test puts in the way: the lock of who watches is held by one who does nothing
no_watch() {
    wait_until 100 pgrep -xf 'netns-broker watch'
    pkill -9 -xf 'netns-broker watch'
    wait_until 100 flock -n /run/netns-broker/lock/.watch true
    rm -f /run/netns-broker/lock/.followed
    setsid flock /run/netns-broker/lock/.watch sleep 1000 & echo $! >/run/no_watch
    wait_until 100 fails flock -n /run/netns-broker/lock/.watch true
}
watch_free() { kill -- -"$(cat /run/no_watch)"; wait_until 100 flock -n /run/netns-broker/lock/.watch true; }
# ill WORDS... - something is wrong with lab, and all of WORDS are said
ill() {
    local rc=0 said word
    said=$($NB doctor "${PATIENT-lab}" 2>&1) || rc=$?
    # `|| return`: in front of `||` set -e does not count
    case $said in "${PATIENT-lab}: warning"*) same $rc 3 ;; *) same $rc 1 ;; esac || return 1
    for word in "$@"; do contains "$said" "$word" || return 1; done
    contains "$(nft list tables)" netns-broker || return 1
    fails grep -q doctor <<<"$(nft list tables)"
}
well() { local said; said=$($NB doctor "${PATIENT-lab}" 2>&1) || { echo "$said"; return 1; }; } # instead of world.sh's
advice() { $NB doctor --json "${PATIENT-lab}" | jq -r '.[].findings[].advice // [] | .[]'; }
# what it advises is done, and then nothing is wrong any more
helped() {
    local line lines
    lines=$(advice); [ -n "$lines" ]
    # what is no command is another way out, and needs a decision
    while read -r line; do case $line in Servers=*) ;; *) $line ;; esac; done <<<"$lines"
    well
}
good() {
    local said; said=$($NB doctor lab)
    same "$(grep -v clock: <<<"$said")" $'lab: good\n    IPv4 out: leaves by uplink0\n    IPv6 out: leaves by uplink0\n    DNS: 203.0.113.2 answers, and no path leads past the namespace'
}
nothing_left() { diff <(echo "$BEFORE") <(echo "$(host_state)"); }

world_up
names_up
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log & SERVE_PID=$!
wait_until 100 as alice $NB list
conf lab <<<$'[Namespace]\nType=nat'
conf open <<<$'[Namespace]\nType=nat\n[NAT]\nHostAccess=yes'
conf only <<<$'[Namespace]\nType=nat\n[NAT]\nUplink=tun7'
up lab open only
no_watch
wait_until 100 sh -c '! ip -6 addr show tentative | grep .'
BEFORE=$(host_state)
end_doctor() {
    kill $SERVE_PID; wait $SERVE_PID 2>/dev/null || :
    rm -f /run/netns-broker/socket
    watch_free
    $NB down --all
    names_down
    world_down
}
