# install-inside.sh - in the container: what a user does first. The build directory is there already, so that no apt is needed.
# Leaves /var/tmp/before: every file there was, for uninstall.sh.
. /srv/src/tests/lib.sh
for user in alice bob carol mallory; do useradd -m -s /bin/bash "$user"; done
groupadd netusers
usermod -aG netusers carol
find / -xdev -path /var/log -prune -o -path /var/tmp -prune -o -path /opt -prune -o -path /tmp -prune -o -print | sort >/var/tmp/before
it "setup install installs on a Debian with systemd" /srv/src/setup install
finish
