#!/bin/busybox sh
# The first process of the machine that loses its power: mounts, starts the daemon, loads it.
# From the kernel's command line: job (load or verify), name, sync (the control's setting).
PATH=/bin
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /data /run /copy /tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /copy
for m in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk; do
    [ -f "/modules/$m.ko" ] && insmod "/modules/$m.ko"
done
until [ -b /dev/vda ] && [ -b /dev/vdb ]; do :; done
mount -t ext4 /dev/vda /data || { echo "BROKEN the disk cannot be mounted"; poweroff -f; }
exec >/dev/ttyS0 2>&1
if [ -d /data/state ]; then
    cp /data/state/orders.db* /copy/
    rm -f /copy/orders.db-shm
    power_guest check /copy/orders.db || poweroff -f
    rm -f /copy/*
fi
mkdir -p /data/state
program=dofsd
[ -z "$sync" ] || program=dofsd-hurt
DOFS_FAULT_SYNCHRONOUS="PRAGMA synchronous=${sync:-FULL}" $program -c /dofsd.conf 2>/dev/null &
tr -d '\0' </dev/vdb >/copy/ledger
power_guest verify /copy/ledger
[ "$job" = load ] && power_guest load "$name"
sync
poweroff -f
