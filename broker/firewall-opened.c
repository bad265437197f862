/* firewall-opened.c - see firewall-opened.h.
 *
 * Maps with intervals, so that any address is 0.0.0.0/0 and a range that keeps its ports is one element. Only
 * the first packet of a connection comes to a chain of type nat. */
#include "firewall-opened.h"

#include "firewall.h"

#define IN " inet " FIREWALL_TABLE " "
#define FROM_OURS "meta iifgroup & 0xffff0000 == 0x6e620000 "
#define TO_OURS "meta oifgroup & 0xffff0000 == 0x6e620000 "
#define LED(FAMILY, MAP)                                                                                     \
    "add rule" IN "ports meta l4proto { tcp, udp } dnat " FAMILY " to " FAMILY                               \
    " daddr . meta l4proto . th dport map @" MAP "\n"

const char firewall_opened[] =
    "add set" IN "reach { type ifname . ifname; comment \"NamespaceAccess=: from, to\"; }\n"
    "add set" IN "apart4 { type ipv4_addr; comment \"addresses of namespaces that may be reached\"; }\n"
    "add set" IN "apart6 { type ipv6_addr; comment \"addresses of namespaces that may be reached\"; }\n"
    "add map" IN
    "ports4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; flags interval; }\n"
    "add map" IN
    "ports6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; flags interval; }\n"
    "add map" IN "ranges4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr; flags interval; }\n"
    "add map" IN "ranges6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr; flags interval; }\n"
    /* [Port] */
    "add chain" IN "ports\n" LED("ip", "ports4") LED("ip6", "ports6") LED("ip", "ranges4")
        LED("ip6", "ranges6")
    /* One that may not reach the host finds its ports closed, too; and where packets have a way of their own
     * it leads to no other namespace. The loopback's addresses come from outside only when somebody forged
     * them (CVE-2020-8558), and here they would be led on before the kernel looks. */
    "add chain" IN "prerouting { type nat hook prerouting priority dstnat; policy accept; }\n"
    "add rule" IN "prerouting " FROM_OURS "meta iifgroup & 0x0000000a != 0x00000002 accept\n"
    "add rule" IN "prerouting ip daddr 127.0.0.0/8 accept\n"
    "add rule" IN "prerouting ip6 daddr fe80::/10 accept\n"
    "add rule" IN "prerouting fib daddr type local jump ports\n"
    "add chain" IN "output { type nat hook output priority -100; policy accept; }\n"
    "add rule" IN "output ip6 daddr fe80::/10 accept\n"
    "add rule" IN "output fib daddr type local jump ports\n"
    /* The host's own clients have an address that may mean something else inside; a namespace that comes to
     * its own port would get an answer from itself. */
    "add rule" IN "postrouting " TO_OURS "ct status dnat fib saddr type local masquerade\n"
    "add rule" IN "postrouting " TO_OURS "ct status dnat " FROM_OURS "masquerade\n"
    /* Answers to 127.0.0.1 may be routed in (route_localnet), and nothing else. */
    "insert rule" IN "input " FROM_OURS "ip daddr 127.0.0.0/8 ct state != { established, related } drop "
    "comment \"the host's loopback\"\n"
    "add chain" IN "namespaces\n"
    "add rule" IN "namespaces ct state { established, related } accept\n"
    "add rule" IN "namespaces iifname . oifname @reach accept\n"
    "add rule" IN "namespaces ct status dnat meta oifgroup & 0xffff0008 == 0x6e620000 accept\n"
    "add rule" IN "namespaces ct status dnat reject with icmpx port-unreachable\n"
    "insert rule" IN "forward " FROM_OURS TO_OURS "jump namespaces\n"
    /* One that has gone leaves no route: the host's default route would lead what is for it to strangers */
    "insert rule" IN "forward " FROM_OURS "meta oifgroup & 0xffff0000 != 0x6e620000 ip daddr @apart4 "
    "reject with icmpx port-unreachable comment \"NamespaceAccess=: not up\"\n"
    "insert rule" IN "forward " FROM_OURS "meta oifgroup & 0xffff0000 != 0x6e620000 ip6 daddr @apart6 "
    "reject with icmpx port-unreachable comment \"NamespaceAccess=: not up\"\n"
    "add rule" IN "forward meta oifgroup & 0xffff0008 == 0x6e620008 ct status dnat ct state new "
    "oifname . iifname != @ways reject with icmpx port-unreachable comment \"Uplink=: published to it "
    "alone\"\n";
