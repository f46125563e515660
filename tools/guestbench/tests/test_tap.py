# SPDX-License-Identifier: GPL-2.0-only
"""tests/tap reports every kind of failure, shown with fake tests."""
import contextlib
import importlib.util
import io
import pathlib
import sys
import unittest
from importlib.machinery import SourceFileLoader

LOADER = SourceFileLoader("tap", str(pathlib.Path(__file__).parent / "tap"))


def load_tap():
    """The program as a module, with its module path."""
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("tap", LOADER))
    path = list(sys.path)
    LOADER.exec_module(module)
    sys.path[:] = path
    return module


class Played(unittest.TestCase):
    def passes(self):
        """a test that passes"""

    def fails(self):
        print("because")
        self.assertEqual(1, 2)

    def breaks(self):
        raise OSError("broken")

    def parts(self):
        """a test with a failing subtest"""
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)

    @unittest.skip("not here")
    def skipped(self):
        """a test that is skipped"""

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


# Tests, whether one of them fails, their result lines, and other lines that must be
# printed.
PLAYED = (
    ([Played("passes")], False, ["ok 1 - a test that passes"]),
    ([Played("skipped")], False, ["ok 1 - a test that is skipped # SKIP not here"]),
    ([Played("skips")], False, [f"ok 1 - {Played('skips').id()} # SKIP not now"]),
    ([Played("passes"), Played("skipped"), Played("passes")], False, [
        "ok 1 - a test that passes", "ok 2 - a test that is skipped # SKIP not here",
        "ok 3 - a test that passes"]),
    ([Played("fails"), Played("passes")], True, [
        f"not ok 1 - {Played('fails').id()}", "ok 2 - a test that passes"],
     "# AssertionError: 1 != 2", "# because"),
    ([Played("breaks")], True, [f"not ok 1 - {Played('breaks').id()}"],
     "# OSError: broken"),
    ([Played("parts")], True, ["not ok 1 - a test with a failing subtest"],
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
        """passed, skipped and failed tests are reported, also failures in setUpClass"""
        # without subTest, which would hide a failure that is not reported
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
    """Do not load the fake tests."""
    return loader.loadTestsFromTestCase(Tap)
