"""The digest gives what docs/reference/events.md prints of it (R-CORE-9)."""

import re
import unittest
from pathlib import Path

from reference.digest import Digest

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "reference" / "events.md"


def after(step, *arguments):
    digest = Digest()
    getattr(digest, step)(*arguments)
    return digest.hex()


STEPS = {
    "pair (1, 2)": ("pair", 1, 2),
    "int −1": ("int", -1),
    "int 2^53 − 1": ("int", 2**53 - 1),
    'text "abc"': ("text", "abc"),
    'text "abcde"': ("text", "abcde"),
    'text ""': ("text", ""),
    "big −255": ("big", -255),
    "big −2^53": ("big", -(2**53)),
    "absent": ("absent",),
}


class DigestCheck(unittest.TestCase):
    def test_each_step_gives_the_printed_digest(self):
        text = re.sub(r"\s+", " ", DOCUMENT.read_text(encoding="utf-8"))
        text = text[text.index("A fresh digest after one step") :]
        for said, step in STEPS.items():
            with self.subTest(said):
                printed = re.search(re.escape(said) + r" (?:gives )?`([0-9a-f]{16})`", text)
                self.assertIsNotNone(printed, said)
                self.assertEqual(after(*step), printed.group(1))

    def test_text_counts_utf16_units(self):
        self.assertNotEqual(after("text", "\U0001f600"), after("text", "\uffff"))


if __name__ == "__main__":
    unittest.main()
