#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# fakeqmp.py SOCKET MODE: fake QEMU monitor for tests.
#
# Answers like QEMU 7.2 with two vCPUs, whose counts grow with each answer.
# MODE: good, pretty, hang (sends no greeting), late (greets after 0.5 s), mute (no
# answer after the greeting), old (does not support query-stats), tcg (has no
# statistics), garbage, binary, endless, flood, deep, twice, negative, text,
# unknown, closes.
import json
import os
import socket
import sys
import time

path, mode = sys.argv[1:]
answers = 0


def values(cpu):
    base = 1000 * answers + 100 * cpu
    counts = {"exits": base + 60, "io_exits": base + 23, "irq_exits": 7,
              "halt_exits": 11, "pf_taken": 5, "exits_hlt": 99}
    if mode == "negative":
        counts["io_exits"] = -1
    if mode == "text":
        counts["io_exits"] = "many"
    return [{"name": k, "value": v} for k, v in counts.items()]


def cpus():
    first = {"cpu-index": 0, "qom-path": "/machine/cpu[0]"}
    second = {"cpu-index": 0 if mode == "twice" else 1,
              "qom-path": "/machine/cpu[1]"}
    return [first, second]


def stats():
    global answers
    answers += 1
    if mode == "tcg":
        return []
    name = "/nowhere" if mode == "unknown" else "/machine/cpu"
    return [{"provider": "kvm", "qom-path": f"{name}[{i}]", "stats": values(i)}
            for i in (0, 1)]


def answer(request):
    if request["execute"] == "query-stats":
        if mode == "old":
            return {"error": {"class": "CommandNotFound",
                              "desc": "The command query-stats has\nnot been found"}}
        return {"return": stats()}
    if request["execute"] == "query-cpus-fast":
        return {"return": cpus()}
    return {"return": {}}


def put(out, message):
    text = json.dumps(message, indent=4 if mode == "pretty" else None)
    out.write(text.replace("\n", "\r\n") + "\r\n")
    out.flush()


def serve(connection):
    out = connection.makefile("w", newline="")
    raw = {"garbage": b"QEMU 7.2 monitor - type 'help'\n(qemu) ",
           "binary": bytes(range(256)) * 64,
           "endless": b'{"QMP": "' + b"a" * (6 << 20),
           "deep": b'{"QMP": ' + b"[" * 100000 + b"]" * 100000 + b"}",
           "closes": b""}
    if mode in raw:
        connection.sendall(raw[mode])
        return
    if mode == "hang":
        time.sleep(300)
    if mode == "late":
        time.sleep(0.5)
    put(out, {"QMP": {"version": {"package": "}{\"\\"}, "capabilities": []}})
    while mode == "flood":
        put(out, {"event": "SHUTDOWN", "data": {"guest": True}})
    for line in connection.makefile("r"):
        if mode == "mute":
            time.sleep(300)
        put(out, {"event": "RESUME", "timestamp": {"seconds": 1}})
        put(out, answer(json.loads(line)))


server = socket.socket(socket.AF_UNIX)
server.bind(path + ".new")
server.listen(1)
os.rename(path + ".new", path)  # once the path exists, a client can connect
while True:
    client, _ = server.accept()
    try:
        serve(client)
    except OSError:
        pass
    client.close()
