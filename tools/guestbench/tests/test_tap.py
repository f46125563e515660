# SPDX-License-Identifier: GPL-2.0-only
"""No failure gets past tests/tap: tests are played to it, each with another way to
fail."""
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


class Tap(unittest.TestCase):
    def play(self, *names, of=Played):
        """The lines of TAP."""
        out, stdout = io.StringIO(), sys.stdout
        sys.stdout = out
        try:
            self.result = load_tap().Tap()
            unittest.TestSuite(map(of, names)).run(self.result)
        finally:
            sys.stdout = stdout
        return out.getvalue().splitlines()

    def plays(self, failed, first, *names, of=Played):
        lines = self.play(*names, of=of)
        self.assertEqual(lines[0], first)
        self.assertEqual(self.result.failed, failed)
        return "\n".join(lines)

    def test_passes(self):
        """tests that pass or are skipped"""
        self.plays(False, "ok 1 - one that passes", "passes")
        self.plays(False, "ok 1 - one that is skipped # SKIP not here", "skipped")
        self.plays(False, f"ok 1 - {Played('skips').id()} # SKIP not now", "skips")
        lines = self.play("passes", "skipped", "passes")
        self.assertEqual([line.split(" - ")[0] for line in lines],
                         ["ok 1", "ok 2", "ok 3"])

    def test_fails(self):
        """a test that fails shows what it printed, and where"""
        name = f"not ok 1 - {Played('fails').id()}"
        text = self.plays(True, name, "fails", "passes")
        self.assertIn("\n# AssertionError: 1 != 2", text)
        self.assertIn("\n# because", text)
        self.assertTrue(text.endswith("\nok 2 - one that passes"))
        self.assertIn("# OSError: broken", self.plays(
            True, f"not ok 1 - {Played('breaks').id()}", "breaks"))

    def test_parts(self):
        """a test of which a part fails is one that fails"""
        text = self.plays(True, "not ok 1 - one of its parts fails", "parts")
        self.assertIn("(n=1)", text)
        self.assertNotIn("(n=2)", text)

    def test_outside(self):
        """what fails before the tests is one more"""
        text = self.plays(True, f"not ok 1 - setUpClass ({__name__}.Unprepared)",
                          "passes", of=Unprepared)
        self.assertIn("# OSError: unprepared", text)
        lines = self.play(Played("fails"), Unable("passes"), of=lambda test: test)
        self.assertEqual(lines[-1], f"ok 2 - setUpClass ({__name__}.Unable) # SKIP not "
                                    "able")
        self.plays(False, f"ok 1 - setUpClass ({__name__}.Unable) # SKIP not able",
                   "passes", of=Unable)


def load_tests(loader, *_):
    """Not those that are played."""
    return loader.loadTestsFromTestCase(Tap)
