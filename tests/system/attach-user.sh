# attach-user.sh - netnsctl attach --user: services of a user's own systemd.
. /srv/src/tests/services.sh
as_alice() { as alice "export XDG_RUNTIME_DIR=/run/user/$(id -u alice); $1"; }
user_pid() { as_alice "systemctl --user show -p MainPID --value $1"; }
users_attached() {
    local units=/home/alice/.config/systemd/user
    loginctl enable-linger alice
    wait_until 200 active "user@$(id -u alice)"
    as alice "mkdir -p $units"
    as alice "cat >$units/mine.service" <<'E'
[Service]
Environment=WORDS="two words"
ExecStartPre=-/bin/sh -c 'readlink /proc/self/ns/net >%h/before'
ExecStart=/usr/bin/python3 -m http.server \
    8010 "--directory=%h"
E
    as_alice 'systemctl --user daemon-reload'
    systemctl stop web netns@lab
    contains "$(as_alice 'netnsctl attach --user lab mine' 2>&1)" "mine.service: attached to lab"
    fails active netns@lab
    as_alice 'systemctl --user start mine' || { journalctl -n 20 -o cat; return 1; }
    wait_until 100 ip netns exec lab curl -s -o /dev/null http://127.0.0.1:8010/
    same "$(readlink "/proc/$(user_pid mine)/ns/net")" "$(netns_of lab)"
    contains "$(nsenter --mount --target "$(user_pid mine)" cat /etc/resolv.conf)" 192.0.2.53
    same "$(cat /home/alice/before)" "$(netns_of lab)"
}
users_listed() {
    contains "$(as_alice 'netnsctl list' | grep ^lab)" "web mine (user)"
    contains "$(as_alice 'netnsctl status lab')" "Services: web.service mine.service (user)"
    same "$(as_alice 'netnsctl list --json' | jq -c '.[] | select(.name == "lab") | .user_services')" '["mine.service"]'
    same "$(as_alice 'netnsctl status --json lab' | jq -c '.[0] | [.services, .user_services]')" '[["web.service"],["mine.service"]]'
    # no unit holds a user's: it stays behind in what was
    systemctl restart netns@lab
    contains "$(as_alice 'netnsctl list' | grep ^lab)" "mine (user, outside)"
    contains "$(as_alice 'netnsctl status lab')" "To do: mine.service runs in another network: systemctl --user restart mine.service"
    contains "$(as_alice 'netnsctl doctor lab')" "systemctl --user restart mine.service"
    as_alice 'systemctl --user restart mine'
    wait_until 100 ip netns exec lab curl -s -o /dev/null http://127.0.0.1:8010/
    fails grep -q outside <<<"$(as_alice 'netnsctl list')"
    # nobody else's, root's neither, whatever HOME says
    fails grep -q mine <<<"$(netnsctl list; HOME=/home/alice netnsctl list; HOME=/home/alice netnsctl status lab)"
}
users_socket() {
    local units=/home/alice/.config/systemd/user
    as alice "printf '[Socket]\nListenStream=8012\n' >$units/woken.socket; printf '[Service]\nExecStart=/bin/sleep 100\n' >$units/woken.service"
    as_alice 'systemctl --user daemon-reload; systemctl --user start woken.socket'
    contains "$(as_alice 'netnsctl attach --user lab woken' 2>&1)" \
        "woken.socket, which starts woken.service, listens outside and cannot be attached: to be without it, systemctl --user disable --now woken.socket"
    as_alice 'netnsctl detach --user woken; systemctl --user stop woken.socket'
    as alice "rm $units/woken.socket $units/woken.service"
    as_alice 'systemctl --user daemon-reload'
}
users_again() {
    as_alice 'netnsctl attach --user lab mine'
    same "$(as_alice 'systemctl --user show -p ExecStart mine' | grep -o chnetns | wc -l)" 2
}
users_detached() {
    as_alice 'netnsctl detach --user --now mine'
    [ ! -e /home/alice/.config/systemd/user/mine.service.d ]
    wait_until 100 curl -s -o /dev/null http://127.0.0.1:8010/
    same "$(readlink "/proc/$(user_pid mine)/ns/net")" "$(readlink /proc/1/ns/net)"
}
users_refusals() {
    local units=/home/alice/.config/systemd/user
    as alice "printf '[Service]\nNoNewPrivileges=yes\nExecStart=sleep 100\n' >$units/closed.service"
    as alice "printf '[Service]\nExecStart=@sleep named 100\n' >$units/named.service"
    as alice "printf '[Socket]\nListenStream=8011\n' >$units/mine.socket"
    as_alice 'systemctl --user daemon-reload'
    refused "closed.service has NoNewPrivileges=yes, under which nothing can enter" as_alice 'netnsctl attach --user lab closed'
    # with each of them chnetns cannot enter, which is why it is refused
    local option
    try_closed() { # OPTION
        as alice "printf '[Service]\nType=oneshot\n$1\nExecStart=/usr/bin/chnetns --no-ask-password lab true\n' >$units/closed.service"
        as_alice 'systemctl --user daemon-reload; systemctl --user start closed' 2>/dev/null
    }
    try_closed NoNewPrivileges=no
    for option in LockPersonality=yes MemoryDenyWriteExecute=yes PrivateDevices=yes ProtectClock=yes ProtectHostname=yes ProtectKernelLogs=yes \
        ProtectKernelModules=yes ProtectKernelTunables=yes RestrictAddressFamilies=~AF_APPLETALK RestrictNamespaces=~uts RestrictRealtime=yes \
        RestrictSUIDSGID=yes SystemCallArchitectures=native SystemCallFilter=~@swap; do
        ! try_closed "$option" || { echo "$option lets it enter"; return 1; }
        refused "closed.service has ${option%%=*}=" as_alice 'netnsctl attach --user lab closed' || { echo "$option"; return 1; }
    done
    refused "a command that begins with @ cannot be started through another program" as_alice 'netnsctl attach --user lab named'
    refused "sockets are opened by your systemd itself" as_alice 'netnsctl attach --user lab mine.socket'
    refused "there is no namespace box that you may enter" as_alice 'netnsctl attach --user box mine'
    refused "systemd knows no unit nowhere.service" as_alice 'netnsctl attach --user lab nowhere'
    refused "mine.service is not attached to a namespace" as_alice 'netnsctl detach --user mine'
    [ ! -e $units/mine.service.d ]
}
# systemd reads its files, and what it would start by itself is found however they are written
users_otherwise() {
    local units=/home/alice/.config/systemd/user odd
    for odd in 'Environment=A=x\\\\' 'Environment=A=x\\ '; do
        as alice "printf '%b\n' '[Service]' '$odd' 'ExecStartPre=/bin/true' 'ExecStart=/bin/sleep 100' >$units/odd.service"
        as_alice 'systemctl --user daemon-reload'
        refused "odd.service: not attached, as systemd reads its files otherwise than we do, and would start /bin/true outside" as_alice 'netnsctl attach --user lab odd'
        [ ! -e $units/odd.service.d ]
        fails grep -q chnetns <<<"$(as_alice 'systemctl --user show -p ExecStart odd')"
    done
    # what was attached before stays so, whatever it is named with
    as_alice 'netnsctl attach --user lab mine'
    local before; before=$(cat $units/mine.service.d/50-netns-broker.conf)
    refused "odd.service: not attached" as_alice 'netnsctl attach --user lab mine odd'
    same "$(cat $units/mine.service.d/50-netns-broker.conf)" "$before"
    contains "$(as_alice 'systemctl --user show -p ExecStart mine')" chnetns
    [ ! -e $units/odd.service.d ]
    as_alice 'netnsctl detach --user mine'
    as alice "rm $units/odd.service"
    as_alice 'systemctl --user daemon-reload'
}
users_questions() {
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\n' >/etc/netns-broker/ask.netns
    contains "$(as_alice 'netnsctl attach --user ask mine' 2>&1)" "Authorize=list in ask.netns"
    as_alice 'systemctl --user restart mine' 2>/dev/null || :
    wait_until 100 fails as_alice 'systemctl --user is-active mine'
    fails ip netns exec ask true 2>/dev/null
    as_alice 'netnsctl detach --user mine; systemctl --user stop mine; systemctl --user reset-failed'
    rm /etc/netns-broker/ask.netns
}
nothing_left() {
    loginctl disable-linger alice
    systemctl stop "user@$(id -u alice)"
    rm -rf /home/alice/.config /home/alice/before
    put_away web
}
it "a service, two namespaces and systemd-resolved are there" prepared
it "a service is attached to a namespace" web_inside
it "a user's service runs inside, and starts its namespace" users_attached
it "a user's own services are in his list and status, and in nobody else's" users_listed
it "a user's socket is told of" users_socket
it "attaching a user's service again changes nothing" users_again
it "detach brings a user's service back to the host" users_detached
it "what cannot be attached of a user's is told in a sentence" users_refusals
it "a command of a user's that systemd would start outside is found" users_otherwise
it "where polkit would ask, attach says so" users_questions
it "nothing is left" nothing_left
finish
