#!/usr/bin/env bash
# Real power cuts: a small machine runs the daemon under load and is killed at a random moment,
# again and again. Each next boot checks the whole store and asks for every order acknowledged.
# Usage: powercut.sh BUILD CUTS; then as many controls as CONTROLS says (2), with
# synchronous=NORMAL: they must lose orders, else the cuts prove nothing.
set -u
build=$(cd "$1" && pwd)
cuts=${2:-5}
controls=${CONTROLS:-2}
here=$(dirname "$0")
kernel_dir=${POWERCUT_KERNEL:-$build/powercut/kernel}
place=$(mktemp -d "${TMPDIR:-/tmp}/dofs-powercut-XXXXXX")
machine=
DISK_CUTS=10 # then a new disk: what is verified does not grow for ever
BOOT_S=300 # without KVM, on a busy machine

finish() {
    [ -z "$machine" ] || kill -9 "$machine" 2>/dev/null
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

missing() {
    echo "skipped: $1; make powercut-deps brings it"
    exit 77
}
for tool in qemu-system-x86_64 busybox cpio mkfs.ext4; do
    command -v $tool >/dev/null || missing "there is no $tool"
done
kernel=$(compgen -G "$kernel_dir/boot/vmlinuz-*" | head -1)
[ -n "$kernel" ] || missing "there is no kernel in $kernel_dir"

# A program with the libraries it needs, where the machine finds them.
add_program() {
    install -Dm755 "$1" "$place/root/bin/$2"
    ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
        [ -e "$place/root$library" ] || install -Dm755 "$library" "$place/root$library"
    done
}

make_initramfs() {
    local m
    mkdir -p "$place/root/modules" "$place/root/bin"
    install -m755 "$(command -v busybox)" "$place/root/bin/busybox"
    install -m755 "$here/power_init.sh" "$place/root/init"
    add_program "$build/dofsd" dofsd
    add_program "$build/tests/fault/dofsd" dofsd-hurt
    add_program "$build/tests/fault/power_guest" power_guest
    for m in virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci \
        virtio_blk; do
        find "$kernel_dir" -name "$m.ko" -exec install -m644 {} "$place/root/modules/" \;
    done
    printf '[daemon]\nstate_dir = /data/state\nruntime_dir = /run\n[listen]\n' \
        >"$place/root/dofsd.conf"
    printf 'request = ipc:///run/request.sock\nevents = ipc:///run/events.sock\n' \
        >>"$place/root/dofsd.conf"
    printf '[fulfilment]\nsuccess_rate = 0.8\ninterval = 5ms\n' >>"$place/root/dofsd.conf"
    (cd "$place/root" && find . | cpio -o -H newc --quiet | gzip -1) >"$place/initramfs"
}

new_disk() {
    rm -f "$place/disk"
    truncate -s 256M "$place/disk"
    mkfs.ext4 -q -F "$place/disk"
    : >"$place/acked"
}

# boot WORD...: starts the machine with these on the kernel's command line.
boot() {
    cp "$place/acked" "$place/ledger"
    truncate -s 4M "$place/ledger"
    : >"$place/serial"
    qemu-system-x86_64 -accel "${POWERCUT_ACCEL:-tcg}" -m 384 -smp 2 -nodefaults -no-reboot -display none \
        -net none -serial "file:$place/serial" -kernel "$kernel" -initrd "$place/initramfs" \
        -append "console=ttyS0 quiet panic=-1 $*" \
        -drive "file=$place/disk,format=raw,if=virtio,cache=writeback" \
        -drive "file=$place/ledger,format=raw,if=virtio,cache=writeback,readonly=on" \
        2>"$place/qemu.err" &
    machine=$!
    disown "$machine" # its end is ours: the shell need not tell
}

# await PATTERN: on the serial line; false when the machine ends or takes too long before.
await() {
    local until=$((SECONDS + BOOT_S))
    until grep -q "$1" "$place/serial"; do
        if ! kill -0 "$machine" 2>/dev/null || [ $SECONDS -gt $until ]; then
            grep -q "$1" "$place/serial"
            return
        fi
        sleep 0.02
    done
}

# Whole acknowledgements only: the last line may be cut, or lack its end. The serial line ends its lines with CR LF.
keep_acks() {
    tr -d '\r' <"$place/serial" | sed -n 's/^ack \([^ ]* [0-9a-f-]\{36\}\)$/\1/p' | awk 1 >"$place/new"
    cat "$place/new" >>"$place/acked"
    new=$(wc -l <"$place/new")
}

# What the boot found: orders lost (each counts once), or a store that does not hold.
judge() {
    local line
    if grep -q BROKEN "$place/serial"; then
        grep -a BROKEN "$place/serial"
        broken=$((broken + 1))
        return
    fi
    line=$(tr -d '\r' <"$place/serial" | grep -ao '^verified .*' | head -1)
    if [ -z "$line" ]; then
        echo "a boot came to no verdict:"
        tail -n 5 "$place/serial"
        broken=$((broken + 1))
        return
    fi
    tr -d '\r' <"$place/serial" | grep -a '^LOST ' >>"$place/lost"
    lost=$(sort -u "$place/lost" | wc -l)
}

end_machine() {
    kill -9 "$machine" 2>/dev/null
    tail --pid="$machine" -f /dev/null
    machine=
}

# run CUTS NAME [WORD...]: so many cuts, and a last boot after each disk's last one.
run() {
    local n=$1 name=$2 i
    shift 2
    lost=0 broken=0 acked=0
    : >"$place/lost"
    for ((i = 0; i < n; i++)); do
        [ $((i % DISK_CUTS)) -ne 0 ] || new_disk
        boot job=load "name=$name$i" "$@"
        await '^ack ' && sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
        end_machine
        judge
        keep_acks
        acked=$((acked + new))
        if [ $((i % DISK_CUTS)) -eq $((DISK_CUTS - 1)) ] || [ $i -eq $((n - 1)) ]; then
            boot job=verify "$@"
            await '^verified'
            end_machine
            judge
        fi
    done
}

make_initramfs
start=$SECONDS
run "$cuts" cut
echo "$cuts power cuts, $acked orders acknowledged, $lost lost, $broken stores broken," \
    "$((SECONDS - start)) s"
failures=0
if [ "$lost" -eq 0 ] && [ "$broken" -eq 0 ] && [ "$acked" -gt 0 ]; then
    echo "ok no acknowledged order is lost to a power cut"
else
    echo "not ok no acknowledged order is lost to a power cut"
    failures=1
fi
[ "$controls" -eq 0 ] && exit $failures
run "$controls" control sync=NORMAL
echo "control: $controls cuts with synchronous=NORMAL, $acked acknowledged, $lost lost"
if [ "$lost" -gt 0 ]; then
    echo "ok the control loses orders"
else
    echo "not ok the control loses orders"
    failures=1
fi
exit $failures
