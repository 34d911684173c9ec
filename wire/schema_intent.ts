/**
 * QuoteIntent as a zod schema: one strict object per action, and the rules between fields both as
 * refinements (for zod) and as `if`/`then` (for the published JSON Schema).
 * @module
 */
import { z } from "zod";
import {
  INTENT_ID_SHAPE,
  ORD_TYPES,
  PARAM_NAME_SHAPE,
  PARAM_TEXT_MAX,
  PARAMS_MAX,
  TAG_MAX,
  TIMES_IN_FORCE,
} from "./intent_fields.ts";
import { significantDigits } from "./json_scanner.ts";
import {
  chars,
  decimalInput,
  instrumentName,
  natural,
  side,
  tradingState,
} from "./schema_values.ts";

const intentId = z.string().regex(INTENT_ID_SHAPE);
const tag = chars(0, { max: TAG_MAX }).optional();

const paramNumber = z.number().refine((value) =>
  Number.isSafeInteger(value) || significantDigits(String(value)) <= 15
);
const params = z.record(
  z.string().regex(PARAM_NAME_SHAPE),
  z.union([chars(0, { max: PARAM_TEXT_MAX }), paramNumber, z.boolean()]),
).refine((value) => Object.keys(value).length <= PARAMS_MAX).meta({ maxProperties: PARAMS_MAX });

type Loose = { readonly [key: string]: unknown };

function neverRests(value: Loose): boolean {
  return value["ord_type"] === "Market" || value["time_in_force"] === "IOC" ||
    value["time_in_force"] === "FOK";
}

const PLACE_RULES = [
  {
    if: { properties: { ord_type: { const: "Market" } }, required: ["ord_type"] },
    then: { not: { required: ["price"] } },
    else: { required: ["price"] },
  },
  {
    if: { properties: { time_in_force: { const: "GTD" } }, required: ["time_in_force"] },
    then: { required: ["expire_us"] },
    else: { not: { required: ["expire_us"] } },
  },
  {
    if: {
      anyOf: [
        { properties: { ord_type: { const: "Market" } }, required: ["ord_type"] },
        { properties: { time_in_force: { enum: ["IOC", "FOK"] } }, required: ["time_in_force"] },
      ],
    },
    then: { properties: { post_only: { const: false } } },
  },
];

/** The schema of a QuoteIntent; `extra` keys belong to its envelope. */
export function quoteIntentSchema(
  extra: { readonly [key: string]: z.ZodType } = {},
): z.ZodType {
  const common = {
    type: z.literal("QuoteIntent"),
    v: z.literal(1),
    intent_id: intentId,
    sent_us: natural,
    tag,
    ...extra,
  };
  const place = z.strictObject({
    ...common,
    action: z.literal("Place"),
    instrument: instrumentName,
    side,
    order_qty: decimalInput,
    price: decimalInput.optional(),
    ord_type: z.enum(ORD_TYPES).optional(),
    time_in_force: z.enum(TIMES_IN_FORCE).optional(),
    expire_us: natural.optional(),
    post_only: z.boolean().optional(),
    reduce_only: z.boolean().optional(),
    ttl_ms: natural.optional(),
    validate_only: z.boolean().optional(),
    params: params.optional(),
  })
    .refine((v: Loose) => (v["ord_type"] === "Market") === (v["price"] === undefined), {
      path: ["price"],
    })
    .refine((v: Loose) => (v["time_in_force"] === "GTD") === (v["expire_us"] !== undefined), {
      path: ["expire_us"],
    })
    .refine((v: Loose) => !(v["post_only"] === true && neverRests(v)), {
      path: ["post_only"],
    })
    .meta({ allOf: PLACE_RULES });
  const replace = z.strictObject({
    ...common,
    action: z.literal("Replace"),
    orig_intent_id: intentId,
    order_qty: decimalInput,
    price: decimalInput.optional(),
    expire_us: natural.optional(),
    ttl_ms: natural.optional(),
    validate_only: z.boolean().optional(),
    params: params.optional(),
  });
  return z.discriminatedUnion("action", [
    place,
    replace,
    z.strictObject({ ...common, action: z.literal("Cancel"), orig_intent_id: intentId }),
    z.strictObject({
      ...common,
      action: z.literal("CancelAll"),
      instrument: instrumentName.optional(),
    }),
    z.strictObject({
      ...common,
      action: z.literal("SetRiskFlag"),
      flag: z.literal("trading_state"),
      value: tradingState,
    }),
    z.strictObject({ ...common, action: z.literal("NoOp") }),
  ]);
}
