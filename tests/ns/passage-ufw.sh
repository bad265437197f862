#!/bin/bash
# Beside ufw, as it is enabled on a desktop: no incoming, no routed.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/foreign/beside.sh"

reload() { ufw reload; b_out; same "$(out4 shut)" 203.0.113.1; }
stricter() { ufw default reject routed; ufw default reject incoming; ufw reload; $NB up --type=nat shut; b_out; b_host_open; }
particular() {
    local rc=0
    ufw route deny out on uplink0 to any port 26 proto tcp; ufw reload
    web net 26 mail; local mail=$WEB; web net 27 other
    in_ns shut curl -s -m 1 http://203.0.113.2:26/ || rc=$?
    local other; other=$(in_ns shut curl -s -m 3 http://203.0.113.2:27/) || :
    web_end; WEB=$mail; web_end
    ufw route delete deny out on uplink0 to any port 26 proto tcp
    same "$rc $other" "28 other"
}
# what is let through is not to be written to the log as blocked
not_logged() {
    local before after
    before=$(iptables -nvxL ufw-after-logging-forward | awk '/LOG/ { print $1 }')
    out4 shut
    after=$(iptables -nvxL ufw-after-logging-forward | awk '/LOG/ { print $1 }')
    same "$after" "$before"
}
off_and_on() { ufw disable; out4 shut; ufw --force enable; $NB up --type=nat shut; b_out; }

# its settings of the kernel are not what this is about
: >/etc/ufw/sysctl.conf
world_up
ufw --force enable || exit 1
beside "ufw"
it "beside ufw: what passes is not logged as blocked" not_logged
it "beside ufw: its reload changes nothing" reload
it "beside ufw: what it forbids in particular stays forbidden" particular
it "beside ufw: as well when it refuses instead of dropping" stricter
it "beside ufw: disabled and enabled again" off_and_on
FOREIGN=$(unwatched; strip_ours; foreign_state; watched)
beside_end "ufw"
ufw --force disable
nft flush ruleset
world_down
finish
