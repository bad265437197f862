#!/bin/bash
# manual.sh - what netns-broker(8) and chnetns(1) say, done: the rule, the program, the hooks' environment, the exit statuses.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../people.sh"
TOP=$(realpath "$(dirname "$0")/../..")
PAGE=$TOP/man/netns-broker.8
mkdir -p /etc/netns-broker /etc/polkit-1/rules.d

# the example that stands below a comment  .\" WHAT: NAME
example() {
    awk -v what="$1:" '$1 == ".\\\"" && $2 == what { found = 1; next }
        found && /^\.Bd/ { inside = 1; next }
        inside && /^\.Ed/ { exit }
        inside { gsub(/\\e/, "\\"); print }' "$PAGE"
}
enters() { as alice 'chnetns --no-ask-password lab true'; }

cat >/run/environment.sh <<'X'
#!/bin/sh
echo "$1 $(env | grep -E '^(NETNS|NETNS_TYPE|IFNAME|HOST_IFNAME|PATH|LANG)=' | sort | tr '\n' ' ')$(pwd) $(readlink /proc/self/fd/0)" >>/run/hooks.log
X
chmod 755 /run/environment.sh
cat >/etc/netns-broker/lab.netns <<'X'
[Namespace]
Type=nat
[Access]
Users=alice
[Hooks]
PreUp=/run/environment.sh first
PostUp=/run/environment.sh last
X
chmod 644 /etc/netns-broker/lab.netns
"$SERVE" --listen /run/netns-broker/socket >/run/serve.log 2>&1 </dev/null &
SERVE_PID=$!
wait_until 100 test -S /run/netns-broker/socket

refused_at_first() { fails enters; }
it "without a rule alice, who sits at no seat, is refused in a script" refused_at_first

rule_works() {
    example rule >/etc/polkit-1/rules.d/50-netns.rules
    [ "$(wc -l </etc/polkit-1/rules.d/50-netns.rules)" -ge 5 ]
    wait_until 60 enters
}
it "the rule in netns-broker(8) lets alice in" rule_works

program_works() {
    example program >/run/list.py
    chmod 644 /run/list.py
    same "$(as alice '/usr/bin/python3 /run/list.py')" "lab up"
    same "$(as mallory '/usr/bin/python3 /run/list.py')" ""
}
it "the program in netns-broker(8) lists what its user may enter" program_works

environment_told() {
    local rest='LANG=C NETNS=lab NETNS_TYPE=nat PATH=/usr/sbin:/usr/bin:/sbin:/bin / /dev/null'
    same "$(grep ^first /run/hooks.log)" "first $rest"
    same "$(grep ^last /run/hooks.log)" "last HOST_IFNAME=vn-lab0 IFNAME=vn-lab1 $rest"
}
it "hooks have the environment that netns-broker(8) tells" environment_told

statuses_told() {
    local rc
    for case in "7 sh -c 'exit 7'" "126 /etc/passwd" "127 /no/such/program"; do
        rc=0
        as alice "chnetns lab ${case#* }" || rc=$?
        same $rc "${case%% *}"
    done
    rc=0
    as mallory 'chnetns lab true' || rc=$?
    same $rc 125
}
it "exit statuses are those of chnetns(1)" statuses_told

netnsctl down lab
kill $SERVE_PID
wait $SERVE_PID
finish
