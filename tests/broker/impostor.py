"""impostor.py CASE - listens where the broker does and answers every request as CASE says: what a client must survive.

A case is a list of descriptors to send and the words of the packet. "ready" is printed when it listens."""
import array
import ctypes
import os
import socket
import sys
import time

PATH = "/run/netns-broker/socket"
libc = ctypes.CDLL(None, use_errno=True)
OPEN_TREE, FSOPEN, FSCONFIG, FSMOUNT, MOUNT_SETATTR = 428, 430, 431, 432, 442
RO, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
SAFE = RO | NOSUID | NODEV | NOEXEC


def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def netns():
    return os.open("/run/netns/lab", os.O_RDONLY)


def opened(path):
    return os.open(path, os.O_RDONLY)


def clone(path, attributes=SAFE):
    fd = call(OPEN_TREE, -100, path.encode(), 1 | os.O_CLOEXEC)
    attr = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    call(MOUNT_SETATTR, fd, b"", 0x1000, attr, 32)
    return fd


def fresh(kind, attributes=SAFE):
    context = call(FSOPEN, kind, 1)
    call(FSCONFIG, context, 6, None, None, 0)
    return call(FSMOUNT, context, 1, attributes)


def resolv():
    with open("/run/impostor.resolv", "w") as file:
        file.write("nameserver 203.0.113.7\n")
    return "/run/impostor.resolv"


def ok(names, *fds):
    return f"RESULT=ok\nFDS={names}\n".encode(), list(fds)


def memfd():
    fd = os.memfd_create("x")
    os.write(fd, b"[]")
    return fd


CASES = {
    "good": lambda: ok("netns", netns()),
    "good-with-mounts": lambda: ok("netns,sys,etc/resolv.conf", netns(), fresh(b"sysfs"), clone(resolv())),
    "no-fds-at-all": lambda: (b"RESULT=ok\n", []),
    "fewer-than-named": lambda: ok("netns,sys", netns()),
    "more-than-named": lambda: ok("netns", netns(), netns()),
    "two-namespaces": lambda: ok("netns,netns", netns(), netns()),
    "no-namespace": lambda: ok("etc/resolv.conf", clone(resolv())),
    "seventeen": lambda: ok(",".join(["netns"] * 17), *[netns() for _ in range(17)]),
    "two-hundred": lambda: ok(",".join(["netns"] * 200), *[netns() for _ in range(200)]),
    "a-user-namespace": lambda: ok("netns", opened("/proc/self/ns/user")),
    "a-mount-namespace": lambda: ok("netns", opened("/proc/self/ns/mnt")),
    "a-pid-namespace": lambda: ok("netns", opened("/proc/self/ns/pid")),
    "a-file": lambda: ok("netns", opened("/etc/passwd")),
    "a-terminal": lambda: ok("netns", os.openpty()[1]),
    "a-socket": lambda: ok("netns", socket.socket().detach()),
    "unknown-word": lambda: ok("netns,proc", netns(), opened("/proc")),
    "a-path": lambda: ok("netns,etc/../root", netns(), clone(resolv())),
    "a-parent": lambda: ok("netns,etc/..", netns(), clone(resolv())),
    "a-subdirectory": lambda: ok("netns,etc/a/b", netns(), clone(resolv())),
    "an-absolute-path": lambda: ok("netns,/etc/passwd", netns(), clone(resolv())),
    "an-empty-name": lambda: ok("netns,etc/", netns(), clone(resolv())),
    "an-empty-word": lambda: ok("netns,,", netns(), clone(resolv()), clone(resolv())),
    "a-directory-for-a-file": lambda: ok("netns,etc/resolv.conf", netns(), clone("/run")),
    "a-writable-mount": lambda: ok("netns,etc/resolv.conf", netns(), clone(resolv(), NOSUID | NODEV | NOEXEC)),
    "a-suid-mount": lambda: ok("netns,etc/resolv.conf", netns(), clone(resolv(), RO | NODEV | NOEXEC)),
    "a-plain-file": lambda: ok("netns,etc/resolv.conf", netns(), opened(resolv())),
    "a-target-that-is-not-there": lambda: ok("netns,etc/not-there", netns(), clone(resolv())),
    "a-tmpfs-for-sys": lambda: ok("netns,sys", netns(), fresh(b"tmpfs")),
    "an-exec-sysfs": lambda: ok("netns,sys", netns(), fresh(b"sysfs", 0)),
    "garbage": lambda: (os.urandom(300), [netns()]),
    "no-key": lambda: (b"ok\n", []),
    "too-long": lambda: (b"RESULT=ok\nFDS=netns\nX=" + b"x" * 5000, [netns()]),
    "many-lines": lambda: (b"RESULT=ok\nFDS=netns\n" + b"A=b\n" * 40, [netns()]),
    "neither": lambda: (b"HELLO=world\n", [netns()]),
    "both": lambda: (b"RESULT=ok\nERROR=denied\nFDS=netns\n", [netns()]),
    "error-with-a-namespace": lambda: (b"ERROR=denied\nMESSAGE=no\nFDS=netns\n", [netns()]),
    "escapes": lambda: (b"ERROR=denied\nMESSAGE=no\033[2J\r\a\xc2\x9b2Jyes\n", []),
    "always-authenticate": lambda: (b"ERROR=authenticate\n", []),
    "no-message": lambda: (b"ERROR=busy\n", []),
    "unsealed": lambda: ok("json", memfd()),
    "not-json": lambda: ok("json", opened("/etc/passwd")),
    "closes": lambda: None,
    "silent": lambda: None,
    "not-root": lambda: ok("netns", netns()),
}


def main():
    case = sys.argv[1]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.makedirs(os.path.dirname(PATH), exist_ok=True)
    if os.path.exists(PATH):
        os.unlink(PATH)
    listener.bind(PATH)
    os.chmod(PATH, 0o666)
    if case == "not-root":
        os.setresuid(61004, 61004, 61004)  # the peer's identity is taken at listen(2)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        sock, _ = listener.accept()
        try:
            sock.recv(5000)
        except ConnectionResetError:
            continue
        if case == "silent":
            time.sleep(3600)
        answer = CASES[case]()
        if answer:
            words, fds = answer
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
            try:
                sock.sendmsg([words], ancillary)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it did not even wait for the answer
            for fd in fds:
                os.close(fd)
        sock.close()


if sys.argv[1:] == ["--list"]:
    print("\n".join(CASES))
else:
    main()
