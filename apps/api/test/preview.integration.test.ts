import { assert, describe, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { endAll } from "./support/ends.ts"
import { ask, assertError, postLead } from "./support/Http.ts"
import { lead, leadText } from "./support/leads.ts"
import { countLeads, World, type WorldShape } from "./support/World.ts"

const preview = (world: WorldShape, body: unknown) =>
  ask(world, {
    method: "POST",
    path: "/api/v1/preview",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  })

interface Answer {
  readonly decision: string
  readonly reason: string | null
  readonly explanation: ReadonlyArray<string>
  readonly steps: ReadonlyArray<{ readonly step: string; readonly version: string }>
  readonly customer_payload: unknown
  readonly warnings: ReadonlyArray<string>
}

const previewed = Effect.fnUntraced(function* (world: WorldShape, body: unknown) {
  const { status, text } = yield* preview(world, body)
  assert.strictEqual(status, 200, text)
  return JSON.parse(text) as Answer
})

const config = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../config/${name}`, import.meta.url), "utf8"))

layer(World.layer(), { excludeTestServices: true })("a preview", (it) => {
  it.effect("decides by the documents in force, explains it, and stores nothing", () =>
    Effect.gen(function* () {
      const world = yield* World
      const ready = yield* previewed(world, { payload: lead })
      assert.deepInclude(ready, { decision: "READY", reason: null, warnings: [] })
      assert.deepInclude(ready.customer_payload as object, { phone: "+49123456789" })
      assert.deepStrictEqual(
        ready.steps.map(({ step }) => step),
        ["rules", "normalise", "map", "payload"],
      )
      assert.strictEqual(ready.explanation[0], "READY")

      const rejected = yield* previewed(world, { payload: { ...lead, zipcode: "12345" } })
      assert.deepInclude(rejected, { decision: "REJECTED", reason: "ZIP_NOT_66XXX", customer_payload: null })
      assert.strictEqual(rejected.explanation[0], "REJECTED ZIP_NOT_66XXX")
      const { phone: _, ...without } = lead
      const parked = yield* previewed(world, { payload: without })
      assert.deepInclude(parked, {
        decision: "PARKED",
        reason: "MISSING_REQUIRED_FIELD",
        customer_payload: null,
      })
      assert.strictEqual(yield* countLeads(world), 0)
    }),
  )

  it.effect("keeps every digit of the payload", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { status, text } = yield* preview(
        world,
        `{"payload":${leadText.slice(0, -1)},"id":12345678901234567890},"template":{"id":{"$field":"id"}}}`,
      )
      assert.strictEqual(status, 200, text)
      assert.include(text, '"customer_payload":{"id":12345678901234567890}')
    }),
  )

  it.effect("decides by drafts in place of documents", () =>
    Effect.gen(function* () {
      const world = yield* World
      const elsewhere = { ...lead, zipcode: "12345" }
      const answer = yield* preview(world, {
        payload: elsewhere,
        rules: config("lead_rules.normalized.json"),
      })
      assert.strictEqual(answer.status, 200, answer.text)
      const draft = JSON.parse(answer.text) as Answer
      assert.strictEqual(draft.decision, "REJECTED")
      assert.include(JSON.stringify(draft.steps), '"version":"draft"')
      const nested = yield* previewed(world, {
        payload: lead,
        template: config("customer_payload_template.nested.json"),
      })
      assert.deepInclude(nested, { decision: "READY" })
      assert.property(nested.customer_payload, "lead")
    }),
  )

  it.effect("answers documents that make no flow with every diagnostic", () =>
    Effect.gen(function* () {
      const world = yield* World
      const answer = yield* preview(world, {
        payload: lead,
        rules: { rules: "none" },
        profile: 7,
        mapping: { phone: { attribute_type: "telephone" } },
      })
      assert.strictEqual(answer.status, 422, answer.text)
      const { error } = JSON.parse(answer.text) as { readonly error: string }
      for (const part of ["rules", "profile", "mapping"])
        assert.match(error, new RegExp(`^${part}: .*found `, "m"))
    }),
  )

  describe("is not made of drafts and a payload that are too large together", () => {
    const rule = (index: number) => ({ field: "x", operator: "pattern", pattern: `^a${index}$`, reason: "R" })
    const attribute = { attribute_type: "range", is_numeric: true, field: "x", values: null, min: 1, max: 2 }
    const many = <A>(count: number, of: (index: number) => A) =>
      Array.from({ length: count }, (_, i) => of(i))
    const attributes = (count: number) => Object.fromEntries(many(count, (index) => [`a${index}`, attribute]))
    const drafts = {
      rules: { rules: { version: "1", rules: many(8_000, rule) } },
      mapping: { mapping: attributes(5_000) },
    }
    const values = { text: "a".repeat(200_000), digits: "1".repeat(200_000), list: many(100_000, () => 1) }
    const cases = Object.entries(drafts).flatMap(([part, draft]) => [
      ...Object.entries(values).map(([kind, x]) => ({
        body: JSON.stringify({ payload: { ...lead, x }, ...draft }),
        what: `${part} for a ${kind}`,
      })),
      {
        body: `{"payload":{"x":${"1".repeat(9_000)}},${JSON.stringify(draft).slice(1)}`,
        what: `${part} for a number`,
      },
    ])
    it.effect.each(cases)("$what", ({ body }) =>
      Effect.gen(function* () {
        const started = performance.now()
        const answer = yield* preview(yield* World, body)
        assertError(
          answer,
          422,
          "the drafts are too large for the payload: 10 kB of payload permit 50 kB of drafts, 1 kB 500 kB",
        )
        assert.isBelow(performance.now() - started, 4_000)
      }),
    )

    it.effect("but each may be large", () =>
      Effect.gen(function* () {
        const world = yield* World
        const large = yield* previewed(world, {
          payload: { ...lead, x: values.text },
          rules: config("lead_rules.json"),
        })
        assert.strictEqual(large.decision, "READY")
        assert.deepInclude(yield* previewed(world, { payload: lead, mapping: attributes(5_000) }), {
          warnings: [],
        })
        assert.deepInclude(yield* previewed(world, { payload: { ...lead, x: "a".repeat(1_000_000) } }), {
          decision: "READY",
        })
      }),
    )
  })

  describe("is asked for only as it is meant", () => {
    const keys = "absent: the keys are payload, last, rules, profile, mapping and template"
    const wrong: ReadonlyArray<readonly [body: unknown, error: string]> = [
      [{}, "give either a payload or last"],
      [{ payload: {}, last: 3 }, "give either a payload or last"],
      [{ last: 0 }, "last must be a whole number from 1 to 10000"],
      [{ last: 10_001 }, "last must be a whole number from 1 to 10000"],
      [{ payload: [] }, "payload must be a JSON object"],
      [{ payload: {}, rule: {} }, `rule must be ${keys}`],
      ["{", "malformed JSON payload"],
      [`{"payload":{"a":${"[".repeat(600)}${"]".repeat(600)}}}`, "JSON is nested deeper than 512"],
    ]
    it.effect.each(wrong.map(([body, error]) => ({ body, error, sent: JSON.stringify(body).slice(0, 60) })))(
      "$sent",
      ({ body, error }) =>
        Effect.gen(function* () {
          assertError(yield* preview(yield* World, body), 400, error)
        }),
    )
  })
})

layer(World.layer(), { excludeTestServices: true })("previews at once", (it) => {
  it.effect("are bounded: beyond, the answer is 503 before the body is read, until others are done", () =>
    Effect.gen(function* () {
      const world = yield* World
      const head = `POST /api/v1/preview HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${leadText.length + 12}\r\n\r\n`
      const sockets = Array.from({ length: 8 }, () => connect(world.port, "127.0.0.1"))
      for (const socket of sockets) socket.write(head)
      const busy = Effect.repeat(preview(world, { payload: lead }), { until: ({ status }) => status === 503 })
      const refused = yield* Effect.timeout(busy, Duration.seconds(15))
      assertError(refused, 503, "too many previews at once")
      assert.match(refused.headers["retry-after"] ?? "", /^\d+$/)
      const answers = sockets.map((socket) => once(socket, "data"))
      for (const socket of sockets) socket.write(`{"payload":${leadText}}`)
      for (const answer of answers)
        assert.match(String(yield* Effect.promise(() => answer)), /^HTTP\/1.1 200 /)
      for (const socket of sockets) socket.destroy()
      assert.strictEqual((yield* preview(world, { payload: lead })).status, 200)
    }),
  )
})

layer(World.layer(), { excludeTestServices: true })("the flow in force", (it) => {
  it.effect("is shown with its versions, and with those by which workers have decided", () =>
    Effect.gen(function* () {
      const world = yield* World
      const flow = Effect.map(ask(world, { path: "/api/v1/flow" }), ({ status, text }) => {
        assert.strictEqual(status, 200, text)
        return JSON.parse(text) as {
          readonly documents: Readonly<Record<string, unknown>>
          readonly versions: Readonly<Record<string, string>>
          readonly constants: unknown
          readonly decided_with: ReadonlyArray<Readonly<Record<string, unknown>>>
        }
      })
      const before = yield* flow
      assert.deepStrictEqual(before.documents["rules"], config("lead_rules.json"))
      assert.deepStrictEqual(before.documents["mapping"], config("customer_attribute_mapping.json"))
      assert.match(before.versions["template"] ?? "", /^[0-9a-f]{12}$/)
      assert.deepStrictEqual(before.constants, { "product.name": "solar_panel_installation" })
      assert.deepStrictEqual(before.decided_with, [])

      yield* postLead(world, leadText)
      yield* endAll(world, "rejected")
      const [other] = (yield* flow).decided_with
      assert.deepInclude(other, {
        versions: { rules: "1", profile: "1", mapping: "1", template: "1" },
        decisions: 1,
        is_this: false,
      })
      yield* world.sql`UPDATE decision SET decided_with = ${JSON.stringify(before.versions)}::text::json`
      assert.deepInclude((yield* flow).decided_with[0], { versions: before.versions, is_this: true })
    }),
  )
})
