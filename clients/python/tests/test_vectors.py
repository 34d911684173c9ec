"""The byte vectors of the protocol, as far as a client reads and writes them (R-WIRE-7, R-WIRE-8)."""

import base64
import json
import os
import re
import unittest
from decimal import Decimal

from tapeline import Event, ExecutionReport, InvalidIntent, QuoteIntent
from tapeline.decimals import to_wire_decimal
from tapeline.errors import ProtocolViolation
from tapeline.framing import FrameReader, encode_frame, parse_message

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
VECTORS = os.environ.get("TAPELINE_VECTORS", os.path.join(ROOT, "tests", "contracts", "wire"))


def vectors(name):
    with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
        return json.load(file)["vectors"]


def message_of(vector):
    (body,) = FrameReader().feed(base64.b64decode(vector["frame_base64"]))
    return parse_message(body)


@unittest.skipUnless(os.path.isdir(VECTORS), "the vectors are not beside the package")
class Vectors(unittest.TestCase):
    def test_frames_are_found_and_refused_as_the_vectors_say(self):
        for vector in vectors("frames.json"):
            reader, bodies, error = FrameReader(vector["max_frame_bytes"]), [], None
            try:
                for chunk in vector["chunks_base64"]:
                    for body in reader.feed(base64.b64decode(chunk)):
                        bodies.append(body.decode("utf-8"))
            except ProtocolViolation:
                error = "FRAME_SIZE"
            with self.subTest(vector["name"]):
                self.assertEqual((bodies, error), (vector["frames"], vector.get("error")))

    def test_messages_of_the_daemon_are_read(self):
        for vector in vectors("daemon_messages.json"):
            with self.subTest(vector["name"]):
                message = message_of(vector)
                self.assertEqual(message, vector["message"])
                for event in message.get("events", ()):
                    Event.from_wire(event)
                if message["type"] == "ExecutionReport":
                    self.check_report(message, vector.get("fill"))

    def check_report(self, message, fill):
        report = ExecutionReport.from_wire(message)
        self.assertEqual(report.report_seq, message["report_seq"])
        self.assertEqual(report.poss_dup, message.get("poss_dup", False))
        for name in ("price", "order_qty", "cum_qty", "leaves_qty", "avg_px"):
            value = message[name]
            self.assertEqual(getattr(report, name), None if value is None else Decimal(value))
        if fill is not None:
            self.assertEqual(report.fill_price, Decimal(fill["price"]))
            self.assertEqual(report.fill_size, Decimal(fill["size"]))

    def test_decimals_are_taken_and_refused_as_the_vectors_say(self):
        for vector in vectors("decimals.json"):
            try:
                value = json.loads(vector["json"])
            except ValueError:
                continue
            canonical = vector["canonical"]
            if isinstance(value, str) and re.fullmatch(r"-0(\.0+)?", value):
                canonical = "0"  # the package writes a negative zero as zero
            with self.subTest(vector["name"]):
                if isinstance(value, str) and canonical is not None:
                    self.assertEqual(Decimal(to_wire_decimal(value, "x")), Decimal(canonical))
                elif isinstance(value, int) and not isinstance(value, bool) and canonical:
                    self.assertEqual(Decimal(to_wire_decimal(value, "x")), Decimal(canonical))
                elif not isinstance(value, int) or isinstance(value, bool):
                    with self.assertRaises(InvalidIntent):
                        to_wire_decimal(value, "x")

    def test_intents_that_the_daemon_takes_are_written_and_others_are_not(self):
        for vector in vectors("client_messages.json"):
            body = json.loads(vector["body"])
            if body.get("type") != "QuoteIntent" or "error" in vector["expect"]:
                continue
            with self.subTest(vector["name"]):
                if "message" in vector["expect"]:
                    self.check_written(body)
                elif not is_beyond_a_client(body, vector["expect"]["path"]):
                    with self.assertRaises((InvalidIntent, TypeError)):
                        written(body)

    def check_written(self, body):
        if any(isinstance(body.get(name), float) for name in ("price", "order_qty")):
            return  # a client of ours never writes a float
        wire = written(body)
        for name in ("price", "order_qty"):
            if name in body:
                self.assertEqual(Decimal(wire.pop(name)), Decimal(body.pop(name)))
        self.assertEqual(wire, body)
        (again,) = FrameReader().feed(encode_frame(wire))
        self.assertEqual(parse_message(again), wire)


def is_beyond_a_client(body, path):
    """``None`` means absent in Python; names of params and ``sent_us`` the daemon alone judges."""
    params = body.get("params")
    scalars = isinstance(params, dict) and not any(
        isinstance(value, (dict, list, type(None))) for value in params.values()
    )
    return None in body.values() or path == "sent_us" or (path.startswith("params") and scalars)


def written(body):
    fields = {name: value for name, value in body.items() if name not in ("type", "v")}
    return QuoteIntent(**fields).to_wire()


if __name__ == "__main__":
    unittest.main()
