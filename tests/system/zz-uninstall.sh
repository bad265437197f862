# zz-uninstall.sh - the last of its tier: setup uninstall with namespaces up leaves a system as it was, and the admin's files.
. /srv/src/tests/lib.sh
. /srv/src/tests/people.sh

files() { find / -xdev -path /var/log -prune -o -path /var/tmp -prune -o -path /opt -prune -o -path /tmp -prune -o -print | sort; }
with_things_up() {
    printf '[Namespace]\nType=nat\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/lab.netns
    systemctl enable --now netns@lab 2>/dev/null
    systemctl start netns-nat@other
    as alice 'chnetns lab true'
    printf '[Service]\nExecStart=sleep 100\n' >/etc/systemd/system/kept.service
    netnsctl attach lab kept
    systemctl start kept
    /srv/src/setup uninstall >/tmp/said
}
attached_stay_in() {
    contains "$(cat /tmp/said)" /etc/systemd/system/kept.service.d/50-netns-broker.conf
    fails systemctl is-active --quiet kept
    fails systemctl start kept 2>/dev/null
    rm -r /etc/systemd/system/kept.service*
    systemctl daemon-reload
}
nothing_left() {
    files | comm -13 /var/tmp/before - |
        grep -v -e '^/etc/netns-broker' -e '^/home/' -e '^/root/' -e '^/var/lib/systemd/' -e '^/var/cache/' -e '^/etc/systemd/system/multi-user.target.wants$' >/tmp/new || :
    same "$(cat /tmp/new)" ""
    same "$(files | comm -23 /var/tmp/before -)" ""
}
configuration_kept() { contains "$(cat /etc/netns-broker/lab.netns)" Users=alice; }
nothing_runs() {
    same "$(ip netns list)" ""
    same "$(ip -o link | grep -c vn-)" 0
    same "$(nft list ruleset)" ""
    [ ! -e /run/netns-broker ]
    same "$(systemctl list-units --all --no-legend 'netns*' | grep -v -e '\.mount' -e '\.slice')" ""
    fails pgrep -f netns-broker
}
it "setup uninstall works while namespaces are up and enabled" with_things_up
it "after setup uninstall an attached service does not start outside, and its file is named" attached_stay_in
it "after setup uninstall no file of ours is left" nothing_left
it "after setup uninstall the admin's configuration is still there" configuration_kept
it "after setup uninstall no unit, namespace, link, nft table or process of ours is left" nothing_runs
finish
