"""hostile.py CASE - one misbehaviour against the broker; exit status 0 when the broker did what it should."""
import os
import random
import socket
import sys
import time

from ask import ask, ask_raw, connect, packet, receive

DENIED = b"ERROR=denied\nMESSAGE=not allowed, or there is no such namespace\n"


def starts(data, words):
    assert data.startswith(words), data


def still_answers():
    starts(ask("fly", "lab")[0], b"ERROR=invalid")


def fds():
    with connect() as sock:
        with open("/dev/null") as null:
            socket.send_fds(sock, [packet("enter", "lab")], [null.fileno()])
        starts(receive(sock)[0], b"ERROR=invalid")
    for count in (16, 17, 200):
        with connect() as sock, open("/dev/null") as null:
            socket.send_fds(sock, [packet("enter", "lab")], [null.fileno()] * count)
            starts(receive(sock)[0], b"ERROR=invalid")


def oversize():
    for size in (4097, 5000, 65536):
        starts(ask_raw(packet("enter", "lab", "X=" + "x" * size)[:size])[0], b"ERROR=invalid")
    starts(ask_raw(packet("fly", "lab", "X=" + "x" * 4000))[0], b"ERROR=invalid")


def malformed():
    for data in (b"\0", b"VERB=enter\0\nNAMESPACE=lab\n", b"VERB", b"=enter\n", b"\n", b"\n\n", b"verb=enter\n",
                 b"VERB=enter\nNAMESPACE=lab\n" + b"A=b\n" * 40):
        starts(ask_raw(data)[0], b"ERROR=invalid")
    with connect() as sock:  # an empty record looks like the end of the connection, and ends it
        sock.send(b"")
        assert receive(sock) == (b"", [])
    still_answers()


def fuzz():
    chance = random.Random(4)
    seeds = [packet("enter", "lab"), packet("list"), packet("status", "quick", "INTERACTIVE=yes"), packet("stop", "x" * 32)]
    for _ in range(1000):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data))
            what = chance.randrange(3)
            if what == 0:
                data[at] = chance.randrange(256)
            elif what == 1:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(8)))
            else:
                del data[at:at + chance.randrange(1, 4)]
            if not data:
                data = bytearray(b"\n")
        answer, got = ask_raw(bytes(data))
        for fd in got:
            os.close(fd)
        assert answer.startswith(b"ERROR=") or b"VERB=list\n" in data + b"\n", (data, answer)
    still_answers()


def second():
    with connect() as sock:
        sock.send(packet("enter", "open", "INTERACTIVE=yes"))
        try:
            for _ in range(5):
                sock.send(packet("enter", "quick"))
        except OSError:
            pass
        try:
            data, got = receive(sock)
        except ConnectionResetError:
            return
        assert b"netns" not in data and not got, data


def half_open():
    socks = [connect() for _ in range(100)]
    time.sleep(0.3)
    busy = 0
    for sock in socks[16:]:
        data, _ = receive(sock)
        starts(data, b"ERROR=busy")
        busy += 1
    assert busy == 84
    for sock in socks[:16]:
        sock.send(packet("fly"))
        starts(receive(sock)[0], b"ERROR=invalid")
        sock.close()
    for sock in socks:
        sock.close()
    time.sleep(0.1)
    still_answers()


def half_open_wait():
    begun = time.monotonic()
    with connect() as sock:
        data, _ = receive(sock)
        starts(data, b"ERROR=invalid")
    assert 9 < time.monotonic() - begun < 40


def handed_on():
    sock = connect()
    child = os.fork()
    if child == 0:
        sock.send(packet("enter", "quick"))
        os._exit(0)
    os.waitpid(child, 0)
    assert receive(sock) == (DENIED, [])


def hang_up():
    for _ in range(50):
        with connect() as sock:
            sock.send(packet("enter", "lab"))
        connect().close()
    time.sleep(0.2)
    assert ask("enter", "quick")[0].startswith(b"RESULT=ok")


def dead():
    """A process connects, asks and exits; another one has the socket."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        sock = connect()
        sock.send(packet("enter", "lab"))
        socket.send_fds(theirs, [b"x"], [sock.fileno()])
        os._exit(0)
    _, got, _, _ = socket.recv_fds(ours, 1, 1)
    os.waitpid(child, 0)
    sock = socket.socket(fileno=got[0])
    sock.settimeout(60)
    try:
        data, fds_got = receive(sock)
    except ConnectionResetError:
        return
    # what was sent while the process lived has arrived; afterwards there is a no, or nothing
    assert data in (b"", DENIED) and not fds_got or data.startswith(b"RESULT=ok"), data


if __name__ == "__main__":
    globals()[sys.argv[1]]()
