"""UDP, both families. udp.py PORT: answer each packet with the address that it came from.
udp.py HOST PORT [SOURCE-PORT]: send one, print the answer; status 7 when it is refused, 28 when nothing comes (as curl has it)."""
import socket, sys

def serve(port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    # the answer has to come from the address that was asked
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    s.bind(('::', port))
    while True:
        _, info, _, client = s.recvmsg(100, 100)
        s.sendmsg([client[0].replace('::ffff:', '').encode()], [i for i in info if i[1] == socket.IPV6_PKTINFO], 0, client)

def ask(host, port, source):
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(1)
    if source:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(('', source))
    s.connect((host, port))
    try:
        s.send(b'?')
        print(s.recv(100).decode())
    except ConnectionRefusedError:
        sys.exit(7)
    except TimeoutError:
        sys.exit(28)

numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
serve(numbers[0]) if len(sys.argv) == 2 else ask(sys.argv[1], numbers[0], numbers[1] if len(numbers) > 1 else 0)
