# SPDX-License-Identifier: GPL-2.0-only
"""Programs that are waited for, and ended when this one is."""
import os
import signal
import subprocess

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


class Interrupted(Exception):
    """A signal asked this program to end."""

    def __init__(self, status):
        super().__init__()
        self.status = status


def _interrupt(number, _):
    for name in STATUS:
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted(STATUS[number])


def serve_signals():
    """From now on those that end a program raise Interrupted, once; not those that
    are ignored, as nohup does it."""
    for name in STATUS:
        if signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, _interrupt)


def attend(command, keep=(), stdout=None, **environment):
    """Run a command in a session of its own, so that a signal to this program is
    served here first; return its status. It is ended if this program is, by
    whatever signal. keep: file descriptors that it inherits."""
    # pylint: disable-next=consider-using-with # waited for below
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
