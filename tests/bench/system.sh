#!/bin/bash
# system.sh - in a container with a real systemd (nspawn.sh), the project installed: what a start by unit costs. The work is done by
# systemd and its children, so the CPU time of the commands says nothing here.
set -eu
. "$(dirname "$0")/measure.sh"

printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' | conf first
mkdir -p /run/systemd/system
cat >/run/systemd/system/empty.service <<'X'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/true
X
cp /run/systemd/system/empty.service /run/systemd/system/empty@.service
systemctl daemon-reload
systemctl start netns-nat@stays # our table is there, as on any host that uses us

# over RESULT WHAT-LABEL AGAINST-LABEL TARGET WHAT AGAINST
over() { row "$5" "$6" "$(ratio "$(column "$1" "$2" 4)" "$(column "$1" "$3" 4)")" - "$4" "$NOISY"; }

say "first entry through systemd"
{
    case_run 'systemctl start empty' root systemctl start empty
    case_after 'systemctl start empty' systemctl stop empty
    case_run 'systemctl start empty, again' root systemctl start empty
    case_after 'systemctl start empty, again' systemctl stop empty
    case_run 'chnetns, not up yet' alice "$CHNETNS" first "$TARGET"
    case_after 'chnetns, not up yet' systemctl stop netns@first
    case_run 'systemctl start netns@first' root systemctl start netns@first
    case_after 'systemctl start netns@first' systemctl stop netns@first
} | measure "$WORK/first" 'systemctl start empty' --rounds $(((ROUNDS + 3) / 4)) --pause 60
over "$WORK/first" 'chnetns, not up yet' 'systemctl start empty' 2.5 \
    'first entry of a NAT namespace that is down, through systemd in the container' '`systemctl start` of an empty oneshot unit there'

say "a hundred units at once"
n=${SMOKE:+3}
n=${n:-100}
{
    case_run 'empty@' root systemctl start $(seq -f 'empty@e%g' $n)
    case_after 'empty@' systemctl stop $(seq -f 'empty@e%g' $n)
    case_run 'empty@, again' root systemctl start $(seq -f 'empty@e%g' $n)
    case_after 'empty@, again' systemctl stop $(seq -f 'empty@e%g' $n)
    case_run 'netns-nat@' root systemctl start $(seq -f 'netns-nat@e%g' $n)
    case_after 'netns-nat@' systemctl stop $(seq -f 'netns-nat@e%g' $n)
} | measure "$WORK/hundred" 'empty@' --rounds $(((ROUNDS + 24) / 25)) --warmup 1 --pause 500
over "$WORK/hundred" 'netns-nat@' 'empty@' 4 "$n \`netns-nat@\` units started at once in the container" "$n empty oneshot units"
