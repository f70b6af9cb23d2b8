import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { assertError, post, type Question } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { countLeads, World } from "./support/World.ts"

const maxBodyBytes = 10_000
const secret = "open-sesame-please"
const auth = { sharedSecrets: [secret], operatorTokens: ["operator-token"] } as const
const withSecret = { "X-Shared-Secret": secret }
/** Well within the limit when compressed, far beyond it as text. */
const bomb = Buffer.alloc(5 * 1024 * 1024, " ")
const padded = (bytes: number) => leadText.padEnd(bytes, " ")

layer(World.layer({ maxBodyBytes, auth }), { excludeTestServices: true })("a webhook", (it) => {
  /** Sends a body, and checks that nothing was stored if it was refused. */
  const send = Effect.fnUntraced(function* (body: string | Uint8Array, question: Omit<Question, "body">) {
    const world = yield* World
    const before = yield* countLeads(world)
    const answer = yield* post(world, body, { ...question, headers: { ...withSecret, ...question.headers } })
    const stored = (yield* countLeads(world)) - before
    assert.strictEqual(stored, answer.status === 200 ? 1 : 0)
    return answer
  })

  describe("with several faults", () => {
    const faults = [
      { name: "secret", status: 401, error: "unauthorized" },
      { name: "type", status: 415, error: "unsupported media type; send application/json" },
      { name: "size", status: 413, error: "payload too large" },
      { name: "syntax", status: 400, error: "malformed JSON payload" },
    ] as const
    const combinations = Array.from({ length: 2 ** faults.length }, (_, bits) => {
      const present = faults.filter((_, i) => (bits & (1 << i)) !== 0)
      return { present, named: present.map((fault) => fault.name).join(", ") || "none" }
    })

    it.effect.each(
      combinations.flatMap((each) => [
        { ...each, chunked: false },
        { ...each, chunked: true },
      ]),
    )("is told of the first of them: $named, chunked $chunked", ({ chunked, present }) =>
      Effect.gen(function* () {
        const has = (name: string) => present.some((fault) => fault.name === name)
        const text = has("syntax") ? "{" : leadText
        const answer = yield* send(has("size") ? text.padEnd(maxBodyBytes + 1, " ") : text, {
          chunked,
          headers: {
            ...(has("secret") ? { "X-Shared-Secret": "wrong-secret" } : {}),
            "Content-Type": has("type") ? "text/plain" : "application/json",
          },
        })
        const [first] = present
        if (first === undefined) assert.strictEqual(answer.status, 200)
        else assertError(answer, first.status, first.error)
      }),
    )
  })

  describe("by its content type", () => {
    it.effect.each([
      "application/json",
      "Application/JSON",
      "application/json; charset=utf-8",
      'application/json;charset="UTF-8"; profile=x',
      " application/json ;",
      "application/vnd.sender.lead+json",
      "APPLICATION/LD+JSON; v=1",
      "x/y+json",
      "",
    ])("is taken as '%s'", (type) =>
      Effect.map(send(leadText, { headers: { "Content-Type": type } }), (answer) =>
        assert.strictEqual(answer.status, 200, answer.text),
      ),
    )

    it.effect.each([
      "text/plain",
      "text/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonl",
      "application/json+xml",
      "application/+json",
      "+json",
      "json",
      "application/octet-stream;application/json",
    ])("is refused as '%s'", (type) =>
      Effect.map(send(leadText, { headers: { "Content-Type": type } }), (answer) =>
        assertError(answer, 415, "unsupported media type; send application/json"),
      ),
    )

    it.effect.each(["application/json, text/plain", "application/json;a=b, application/json"])(
      "is refused when there are two, '%s', before anything else",
      (type) =>
        Effect.map(send(leadText, { headers: { "Content-Type": type } }), (answer) =>
          assertError(answer, 400, "more than one content type"),
        ),
    )
  })

  describe("by its encoding", () => {
    const encoders = { gzip: gzipSync, "x-gzip": gzipSync, deflate: deflateSync, br: brotliCompressSync }
    const compressed = Object.entries(encoders).flatMap(([name, encode]) => [
      { name, encode, chunked: false },
      { name, encode, chunked: true },
    ])
    const encoded = (name: string) => ({ "Content-Encoding": name })

    it.effect.each(compressed)("is read as $name, chunked $chunked", ({ chunked, encode, name }) =>
      Effect.gen(function* () {
        const answer = yield* send(encode(leadText), { chunked, headers: encoded(name) })
        assert.strictEqual(answer.status, 200, answer.text)
        const { sql } = yield* World
        const rows = yield* sql<{ readonly text: string }>`
          SELECT raw_payload::text AS text FROM inbound_lead ORDER BY id DESC LIMIT 1`
        assert.deepStrictEqual(JSON.parse(rows[0]?.text ?? ""), JSON.parse(leadText))
      }),
    )

    it.effect.each(compressed)(
      "is not read beyond its limit as $name, chunked $chunked",
      ({ chunked, encode, name }) =>
        Effect.gen(function* () {
          const question = { chunked, headers: encoded(name) }
          const small = encode(bomb)
          assert.isBelow(small.length, maxBodyBytes)
          assertError(yield* send(small, question), 413, "payload too large")
          assertError(yield* send(encode(padded(maxBodyBytes + 1)), question), 413, "payload too large")
          const answer = yield* send(encode(padded(maxBodyBytes)), question)
          assert.strictEqual(answer.status, 200, answer.text)
        }),
    )

    it.effect.each(compressed)(
      "is malformed when it ends too early as $name, chunked $chunked",
      ({ chunked, encode, name }) =>
        Effect.gen(function* () {
          const question = { chunked, headers: encoded(name) }
          const whole = encode(leadText)
          for (const body of [whole.subarray(0, -5), whole.subarray(0, 3), leadText, ""]) {
            assertError(yield* send(body, question), 400, "malformed JSON payload")
          }
        }),
    )

    it.effect("counts before it is read, too", () =>
      Effect.gen(function* () {
        const nothing = Buffer.concat(Array.from({ length: 1000 }, () => gzipSync("")))
        for (const chunked of [true, false]) {
          const answer = yield* send(nothing, { chunked, headers: encoded("gzip") })
          assertError(answer, 413, "payload too large")
        }
      }),
    )

    it.effect.each(["identity", "IDENTITY", ""])("is plain as '%s'", (name) =>
      Effect.map(send(leadText, { headers: encoded(name) }), (answer) =>
        assert.strictEqual(answer.status, 200, answer.text),
      ),
    )

    it.effect("is read whatever the case", () =>
      Effect.map(send(gzipSync(leadText), { headers: encoded("GZip") }), (answer) =>
        assert.strictEqual(answer.status, 200, answer.text),
      ),
    )

    it.effect.each(["zstd", "gzip, gzip", "constructor", "compress"])("is refused as '%s'", (name) =>
      Effect.map(send(leadText, { headers: encoded(name) }), (answer) =>
        assertError(answer, 415, "unsupported media type; send gzip, deflate, br or no content encoding"),
      ),
    )
  })

  describe("by its size", () => {
    it.effect.each([true, false])("is taken up to the limit, chunked %s", (chunked) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* send(padded(maxBodyBytes), { chunked })).status, 200)
        assertError(yield* send(padded(maxBodyBytes + 1), { chunked }), 413, "payload too large")
      }),
    )
  })
})
