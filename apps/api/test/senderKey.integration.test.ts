/** Webhooks that come again: by the key in a header, by a field, by their body. */
import { assert, describe, layer } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { randomUUID } from "node:crypto"
import { gzipSync } from "node:zlib"
import { assertError, newId, post, type Question } from "./support/Http.ts"
import { lead, leadText } from "./support/leads.ts"
import { exchange, statuses, webhook } from "./support/raw.ts"
import { countLeads, World, type WorldShape } from "./support/World.ts"

const conflict = "idempotency key was used with another payload"

/** Sends a body with a key in a header. */
const send = (
  world: WorldShape,
  key: string,
  body: string | Uint8Array = leadText,
  question: Question = {},
) => post(world, body, { ...question, headers: { "Idempotency-Key": key, ...question.headers } })

const bodyOf = ({ text }: { readonly text: string }) => JSON.parse(text) as Record<string, unknown>

/** How many leads something stores. */
const storedBy = <A, E, R>(world: WorldShape, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = yield* countLeads(world)
    const value = yield* effect
    return [value, (yield* countLeads(world)) - before] as const
  })

layer(World.layer(), { excludeTestServices: true })("a webhook with a key", (it) => {
  it.effect.each(["Idempotency-Key", "webhook-id", "IDEMPOTENCY-KEY"])(
    "gets the first answer again, and makes no lead, by %s",
    (name) =>
      Effect.gen(function* () {
        const world = yield* World
        const headers = { [name]: randomUUID() }
        const first = yield* post(world, leadText, {
          headers: { ...headers, "X-Correlation-ID": "the-first" },
        })
        assert.strictEqual(first.status, 200)
        const { lead_id } = bodyOf(first)
        const [again, stored] = yield* storedBy(world, post(world, leadText, { headers }))
        assert.strictEqual(stored, 0)
        assert.strictEqual(again.status, 200)
        assert.strictEqual(
          again.text,
          `{"lead_id":${String(lead_id)},"status":"RECEIVED","correlation_id":"the-first","duplicate":true}`,
        )
        // The header is this request's own.
        const id = newId(again)
        const log = yield* world.log
        const lines = log.filter(({ correlation_id }) => correlation_id === id)
        assert.deepStrictEqual(
          lines.map(({ lead_id, level, message }) => ({ lead_id, level, message })),
          [{ lead_id, level: "info", message: "webhook came before" }],
        )
      }),
  )

  it.effect("gets 422 with another body, and makes no lead", () =>
    Effect.gen(function* () {
      const world = yield* World
      const key = randomUUID()
      yield* send(world, key)
      for (const body of [JSON.stringify({ ...lead, zipcode: "66124" }), `${leadText} `, "{}"]) {
        const [answer, stored] = yield* storedBy(world, send(world, key, body))
        assertError(answer, 422, conflict)
        assert.strictEqual(stored, 0)
      }
      assert.deepInclude(bodyOf(yield* send(world, key)), { duplicate: true })
    }),
  )

  it.effect("is compared by its bytes after decompression", () =>
    Effect.gen(function* () {
      const world = yield* World
      const key = randomUUID()
      yield* send(world, key)
      const zipped = yield* send(world, key, gzipSync(leadText), { headers: { "Content-Encoding": "gzip" } })
      assert.deepInclude(bodyOf(zipped), { duplicate: true })
    }),
  )

  it.effect("is a webhook of its own without the key, and with each other key", () =>
    Effect.gen(function* () {
      const world = yield* World
      const [, stored] = yield* storedBy(
        world,
        Effect.all([post(world, leadText), post(world, leadText), send(world, "A"), send(world, "a")]),
      )
      assert.strictEqual(stored, 4)
    }),
  )

  it.effect("that is refused uses no key", () =>
    Effect.gen(function* () {
      const world = yield* World
      const key = randomUUID()
      assertError(yield* send(world, key, "{"), 400, "malformed JSON payload")
      const [answer, stored] = yield* storedBy(world, send(world, key))
      assert.strictEqual(stored, 1)
      assert.notProperty(bodyOf(answer), "duplicate")
    }),
  )

  it.effect("makes one lead of 100 at once", () =>
    Effect.gen(function* () {
      const world = yield* World
      const key = randomUUID()
      const [answers, stored] = yield* storedBy(
        world,
        Effect.all(
          Array.from({ length: 100 }, () =>
            Effect.repeat(send(world, key), { until: ({ status }) => status !== 503 }),
          ),
          { concurrency: "unbounded" },
        ),
      )
      assert.strictEqual(stored, 1)
      assert.lengthOf(
        answers.filter(({ status }) => status === 200),
        100,
      )
      assert.lengthOf(new Set(answers.map((answer) => bodyOf(answer)["lead_id"])), 1)
      assert.lengthOf(
        answers.filter((answer) => bodyOf(answer)["duplicate"] !== true),
        1,
      )
    }),
  )

  const malformed = (name: string) => `${name} must be one key of 1 to 255 visible ASCII characters`
  const idempotency = malformed("Idempotency-Key")
  it.effect.each<readonly [string, ReadonlyArray<string>, string]>([
    ["empty", ["Idempotency-Key:"], idempotency],
    ["white space", ["Idempotency-Key: \t "], idempotency],
    ["256 characters", [`Idempotency-Key: ${"x".repeat(256)}`], idempotency],
    ["8,000 characters", [`Idempotency-Key: ${"x".repeat(8000)}`], idempotency],
    ["a space inside", ["Idempotency-Key: a b"], idempotency],
    ["a tab inside", ["Idempotency-Key: a\tb"], idempotency],
    ["letters beyond ASCII", ["Idempotency-Key: schlüssel"], idempotency],
    ["two keys in two headers", ["Idempotency-Key: a", "Idempotency-Key: b"], idempotency],
    ["two keys in one header", ["Idempotency-Key: a, b"], idempotency],
    ["an empty one beside a good one", ["Idempotency-Key: a", "idempotency-key:"], idempotency],
    ["a bad webhook-id", ["webhook-id: msg 1"], malformed("webhook-id")],
    ["two webhook-ids", ["webhook-id: a", "Webhook-Id: b"], malformed("webhook-id")],
    ["a bad key beside a good webhook-id", ["Idempotency-Key:", "webhook-id: a"], idempotency],
  ])("is refused where the key is %s", ([, headers, error]) =>
    Effect.gen(function* () {
      const world = yield* World
      const request = webhook(leadText, "Content-Type: application/json", "Connection: close", ...headers)
      const [text, stored] = yield* storedBy(world, exchange(world.port, request))
      assert.deepStrictEqual(statuses(text), [400])
      assert.include(text, `{"error":"${error}","correlation_id":"`)
      assert.strictEqual(stored, 0)
    }),
  )

  it.effect.each<readonly [string, ReadonlyArray<string>]>([
    ["255 characters", [`Idempotency-Key: ${"x".repeat(255)}`]],
    ["white space around", ["Idempotency-Key:  a-key-with-space-around \t"]],
    ["the same twice", ["Idempotency-Key: twice", "idempotency-key: twice"]],
    ["punctuation", [`Idempotency-Key: !"#$%&'()*+,-./:;<=>?@[\\]^_{|}~`]],
    ["a good key beside a bad webhook-id", ["Idempotency-Key: good", "webhook-id: a b"]],
    ["__proto__", ["Idempotency-Key: __proto__"]],
    ["SQL", ["Idempotency-Key: ';DROP/**/TABLE/**/sender_key;--"]],
  ])("is stored once where the key is %s", ([, headers]) =>
    Effect.gen(function* () {
      const world = yield* World
      const request = webhook(leadText, "Content-Type: application/json", "Connection: close", ...headers)
      const [texts, stored] = yield* storedBy(
        world,
        Effect.all([exchange(world.port, request), exchange(world.port, request)]),
      )
      assert.deepStrictEqual(texts.flatMap(statuses), [200, 200])
      assert.deepStrictEqual(
        texts.map((text) => text.includes('"duplicate":true')),
        [false, true],
      )
      assert.strictEqual(stored, 1)
    }),
  )

  it.effect("is not refused for its key before its body is", () =>
    Effect.gen(function* () {
      const world = yield* World
      assertError(yield* send(world, "a b", "["), 400, "malformed JSON payload")
      const type = { headers: { "Content-Type": "text/plain" } }
      assertError(yield* send(world, "a b", "{}", type), 415, "unsupported media type; send application/json")
    }),
  )
})

const byField = { idempotencyField: Option.some(["lead_id"]), dedupeWindow: Option.some(Duration.minutes(5)) }

layer(World.layer({ senders: byField }), { excludeTestServices: true })("without a header", (it) => {
  /** How many leads these bodies make, one after the other; the statuses. */
  const results = Effect.fnUntraced(function* (bodies: ReadonlyArray<string>) {
    const world = yield* World
    const [answers, stored] = yield* storedBy(
      world,
      Effect.forEach(bodies, (body) => post(world, body)),
    )
    return [stored, answers.map(({ status }) => status)] as const
  })

  describe("a field", () => {
    it.effect.each([
      ["a text", ['{"lead_id":"abc"}', '{"lead_id":"abc"}'], 1, [200, 200]],
      ["a text with another payload", ['{"lead_id":"x"}', '{"lead_id":"x","a":1}'], 1, [200, 422]],
      [
        "every digit",
        ['{"lead_id":12345678901234567890}', '{"lead_id":12345678901234567891}'],
        2,
        [200, 200],
      ],
      ["a number, and its text", ['{"lead_id":77}', '{"lead_id":"77"}'], 1, [200, 422]],
      [
        "a long text",
        [`{"lead_id":"${"k".repeat(5000)}"}`, `{"lead_id":"${"k".repeat(5000)}"}`],
        1,
        [200, 200],
      ],
      ["a lone surrogate", ['{"lead_id":"\\ud800"}', '{"lead_id":"\\ud800"}'], 1, [200, 200]],
      ["a NUL", ['{"lead_id":"\\u0000"}', '{"lead_id":"\\u0000"}'], 1, [200, 200]],
    ] as const)("is the key: %s", ([, bodies, leads, expected]) =>
      Effect.map(results(bodies), ([stored, actual]) => {
        assert.strictEqual(stored, leads)
        assert.deepStrictEqual(actual, [...expected])
      }),
    )

    it.effect("gives way to a header", () =>
      Effect.gen(function* () {
        const world = yield* World
        const [, stored] = yield* storedBy(
          world,
          Effect.forEach(["k1", "k2", "k2"], (key) => send(world, key, '{"lead_id":"of the field"}')),
        )
        assert.strictEqual(stored, 2)
      }),
    )
  })

  describe("and without the field, an equal body", () => {
    it.effect.each([
      ["is a duplicate", ['{"a":1}', '{"a":1}', '{"a":1}'], 1],
      ["is one by its bytes", ['{"b":1}', '{"b": 1}', '{"b":1.0}'], 3],
      ["is one where the field is no key", ['{"lead_id":null}', '{"lead_id":null}'], 1],
    ] as const)("%s", ([, bodies, leads]) =>
      Effect.map(results(bodies), ([stored, actual]) => {
        assert.strictEqual(stored, leads)
        assert.isTrue(actual.every((status) => status === 200))
      }),
    )

    it.effect("is a lead again after the window", () =>
      Effect.gen(function* () {
        const world = yield* World
        assert.strictEqual((yield* results(['{"late":1}']))[0], 1)
        yield* world.sql`UPDATE sender_key SET expires_at = expires_at - interval '4 minutes'`
        assert.strictEqual((yield* results(['{"late":1}']))[0], 0)
        yield* world.sql`UPDATE sender_key SET expires_at = expires_at - interval '1 minute'`
        assert.deepStrictEqual(yield* results(['{"late":1}', '{"late":1}']), [1, [200, 200]])
      }),
    )
  })
})
