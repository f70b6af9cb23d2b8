/** Forms over real sockets. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { randomUUID } from "node:crypto"
import { gzipSync } from "node:zlib"
import { assertError, post, type Question } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { countLeads, World } from "./support/World.ts"

const urlencoded = "application/x-www-form-urlencoded"
const multipart = "multipart/form-data; boundary=--XX"
const part = (name: string, value: string, more = "") =>
  `----XX\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
const parts = (...all: ReadonlyArray<string>) => `${all.join("")}----XX--\r\n`

const types = `${urlencoded} or multipart/form-data`
const maxBodyBytes = 20_000

layer(World.layer({ maxBodyBytes, senders: { acceptForms: true, idempotencyField: Option.some(["id"]) } }), {
  excludeTestServices: true,
})("a form", (it) => {
  const send = Effect.fnUntraced(function* (
    body: string | Uint8Array,
    type: string,
    question: Question = {},
  ) {
    const world = yield* World
    return yield* post(world, body, { ...question, headers: { "Content-Type": type, ...question.headers } })
  })

  /** The payload that is stored of a body. */
  const stored = Effect.fnUntraced(function* (
    body: string | Uint8Array,
    type: string,
    question: Question = {},
  ) {
    const { sql } = yield* World
    const answer = yield* send(body, type, question)
    assert.strictEqual(answer.status, 200, answer.text)
    const { lead_id } = JSON.parse(answer.text) as { readonly lead_id: number }
    const rows = yield* sql<{
      readonly text: string
    }>`SELECT raw_payload::text AS text FROM lead WHERE id = ${lead_id}`
    return rows[0]?.text
  })

  it.effect.each([
    [
      urlencoded,
      "email=jane%40example.com&house[is_owner]=true&t=1&t=2",
      '{"email":"jane@example.com","house":{"is_owner":"true"},"t":["1","2"]}',
    ],
    [`${urlencoded}; charset=UTF-8`, "n=M%C3%BCller", '{"n":"Müller"}'],
    ["Application/X-WWW-Form-Urlencoded", "a=%00", '{"a":"\uFFFD"}'],
    [urlencoded, "__proto__[x]=1&constructor=2", '{"__proto__":{"x":"1"},"constructor":"2"}'],
    [
      multipart,
      parts(part("n", "Müller"), part("house[is_owner]", "true")),
      '{"n":"Müller","house":{"is_owner":"true"}}',
    ],
    ['multipart/form-data; boundary="--XX"', parts(part("a", "1\r\n2")), '{"a":"1\\r\\n2"}'],
  ] as const)("is stored as an object: %s", ([type, body, json]) =>
    Effect.map(stored(body, type), (text) => assert.strictEqual(text, json)),
  )

  it.effect("may be compressed, and chunked", () =>
    Effect.gen(function* () {
      const headers = { "Content-Encoding": "gzip" }
      assert.strictEqual(yield* stored(gzipSync("a=1"), urlencoded, { headers, chunked: true }), '{"a":"1"}')
    }),
  )

  it.effect("that fetch makes of FormData is understood", () =>
    Effect.gen(function* () {
      const data = new FormData()
      data.append("email", "jane@example.com")
      data.append("roof[type]", "Sattel\ndach")
      data.append('"quoted"', "ü")
      const request = new Request("http://localhost", { method: "POST", body: data })
      const body = new Uint8Array(yield* Effect.promise(() => request.arrayBuffer()))
      const text = yield* stored(body, request.headers.get("content-type") ?? "")
      assert.deepStrictEqual(JSON.parse(text ?? ""), {
        email: "jane@example.com",
        roof: { type: "Sattel\r\ndach" },
        "%22quoted%22": "ü",
      })
    }),
  )

  it.effect("is a duplicate by its bytes: of its key in a header, and of a field", () =>
    Effect.gen(function* () {
      const headers = { "Idempotency-Key": randomUUID() }
      yield* send("a=1&b=2", urlencoded, { headers })
      assert.include((yield* send("a=1&b=2", urlencoded, { headers })).text, '"duplicate":true')
      assert.strictEqual((yield* send("b=2&a=1", urlencoded, { headers })).status, 422)
      yield* send("id=7", urlencoded)
      assert.include((yield* send("id=7", urlencoded)).text, '"duplicate":true')
      assert.strictEqual((yield* send('{"id":"7"}', "application/json")).status, 422)
    }),
  )

  it.effect.each([
    ["nothing", urlencoded, "", 400, "malformed form"],
    ["a bad escape", urlencoded, "a=%zz", 400, "malformed form"],
    ["bad UTF-8", urlencoded, "a=%ff", 400, "malformed form"],
    [
      "another charset",
      `${urlencoded}; charset=latin1`,
      "a=1",
      415,
      "unsupported media type; send forms in UTF-8",
    ],
    [
      "nesting in a value",
      urlencoded,
      "a=1&a[b]=2",
      400,
      "malformed form: a name is used for a value and for fields inside it",
    ],
    ["depth", urlencoded, `a${"[b]".repeat(512)}=1`, 400, "form is nested deeper than 512"],
    ["size", urlencoded, `a=${"x".repeat(maxBodyBytes)}`, 413, "payload too large"],
    ["size as JSON", urlencoded, `a=${"\u0001".repeat(maxBodyBytes / 2)}`, 413, "payload too large"],
    ["no boundary", "multipart/form-data", parts(part("a", "1")), 400, "malformed form"],
    ["an end that is missing", multipart, part("a", "1"), 400, "malformed form"],
    [
      "a file",
      multipart,
      parts(part("a", "1"), part("f", "%PDF", '; filename="cv.pdf"')),
      415,
      "unsupported media type; send forms with text fields only, without files",
    ],
    ["another type", "text/plain", "a=1", 415, `unsupported media type; send application/json, ${types}`],
    [
      "a multipart that is no form",
      "multipart/mixed; boundary=--XX",
      parts(part("a", "1")),
      415,
      `unsupported media type; send application/json, ${types}`,
    ],
    ["JSON as a form", "application/json", "a=1", 400, "malformed JSON payload"],
    ["a list", "application/json", "[]", 400, "the payload must be one JSON object"],
  ] as const)("is refused, and nothing stored, for %s", ([, type, body, status, error]) =>
    Effect.gen(function* () {
      const world = yield* World
      const before = yield* countLeads(world)
      assertError(yield* send(body, type), status, error)
      assert.strictEqual(yield* countLeads(world), before)
    }),
  )

  it.effect("is no condition: JSON is accepted as before", () =>
    Effect.map(stored(leadText, "application/json"), (text) => assert.strictEqual(text, leadText)),
  )

  it.effect("of random bytes is answered 200, 400 or 413, never 500", () =>
    Effect.gen(function* () {
      const alphabet = [
        "a",
        "[",
        "]",
        "[]",
        "=",
        "&",
        "%",
        "%41",
        "%ff",
        "+",
        "\0",
        "ü",
        "\r\n",
        "----XX",
        "--",
        "form-data; name=",
        '"',
        ":",
        "Content-Disposition: ",
        ";",
      ]
      let seed = 7
      const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
      for (let round = 0; round < 300; round++) {
        const body = Array.from(
          { length: Math.floor(next() * 60) },
          () => alphabet[Math.floor(next() * alphabet.length)],
        )
        const type = round % 2 === 0 ? urlencoded : multipart
        const { status, text } = yield* send(
          (round % 4 === 1 ? "----XX\r\nContent-Disposition: form-data; name=" : "") + body.join(""),
          type,
        )
        assert.include([200, 400, 413], status, text)
      }
    }),
  )
})
