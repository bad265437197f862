"""dialog.py CASE - as an unprivileged user with a password: polkit's dialog, by the text agent on a terminal of our own."""
import os
import pty
import select
import subprocess
import sys
import termios
import time

from ask import ask, connect, packet, receive

PASSWORD = b"secret of alice"
DENIED = b"ERROR=denied\nMESSAGE=not allowed, or there is no such namespace\n"


class Agent:
    """pkttyagent for this very process, ready when constructed"""

    def __init__(self):
        ready, notify = os.pipe()
        self.master, slave = pty.openpty()
        self.child = subprocess.Popen(
            ["setsid", "-c", "pkttyagent", "--process", str(os.getpid()), "--notify-fd", str(notify)],
            stdin=slave, stdout=slave, stderr=slave, pass_fds=[notify])
        os.close(notify)
        os.close(slave)
        os.read(ready, 1)
        os.close(ready)
        self.seen = b""

    def until(self, words, seconds=60):
        end = time.monotonic() + seconds
        while words not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise AssertionError(self.seen)
            self.seen += os.read(self.master, 4096)

    def type(self, line):
        # pkttyagent prompts first and then turns the echo off, which throws away what was typed before
        while termios.tcgetattr(self.master)[3] & termios.ECHO:
            time.sleep(0.01)
        self.seen = b""
        os.write(self.master, line + b"\n")

    def end(self):
        self.child.terminate()
        self.child.wait()


def asked(agent):
    sock = connect()
    sock.send(packet("enter", "asks", "INTERACTIVE=yes"))
    agent.until(b"assword:")
    return sock


def granted():
    agent = Agent()
    with asked(agent) as sock:
        assert b"asks" in agent.seen and b"alice" in agent.seen, agent.seen
        agent.type(PASSWORD)
        data, fds = receive(sock)
        assert data.startswith(b"RESULT=ok") and fds, data
    agent.end()


def wrong():
    agent = Agent()
    with asked(agent) as sock:
        agent.type(b"guess")
        data, fds = receive(sock)
        assert data.startswith(b"ERROR=denied\nMESSAGE=polkit did not authorize it: a wrong password") and not fds, data
    agent.end()


def one():
    agent = Agent()
    with asked(agent):
        assert ask("enter", "asks", "INTERACTIVE=yes")[0].startswith(b"ERROR=busy")
        # what takes no dialog goes on meanwhile
        assert ask("enter", "quick")[0].startswith(b"RESULT=ok")
    agent.end()


def hang_up():
    agent = Agent()
    asked(agent).close()
    time.sleep(2.2)  # a dialog is left alone in its first 1.5 s
    agent.end()
    agent = Agent()
    with asked(agent) as sock:  # another dialog may come then
        agent.type(PASSWORD)
        assert receive(sock)[0].startswith(b"RESULT=ok")
    agent.end()


def nobody():
    data, fds = ask("enter", "asks", "INTERACTIVE=yes")
    assert data.startswith(b"ERROR=authenticate") and not fds, data


if __name__ == "__main__":
    globals()[sys.argv[1]]()
