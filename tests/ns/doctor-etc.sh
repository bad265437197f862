#!/bin/bash
# netnsctl doctor: what is wrong with the admin's own files in /etc/netns/NAME, with which nobody enters.
. "$TOP/tests/lib.sh"; . "$TOP/tests/world.sh"
OWN=/etc/netns/lab

# said RC WORDS... - what doctor says of lab, the exit status and some of its words
said() {
    local rc=0 want=$1 words
    shift
    SAID=$($NB doctor lab 2>&1) || rc=$?
    same "$rc" "$want" || { echo "$SAID"; return 1; }
    for words in "$@"; do contains "$SAID" "$words"; done
}
enters() { "$CHNETNS" lab true; }
# ill FILE WORDS... - nobody enters, which is told of that file once, in these words
ill() {
    fails enters
    said 1 'lab: broken' "${@:2}" ': nobody can enter'
    fails grep -q 'could not be tried' <<<"$SAID"
    same "$($NB doctor --json lab | jq -r '.[].findings[] | select(.file) | .file')" "$1"
}
# what it advises is done
helped() {
    local line
    while read -r line; do case $line in MountEtc=*) ;; *) $line ;; esac; done < <($NB doctor --json lab | jq -r '.[].findings[].advice // [] | .[]')
    enters
    said 0 'lab: good'
}
# a test, and afterwards there is no such file
tried() {
    it "$@"
    rm -rf /etc/netns /etc/whatever; conf lab <<<'[Namespace]'
    $NB up lab 2>/dev/null; it "and all is well without it" enters
}
own() { mkdir -p $OWN; echo '# mine' >"$OWN/$1"; $NB up lab; enters; }

fine() { own hosts; own whatever; mkdir $OWN/ssl; $NB up lab; enters; said 0 'lab: good'; }
others() {
    own hosts; chown alice $OWN/hosts
    ill $OWN/hosts "/etc: $OWN/hosts does not belong to root" "chown -h root:root $OWN/hosts"; helped
    chmod 664 $OWN/hosts
    ill $OWN/hosts "/etc: $OWN/hosts can be written by others than root" "chmod go-w $OWN/hosts"; helped
    chown alice $OWN
    ill $OWN "/etc: $OWN does not belong to root" "chown -h root:root $OWN"; helped
    chmod 777 /etc/netns
    said 1 '/etc: /etc/netns can be written by others than root' 'chmod go-w /etc/netns'; helped
}
dangling() {
    mkdir -p $OWN; ln -s /nowhere $OWN/hosts
    ill $OWN/hosts "/etc: $OWN/hosts is a symbolic link to /nowhere, which is not there" "rm $OWN/hosts"
    ln -sf /home/alice/hosts $OWN/hosts; setpriv --reuid=alice --regid=alice --clear-groups touch /home/alice/hosts
    ill $OWN/hosts "/etc: $OWN/hosts is a symbolic link to /home/alice/hosts, which cannot be trusted"
    rm $OWN/hosts; enters; said 0 'lab: good'
    rm -r $OWN; ln -s /nowhere $OWN
    ill $OWN "/etc: $OWN is a symbolic link to /nowhere, which is not there"
}
# it does not get in the way of our own for good
directory() {
    mkdir -p $OWN/resolv.conf
    ill $OWN/resolv.conf "/etc: $OWN/resolv.conf is a directory, and /etc/resolv.conf, which it is to cover, is a file" 'make it a file, or remove it'
    $NB up lab; ill $OWN/resolv.conf 'is a directory'
    rmdir $OWN/resolv.conf; enters; said 0 'lab: good'
    mkdir $OWN/hosts; $NB up lab; ill $OWN/hosts "$OWN/hosts is a directory"
    rmdir $OWN/hosts; enters
}
no_file() {
    mkdir -p $OWN; mkfifo $OWN/hosts
    ill $OWN/hosts "/etc: $OWN/hosts: neither a regular file nor a directory"
    rm $OWN/hosts; : >"$OWN/a b"; : >$OWN/hosts~
    ill "$OWN/a b" 'this name cannot be mounted over a file of /etc'
    rm -r $OWN; : >$OWN
    ill $OWN "/etc: $OWN: Not a directory"
}
newcomer() {
    own hosts; : >$OWN/newcomer
    ill $OWN/newcomer "/etc: $OWN/newcomer has come since the namespace came up" 'netnsctl start lab makes a place for it'
    $NB up lab; enters; said 0 'lab: good'
}
files() {
    conf lab <<<$'[Namespace]\nMountEtc=files'; own hosts
    : >$OWN/whatever
    ill $OWN/whatever "/etc: $OWN/whatever is to cover /etc/whatever, which is not there" 'touch /etc/whatever' 'MountEtc=directory'; helped
    rm $OWN/whatever; : >$OWN/ssl
    ill $OWN/ssl "/etc: $OWN/ssl is a file, and /etc/ssl, which it is to cover, is a directory"
    rm $OWN/ssl; mkdir $OWN/passwd
    ill $OWN/passwd "/etc: $OWN/passwd is a directory, and /etc/passwd, which it is to cover, is a file"
}
unused() {
    conf lab <<<$'[Namespace]\nMountEtc=no'; $NB up lab; mkdir -p $OWN; ln -s /nowhere $OWN/hosts
    enters; said 0 'lab: good' "/etc: $OWN is not used: with MountEtc=no programs see the host's files"
}

: >/etc/resolv.conf
conf lab <<<'[Namespace]'
broker_up
$NB up lab
tried "files and directories of root's are well" fine
tried "what others could change is named, up to the directory, and what is advised helps" others
tried "a link that leads nowhere, or where others have a say" dangling
tried "a directory where programs need a file" directory
tried "what is neither, and a name that cannot be mounted" no_file
tried "one that came after the namespace" newcomer
tried "MountEtc=files: what does not fit the host's /etc" files
tried "MountEtc=no: none of it is used" unused
broker_down
$NB down --all
finish
