/**
 * The place of an order in its queue, by model. Proves R-HOT-1.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { QueuePosition } from "../../../core/hotloop/queue_position.ts";

const LEVEL = { before: 10, after: 4, traded: 0 };

Deno.test("QueuePosition.depth() lets the front of the model prob lose its share of what was cancelled", () => {
  const position = new QueuePosition("prob", 5);
  position.depth({ before: 10, after: 8, traded: 0 });
  strictEqual(position.ahead, 4);
  const last = new QueuePosition("prob", 10);
  last.depth({ before: 10, after: 8, traded: 0 });
  strictEqual(last.ahead, 8, "nobody is behind it");
});

Deno.test("QueuePosition of the model flumine goes by trades alone, half of what the venue counts", () => {
  const position = new QueuePosition("flumine", 8);
  position.depth(LEVEL);
  position.cut(1);
  strictEqual(position.ahead, 8);
  position.trade({ oneSided: 6, half: 3 });
  strictEqual(position.ahead, 5);
  position.trade({ oneSided: 14, half: 7 });
  strictEqual(position.ahead, 0);
  strictEqual(position.filled, 2);
});

Deno.test("QueuePosition.cut() bounds the queue by what its level shows", () => {
  const position = new QueuePosition("prob", 8);
  position.cut(9);
  strictEqual(position.ahead, 8);
  position.cut(3);
  strictEqual(position.ahead, 3);
});

Deno.test("QueuePosition.trade() takes from the front, and fills with what is more", () => {
  const position = new QueuePosition("prob", 5);
  position.trade({ oneSided: 5, half: 2.5 });
  strictEqual(position.ahead, 0);
  strictEqual(position.filled, 0);
  position.trade({ oneSided: 2, half: 1 });
  strictEqual(position.filled, 2);
});
