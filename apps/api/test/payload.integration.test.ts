import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask, assertError, post, postLead } from "./support/Http.ts"
import { countLeads, World } from "./support/World.ts"

const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`
const number = (text: string) => `{"n":${text}}`

layer(World.layer(), { excludeTestServices: true })("a webhook's body", (it) => {
  /** The payload as it is stored, as a query of the view returns it, and as the history shows it. */
  const stored = Effect.fnUntraced(function* (body: string | Uint8Array) {
    const world = yield* World
    const id = yield* postLead(world, body)
    const rows = yield* world.sql<{ readonly database: string; readonly kept: string }>`
      SELECT inbound_lead.raw_payload::text AS database, lead.raw_payload::text AS kept
      FROM inbound_lead JOIN lead USING (id) WHERE id = ${id}`
    const { text } = yield* ask(world, { path: `/stats/leads/${id}/history` })
    const shown = /"raw_payload":(.*),"normalized_payload":/s.exec(text)?.[1]
    return { ...rows[0], history: shown }
  })

  describe("that is no JSON object", () => {
    it.effect.each([
      ["empty", ""],
      ["white space", " \n"],
      ["a word", "hello"],
      ["cut off", '{"email":"jane@example.com"'],
      ["two objects", "{}{}"],
      ["a comma too many", '{"a":1,}'],
      ["single quotes", "{'a':1}"],
      ["a raw NUL", '{"a":"\0"}'],
      ["a raw line break in a string", '{"a":"\n"}'],
      ["NaN", '{"a":NaN}'],
      ["a form", "email=jane%40example.com"],
      ["bad UTF-8", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
      ["an overlong NUL", Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
      ["a surrogate in UTF-8", Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
      ["UTF-16", Buffer.from("\ufeff{}", "utf16le")],
      ["null", "null"],
      ["a string", '"{}"'],
      ["a number", "1"],
      ["a long number", "12345678901234567890"],
    ] as const)("is malformed: %s", ([, body]) =>
      Effect.gen(function* () {
        const world = yield* World
        const before = yield* countLeads(world)
        assertError(yield* post(world, body), 400, "malformed JSON payload")
        assert.strictEqual(yield* countLeads(world), before)
      }),
    )
  })

  it.effect.each(["[]", "[{}]", ' [{"phone":"+49123456789"},{"phone":"+49123456780"}]', "[1]"])(
    "that is a list is told apart: %s",
    (body) =>
      Effect.gen(function* () {
        const world = yield* World
        const before = yield* countLeads(world)
        assertError(yield* post(world, body), 400, "the payload must be one JSON object")
        assert.strictEqual(yield* countLeads(world), before)
      }),
  )

  describe("that asks too much", () => {
    it.effect.each([
      ["deep", nested(513), "JSON is nested deeper than 512"],
      ["deep, and nothing else", "[".repeat(100_000), "JSON is nested deeper than 512"],
      ["1e401", number("1e401"), "JSON has a number with an exponent beyond ±400"],
      ["-1E-401", number("-1E-401"), "JSON has a number with an exponent beyond ±400"],
      ["1e999999999999", number("1e999999999999"), "JSON has a number with an exponent beyond ±400"],
      ["a hidden 1e999", '{"n":1e999,"n":1}', "JSON has a number with an exponent beyond ±400"],
      [
        "1e-400, 3,000 times",
        `{"n":[${Array(3000).fill("1e-400").join(",")}]}`,
        "JSON has numbers that would expand by more than 86543 characters with all digits written out",
      ],
      ["10,001 digits", number("1".repeat(10_001)), "JSON has a number of more than 10000 digits"],
    ] as const)("is refused and told why: %s", ([, body, error]) =>
      Effect.flatMap(World, (world) =>
        Effect.map(post(world, body), (answer) => assertError(answer, 400, error)),
      ),
    )

    it.effect.each([
      ["64 levels", nested(64)],
      ["512 levels", nested(512)],
      ["1e400", number("1e400")],
      ["1e-400", number("1e-400")],
      ["10,000 digits", number("1".repeat(10_000))],
      [
        "10,000 keys",
        JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]))),
      ],
      ["a string of 900 kB", JSON.stringify({ a: "ä".repeat(450_000) })],
    ] as const)("is stored within the limits: %s", ([, body]) =>
      Effect.gen(function* () {
        const { history, kept } = yield* stored(body)
        assert.strictEqual(kept, body)
        assert.strictEqual(history, body)
      }),
    )
  })

  describe("keeps its meaning", () => {
    it.effect.each([
      ["20 digits", number("12345678901234567890"), "12345678901234567890"],
      ["a long fraction", number("0.1234567890123456789012"), "0.1234567890123456789012"],
      ["the largest 64-bit number", number("9223372036854775807"), "9223372036854775807"],
      ["beyond a double", number("1e309"), `1${"0".repeat(309)}`, "1e309"],
      ["a whole number", number("42"), "42"],
      ["negative zero", number("-0"), "0"],
    ] as const)("in numbers: %s", ([, body, digits, shown = digits]) =>
      Effect.gen(function* () {
        const { database, history, kept } = yield* stored(body)
        assert.strictEqual(kept, body)
        assert.strictEqual(database, `{"n": ${digits}}`)
        assert.strictEqual(history, `{"n":${shown}}`)
      }),
    )

    it.effect.each([
      ["1.0", 1],
      ["1e2", 100],
      ["1.50", 1.5],
      ["25E-1", 2.5],
    ] as const)("in numbers, whatever the notation: %s", ([text, value]) =>
      Effect.gen(function* () {
        const { database, history } = yield* stored(number(text))
        assert.deepStrictEqual(JSON.parse(database ?? ""), { n: value })
        assert.deepStrictEqual(JSON.parse(history ?? ""), { n: value })
      }),
    )

    it.effect.each([
      ["letters", "Jürgen Müller-Łukasz 株式会社 👩‍👩‍👧"],
      ["not normalised", "e\u0301 \u212b"],
      ["controls", "\u0001\t\n\u007f\u2028"],
      ["a backslash before u0000", "\\u0000"],
      ["noncharacters", "\ufffe\uffff"],
    ] as const)("in texts: %s", ([, text]) =>
      Effect.gen(function* () {
        for (const body of [JSON.stringify({ [text]: text }), escaped({ [text]: text })]) {
          const { database, history } = yield* stored(body)
          assert.deepStrictEqual(JSON.parse(database ?? ""), { [text]: text })
          assert.deepStrictEqual(JSON.parse(history ?? ""), { [text]: text })
        }
      }),
    )

    it.effect("without a byte order mark", () =>
      Effect.map(stored(`\ufeff${number("1")}`), ({ history }) => assert.strictEqual(history, '{"n":1}')),
    )

    it.effect("with the last of several values of a key", () =>
      Effect.map(stored('{"a":1,"b":2,"a":3}'), ({ history }) =>
        assert.deepStrictEqual(JSON.parse(history ?? ""), { a: 3, b: 2 }),
      ),
    )

    it.effect("with keys that mean something to programs", () =>
      Effect.gen(function* () {
        const body =
          '{"a":{"constructor":1,"__proto__":{"polluted":true}},"__proto__":{"polluted":true},"toString":2}'
        const { database, history } = yield* stored(body)
        for (const text of [database, history]) {
          assert.strictEqual(text?.match(/"__proto__"/g)?.length, 2)
          assert.include(text?.replaceAll(" ", ""), '"__proto__":{"polluted":true}')
        }
        assert.notProperty({}, "polluted")
      }),
    )
  })

  describe("that Postgres cannot hold", () => {
    it.effect.each([
      ["NUL", '{"a":"x\\u0000y"}', '{"a":"x\ufffdy"}'],
      ["NUL in a key", '{"x\\u0000":1}', '{"x\ufffd":1}'],
      ["a high surrogate", '{"a":"x\\ud83dy"}', '{"a":"x\ufffdy"}'],
      ["a low surrogate", '{"a":["\\uDE00"]}', '{"a":["\ufffd"]}'],
      ["surrogates the wrong way round", '{"a":"\\ude00\\ud83d"}', '{"a":"\ufffd\ufffd"}'],
      ["a pair, which is fine", '{"a":"\\ud83d\\ude00"}', '{"a":"\u{1f600}"}'],
      [
        "NUL beside a long number",
        '{"a":"\\u0000","n":12345678901234567890}',
        '{"a":"\ufffd","n":12345678901234567890}',
      ],
      ["NUL beside __proto__", '{"__proto__":{"a":"\\u0000"}}', '{"__proto__":{"a":"\ufffd"}}'],
    ] as const)("is stored with a replacement: %s", ([, body, expected]) =>
      Effect.map(stored(body), ({ history }) => assert.strictEqual(history, expected)),
    )
  })
})

/** JSON with everything but ASCII escaped. */
const escaped = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
