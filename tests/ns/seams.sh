#!/bin/bash
# Where up, leases, guard and resolver meet: up again, a changed file, a killed up, a slow script of a lease.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

DNS=/run/netns-broker/dns RESOLVER=/run/netns-broker/resolver
resolv() { grep -v '^#' "$DNS/$1/resolv.conf" || :; }
lan_up() {
    ip netns add lan; ip link add p0 type veth peer name s0 netns lan; sysctl -qw net.ipv6.conf.p0.accept_ra=0; ip link set p0 up
    ip -n lan addr add 10.77.0.1/24 dev s0; ip -n lan link set lo up; ip -n lan link set s0 up
    ip netns exec lan dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv --user=root --pid-file= --leasefile-ro --interface=s0 \
        --bind-interfaces --dhcp-authoritative --no-ping --domain=lab.example --dhcp-range=10.77.0.100,10.77.0.150,2m & LAN=$!
    wait_until 100 sh -c 'ip netns exec lan ss -Hlnu | grep -q :67'
}
lan_down() { kill $LAN; wait $LAN 2>/dev/null; ip link del p0; ip netns del lan; }
# make NAME TEXT - its file, brought up
make() { conf "$1" <<<"[Namespace]"$'\n'"$2"; timeout 60 $NB up "$1"; }
leased() { make d $'Type=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\n'"$1"; }

again() { # CLIENT [DNS]-LINE
    leased "Client=$1"$'\n[DNS]\n'"$2"
    local first; first=$(resolv d); contains "$first" nameserver
    $NB up d; same "$(resolv d)" "$first"
    $NB down d
}
vpn_resolver() {
    make r Type=vpn
    make r $'Type=vpn\n[DNS]\nResolver=dnsmasq'; same "$(resolv r)" 'nameserver 127.0.0.1'
    make r Type=vpn; same "$(resolv r)" ''
    [ ! -e $RESOLVER/r/resolver.pid ]
    ip link add tun5 type veth peer name tun5p
    env -i script_type=up dev=tun5 ifconfig_local=10.8.0.5 ifconfig_netmask=255.255.255.0 'foreign_option_1=dhcp-option DNS 10.8.0.1' $NB take r
    same "$(resolv r)" 'nameserver 10.8.0.1'
    $NB down r; ip link del tun5
}
becomes_vpn() { # TEXT - of before
    make r "$1"; contains "$(resolv r)" nameserver
    make r Type=vpn; same "$(resolv r)" ''
    $NB down r
}
# what attach has written counts also where systemd is not
attached_before() {
    mkdir -p /etc/systemd/system/web.service.d
    printf '# netnsctl attach a web.service\n[Service]\n' >/etc/systemd/system/web.service.d/50-netns-broker.conf
    make a Type=basic
    $NB down a; rm -r /etc/systemd/system/web.service.d
}
killed() { # when the files are written, and the resolver was not told
    echo 'nameserver 203.0.113.53' >/etc/resolv.conf
    make r $'Type=basic\n[DNS]\nResolver=dnsmasq'
    echo 'nameserver 203.0.113.54' >/etc/resolv.conf
    fails strace -qq -o /dev/null -e trace=pidfd_send_signal -e inject=pidfd_send_signal:signal=KILL:when=1 $NB up r
    strace -qq -e trace=pidfd_send_signal -o /run/trace $NB up r
    same "$(grep -c SIGHUP /run/trace)" 1
    same "$(cat $RESOLVER/r/dnsmasq.servers)" server=203.0.113.54
    $NB down r
}
untold() { # one that cannot be told is told by the next up
    echo 'nameserver 203.0.113.53' >/etc/resolv.conf
    make r $'Type=basic\n[DNS]\nResolver=dnsmasq'
    mv $RESOLVER/r/resolver.pid /run/resolver.pid
    echo 'nameserver 203.0.113.54' >/etc/resolv.conf
    local said; said=$($NB up r 2>&1) && return 1
    contains "$said" 'it does not begin to answer'
    mv /run/resolver.pid $RESOLVER/r/resolver.pid
    strace -qq -e trace=pidfd_send_signal -o /run/trace $NB up r
    same "$(grep -c SIGHUP /run/trace)" 1
    contains "$(cat $RESOLVER/r/upstream.conf)" 203.0.113.54
    $NB down r
}
client_and_servers() { jq -c '[.client, .ipv4.servers]' /run/netns-broker/dhcp/d/macvlan.json; }
installed_later() {
    mv /usr/sbin/dhcpcd /usr/sbin/dhcpcd.away
    leased ''
    local before; before=$(client_and_servers)
    mv /usr/sbin/dhcpcd.away /usr/sbin/dhcpcd
    $NB up d; same "$(client_and_servers)" "$before"
    $NB down d
}
# the guard is there while the links are made anew; a hook is what looks
guarded() { # FIRST-LINE [MORE]
    local text="$1"$'\n[DNS]\nServers=203.0.113.53\nGuard=yes\n'"${2-}"
    make g "$text"; in_ns g nft list table inet netns-broker-dns >/dev/null
    make g "$text"$'\n[Link]\nMTU=1400\n[Hooks]\nInsidePreUp=/bin/sh -c "nft list tables >/run/seen"'
    contains "$(cat /run/seen)" netns-broker-dns
    in_ns g nft list table inet netns-broker-dns >/dev/null
    $NB down g
}
guarded_adopted() { ip netns add g; in_ns g ip link set lo up; guarded $'Type=nat\nAdopt=yes'; ip netns del g; }
# the script is slow between the lease and its name servers
LEASE=/usr/libexec/netns-broker/lease
slowly() {
    mkdir /run/real; cp -L $LEASE /run/real/lease; mv $LEASE $LEASE.away
    printf '#!/bin/sh\nexec strace -qq -o /dev/null -e trace=rename -e inject=rename:delay_exit=400000:when=1+ /run/real/lease "$@"\n' >$LEASE; chmod 755 $LEASE
}
at_once() { mv $LEASE.away $LEASE; rm -r /run/real; }
waits_for_servers() { leased Client=udhcpc; same "$(resolv d | grep nameserver)" 'nameserver 10.77.0.1'; $NB down d; }
# `up`, which knew no servers yet, is slow to write them
overtaken() {
    conf d <<<$'[Namespace]\nType=macvlan\n[Link]\nName=eth0\nParent=p0\nDHCP=ipv4\nClient=udhcpc\n[DNS]\nResolver=dnsmasq'
    strace -qq -o /dev/null -P $RESOLVER/d/dnsmasq.servers -e trace=openat,open -e inject=openat,open:delay_enter=1500000:when=1 $NB up d
    wait_until 60 grep -qx server=10.77.0.1 $RESOLVER/d/dnsmasq.servers
    $NB down d
}

printf 'table inet mine {\nchain c {\ntype filter hook output priority 0; policy accept;\n}\n}\n' >/etc/netns-broker/x.nft
world_up; lan_up
for client in dhcpcd dhclient udhcpc; do
    it "$client: up of an unchanged namespace keeps the servers of its lease" again $client Guard=yes
    it "$client: also those that its resolver asks" again $client Resolver=dnsmasq
done
it "Resolver= comes to a VPN's namespace and goes, and what the VPN brings then counts" vpn_resolver
it "Servers= that are the VPN's by now: the former ones are gone" becomes_vpn $'Type=vpn\n[DNS]\nServers=\nServers=192.0.2.53'
echo 'nameserver 203.0.113.53' >/etc/resolv.conf
it "a namespace that becomes a VPN's forgets the host's servers" becomes_vpn Type=nat
it "drop-ins of attached services do no harm where systemd is not" attached_before
it "up that is killed before the resolver has heard: the next one tells it" killed
it "a resolver that cannot be told is told by the next up" untold
it "a client that is installed later changes nothing of the one that runs" installed_later
it "the guard of an adopted namespace stands while its file is changed" guarded_adopted
it "also of another" guarded Type=nat
it "also with a ruleset of its own" guarded Type=nat $'[Firewall]\nFile=/etc/netns-broker/x.nft'
slowly
it "up returns when the servers of the lease are there" waits_for_servers
it "and does not overwrite what the lease said" overtaken
at_once
timeout 60 $NB down --all; rm /etc/netns-broker/{x.nft,[adgr].netns}
lan_down; world_down
finish
