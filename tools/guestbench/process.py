# SPDX-License-Identifier: GPL-2.0-only
"""Run programs that end when this one ends."""
import os
import signal
import subprocess

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


class Interrupted(Exception):
    """This program received a signal to end."""

    def __init__(self, status):
        super().__init__()
        self.status = status


def _interrupt(number, _):
    for name in STATUS:
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted(STATUS[number])


def serve_signals():
    """Make signals that end a program raise Interrupted, once. Ignored signals stay
    ignored (nohup)."""
    for name in STATUS:
        if signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, _interrupt)


def attend(command, keep=(), stdout=None, **environment):
    """Run a command in its own session, so that this program handles signals
    first; return its status. The command ends with this program, whatever the
    signal. keep: file descriptors that it inherits."""
    # pylint: disable-next=consider-using-with # wait() is below
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL,
        stdout=stdout, env={**os.environ, **environment}, pass_fds=keep,
        start_new_session=True)
    try:
        return process.wait()
    except Interrupted:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        process.wait()
        raise
