# demo.sh - the demo's story with the kernel's own WireGuard (where newcomer.sh tells it there may be none).
. /srv/src/tests/lib.sh

tells() {
    STAGE= /srv/src/tests/sandbox.sh /srv/src/tests/polkit-bus.sh /srv/src/demo/story.sh >/tmp/story 2>&1 || { cat /tmp/story; return 1; }
    contains "$(cat /tmp/story)" 'wg-quick up wg0'
    same "$(grep -o '^ *203\..*' /tmp/story | tr -d ' ' | tr '\n' ' ')" "203.0.113.9 203.0.113.200 203.0.113.9 203.0.113.200 203.0.113.200 203.0.113.9 "
    same "$(grep -c 'no way out$' /tmp/story)" 1
}
it "the demo brings up a real WireGuard, and alice gets past it" tells
finish
