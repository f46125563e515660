# SPDX-License-Identifier: GPL-2.0-only
"""No failure gets past tests/tap: tests are played to it, each with another way to
fail."""
import contextlib
import importlib.util
import io
import pathlib
import sys
import unittest
from importlib.machinery import SourceFileLoader

LOADER = SourceFileLoader("tap", str(pathlib.Path(__file__).parent / "tap"))


def load_tap():
    """The program as a module; it sets the first directory of its path."""
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("tap", LOADER))
    path = list(sys.path)
    LOADER.exec_module(module)
    sys.path[:] = path
    return module


class Played(unittest.TestCase):
    def passes(self):
        """one that passes"""

    def fails(self):
        print("because")
        self.assertEqual(1, 2)

    def breaks(self):
        raise OSError("broken")

    def parts(self):
        """one of its parts fails"""
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)

    @unittest.skip("not here")
    def skipped(self):
        """one that is skipped"""

    def skips(self):
        self.skipTest("not now")


class Unprepared(Played):
    @classmethod
    def setUpClass(cls):
        raise OSError("unprepared")


class Unable(Played):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("not able")


def outside(name):
    return f"setUpClass ({__name__}.{name})"


# Tests, whether one of them failed, the lines in which they end, and what is shown
# of them.
PLAYED = (
    ([Played("passes")], False, ["ok 1 - one that passes"]),
    ([Played("skipped")], False, ["ok 1 - one that is skipped # SKIP not here"]),
    ([Played("skips")], False, [f"ok 1 - {Played('skips').id()} # SKIP not now"]),
    ([Played("passes"), Played("skipped"), Played("passes")], False, [
        "ok 1 - one that passes", "ok 2 - one that is skipped # SKIP not here",
        "ok 3 - one that passes"]),
    ([Played("fails"), Played("passes")], True, [
        f"not ok 1 - {Played('fails').id()}", "ok 2 - one that passes"],
     "# AssertionError: 1 != 2", "# because"),
    ([Played("breaks")], True, [f"not ok 1 - {Played('breaks').id()}"],
     "# OSError: broken"),
    ([Played("parts")], True, ["not ok 1 - one of its parts fails"],
     f"# {Played('parts')} (n=1)"),
    ([Unprepared("passes")], True, [f"not ok 1 - {outside('Unprepared')}"],
     "# OSError: unprepared"),
    ([Played("fails"), Unable("passes")], True, [
        f"not ok 1 - {Played('fails').id()}",
        f"ok 2 - {outside('Unable')} # SKIP not able"]),
    ([Unable("passes")], False, [f"ok 1 - {outside('Unable')} # SKIP not able"]),
)


class Tap(unittest.TestCase):
    def test_lines(self):
        """tests that pass, are skipped and fail, in or before them"""
        # without subTest, as one that is not seen would hide that
        for tests, failed, lines, *shown in PLAYED:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                result = load_tap().Tap()
                unittest.TestSuite(tests).run(result)
            got = out.getvalue().splitlines()
            self.assertEqual([g for g in got if not g.startswith("#")], lines)
            self.assertEqual(result.failed, failed)
            self.assertLessEqual(set(shown), set(got))
            self.assertNotIn("(n=2)", out.getvalue())


def load_tests(loader, *_):
    """Not those that are played."""
    return loader.loadTestsFromTestCase(Tap)
