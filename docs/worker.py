#!/usr/bin/env python3
"""A worker for dofsd, with nothing but a Unix socket and msgpack.

    docs/worker.py /run/dofs/default/request.sock

It leases orders, fulfils each one by `fulfil` below, and tells dofsd how that went. It needs the
role `worker`, an instance with `handler = worker`, and only the standard library: the few lines of
msgpack and of NNG's framing that it takes are here. docs/workers.md tells what is behind each
step. SIGTERM or SIGINT let it finish what it has leased, then it ends.
"""

import os
import signal
import socket
import struct
import sys
import threading
import time
import uuid

LEASE_MS = 30_000  # how long an order is ours without a sign of life
WAIT_MS = 20_000  # how long dofsd may let us wait for work
AT_ONCE = 4  # orders leased by one request


def fulfil(order, key):
    """Your work: returns the result, a text. Raises Permanent, or anything else to be tried again.

    `key` is the same for each attempt of one order: hand it on as an idempotency key to whoever
    charges a card or books a parcel, so that an attempt made twice is done once.
    """
    if order["customer_id"].startswith("nobody"):
        raise Permanent("there is no such customer")
    return "booked %d parcels, %s" % (order["total_quantity"], key)


class Permanent(Exception):
    """Trying again would not help."""


# msgpack: what dofsd speaks is nil, bool, int, str, list and map; a float where a number may be one.


def pack(value):
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        if 0 <= value < 128:
            return bytes([value])
        return b"\xd3" + struct.pack(">q", value)
    if isinstance(value, str):
        text = value.encode()
        return b"\xdb" + struct.pack(">I", len(text)) + text
    if isinstance(value, (list, tuple)):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        pairs = (pack(k) + pack(v) for k, v in value.items())
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pairs)
    raise TypeError("cannot pack %r" % (value,))


class Unpacker:
    NUMBERS = {
        0xCA: ">f", 0xCB: ">d",
        0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
        0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
    }  # fmt: skip
    SIZES = {
        0xD9: ">B", 0xDA: ">H", 0xDB: ">I",
        0xDC: ">H", 0xDD: ">I",
        0xDE: ">H", 0xDF: ">I",
    }  # fmt: skip

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, n):
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def value(self):
        head = self.take(1)[0]
        if head < 0x80:
            return head
        if head >= 0xE0:
            return head - 0x100
        if head < 0x90:
            return self.map(head & 0x0F)
        if head < 0xA0:
            return self.list(head & 0x0F)
        if head < 0xC0:
            return self.take(head & 0x1F).decode()
        if head in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[head]
        if head in self.NUMBERS:
            return self.number(self.NUMBERS[head])
        n = self.number(self.SIZES[head])
        if head < 0xDC:
            return self.take(n).decode()
        return self.list(n) if head < 0xDE else self.map(n)

    def list(self, n):
        return [self.value() for _ in range(n)]

    def map(self, n):
        return {self.value(): self.value() for _ in range(n)}


class Refused(Exception):
    """dofsd said no: `code` tells why."""

    def __init__(self, error):
        super().__init__("%s: %s" % (error["code"], error["message"]))
        self.code = error["code"]


class Daemon:
    """One connection, one request at a time: NNG's REQ protocol over a Unix socket.

    Each side greets with 8 bytes. A frame is a 1, its length in 8 bytes, then the body; that begins
    with the request's number, its highest bit set, which the reply repeats.
    """

    HELLO = b"\x00SP\x00\x00\x30\x00\x00"  # 0x30: we ask
    GREETED = b"\x00SP\x00\x00\x31\x00\x00"  # 0x31: they answer
    TIMEOUT = 60

    def __init__(self, path):
        self.path = path
        self.socket = None
        self.number = int.from_bytes(os.urandom(3), "big")

    def ask(self, op, **fields):
        """The reply's fields. Every operation here is safe to repeat, so a lost connection is
        simply made again and the request sent again."""
        while True:
            try:
                reply = self.exchange(pack({"v": 1, "op": op, **fields}))
                break
            except OSError as e:
                print("dofsd is away: %s" % e, file=sys.stderr)
                self.close()
                time.sleep(0.5)
        if not reply["ok"]:
            raise Refused(reply["error"])
        return reply

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(self.TIMEOUT)
        self.socket.connect(self.path)
        self.socket.sendall(self.HELLO)
        if self.receive(8) != self.GREETED:
            raise ConnectionError("%s is no request socket" % self.path)

    def exchange(self, request):
        if self.socket is None:
            self.connect()
        self.number = (self.number + 1) & 0x7FFFFFFF
        head = struct.pack(">I", self.number | 0x80000000)
        frame = struct.pack(">BQ", 1, len(head) + len(request)) + head + request
        self.socket.sendall(frame)
        while True:  # an answer to what was asked before is passed over
            length = struct.unpack(">BQ", self.receive(9))[1]
            body = self.receive(length)
            if body[:4] == head:
                return Unpacker(body[4:]).value()

    def receive(self, n):
        data = b""
        while len(data) < n:
            part = self.socket.recv(n - len(data))
            if not part:
                raise ConnectionError("the connection was closed")
            data += part
        return data

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None


class Heartbeat(threading.Thread):
    """Says three times in each lease that we are still at work."""

    def __init__(self, path, leases):
        super().__init__(daemon=True)
        self.daemon_of = Daemon(path)
        self.leases = leases  # those not ended yet: token to order id
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(LEASE_MS / 3000):
            for token, order_id in list(self.leases.items()):
                try:
                    self.daemon_of.ask("heartbeat", order_id=order_id, lease=token)
                except Refused:
                    pass  # it was ended meanwhile, or is lost: `complete` will tell
        self.daemon_of.close()


def carry_out(daemon, lease):
    """One order, from its lease to its end."""
    order_id = lease["order"]["order_id"]
    end = {"order_id": order_id, "lease": lease["lease"]}
    try:
        result = fulfil(lease["order"], lease["key"])
        status = daemon.ask("complete", result=result, **end)["status"]
    except Refused as e:
        status = e.code  # lease_lost: somebody else has the order now, and its result is theirs
    except Permanent as e:
        status = daemon.ask("fail", reason=str(e), permanent=True, **end)["status"]
    except Exception as e:
        reason = "%s: %s" % (type(e).__name__, e)
        status = daemon.ask("fail", reason=reason[:200], **end)["status"]
    print("%s %s" % (order_id, status), flush=True)


class Stop(Exception):
    """A signal came while we waited for work."""


class Stopper:
    """SIGTERM and SIGINT: at once while we wait, else after what is leased."""

    def __init__(self):
        self.stopped = False
        self.waiting = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.stopped = True
        if self.waiting:
            raise Stop

    def wait(self, work, **fields):
        self.waiting = True
        try:
            return [] if self.stopped else work(**fields)
        finally:
            self.waiting = False


def lease(daemon, worker):
    # The key makes it safe to ask again: the same key gets the same leases.
    return daemon.ask(
        "lease", worker=worker, max=AT_ONCE, wait_ms=WAIT_MS, lease_ms=LEASE_MS,
        key=str(uuid.uuid4()),
    )["leases"]  # fmt: skip


def main():
    path = sys.argv[1]
    worker = "worker.py-%d" % os.getpid()
    daemon = Daemon(path)
    stopper = Stopper()

    while not stopper.stopped:
        try:
            leases = stopper.wait(lease, daemon=daemon, worker=worker)
        except Stop:
            break  # dofsd gives nothing to whoever has gone
        held = {each["lease"]: each["order"]["order_id"] for each in leases}
        heartbeat = Heartbeat(path, held)
        heartbeat.start()
        for each in leases:
            carry_out(daemon, each)
            held.pop(each["lease"])
        heartbeat.over.set()
        heartbeat.join()
    daemon.close()


if __name__ == "__main__":
    main()
