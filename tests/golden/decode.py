"""decode.py FILE: the requests in a tap's file that make something, one a line, sorted: what two programs must agree on.

Left out, because it is chosen by each run: sequence numbers, interface indices, how the namespace is named (fd or pid).
Left out, because ip(8) has no word for it or we need none: the flags that say whether to replace."""
import socket, struct, sys

LINK, ADDR, ROUTE, RULE = 16, 20, 24, 32
HEAD = {LINK: 16, ADDR: 8, ROUTE: 12, RULE: 12}
NAME = {LINK: 'link', ADDR: 'addr', ROUTE: 'route', RULE: 'rule'}
NLM_F_CREATE = 0x400

def attributes(data):
    while len(data) >= 4:
        size, kind = struct.unpack('HH', data[:4])
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]

def link(data):
    flags, change = struct.unpack('II', data[8:16])
    out = [f'flags={flags & change:x}']
    for kind, value in attributes(data[16:]):
        if kind == 18:                                  # IFLA_LINKINFO
            info = dict(attributes(value))
            name = info[1].rstrip(b'\0').decode()
            out.append('kind=' + name)
            if 2 in info and name == 'veth':            # VETH_INFO_PEER: an ifinfomsg and attributes
                peer = dict(attributes(info[2]))[1]
                out.append('peer=(' + link(peer) + ')')
            elif 2 in info:
                out += sorted(f'data{k}={v.hex()}' for k, v in attributes(info[2]))
        elif kind in (19, 28):                          # IFLA_NET_NS_PID, IFLA_NET_NS_FD
            out.append('netns')
        elif kind in (3,):                              # IFLA_IFNAME
            out.append('name=' + value.rstrip(b'\0').decode())
        else:
            out.append(f'{kind}={value.hex()}')
    return ' '.join(sorted(out))

def other(kind, data):
    head = bytearray(data[:HEAD[kind]])
    out, table = [], None
    if kind == ADDR:
        head[2:3] = b'\0'                               # ifa_flags, repeated in IFA_FLAGS
        head[4:8] = bytes(4)                            # ifa_index
    if kind in (ROUTE, RULE):
        table, head[4] = head[4], 0                     # a small number here or any in an attribute: the same
    flags = 0
    for k, v in attributes(data[HEAD[kind]:]):
        if kind == ADDR and k == 8:
            flags = struct.unpack('I', v)[0]
        elif kind in (ROUTE, RULE) and k == 15:         # RTA_TABLE, FRA_TABLE
            table = struct.unpack('I', v)[0]
        elif kind == ROUTE and k == 4:                  # RTA_OIF
            out.append('dev')
        else:
            out.append(f'{k}={v.hex()}')
    if kind == ADDR:
        flags |= data[2]
        out.append(f'flags={flags:x}')
    else:
        out.append(f'table={table}')
    return head.hex() + ' ' + ' '.join(sorted(out))

def main():
    data, rows = open(sys.argv[1], 'rb').read(), []
    while len(data) >= 16:
        size, kind, flags = struct.unpack('IHH', data[:8])
        body = data[16:size]
        if kind in NAME and flags & NLM_F_CREATE:
            rows.append(NAME[kind] + ' ' + (link(body) if kind == LINK else other(kind, body)))
        data = data[(size + 3) & ~3:]
    print('\n'.join(sorted(rows)))

main()
