import { assert, describe, it } from "@effect/vitest"
import { TimelinePart } from "@lead-gateway/api-contract"
import { Effect, Schema } from "effect"
import { timelineText } from "../src/timelineText.ts"

const day = 86_400_000

describe("the text of the timeline", () => {
  it.effect.prop(
    "is what the contract encodes",
    {
      buckets: Schema.Literals(["minute", "hour", "day"]),
      start: Schema.Int.check(Schema.isBetween({ minimum: -1_000_000, maximum: 4_000_000_000_000 })),
      countedFrom: Schema.NullOr(
        Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_000_000_000_000 })),
      ),
      numbers: Schema.Array(
        Schema.Struct({
          counts: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 }))),
          p50Ms: Schema.NullOr(Schema.Finite),
          p95Ms: Schema.NullOr(Schema.Finite),
        }),
      ),
    },
    ({ buckets, countedFrom, numbers, start }) =>
      Effect.gen(function* () {
        const part: TimelinePart = {
          bucket: buckets,
          from: new Date(start),
          to: new Date(start + day),
          countedFrom: countedFrom === null ? null : new Date(countedFrom),
          points: numbers.map(
            ({ counts: [a = 0, b = 1, c = 2, d = 3, e = 4, f = 5, g = 6, h = 7], ...latencies }, n) => ({
              at: new Date(start + n),
              received: a,
              rejected: b,
              delivered: c,
              failed: d,
              retried: e,
              parked: f,
              permanentlyFailed: g,
              replayed: h,
              ...latencies,
            }),
          ),
        }
        const encoded = yield* Schema.encodeEffect(TimelinePart)(part)
        assert.strictEqual(timelineText(part), JSON.stringify(encoded))
      }),
  )
})
