import { assert, describe, it } from "@effect/vitest"
import { explain, printExplanation } from "@lead-gateway/lead-pipeline"
import type { Json } from "@lead-gateway/lossless-json"
import { compiled, source, valid } from "./world.ts"

const flow = compiled(source)

/** What a person reads of a lead in which one field has another value. */
const readOf = (field: string, value: Json): string =>
  printExplanation(
    explain(
      flow,
      { payload: { ...valid, [field]: value }, deliveryMetadata: { lead_id: 7 }, nowMs: 0 },
      { values: "show" },
    ),
  )

/** A field, what a lead has there, and how it is shown. */
const table = [
  ["zipcode", "66\u200b123", String.raw`"66\u200b123"`],
  ["zipcode", "66123\u00a0", String.raw`"66123\u00a0"`],
  ["zipcode", "\u206066123", String.raw`"\u206066123"`],
  ["zipcode", "66\u00ad123", String.raw`"66\u00ad123"`],
  ["zipcode", "\u202a66123\u202c", String.raw`"\u202a66123\u202c"`],
  ["zipcode", "\u200e66123", String.raw`"\u200e66123"`],
  ["solar_offer_type", "Kau\u2062fen", String.raw`Kau\u2062fen`],
] as const

describe("an explanation", () => {
  it.each(table)("shows in %s why %j is not what it seems", (field, value, shown) => {
    const text = readOf(field, value)
    assert.include(text, shown)
    assert.match(text, /^[\n\P{C}]*$/u)
  })

  it("shows an odd key too", () => {
    assert.match(readOf("na\u200bme", "a"), /^[\n\P{C}]*$/u)
  })
})
