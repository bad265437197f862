"""terminal.py USER SCRIPT COMMAND... - run COMMAND as USER on a terminal of its own and play SCRIPT, words divided by commas:

    expect=TEXT   wait until TEXT was printed        type=TEXT    type it and Return
    noecho        wait until typing is hidden        ctrl=C       type Control-C

Prints what came from the terminal; exits with COMMAND's status, 128+n for a signal, 99 when the script did not work out (what had come
from the terminal is then on stderr, with the reason)."""
import os
import pwd
import select
import signal
import sys
import termios
import time

user = pwd.getpwnam(sys.argv[1])
script, command = sys.argv[2].split(","), sys.argv[3:]
seen = b""
deadline = time.monotonic() + 120  # an emulated machine takes ten seconds for a password

pid, master = os.forkpty()
if pid == 0:
    os.initgroups(user.pw_name, user.pw_gid)
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    os.chdir("/")
    os.execvp(command[0], command)


def fail(why):
    # where the test's own output goes: the other one is mostly caught to be looked at
    sys.stderr.write(f"{seen.decode(errors='replace')}\nterminal.py: {why}\n")
    os.kill(pid, signal.SIGKILL)
    sys.exit(99)


def read_some():
    global seen
    if time.monotonic() > deadline:
        fail("time is up")
    if select.select([master], [], [], 0.05)[0]:
        try:
            seen += os.read(master, 4096)
        except OSError:
            return False
    return True


def expect(text):
    global mark
    while True:
        at = seen.find(text.encode(), mark)
        if at >= 0:
            mark = at + len(text)
            return
        if not read_some():
            fail(f"ended without printing {text!r}")


def noecho():
    while termios.tcgetattr(master)[3] & termios.ECHO:
        if not read_some():
            fail("ended without asking for a password")


mark = 0
for step in script:
    word, _, text = step.partition("=")
    if word == "expect":
        expect(text)
    elif word == "type":
        os.write(master, text.encode() + b"\n")
    elif word == "ctrl":
        os.write(master, bytes([ord(text) - 64]))
    elif word == "noecho":
        noecho()
    elif word:
        fail(f"unknown word {word!r}")

while read_some():
    child, status = os.waitpid(pid, os.WNOHANG)
    if child:
        while select.select([master], [], [], 0.05)[0]:
            try:
                seen += os.read(master, 4096)
            except OSError:
                break
        break
else:
    _, status = os.waitpid(pid, 0)
echo = termios.tcgetattr(master)[3] & termios.ECHO
sys.stdout.write(seen.decode(errors="replace"))
if not echo:
    print("\nterminal.py: the terminal was left without echo", file=sys.stderr)
    sys.exit(99)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
