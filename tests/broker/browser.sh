#!/bin/bash
# browser.sh - real Firefox and Chromium inside: the page is fetched there, and its name looked up there. What looks for another way is
# seen: packets on every interface of the host, and the log of the host's own name server and web server.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/people.sh"
. "$TOP/tests/world.sh"
ROOM=/run/browser
install -d -m 1777 $ROOM
"$SERVE" --listen /run/netns-broker/socket >>/run/serve.log 2>&1 </dev/null &
SERVE_PID=$!
wait_until 100 $NB list

# NAMESPACE ADDRESS - a name server and a web server that both say what they are asked
cat >$ROOM/page.py <<'P'
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = f"<title>it</title><p id=who>served by {sys.argv[2]}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, form, *args):
        print(self.headers["Host"], self.path, self.headers["User-Agent"], flush=True)
http.server.ThreadingHTTPServer((sys.argv[1], 80), Page).serve_forever()
P
provider() {
    ip netns exec "$1" dnsmasq --keep-in-foreground --user=root --pid-file= --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces \
        --listen-address="$2" --address=/example/"$2" --log-queries --log-facility=$ROOM/"$1".names &
    PIDS+=($!)
    ip netns exec "$1" python3 $ROOM/page.py "$2" "$1" >$ROOM/"$1".pages 2>&1 &
    PIDS+=($!)
    wait_until 100 ip netns exec "$1" curl -s -m 1 "http://$2/"
}
PIDS=()
ip netns add net
ip link add up0 type veth peer name eth0 netns net
ip addr add 203.0.113.1/24 dev up0; ip link set up0 up
ip -n net addr add 203.0.113.2/24 dev eth0; ip -n net link set eth0 up; ip -n net link set lo up
ip route add default via 203.0.113.2
rm -f /etc/resolv.conf; echo 'nameserver 203.0.113.2' >/etc/resolv.conf
ip netns add far; ip -n far link set lo up
conf box <<'C'
[Namespace]
Type=basic
[Access]
Users=alice
Authorize=list
[Link far]
Kind=veth
Peer=far
Name=far0
HostName=box0
Address=10.50.0.2/24
HostAddress=10.50.0.1/24
Gateway=10.50.0.1
[DNS]
Servers=10.50.0.1
C
$NB up box
provider net 203.0.113.2
provider far 10.50.0.1
cat >$ROOM/capture.py <<'P'
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
print("ready", flush=True)
with open("/run/browser/host.packets", "ab", buffering=0) as log:
    while True:
        log.write(s.recv(65536))
P
python3 $ROOM/capture.py >$ROOM/capturing & PIDS+=($!)
wait_until 100 grep -q ready $ROOM/capturing

FIREFOX='firefox-esr --headless --no-remote --profile'
CHROMIUM='chromium --headless --disable-gpu --dump-dom --virtual-time-budget=8000 --user-data-dir='
outside() {
    as alice 'curl -s http://decoy.example/' | grep -q 'served by net'
    grep -q decoy $ROOM/net.names
    wait_until 50 grep -aq decoy $ROOM/host.packets
}
it "the witnesses see a page that is fetched outside" outside
not_outside() { sleep 0.3; fails grep -q "$1" $ROOM/net.names && fails grep -q "$1" $ROOM/net.pages && fails grep -aq "$1" $ROOM/host.packets; }
have() { command -v "$1" >/dev/null || { echo "no $1 here"; return 77; }; }
chromium_in() {
    have chromium || return $?
    local dom
    dom=$(as alice "mkdir -p chromium; timeout 60 chnetns box $CHROMIUM/home/alice/chromium http://with-chromium.example/" 2>$ROOM/chromium.log) || { tail -5 $ROOM/chromium.log; return 1; }
    contains "$dom" 'served by far'
    grep -q 'with-chromium.*Chrom' $ROOM/far.pages
    grep -q with-chromium $ROOM/far.names
    not_outside with-chromium
}
it "Chromium: the page and its name come from inside" chromium_in
firefox_in() {
    have firefox-esr || return $?
    as alice "mkdir -p firefox; timeout 60 chnetns box $FIREFOX /home/alice/firefox --screenshot /home/alice/shot.png http://with-firefox.example/" >$ROOM/firefox.log 2>&1 || { tail -5 $ROOM/firefox.log; return 1; }
    [ -s /home/alice/shot.png ]
    grep -q 'with-firefox.*Firefox' $ROOM/far.pages
    grep -q with-firefox $ROOM/far.names
    not_outside with-firefox
}
it "Firefox: the page and its name come from inside" firefox_in

$NB down box
kill "${PIDS[@]}" $SERVE_PID
wait
ip netns del net; ip netns del far
ip link del up0 2>/dev/null
rm -rf /etc/netns-broker/box.netns /home/alice/firefox /home/alice/chromium /home/alice/.cache /home/alice/.mozilla
finish
