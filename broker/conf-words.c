/* conf-words.c - see conf-words.h. A word that is near to one of ours needs no line here. */
#include "conf-words.h"

#include <glib.h>

typedef struct Foreign {
    const char *theirs, *ours;
} Foreign;

static const Foreign keys[] = {
    {"DNS", "[DNS] Servers="},
    {"DNSServer", "[DNS] Servers="},
    {"DNSServers", "[DNS] Servers="},
    {"FallbackDNS", "[DNS] Servers="},
    {"Nameserver", "[DNS] Servers="},
    {"Nameservers", "[DNS] Servers="},
    {"UseDNS", "[DNS] Servers=, which says whose servers are asked"},
    {"Search", "[DNS] Domains="},
    {"SearchDomains", "[DNS] Domains="},
    {"DNSDomains", "[DNS] Domains="},
    {"DNSSearch", "[DNS] Domains="},
    {"UseDomains", "[DNS] Domains="},
    {"DNSOptions", "[DNS] Options="},
    {"DHCPClient", "[Link] Client="},
    {"DHCPFile", "[Link] ClientFile="},
    {"DHCPConfig", "[Link] ClientFile="},
    {"RequiredForOnline", "[Link] DHCPRequired="},
    {"DHCP4", "[Link] DHCP=ipv4"},
    {"DHCPv4", "[Link] DHCP=ipv4"},
    {"DHCP6", "[Link] DHCP=ipv6"},
    {"DHCPv6", "[Link] DHCP=ipv6"},
    {"AcceptRA", "[Link] IPv6AcceptRA="},
    {"IPAddress", "[Link] Address="},
    {"Netmask", "[Link] Address= with a prefix length, as in 10.0.0.2/24"},
    {"DefaultGateway", "[Link] Gateway="},
    {"Router", "[Link] Gateway="},
    {"LinkLocalAddressing", "[Link] IPv6LinkLocalAddressGenerationMode="},
    {"Token", "IPv6Token="},
    {"IPMasquerade", "[NAT] Masquerade="},
    {"IPForward", "[Namespace] Forwarding="},
    {"IPv4Forwarding", "[Namespace] Forwarding="},
    {"IPv6Forwarding", "[Namespace] Forwarding="},
    {"Via", "Gateway="},
    {"Dev", "Link="},
    {"Src", "PreferredSource="},
    {"FwMark", "FirewallMark="},
    {"Iif", "IncomingInterface="},
    {"Oif", "OutgoingInterface="},
    {"Lookup", "Table="},
    {"Preference", "Priority="},
    {"UidRange", "User="},
    {"PublishPort", "[Port NAME] Listen= and To="},
    {"ListenStream", "[Port NAME] Listen="},
    {"ListenDatagram", "[Port NAME] Listen="},
    {"PrivateKey", "PrivateKeyFile=, the file that has it"},
    {"PresharedKey", "PresharedKeyFile=, the file that has it"},
    {"Allow", "[Access] Users="},
    {"AllowUsers", "[Access] Users="},
    {"AllowGroups", "[Access] Groups="},
    {"ExecStartPre", "[Hooks] PreUp="},
    {"PreStart", "[Hooks] PreUp="},
    {"ExecStartPost", "[Hooks] PostUp="},
    {"PostStart", "[Hooks] PostUp="},
    {"ExecStop", "[Hooks] PreDown="},
    {"ExecStopPost", "[Hooks] PostDown="},
    {},
};

static const Foreign sections[] = {
    {"Network", "[Link], [DNS] and [NAT]"},
    {"DHCP", "[Link] with DHCP= and Client="},
    {"DHCPv4", "[Link] with DHCP=ipv4"},
    {"DHCPv6", "[Link] with DHCP=ipv6"},
    {"Address", "[Link] with Address="},
    {"Resolve", "[DNS]"},
    {"Resolver", "[DNS] with Resolver="},
    {"Nameserver", "[DNS] with Servers="},
    {"Nameservers", "[DNS] with Servers="},
    {"IPv6AcceptRA", "[Link] with IPv6AcceptRA= and IPv6Token="},
    {"Match", "[Link] with its Name="},
    {"NetDev", "[Link] with its Kind="},
    {"Interface", "[Link]; a wg-quick file is taken as it is, by ConfigFile= with its path in the [Link] of "
                  "Type=wireguard"},
    {"RoutingPolicyRule", "[Rule]"},
    {"WireGuard", "[Link] with Kind=wireguard"},
    {"WireGuardPeer", "[Peer NAME]"},
    {"VLAN", "[Link] with Kind=vlan"},
    {"VXLAN", "[Link] with Kind=vxlan"},
    {"Bridge", "[Link] with Kind=bridge"},
    {"MACVLAN", "[Link] with Kind=macvlan"},
    {"IPVLAN", "[Link] with Kind=ipvlan"},
    {"Bond", "[Link] with Kind=bond"},
    {"Xfrm", "[Link] with Kind=xfrm"},
    {"Tunnel", "[Link] with the tunnel's Kind="},
    {"Install", "systemctl enable netns@NAME"},
    {"Service", "[Hooks], or a drop-in of netns@NAME.service"},
    {},
};

static const Foreign kinds[] = {
    {"wlan", "physical"},
    {"wifi", "physical"},
    {"ethernet", "physical"},
    {"nic", "physical"},
    {"openvpn", "vpn"},
    {"openconnect", "vpn"},
    {"ipsec", "xfrm"},
    {"wg", "wireguard"},
    {"team", "bond"},
    {"tunnel", "gre"},
    {},
};

static const char *find(const Foreign *table, const char *word)
{
    for (; table->theirs; table++)
        if (g_ascii_strcasecmp(table->theirs, word) == 0)
            return table->ours;
    return NULL;
}

const char *conf_word_key(const char *key)
{
    return find(keys, key);
}

const char *conf_word_section(const char *section)
{
    return find(sections, section);
}

const char *conf_word_kind(const char *kind)
{
    return find(kinds, kind);
}
