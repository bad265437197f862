#!/bin/bash
# Beside Docker: its own daemon where it is installed, else the rules that Docker 20.10 was seen to make (tests/foreign/docker.ipv*).
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"; . "$TOP/tests/foreign/beside.sh"

docker_start() {
    if ! command -v dockerd >/dev/null; then
        sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
        ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; ip addr add fd00:d0c::1/64 dev docker0 nodad; ip link set docker0 up
        iptables-restore <"$TOP/tests/foreign/docker.ipv4"; ip6tables-restore <"$TOP/tests/foreign/docker.ipv6"
        return
    fi
    mountpoint -q /var/lib/docker || { mkdir -p /var/lib/docker; mount -t tmpfs tmpfs /var/lib/docker; }
    dockerd --ip6tables --experimental --ipv6 --fixed-cidr-v6 fd00:d0c::/64 --storage-driver vfs -H unix:///run/docker.sock >/run/dockerd.log 2>&1 &
    wait_until 200 curl -s --unix-socket /run/docker.sock http://docker/_ping || { tail /run/dockerd.log; return 1; }
}
docker_stop() {
    local pid
    pid=$(cat /run/docker.pid 2>/dev/null) || return 0
    kill "$pid"
    wait_until 200 fails kill -0 "$pid"
}
# what dockerd does when it starts: its jumps are taken out and put to the top again
docker_restart() {
    local rule
    if command -v dockerd >/dev/null; then docker_stop; docker_start; return; fi
    for rule in DOCKER-ISOLATION-STAGE-1 DOCKER-USER; do iptables -D FORWARD -j $rule; iptables -I FORWARD -j $rule; done
    for rule in '-i docker0 -o docker0 -j ACCEPT' '-i docker0 ! -o docker0 -j ACCEPT' '-o docker0 -j DOCKER'; do
        iptables -D FORWARD $rule; iptables -I FORWARD $rule
        ip6tables -D FORWARD $rule; ip6tables -I FORWARD $rule
    done
}
docker_away() {
    docker_stop
    ip link del docker0
    nft flush ruleset
    ! mountpoint -q /var/lib/docker || umount /var/lib/docker
    sysctl -q -w net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 net.ipv4.conf.all.accept_redirects="$REDIRECTS"
}
# a container without Docker's program in it: a namespace on its bridge, with the rules of `docker run -p 8090:80`
container() {
    ip netns add box
    ip link add vethbox master docker0 type veth peer name eth0 netns box; ip link set vethbox up
    ip -n box addr add 172.17.0.2/16 dev eth0; ip -n box link set eth0 up; ip -n box link set lo up; ip -n box route add default via 172.17.0.1
    publish
}
publish() {
    local nat='DOCKER ! -i docker0 -p tcp -m tcp --dport 8090 -j DNAT --to-destination 172.17.0.2:80'
    local filter='DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT'
    iptables -t nat -C $nat 2>/dev/null || iptables -t nat -A $nat
    iptables -C $filter 2>/dev/null || iptables -A $filter
}
closed_container() {
    local host published hidden=0
    web box 81 hidden; local hidden_pid=$WEB
    web box 80 published
    host=$(curl -s -m 3 http://172.17.0.2:81/)
    published=$(in_ns shut curl -sS -m 3 http://203.0.113.1:8090/) || :
    in_ns shut curl -s -m 1 http://172.17.0.2:81/ || hidden=$?
    web_end; WEB=$hidden_pid; web_end
    same "$host, $published, $hidden" "hidden, published, 28"
}
restarted() {
    docker_restart
    publish # as it does for a container that runs
    b_out
    closed_container
}

REDIRECTS=$(sysctl -n net.ipv4.conf.all.accept_redirects)
world_up
docker_start || exit 1
beside "Docker"
container
it "beside Docker: a namespace reaches what a container publishes, and nothing else of it" closed_container
it "beside Docker: its restart changes neither" restarted
ip netns del box
FOREIGN=$(unwatched; strip_ours; foreign_state; watched)
beside_end "Docker"
docker_away
world_down
finish
