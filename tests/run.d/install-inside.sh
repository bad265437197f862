# install-inside.sh - in the container: what a user does first. The build directory is there already, so that no apt is needed.
. /opt/src/tests/lib.sh
it "setup install installs on a Debian with systemd" /opt/src/setup install
for user in alice bob carol mallory; do useradd -m -s /bin/bash "$user"; done
groupadd netusers
usermod -aG netusers carol
finish
