#!/usr/bin/env python3
"""forge.py KIND [WORD...] - packets that no honest program sends, from the network namespace it runs in. Needs root.

udp FROM TO PORT          UDP with any source address
tcp FROM TO FLAGS         TCP of no connection; FLAGS as a number (1 FIN, 4 RST)
advertise INTERFACE       an IPv6 router advertisement: "I am your default router, and 2001:db8:bad::/64 is your prefix"
"""
import ipaddress, socket, struct, sys


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def send(source, target, protocol, segment):
    a, b = ipaddress.ip_address(source), ipaddress.ip_address(target)
    if a.version == 4:
        packet = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(segment), 1, 0, 64, protocol, 0, a.packed, b.packed) + segment
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).sendto(packet, (target, 0))
    else:
        packet = struct.pack('!IHBB16s16s', 6 << 28, len(segment), protocol, 64, a.packed, b.packed) + segment
        socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW).sendto(packet, (target, 0))


def summed(source, target, protocol, segment, at):
    pseudo = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed + struct.pack('!IxxxB', len(segment), protocol)
    if ipaddress.ip_address(source).version == 4:
        pseudo = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed + struct.pack('!xBH', protocol, len(segment))
    return segment[:at] + struct.pack('!H', checksum(pseudo + segment)) + segment[at + 2:]


def udp(source, target, port):
    send(source, target, 17, summed(source, target, 17, struct.pack('!HHHH', 53, int(port), 12, 0) + b'evil', 6))


def tcp(source, target, flags):
    send(source, target, 6, summed(source, target, 6, struct.pack('!HHIIBBHHH', 4000, 80, 7, 7, 0x50, int(flags), 1024, 0, 0), 16))


def advertise(interface):
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)  # the namespace itself would take it
    prefix = struct.pack('!BBBBIII16s', 3, 4, 64, 0xc0, 3600, 3600, 0, ipaddress.ip_address('2001:db8:bad::').packed)
    s.sendto(struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, 1800, 0, 0) + prefix, ('ff02::1', 0, 0, socket.if_nametoindex(interface)))


{'udp': udp, 'tcp': tcp, 'advertise': advertise}[sys.argv[1]](*sys.argv[2:])
