#!/bin/bash
# Namespaces that hang on another: that one is started first, circles are named.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"

first() {
    conf base <<<$'[Namespace]\nDescription=base'
    conf mid <<<$'[Link up]\nKind=veth\nPeer=base\nHostName=tomid\nAddress=10.4.0.2/24\nHostAddress=10.4.0.1/24'
    conf top <<<$'[Link up]\nKind=veth\nPeer=mid\nHostName=totop\nAddress=10.5.0.2/24\nHostAddress=10.5.0.1/24'
    $NB up top
    in_ns top ping -c1 -W5 10.5.0.1; in_ns mid ping -c1 -W5 10.4.0.1
    same "$($NB list --json | jq -r '.[] | select(.state == "up") | .name' | sort | tr '\n' ' ')" 'base mid top '
    $NB up top; $NB down top mid base
}
together() {
    $NB up base mid top & local a=$!; $NB up top mid base & local b=$!
    wait $a; wait $b
    in_ns top ping -c1 -W5 10.5.0.1
    $NB down --all
}
comes_back() {
    $NB up top; $NB down mid
    $NB up top
    in_ns top ping -c1 -W5 10.5.0.1
    $NB down --all
}
circle() {
    conf base <<<$'[Link x]\nKind=veth\nPeer=top'
    local said; said=$($NB up top 2>&1) && return 1
    same "$said" "netnsctl: top: not up: top.netns:3: [Link up] Peer=mid: top needs mid, mid needs base, base needs top: none of them can be the first"
    said=$($NB check base 2>&1) && return 1
    contains "$said" "base.netns:3: [Link x] Peer=top: base needs top, top needs mid, mid needs base: none of them can be the first"
    same "$(ip netns list)" ""
}
fails_first() {
    conf base <<<$'[Link x]\nKind=macvlan\nParent=nope'
    local said; said=$($NB up top 2>&1) && return 1
    contains "$said" "netnsctl: top: not up: mid is not up: base is not up: base.netns:3: [Link x] Parent=nope: no such interface in the host"
    rm /etc/netns-broker/base.netns
    said=$($NB up mid 2>&1) && return 1
    contains "$said" "netnsctl: mid: not up: base is not up: "
    contains "$($NB check mid 2>&1)" "mid.netns:3: [Link up] Peer=base: note: there is no file of it here"
    same "$(ip netns list)" ""
}
it "a namespace is started before the one that hangs on it" first
it "two that start the same ones at once do not wait for each other for ever" together
it "one that was stopped meanwhile is started again, and its links made anew" comes_back
it "a circle is named, by up and by check" circle
second_way() {
    conf shut <<<$'[Namespace]\nType=vpn'
    conf other <<<$'[Link wire]\nKind=veth\nPeer=shut\nHostName=x'
    local said; said=$($NB check other 2>&1) && return 1
    contains "$said" 'other.netns:3: [Link wire] Peer=shut: would be a second way out of shut, whose file has KillSwitch=vpn'
    said=$($NB up other 2>&1) && return 1
    contains "$said" 'would be a second way out of shut'
    # started without its file, by type
    rm /etc/netns-broker/shut.netns; $NB up --type=vpn shut
    said=$($NB up other 2>&1) && return 1
    contains "$said" 'would be a second way out of that namespace, which has KillSwitch='
    $NB down --all; same "$(ip netns list)" ""
}
it "an end in a namespace that has one way out only is refused" second_way
it "one that cannot start is named, and why" fails_first
finish
