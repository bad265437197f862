"""A tunnel and nothing else: packets that go into the tun device DEVICE here come out of the one at the other end, in between in
UDP, readable by everybody. Usage: tunnel.py DEVICE PORT [ADDRESS [MARK]]; without ADDRESS the peer is whoever wrote last."""
import fcntl, os, select, socket, stat, struct, sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000

def device(name):
    path = '/dev/net/tun'
    if not os.path.exists(path):  # a container's /dev may lack it, the kernel has it all the same
        path = '/run/tun'
        if not os.path.exists(path):
            os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(10, 200))
    tun = os.open(path, os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
    return tun

def carry(tun, outer, peer):
    while True:
        ready, _, _ = select.select([tun, outer], [], [])
        try:
            if tun in ready:
                packet = os.read(tun, 65536)
                if peer:
                    outer.sendto(packet, peer)
            if outer in ready:
                packet, peer = outer.recvfrom(65536)
                os.write(tun, packet)
        except OSError:  # no route just now, a device that is down: lost, as on any wire
            pass

name, port, peer = sys.argv[1], int(sys.argv[2]), None
outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 4:
    outer.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(sys.argv[4], 0))
if len(sys.argv) > 3:
    peer = sys.argv[3], port
else:
    outer.bind(('', port))
carry(device(name), outer, peer)
