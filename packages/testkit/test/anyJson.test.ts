import { assert, describe, it } from "@effect/vitest"
import { isJsonObject, isRawNumber, type Json, parse, stringify } from "@lead-gateway/lossless-json"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Arbitrary, Effect, Result } from "effect"

const { object, value } = anyJson({ keys: ["phone"], texts: ["0151 2345678"] })

/** Every value in a JSON value, itself included. */
const within = (json: Json): ReadonlyArray<Json> => {
  if (Array.isArray(json)) return [json, ...(json as ReadonlyArray<Json>).flatMap(within)]
  return isJsonObject(json) ? [json, ...Object.values(json).flatMap(within)] : [json]
}

describe("anyJson", () => {
  it.prop("makes what the lossless parser makes", [value], ([json]) => {
    const parsed = Result.getOrThrow(parse(stringify(json)))
    assert.strictEqual(stringify(parsed), stringify(json))
    assert.deepStrictEqual(within(parsed).map(isRawNumber), within(json).map(isRawNumber))
  })

  it.effect("has the vocabulary in it, odd keys and texts, and long numbers", () =>
    Effect.gen(function* () {
      const values = (yield* Arbitrary.sampleEffect(object, { count: 500, seed: 1 })).flatMap(within)
      const keys = values.flatMap((json) => (isJsonObject(json) ? Object.keys(json) : []))
      assert.includeMembers(keys, ["phone", "__proto__", "constructor", ""])
      assert.includeMembers(values, ["0151 2345678", "\u0000", "\ud800", " "])
      assert.isTrue(values.some(isRawNumber))
    }),
  )
})
