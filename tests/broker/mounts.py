"""mounts.py [NAME] - asks for the namespace box and looks at the mounts that come with it; or prints the one called NAME."""
import os
import sys

from ask import ask

SAFE = os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC
data, fds = ask("enter", "box")
words = dict(line.split("=", 1) for line in data.decode().splitlines())
assert words["RESULT"] == "ok", data
by_name = dict(zip(words["FDS"].split(","), fds, strict=True))
if len(sys.argv) > 1:
    with open(f"/proc/self/fd/{by_name[sys.argv[1]]}") as file:
        print(file.read())
    sys.exit()
for name, fd in by_name.items():
    if name == "netns":
        continue
    flags = os.fstatvfs(fd).f_flag
    # scripts below /etc are run
    safe = SAFE & ~os.ST_NOEXEC if name == "etc" else SAFE
    assert flags & safe == safe, (name, flags)
with open(f"/proc/self/fd/{by_name['etc/hosts']}") as hosts:
    assert hosts.read() == "192.0.2.9 box\n"
try:
    os.open(f"/proc/self/fd/{by_name['etc/hosts']}", os.O_WRONLY)
    raise AssertionError("writable")
except OSError:
    pass
here = set(os.listdir("/sys/class/net"))
there = set(os.listdir(os.open("class/net", os.O_RDONLY, dir_fd=by_name["sys"])))
assert there == {"lo"}, (there, here)
