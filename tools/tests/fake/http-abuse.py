#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Hostile clients for exitstat serve: http-abuse.py PORT WHAT.

Each row of the table is one kind of misbehaviour. A scrape made during it must be
answered within SCRAPE_S, which is less than the 10 s that serve waits for a slow
client. Otherwise prints one line and exits with 1.
"""
import random
import socket
import sys
import time

SCRAPE_S = 8.0
PORT = int(sys.argv[1])
random.seed(1)


def connect():
    s = socket.create_connection(("127.0.0.1", PORT), timeout=120)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def read_all(s):
    data = b""
    while True:
        more = s.recv(65536)
        if not more:
            return data
        data += more


def scrape(path="/metrics"):
    with connect() as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())
        return read_all(s)


def timed_scrape():
    begin = time.monotonic()
    answer = scrape()
    took = time.monotonic() - begin
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:80]
    assert b"\nexitstat_up 1\n" in answer
    assert took < SCRAPE_S, f"a scrape took {took:.2f} s"
    return answer.decode()


def value(text, name):
    return float(text.split("\n" + name + " ")[1].split("\n")[0])


def slow(nr):
    """Open connections that send a request one byte at a time."""
    conns = [connect() for _ in range(nr)]
    for s in conns:
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    return conns


def trickle(conns):
    alive = []
    for s in conns:
        try:
            s.sendall(b"a")
            alive.append(s)
        except OSError:
            s.close()
    return alive


def slowloris():
    conns = slow(200)
    for _ in range(3):
        text = timed_scrape()
        conns = trickle(conns)
    assert value(text, "exitstat_http_connections") >= 200
    assert value(text, 'exitstat_http_connections_cut_total{why="crowded"}') == 0


def patience():
    """Slow senders are closed after 10 s, and counted."""
    conns = slow(200)
    begin = time.monotonic()
    while conns and time.monotonic() - begin < 120:
        conns = trickle(conns)
        timed_scrape()
        time.sleep(0.5)
    assert not conns, f"{len(conns)} connections are still open after 120 s"
    assert time.monotonic() - begin > 9
    text = timed_scrape()
    assert value(text, 'exitstat_http_connections_cut_total{why="late"}') >= 200
    assert value(text, "exitstat_http_connections") < 5


def crowd():
    """More idle connections than serve allows: it closes the oldest."""
    conns = [connect() for _ in range(800)]
    text = timed_scrape()
    assert value(text, 'exitstat_http_connections_cut_total{why="crowded"}') >= 400
    assert value(text, "exitstat_http_connections") <= 330
    for s in conns:
        s.close()


def slow_readers():
    """Clients that send requests and never read the answers."""
    conns = [connect() for _ in range(200)]
    for s in conns:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    timed_scrape()


def many():
    for _ in range(10000):
        assert scrape("/").startswith(b"HTTP/1.1 200 ")
    timed_scrape()


def send(data):
    """Send @data and accept any answer, including a reset."""
    with connect() as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            return read_all(s)
        except OSError:
            return b""


def garbage():
    """Random bytes, and requests with one byte changed; some connections stay open."""
    open_ones = []
    for i in range(1000):
        data = bytearray(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n")
        data[random.randrange(len(data))] = random.randrange(256)
        if i % 2:
            data = random.randbytes(random.randrange(1, 3000))
        s = connect()
        s.sendall(bytes(data))
        if i % 8:
            s.close()
        else:
            open_ones.append(s)
        if i % 100 == 0:
            timed_scrape()
    timed_scrape()


def huge():
    head = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
    for big in (b"X: " + b"a" * 1000000 + b"\r\n",
                b"".join(b"X%d: a\r\n" % i for i in range(100000)),
                b"Accept: " + b"application/" * 1000 + b"\r\n"):
        answer = send(head + big + b"\r\n")
        assert not answer.startswith(b"HTTP/1.1 500")
    send(b"GET /" + b"a" * 1000000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    timed_scrape()


def methods():
    for method in (b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"BREW"):
        answer = send(method + b" /metrics HTTP/1.1\r\nHost: x\r\n"
                      b"Content-Length: 3\r\n\r\nabc")
        assert answer.startswith(b"HTTP/1.1 405 "), (method, answer[:80])
        assert b"Allow: GET, HEAD" in answer
    answer = send(b"HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\r\n\r\n")
    assert b"Content-Length: " in answer
    assert scrape("/metrics?x=1").startswith(b"HTTP/1.1 200 ")
    for path in ("/metric", "/metrics/", "//metrics", "/../etc/passwd", "/%2e"):
        assert scrape(path).startswith(b"HTTP/1.1 404 "), path
    timed_scrape()


TABLE = {f.__name__: f for f in (slowloris, patience, crowd, slow_readers, many,
                                 garbage, huge, methods)}
try:
    TABLE[sys.argv[2]]()
except AssertionError as e:
    print(f"{sys.argv[2]}: line {e.__traceback__.tb_lineno}: {e}")
    raise
