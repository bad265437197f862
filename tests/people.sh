# people.sh - sourced by the demo and by tests that need users and other computers.

# as USER COMMAND-LINE - what that user gets for typing it: own ids and groups, home, a login's environment, no capabilities
as() {
    local user=$1 home
    home=$(getent passwd "$user" | cut -d: -f6)
    (cd "$home" && exec setpriv --reuid="$user" --regid="$user" --init-groups --inh-caps=-all \
        env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/bash TERM="${TERM-dumb}" LC_ALL=C.UTF-8 \
        PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -c "$2")
}

# web_host INTERFACE PAGE ADDRESS... - another computer at the far end of our INTERFACE, with a web server on port 80 of each address
# that answers PAGE, or for an empty PAGE the address of who asks. A network namespace without a name, so that `ip netns` does not show
# it. Its process: WEB_HOST_PID.
web_host() {
    local interface=$1 page=$2 address n=200 there
    shift 2
    unshare --net /usr/bin/python3 "$(dirname "${BASH_SOURCE[0]}")/web.py" 80 ${page:+"$page"} >/dev/null 2>&1 &
    WEB_HOST_PID=$!
    there="nsenter --net=/proc/$WEB_HOST_PID/ns/net"
    until [ "$(readlink /proc/self/ns/net)" != "$(readlink /proc/$WEB_HOST_PID/ns/net)" ]; do sleep 0.01; done
    ip link add "$interface" type veth peer name eth0 netns $WEB_HOST_PID
    ip link set "$interface" up
    for address; do
        case $address in *:*) $there ip addr add "$address" dev eth0 nodad ;; *) $there ip addr add "$address" dev eth0 ;; esac
    done
    $there ip link set lo up
    $there ip link set eth0 up
    until $there curl -s http://127.0.0.1/ >/dev/null; do
        n=$((n - 1))
        [ $n -gt 0 ] || { echo "people.sh: the web server behind $interface does not answer" >&2; return 1; }
        sleep 0.05
    done
}
