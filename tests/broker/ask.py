"""ask.py VERB [NAME [KEY=VALUE...]] - put one question to the broker as whoever runs this, print its answer, one line each, then what
each file descriptor is. Also the module that hostile.py and speed.py speak the protocol with; deliberately not client/wire.c."""
import array
import os
import socket
import sys

SOCKET = "/run/netns-broker/socket"
LIMIT = 60


def connect():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.settimeout(LIMIT)
    sock.connect(SOCKET)
    return sock


def packet(verb, name=None, *lines):
    wanted = ["VERB=" + verb] + (["NAMESPACE=" + name] if name is not None else []) + list(lines)
    return ("\n".join(wanted) + "\n").encode("utf-8", "surrogateescape")


def receive(sock):
    """bytes and fds of the answer; b"" when it was closed"""
    room = socket.CMSG_SPACE(64 * 4)
    data, controls, flags, _ = sock.recvmsg(8192, room, socket.MSG_CMSG_CLOEXEC)
    fds = array.array("i")
    for level, kind, content in controls:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(content)
    assert not flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC)
    return data, list(fds)


def ask_raw(data):
    with connect() as sock:
        sock.send(data)
        return receive(sock)


def ask(verb, name=None, *lines):
    return ask_raw(packet(verb, name, *lines))


def main():
    data, fds = ask(*sys.argv[1:])
    sys.stdout.write(data.decode())
    for fd in fds:
        kind = os.readlink(f"/proc/self/fd/{fd}")
        if kind.startswith("/memfd:"):
            print(os.read(fd, 1 << 20).decode())
        else:
            print("fd", kind.split(":")[0])


if __name__ == "__main__":
    main()
