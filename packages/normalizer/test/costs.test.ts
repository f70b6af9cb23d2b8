/** What a hostile payload of a megabyte may cost: in time, and in what is reported. */
import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { compileProfile, normalize } from "../src/index.ts"

const megabyte = 1 << 20

const listOf = (item: string): ReadonlyArray<string> =>
  Array<string>(Math.floor(megabyte / (item.length + 3))).fill(item)

const profileOf = (fields: Record<string, unknown>) =>
  Result.getOrThrow(compileProfile({ version: "1", default_country: "DE", fields }))

/** CPU time in milliseconds, since other processes use the same machine; the second run, as the first one compiles. */
const cpuMs = (run: () => unknown): number => {
  run()
  const before = process.cpuUsage()
  run()
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
}

const texts = {
  phone: [
    "0 ",
    "1",
    "0681 12345 / 46",
    "1 2 3 4 5 6 7 8 9 0 ".repeat(5),
    "6 6 1 2 3",
    "00".repeat(50),
    "0171 2345678,".repeat(19),
  ],
  email: ["a", "a@b.de", "<".repeat(30), "A <a@b.de>", "a@".repeat(40)],
  date: ["1", "01.02.2026", "1. Februar 2026", "1.".repeat(40)],
  number: ["1", "1.234,50 €", "9".repeat(399), "1.000.".repeat(60), "'1'".repeat(40)],
  name: ["a", "von der ".repeat(12), "MEIER-".repeat(20), "o'".repeat(40)],
  postal_code: ["1", "D-66123", "D ".repeat(40), "66123 Saarbrücken"],
  boolean: ["ja", "-", "nein ".repeat(12)],
}

describe("a megabyte in lists of declared fields", () => {
  for (const [kind, items] of Object.entries(texts)) {
    it(`is normalised within 750 ms where each item is a ${kind}`, () => {
      const profile = profileOf({ "x.*": kind, "c.*.x": kind })
      for (const item of items) {
        const list = listOf(item)
        assert.isBelow(
          cpuMs(() => normalize(profile, { x: list })),
          750,
          item.slice(0, 30),
        )
        assert.isBelow(
          cpuMs(() => normalize(profile, { c: list.map((x) => ({ x })) })),
          750,
          item.slice(0, 30),
        )
      }
    })
  }

  it("reads the first items, and reports the list once for the others, which are cleaned", () => {
    const profile = profileOf({ "x.*": "phone", y: "phone" })
    const { payload, unread } = normalize(profile, { x: Array(600).fill(" 0681 12345 "), y: "0681 12345" })
    const list = payload.x as ReadonlyArray<string>
    assert.deepStrictEqual([list[0], list[499], list[500]], ["+4968112345", "+4968112345", "0681 12345"])
    assert.strictEqual(payload.y, "+4968112345")
    assert.deepStrictEqual(unread, [{ path: "x", kind: "too_many_items" }])
  })

  it("is normalised the same the second time", () => {
    const profile = profileOf({ "x.*": "phone", "c.*.x.*": "number" })
    const payload: JsonObject = {
      x: ["-", null, ["0681 12345"], {}, ...Array<string>(600).fill("0681 12345"), "-"],
      c: Array.from({ length: 90 }, () => ({ x: Array<string>(90).fill("1,5") })),
    }
    const first = normalize(profile, payload)
    const second = normalize(profile, first.payload)
    assert.deepStrictEqual(second.payload, first.payload)
    assert.deepStrictEqual(second.changes, [])
  })

  it("reads fewer items than the bound all", () => {
    const profile = profileOf({ "x.*": "phone", "n.*": "number" })
    const { payload, unread } = normalize(profile, {
      x: Array(499).fill("0681 12345"),
      n: Array(9).fill("1"),
    })
    assert.deepStrictEqual(unread, [])
    assert.deepStrictEqual(payload.n, Array(9).fill(1))
  })
})

describe("a megabyte of text", () => {
  it("is cleaned within 750 ms, whatever it is made of", () => {
    const profile = profileOf({})
    const units = [
      " a ",
      "e\u0301",
      `a${"\u0301".repeat(29)}`,
      "\u{1D160}",
      "\u0958",
      "\u0344",
      "\u200d",
      "\u1160",
      "👨\u200d",
    ]
    for (const unit of units) {
      const long = unit.repeat(megabyte / 2 / Buffer.byteLength(unit))
      assert.isBelow(
        cpuMs(() => normalize(profile, { x: long, y: listOf(unit).slice(0, 1e5) })),
        750,
        unit,
      )
    }
  })
})
