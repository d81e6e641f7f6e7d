"""Runs the dashboard on a pseudo-terminal and times it. Called by dashboard.sh.

Usage: dashboard.py first|latency|idle|storm|memory DOFS [ARGUMENTS]
"""
import fcntl
import os
import pty
import random
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

ROWS, COLS = 24, 80
now = time.monotonic


class Dashboard:
    """`dofs` on a terminal whose every byte is read."""

    def __init__(self, dofs, env=None):
        self.began = now()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(env or {}, TERM="xterm-256color", LC_ALL="C.UTF-8")
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
            os.execv(dofs, [dofs])
        self.seen = b""
        self.bytes = self.bursts = 0
        self.last = 0.0

    def read(self, wait_s):
        """What has come until then; False at the end of the program."""
        if select.select([self.fd], [], [], max(0, wait_s))[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return False
            at = now()
            # Frames are at least 33 ms apart: what comes after 8 ms of silence is another one.
            self.bursts += at - self.last > 0.008
            self.last = at
            self.bytes += len(data)
            self.seen = self.seen[-65536:] + data
        return True

    def until(self, text, wait_s=10.0):
        """When the text was there."""
        end = now() + wait_s
        while text not in self.seen:
            if now() > end or not self.read(end - now()):
                raise SystemExit(f"never on the screen: {text!r}\n{self.seen[-2000:]!r}")
        return now()

    def drain(self, for_s):
        end = now() + for_s
        while now() < end:
            self.read(end - now())

    def key(self, key):
        os.write(self.fd, key)

    def quit(self):
        os.kill(self.pid, signal.SIGTERM)
        while self.read(5):
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def tasks(self):
        return [f"/proc/{self.pid}/task/{t}" for t in os.listdir(f"/proc/{self.pid}/task")]

    def cpu_s(self):
        return sum(int(open(f"{t}/schedstat").read().split()[0]) for t in self.tasks()) / 1e9

    def wakes(self):
        """Of each thread, by name: how often it went to sleep of itself."""
        out = {}
        for task in self.tasks():
            status = open(f"{task}/status").read()
            name = "main" if task.endswith(f"/{self.pid}") else open(f"{task}/comm").read().strip()
            count = int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)[1])
            out[name] = out.get(name, 0) + count
        return out

    def memory(self):
        text = open(f"/proc/{self.pid}/status").read()
        return {k: int(re.search(rf"^{k}:\s*(\d+)", text, re.M)[1]) / 1024
                for k in ("VmRSS", "VmHWM", "RssAnon", "RssFile")}


# The wire -------------------------------------------------------------------------------------


def pack(x):
    if isinstance(x, dict):
        return bytes([0x80 | len(x)]) + b"".join(pack(k) + pack(v) for k, v in x.items())
    if isinstance(x, list):
        return b"\xdc" + struct.pack(">H", len(x)) + b"".join(map(pack, x))
    if isinstance(x, int):
        return bytes([x])  # small ones alone are needed
    return bytes([0xD9, len(x)]) + x.encode()


class Peer:
    """One pipe of the SP protocols over a Unix socket."""

    def __init__(self, url, protocol):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(url.removeprefix("ipc://"))
        self.socket.sendall(b"\0SP\0" + struct.pack(">HH", protocol, 0))
        self.exactly(8)

    def exactly(self, n):
        out = b""
        while len(out) < n:
            out += self.socket.recv(n - len(out))
        return out

    def receive(self):
        return self.exactly(struct.unpack(">xQ", self.exactly(9))[0])

    def ask(self, request):
        body = struct.pack(">I", 0x80000001) + pack(request)
        self.socket.sendall(b"\1" + struct.pack(">Q", len(body)) + body)
        return self.receive()


class Publications(threading.Thread):
    """When each end of an order was published."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peer = Peer(os.environ["DOFS_EVENTS"], 0x21)
        self.fulfilled = []
        self.start()

    def run(self):
        while True:
            if b"order.FULFILLED" in self.peer.receive()[:64]:
                self.fulfilled.append(now())


# The measurements -----------------------------------------------------------------------------


def tell(name, values):
    values = sorted(values)
    at = lambda share: values[min(len(values) - 1, int(len(values) * share))] * 1000
    print(f"{name:<44} p50 {at(0.5):7.1f}  p99 {at(0.99):7.1f}  max {values[-1] * 1000:7.1f} ms"
          f"  ({len(values)})")


def first(dofs, label):
    """From the start of the program to its first frame, and to the first row where there is one."""
    frames, rows = [], []
    for _ in range(30):
        d = Dashboard(dofs)
        frames.append(d.until(b"2 Orders") - d.began)
        if label == "connected":
            rows.append(d.until(b"FULFILLED") - d.began)
        d.quit()
    tell(f"first frame, {label}", frames)
    if rows:
        tell("first rows", rows)


def latency(dofs, samples):
    """A submit by itself: its row on the screen, and its end."""
    d = Dashboard(dofs)
    d.until(b"LIVE")
    peer, publications = Peer(os.environ["DOFS_REQUEST"], 0x30), Publications()
    asked, replied, ended = [], [], []
    for i in range(int(samples)):
        d.drain(0.1 + random.random() * 0.1)
        # No letter is where it was in the row before: the name comes as one piece.
        letters = "abcdefghijklm" if i % 2 else "nopqrstuvwxyz"
        name = "".join(random.choice(letters) for _ in range(12))
        d.seen = b""
        publications.fulfilled.clear()
        t0 = now()
        peer.ask({"v": 1, "op": "submit", "order": {
            "customer_id": name, "items": [{"product_id": "widget", "quantity": 1}]}})
        t1 = now()
        at = d.until(name.encode())
        asked.append(at - t0)
        replied.append(max(0.0, at - t1))
        at = d.until(b"LFILLED")
        while not publications.fulfilled:
            time.sleep(0.0005)
        ended.append(max(0.0, at - publications.fulfilled[0]))
    tell("submit sent (commit included) to its row", asked)
    tell("submit committed and answered to its row", replied)
    tell("end published to FULFILLED on the screen", ended)
    d.quit()


def idle(dofs, seconds):
    d = Dashboard(dofs)
    d.until(b"FULFILLED")
    d.drain(3)
    cpu, wakes = d.cpu_s(), d.wakes()
    d.bytes = d.bursts = 0
    d.drain(float(seconds))
    woken = {name: n - wakes.get(name, 0) for name, n in d.wakes().items()}
    print(f"idle {seconds} s: CPU {(d.cpu_s() - cpu) * 1000:.1f} ms, {d.bytes} bytes in "
          f"{d.bursts} frames, wake-ups {woken}")
    d.quit()


def last_seq(dofs):
    """The number of the newest event, once nothing is under way."""
    seen = -1
    while True:
        line = subprocess.run([dofs, "list", "--limit", "1", "--json"],
                              capture_output=True, text=True).stdout
        seq = int(re.search(r'"seq":(\d+)', line)[1]) if line.strip() else 0
        if seq == seen:
            return seq
        seen = seq
        time.sleep(0.05)


def submit_steadily(wanted, seconds):
    """A process of its own: so many orders a second, each three events, in a hundred batches."""
    peer = Peer(os.environ["DOFS_REQUEST"], 0x30)
    items = [{"product_id": "widget", "quantity": 1}]
    order = {"order": {"customer_id": "cust-storm", "items": items}}
    n, began = 0, now()
    while now() - began < seconds:
        due = min(1000, int((now() - began) * wanted) - n)
        if due > 0:
            peer.ask({"v": 1, "op": "submit_batch", "orders": [order] * due})
            n += due
        time.sleep(0.01)


def storm(dofs, events, seconds="10"):
    """So many events a second; "0": as many as the daemon makes of `dofs bench`."""
    d = Dashboard(dofs)
    d.until(b"LIVE")
    d.drain(2)
    seq = last_seq(dofs)
    d.bytes = d.bursts = 0
    cpu, began = d.cpu_s(), now()
    command = ([dofs, "bench", "--orders", "200000", "--parallel", "4", "--batch", "50"]
               if events == "0" else
               [sys.executable, __file__, "submit_steadily", str(int(events) / 3), seconds])
    load = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while load.poll() is None:
        d.read(0.05)
    took = now() - began
    cpu, frames, written = d.cpu_s() - cpu, d.bursts, d.bytes
    rate = (last_seq(dofs) - seq) / took
    print(f"storm {took:.1f} s at {rate:,.0f} events/s: CPU {cpu / took * 100:.1f} % of a core, "
          f"{frames / took:.1f} frames/s, {written / took / 1024:.1f} KiB/s")
    d.drain(1.5)
    print(f"    after it: RSS {d.memory()['VmRSS']:.1f} MiB, high {d.memory()['VmHWM']:.1f} MiB")
    d.quit()


def memory(dofs):
    d = Dashboard(dofs)
    began = d.began
    d.until(b"FULFILLED", 60)
    print(f"big store: first rows after {(now() - began) * 1000:.0f} ms")
    steps = [("opened", b""), ("60 pages down", b"\x1b[6~" * 60), ("the last page", b"G"),
             ("the first", b"g"), ("failed", b"3"), ("overview", b"1"), ("events", b"5"),
             ("a filter", b"2/customer:c*\r")]
    for name, keys in steps:
        d.seen = b""
        d.key(keys) if keys else None
        d.drain(3)
        m = d.memory()
        print(f"    {name:<16}" + "  ".join(f"{k} {v:5.1f}" for k, v in m.items()) + " MiB")
    d.quit()


if __name__ == "__main__":
    if sys.argv[1] == "submit_steadily":
        submit_steadily(float(sys.argv[2]), float(sys.argv[3]))
    else:
        globals()[sys.argv[1]](*sys.argv[2:])
