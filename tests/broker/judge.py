"""judge.py NAME - does `netnsctl status --json NAME` say what iproute2 says? Exits 0 when it does."""
import json
import os
import subprocess
import sys

name = sys.argv[1]


def run(*words):
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout or "[]")


def ip(*words):
    return run("ip", "-n", name, "-j", "-d", *words)


status = run(os.environ["NETNSCTL"], "status", "--json", name)[0]


def same(what, ours, theirs):
    ours, theirs = sorted(map(json.dumps, ours)), sorted(map(json.dumps, theirs))
    if ours != theirs:
        sys.exit(f"{what}:\n  is:   {ours}\n  want: {theirs}")


def link(entry):
    return [entry["ifname"], entry["mtu"], entry.get("linkinfo", {}).get("info_kind", "loopback"),
            None if entry["link_type"] == "loopback" else entry["address"],
            sorted(f"{a['local']}/{a['prefixlen']}" for a in entry["addr_info"])]


same("links", [[x["name"], x["mtu"], x["kind"], x.get("mac"), sorted(x["addresses"])] for x in status["links"]],
     [link(x) for x in ip("addr")])
same("links that are up", [x["name"] for x in status["links"] if x["state"] != "down"],
     [x["ifname"] for x in ip("addr") if "UP" in x["flags"] and x["operstate"] != "DOWN"])


def prefix(destination, family):
    whole = "/128" if family == "-6" else "/32"
    return destination if "/" in destination or destination == "default" else destination + whole


theirs = []
for family in ("-4", "-6"):
    for x in run("ip", family, "-n", name, "-j", "-d", "route", "show", "table", "all"):
        if x.get("table") != "local":
            via = x.get("gateway") or x.get("via", {}).get("host")
            theirs.append([prefix(x["dst"], family), x.get("type", "unicast"), via, x.get("dev"), x.get("metric"),
                           str(x.get("table", "main")), x.get("prefsrc"),
                           [[h.get("gateway"), h.get("dev")] for h in x.get("nexthops", [])]])
same("routes", [[x["destination"], x["type"], x.get("gateway"), x.get("link"), x.get("metric"), str(x["table"]), x.get("source"),
                 [[h.get("gateway"), h.get("link")] for h in x.get("nexthops", [])]] for x in status["routes"]], theirs)

theirs = []
for family in ("-4", "-6"):
    for x in run("ip", family, "-n", name, "-j", "rule"):
        if x["priority"] not in (0, 32766, 32767):
            source = x["src"] if x["src"] == "all" else f"{x['src']}/{x.get('srclen', 128 if family == '-6' else 32)}"
            theirs.append([x["priority"], "ipv6" if family == "-6" else "ipv4", source, x.get("iif"), x.get("table", x.get("action"))])
same("rules", [[x["priority"], x["family"], x.get("from", "all"), x.get("incoming"),
                str(x["table"]) if x["action"] == "table" else x["action"]] for x in status["rules"]], theirs)
