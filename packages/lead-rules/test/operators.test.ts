import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "@lead-gateway/lead-rules"
import { truthOf } from "./support.ts"

/** What is asked of the field `a`, with values that meet it and values that do not. */
interface Example {
  readonly asked: DistributiveOmit<Extract<Condition, { readonly operator: string }>, "field">
  readonly met: ReadonlyArray<unknown>
  readonly unmet: ReadonlyArray<unknown>
}

type DistributiveOmit<A, Key extends PropertyKey> = A extends unknown ? Omit<A, Key> : never

const raw = (text: string): unknown => JSON.rawJSON(text)

const examples: ReadonlyArray<Example> = [
  {
    asked: { operator: "equals", value: "Kaufen" },
    met: ["Kaufen"],
    unmet: ["kaufen", " Kaufen", 1, true, ["Kaufen"], {}],
  },
  { asked: { operator: "equals", value: "Kaufen", ignore_case: true }, met: ["KAUFEN"], unmet: ["Kauf", 1] },
  { asked: { operator: "equals", value: true }, met: [true], unmet: [false, "true", 1, [true]] },
  {
    asked: { operator: "equals", value: 0 },
    met: [0, -0, raw("0.00")],
    unmet: ["0", 1, false, raw("1e-400")],
  },
  {
    asked: { operator: "equals", value: 2 ** 64 },
    met: [2 ** 64],
    unmet: [raw("12345678901234567890"), raw("18446744073709551616")],
  },
  { asked: { operator: "not_equals", value: "x" }, met: ["y", 1, [], {}, false], unmet: ["x"] },
  {
    asked: { operator: "not_equals", value: "x", ignore_case: true },
    met: ["y", 1],
    unmet: ["x", "X"],
  },
  {
    asked: { operator: "one_of", values: ["a", 1, true] },
    met: ["a", 1, true, raw("1.0")],
    unmet: ["A", 2, false, ["a"], {}, raw("1.00000000000000000001")],
  },
  { asked: { operator: "one_of", values: ["a", "b"], ignore_case: true }, met: ["A", "b"], unmet: ["c", 1] },
  { asked: { operator: "one_of", values: ["a", "b"] }, met: ["a", "b"], unmet: ["A", "ab", 1, true] },
  {
    asked: { operator: "one_of", values: Array.from("abcdefghij") },
    met: ["a", "j"],
    unmet: ["k", 1, {}],
  },
  { asked: { operator: "none_of", values: ["a", 1] }, met: ["A", 2, true, [], {}], unmet: ["a", 1] },
  { asked: { operator: "type", type: "text" }, met: ["a"], unmet: [1, true, [], {}, raw("1e999")] },
  { asked: { operator: "type", type: "number" }, met: [1, raw("1e999")], unmet: ["1", true, [], {}] },
  { asked: { operator: "type", type: "boolean" }, met: [false], unmet: ["false", 0] },
  { asked: { operator: "type", type: "list" }, met: [[]], unmet: [{}, "[]"] },
  { asked: { operator: "type", type: "object" }, met: [{}], unmet: [[], "{}", raw("1e999")] },
  {
    asked: { operator: "starts_with", value: "+49" },
    met: ["+49 681"],
    unmet: ["0049", "x+49", 49, ["+49"]],
  },
  { asked: { operator: "starts_with", value: "AB", ignore_case: true }, met: ["abc"], unmet: ["cab", 1] },
  { asked: { operator: "ends_with", value: ".de" }, met: ["a@b.de"], unmet: ["a@b.DE", "a.de ", 1] },
  { asked: { operator: "ends_with", value: ".de", ignore_case: true }, met: ["A.DE"], unmet: ["a.com"] },
  { asked: { operator: "contains", value: "." }, met: ["a.b"], unmet: ["ab", ["."], {}] },
  {
    asked: { operator: "contains", value: "größe", ignore_case: true },
    met: ["DIE GRÖSSE? GRÖßE"],
    unmet: ["groesse"],
  },
  {
    asked: { operator: "starts_with", value: "ΟΔΟΣ", ignore_case: true },
    met: ["οδος 5", "οδοσήμα", "ΟΔΟΣΗΜΑ"],
    unmet: ["οδο"],
  },
  {
    asked: { operator: "one_of", values: ["ΟΔΟΣ", "STRAẞE"], ignore_case: true },
    met: ["οδος", "οδοσ", "straße"],
    unmet: ["strasse"],
  },
  {
    asked: { operator: "pattern", pattern: "^66\\d{3}$" },
    met: ["66123"],
    unmet: ["67123", "66123\n", 66123, ["66123"], false],
  },
  {
    asked: { operator: "length", min: 2, max: 3 },
    met: ["ab", "abc", "😀😀😀"],
    unmet: ["a", "abcd", "😀", 12, [1, 2]],
  },
  { asked: { operator: "length", min: 3 }, met: ["abc", "\ud800a\udc00"], unmet: ["ab", "😀a"] },
  { asked: { operator: "length", max: 2 }, met: ["😀😀", "a"], unmet: ["abc"] },
  { asked: { operator: "range", min: 1, max: 3 }, met: [1, 2.5, 3], unmet: [0, 3.1, "2", true, [2], {}] },
  { asked: { operator: "range", above: 1, below: 3 }, met: [2, 1.0001], unmet: [1, 3] },
  {
    asked: { operator: "range", integer: true },
    met: [2, -3, raw("1e400"), raw("12345678901234567890")],
    unmet: [2.5, raw("1.00000000000000000001"), raw("1e-400")],
  },
  {
    asked: { operator: "range", max: 0.3 },
    met: [0.3, raw("0.300"), raw("0.29999999999999999999"), raw("-1e400")],
    unmet: [raw("0.30000000000000001"), raw("1e400")],
  },
  {
    asked: { operator: "range", above: 9_007_199_254_740_992 },
    met: [raw("9007199254740993")],
    unmet: [raw("9007199254740991")],
  },
  {
    asked: { operator: "range", below: 9_007_199_254_740_992 },
    met: [raw("-9007199254740993")],
    unmet: [raw("9007199254740993")],
  },
  {
    asked: { operator: "range", min: 1000, max: 5000, allow_text: true },
    met: ["5000", " 2000 ", "+1e3", "1000.0", 3000, "4999.99999999999999999"],
    unmet: ["5000.00000000000000001", "5,000", "0x1000", "viel", "999", "1e400", true],
  },
  { asked: { operator: "range", min: -5, allow_text: true }, met: ["-5", ".5"], unmet: ["-5.1", "-1e400"] },
  {
    asked: { operator: "date", from: "2026-01-01", to: "2026-12-31" },
    met: [
      "2026-01-01",
      "2026-12-31",
      "2026-12-31T23:59:59.999Z",
      "2027-01-01T00:30:00+01:00",
      "2026-06-01 10:00",
    ],
    unmet: [
      "2025-12-31",
      "2027-01-01",
      "2026-02-29",
      "2026-13-01",
      "2026-06-31",
      "2026-06-01T24:00Z",
      "01.06.2026",
      "2026",
      2026,
      "2025-12-31T23:59:59Z",
    ],
  },
  {
    asked: { operator: "date", from: "2026-06-01T12:00:00+02:00" },
    met: ["2026-06-01T10:00Z"],
    unmet: ["2026-06-01", "2026-06-01T09:59:59.999Z"],
  },
  {
    asked: { operator: "date", min_age: "18 years" },
    met: ["2008-02-28", "1900-01-01"],
    unmet: ["2008-02-29", "2008-03-01", "2026-02-28"],
  },
  {
    asked: { operator: "date", max_age: "30 days" },
    met: ["2026-02-28", "2026-01-29", "2026-02-28T23:00Z"],
    unmet: ["2026-01-28", "2026-03-01"],
  },
  {
    asked: { operator: "date", max_age: "2 hours" },
    met: ["2026-02-28T10:00Z", "2026-02-28T12:00:00Z"],
    unmet: ["2026-02-28T09:59:59Z", "2026-02-28T12:00:01Z", "2026-02-28"],
  },
  {
    asked: { operator: "date", max_ahead: "6 months" },
    met: ["2026-02-28", "2026-08-28"],
    unmet: ["2026-02-27", "2026-08-29"],
  },
  {
    asked: { operator: "date", min_ahead: "2 weeks" },
    met: ["2026-03-14", "2999-01-01"],
    unmet: ["2026-03-13"],
  },
  {
    asked: { operator: "date", max_age: "1 month", max_ahead: "1 day" },
    met: ["2026-01-28", "2026-03-01"],
    unmet: ["2026-01-27", "2026-03-02"],
  },
  {
    asked: { operator: "items", min: 1, max: 2 },
    met: [[1], [1, 2]],
    unmet: [[], [1, 2, 3], "ab", { 0: 1 }],
  },
  {
    asked: { operator: "includes", value: "solar" },
    met: [["x", "solar"]],
    unmet: [["Solar"], [], "solar", [["solar"]], [null]],
  },
  { asked: { operator: "includes", value: "solar", ignore_case: true }, met: [["SOLAR"]], unmet: [["x"]] },
  {
    asked: { operator: "some_item", item: { field: ".", operator: "equals", value: 1 } },
    met: [
      [2, 1],
      [null, 1],
    ],
    unmet: [[2], [], 1, {}],
  },
  {
    asked: { operator: "some_item", item: { field: "q", operator: "equals", value: "ja" } },
    met: [[{ q: "nein" }, { q: "ja" }]],
    unmet: [[{ q: "nein" }]],
  },
  {
    asked: { operator: "every_item", item: { field: ".", operator: "type", type: "text" } },
    met: [["a"], []],
    unmet: [["a", 1], "a"],
  },
  {
    asked: {
      operator: "zip",
      codes: ["SW1A 1AA", "01067"],
      ranges: ["66000-66999", "66990-67010", "00-05"],
      prefixes: ["88*", "9*"],
    },
    met: ["SW1A 1AA", "01067", "66000", "67010", "03", "88", "88999", "9"],
    unmet: ["67011", "65999", "06", "066500", "6650", "8", 66123, "66 12", "6612a", ["66123"]],
  },
]

describe("operators", () => {
  it.each(examples.map((example) => [JSON.stringify(example.asked), example] as const))(
    "%s",
    (_name, { asked, met, unmet }) => {
      const condition = { field: "a", ...asked } as Condition
      for (const value of met)
        assert.strictEqual(truthOf(condition, { a: value }), "met", JSON.stringify(value))
      for (const value of unmet) {
        assert.strictEqual(truthOf(condition, { a: value }), "unmet", JSON.stringify(value))
      }
      const optional = { ...condition, optional: true } as Condition
      for (const payload of [{}, { a: null }, { a: " \u0085" }, null, "a", []]) {
        assert.strictEqual(truthOf(condition, payload), "missing", JSON.stringify(payload))
        assert.strictEqual(truthOf(optional, payload), "met", JSON.stringify(payload))
        assert.strictEqual(truthOf({ not: optional }, payload), "unmet", JSON.stringify(payload))
      }
    },
  )

  it("present and absent can always be told", () => {
    for (const value of [false, 0, [], {}, "x", raw("1e400")]) {
      assert.strictEqual(truthOf({ field: "a", operator: "present" }, { a: value }), "met")
      assert.strictEqual(truthOf({ field: "a", operator: "absent" }, { a: value }), "unmet")
    }
    for (const value of [undefined, null, "", "\n "]) {
      assert.strictEqual(truthOf({ field: "a", operator: "present" }, { a: value }), "unmet")
      assert.strictEqual(truthOf({ field: "a", operator: "absent" }, { a: value }), "met")
    }
  })
})

describe("all, any and not", () => {
  const yes: Condition = { field: "here", operator: "equals", value: 1 }
  const no: Condition = { field: "here", operator: "equals", value: 2 }
  const unknown: Condition = { field: "there", operator: "equals", value: 1 }
  const on = (condition: Condition) => truthOf(condition, { here: 1 })

  it("follow Kleene's logic, with missing as what cannot be told", () => {
    assert.strictEqual(on({ all: [yes, yes] }), "met")
    assert.strictEqual(on({ all: [yes, unknown] }), "missing")
    assert.strictEqual(on({ all: [unknown, no] }), "unmet")
    assert.strictEqual(on({ any: [unknown, yes] }), "met")
    assert.strictEqual(on({ any: [no, unknown] }), "missing")
    assert.strictEqual(on({ any: [no, no] }), "unmet")
    assert.strictEqual(on({ not: yes }), "unmet")
    assert.strictEqual(on({ not: no }), "met")
    assert.strictEqual(on({ not: unknown }), "missing")
    assert.strictEqual(on({ not: { all: [yes, { any: [no, unknown] }] } }), "missing")
  })

  it("some_item and every_item follow it too", () => {
    const isOne: Condition = { field: "q", operator: "equals", value: 1 }
    const some: Condition = { field: "list", operator: "some_item", item: isOne }
    const every: Condition = { field: "list", operator: "every_item", item: isOne }
    assert.strictEqual(truthOf(some, { list: [{}, { q: 1 }] }), "met")
    assert.strictEqual(truthOf(some, { list: [{}, { q: 2 }] }), "missing")
    assert.strictEqual(truthOf(every, { list: [{}, { q: 1 }] }), "missing")
    assert.strictEqual(truthOf(every, { list: [{}, { q: 2 }] }), "unmet")
  })
})
