# install-staged.sh - in the virtual machine, where meson would take a quarter of a minute: copy the staged tree over /, then the
# second half of `setup install`.
. ./src/tests/lib.sh
mkdir -p /srv/src
cp -a src/. /srv/src/
# not tar with xattrs: `setup activate` is what gives the capability
it "an installed tree copied over / works after setup activate" bash -c 'cp -a stage/. / && /srv/src/setup activate'
for user in alice bob carol mallory; do useradd -m -s /bin/bash "$user"; done
groupadd netusers
usermod -aG netusers carol
finish
