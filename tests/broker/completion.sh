#!/bin/bash
# completion.sh - bash, zsh and fish offer the names that the user may enter, and then complete a command line like any other.
. "$(dirname "$0")/../lib.sh"
: "${CHNETNS:=/usr/bin/chnetns}" "${NETNSCTL:=/usr/bin/netnsctl}" "${SERVE:=/usr/libexec/netns-broker/serve}"
PYTHON=/usr/bin/python3
mkdir -p /etc/netns-broker
for name in lab lan vpn; do
    printf '[Namespace]\nType=basic\n[Access]\nUsers=alice\nAuthorize=list\n' >/etc/netns-broker/$name.netns
done
printf '[Namespace]\nType=basic\n' >/etc/netns-broker/locked.netns
as() { local user=$1; shift; setpriv --reuid="$user" --regid="$user" --init-groups env -C / HOME=/home/"$user" "$@"; }
"$SERVE" --listen /run/netns-broker/socket 2>/run/serve.log &
SERVE_PID=$!
wait_until 100 as alice "$NETNSCTL" list

there() { [ -e "$1" ] || { echo "no $1 here"; return 77; }; }

# What bash offers for the words given, sorted; the last word is being typed
cat >/tmp/complete.bash <<'X'
. /usr/share/bash-completion/bash_completion
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
_completion_loader "$1"
"$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}" | sort -u | xargs
X
bash_offers() { as "${USER_OF-alice}" bash /tmp/complete.bash "$@"; }
in_bash() {
    there /usr/share/bash-completion/bash_completion || return $?
    same "$(bash_offers chnetns '')" 'lab lan vpn'
    same "$(bash_offers chnetns --no-ask-password l)" 'lab lan'
    same "$(bash_offers chnetns --quiet l)" 'lab lan'; same "$(bash_offers chnetns --q)" --quiet
    same "$(USER_OF=mallory bash_offers chnetns '')" ''
    same "$(bash_offers chnetns lab -- netnsctl sta)" 'start status'
    same "$(bash_offers netnsctl status l)" 'lab lan'
    same "$(bash_offers netnsctl sa)" save-firewall; same "$(bash_offers netnsctl save-firewall l)" 'lab lan'
    same "$(bash_offers netnsctl graph --)" '--dot --json --svg'
    same "$(bash_offers netnsctl gra)" graph; same "$(bash_offers netnsctl res)" 'resolve restart'; same "$(bash_offers netnsctl restart l)" 'lab lan'; same "$(bash_offers netnsctl restart --)" --no-ask-password
    same "$(bash_offers netnsctl attach --now l)" 'lab lan'; same "$(bash_offers netnsctl detach --)" '--now --user'
    same "$(bash_offers netns-broker list --n)" '--names --no-ask-password --no-legend'
}
it "bash completes names and commands" in_bash

fish_offers() { as alice fish -c 'complete -C $argv[1]' "$1" 2>&1 | cut -f1 | sort -u | xargs; }
in_fish() {
    there /usr/bin/fish || return $?
    same "$(fish_offers 'chnetns ')" 'lab lan vpn'
    same "$(fish_offers 'chnetns --no-ask-password l')" 'lab lan'
    same "$(fish_offers 'chnetns -q l')" 'lab lan'; same "$(fish_offers 'chnetns --q')" --quiet
    same "$(fish_offers 'chnetns lab netnsctl star')" start
    same "$(fish_offers 'chnetns lab -- netnsctl star')" start
    same "$(fish_offers 'netnsctl status l')" 'lab lan'; same "$(fish_offers 'netnsctl rest')" restart; same "$(fish_offers 'netnsctl restart l')" 'lab lan'
    same "$(fish_offers 'netnsctl sav')" save-firewall; same "$(fish_offers 'netnsctl save-firewall l')" 'lab lan'
    same "$(fish_offers 'netnsctl graph l')" 'lab lan'
    same "$(fish_offers 'netnsctl graph --s')" --svg
    same "$(fish_offers 'netnsctl attach --now l')" 'lab lan'; same "$(fish_offers 'netnsctl detach --u')" --user
}
it "fish completes names and commands" in_fish

# What stands on the line after Tab
cat >/tmp/complete.py <<'X'
import os, select, sys, time
pid, terminal = os.forkpty()
if pid == 0:
    os.environ["TERM"] = "dumb"
    os.setgid(61001)
    os.setuid(61001)
    os.execvp("zsh", ["zsh", "-f", "-i"])
seen = b""
def until(text):
    global seen
    end = time.monotonic() + 20
    while text not in seen:
        if time.monotonic() > end:
            sys.exit(f"zsh printed {seen!r}")
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 4096)
    seen = b""
os.write(terminal, b"PS1=; autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word; echo rea''dy\n")
until(b"ready")
os.write(terminal, sys.argv[1].encode() + b"\t")
until(sys.argv[2].encode())
X
in_zsh() {
    there /usr/bin/zsh || return $?
    $PYTHON /tmp/complete.py 'chnetns v' 'vpn '
    $PYTHON /tmp/complete.py 'chnetns --no-ask-password v' 'vpn '
    $PYTHON /tmp/complete.py 'chnetns vpn netnsctl star' 'start '
    $PYTHON /tmp/complete.py 'netnsctl status v' 'vpn '
    $PYTHON /tmp/complete.py 'netnsctl gra' 'graph '
    $PYTHON /tmp/complete.py 'netnsctl rest' 'restart '
    $PYTHON /tmp/complete.py 'netnsctl restart v' 'vpn '
    $PYTHON /tmp/complete.py 'netnsctl graph --s' '--svg '
    $PYTHON /tmp/complete.py 'netnsctl attach --now v' 'vpn '
}
it "zsh completes names and commands" in_zsh

kill $SERVE_PID
wait $SERVE_PID
finish
