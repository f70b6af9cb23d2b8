import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { endAll } from "./support/ends.ts"
import { ask, assertError, type HttpAnswer } from "./support/Http.ts"
import { World, type WorldShape } from "./support/World.ts"

const setting = "token-of-the-setting"
const auth = { sharedSecrets: ["secret-of-the-senders"], operatorTokens: [setting] }

const api = (world: WorldShape, method: string, path: string, body?: string, token = setting) =>
  ask(world, {
    method,
    path: `/api/v1/${path}`,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body }),
  })

const json = ({ text }: HttpAnswer) => JSON.parse(text) as Record<string, unknown>

const send = Effect.fnUntraced(function* (world: WorldShape, body: string, token: string = setting) {
  const answer = yield* api(world, "POST", "test-leads", body, token)
  assert.strictEqual(answer.status, 202, answer.text)
  return json(answer) as { readonly lead_id: number; readonly correlation_id: string }
})

const makeToken = Effect.fnUntraced(function* (world: WorldShape, name: string, role: string) {
  return json(yield* api(world, "POST", "tokens", JSON.stringify({ name, role })))["token"] as string
})

const listed = (world: WorldShape, query: string) =>
  Effect.map(
    api(world, "GET", `leads?${query}`),
    (answer) => json(answer)["data"] as ReadonlyArray<{ readonly id: number; readonly test: boolean }>,
  )

const webhook = (world: WorldShape) =>
  Effect.map(
    ask(world, {
      method: "POST",
      path: "/webhooks/leads",
      headers: { "Content-Type": "application/json", "X-Shared-Secret": "secret-of-the-senders" },
      body: '{"zipcode":"66123"}',
    }),
    (answer) => json(answer)["lead_id"] as number,
  )

layer(World.layer({ auth }), { excludeTestServices: true })("a test lead", (it) => {
  it.effect("is proposed by the documents in force, and stored like any other, with its mark", () =>
    Effect.gen(function* () {
      const world = yield* World
      const proposal = json(yield* api(world, "GET", "test-leads?customer=default"))
      assert.deepInclude(proposal, { customer: "default", decision: "READY", reason: null })
      const { correlation_id, lead_id, ...rest } = yield* send(world, "{}")
      assert.deepStrictEqual(rest, { status: "RECEIVED", customer: "default" })
      assert.match(correlation_id, /^test-[0-9a-f-]{36}$/)

      const lead = json(yield* api(world, "GET", `leads/${lead_id}`))
      assert.deepInclude(lead, { test: true, status: "RECEIVED", correlation_id })
      assert.deepStrictEqual(lead["raw_payload"], proposal["payload"])
      assert.include(lead["explanation"], "It is a test: an operator sent it, to see that leads arrive.")

      const claimed = yield* endAll(world, "delivered")
      assert.deepStrictEqual(
        claimed.map(({ leadId }) => leadId),
        [lead_id],
      )
      const rows = yield* world.sql`
        SELECT source.name FROM inbound_lead AS lead JOIN source ON source.id = lead.source_id WHERE lead.id = ${lead_id}`
      assert.deepStrictEqual(rows, [{ name: "test" }])
      assert.deepInclude(json(yield* api(world, "GET", "ledger")), {
        received: 1,
        delivered: 1,
        unaccounted: 0,
      })
    }),
  )

  it.effect("is found among others, and left out of them", () =>
    Effect.gen(function* () {
      const world = yield* World
      const ids: Array<number> = []
      const others: Array<number> = []
      for (let index = 0; index < 3; index++) {
        others.unshift(yield* webhook(world))
        ids.unshift((yield* send(world, "{}")).lead_id)
      }
      const tests = yield* listed(world, "test=true&status=RECEIVED")
      assert.deepStrictEqual(
        tests.map(({ id, test }) => [id, test]),
        ids.map((id) => [id, true]),
      )
      const rest = yield* listed(world, "test=false&status=RECEIVED")
      assert.deepStrictEqual(
        rest.map(({ id, test }) => [id, test]),
        others.map((id) => [id, false]),
      )
      const [id] = yield* listed(world, "test=true&limit=1")
      assert.strictEqual(id?.id, ids[0])
      const by = yield* listed(world, `test=true&correlation_id=nobody`)
      assert.deepStrictEqual(by, [])
      const csv = yield* api(world, "GET", "export?test=true&status=RECEIVED")
      assert.match(csv.text, /^id,[^\r]*next_attempt_at,test,/)
      assert.lengthOf(csv.text.match(/^\d+,.*,true,/gm) ?? [], 3)
      assertError(yield* api(world, "GET", "leads?test=maybe"), 400, "test must be true or false")
    }),
  )

  it.effect("keeps every digit of a payload that is given, and has the correlation id of its request", () =>
    Effect.gen(function* () {
      const world = yield* World
      const answer = yield* ask(world, {
        method: "POST",
        path: "/api/v1/test-leads",
        headers: {
          Authorization: `Bearer ${setting}`,
          "Content-Type": "application/json",
          "X-Correlation-ID": "ticket-7",
        },
        body: '{"customer":"default","payload":{"id":12345678901234567890,"zipcode":"1","nul":"\\u0000"}}',
      })
      const { correlation_id, lead_id } = json(answer) as {
        readonly correlation_id: string
        readonly lead_id: number
      }
      assert.strictEqual(correlation_id, "test-ticket-7")
      const { text } = yield* api(world, "GET", `leads/${lead_id}`)
      assert.include(text, '"raw_payload":{"id":12345678901234567890,"zipcode":"1","nul":"\uFFFD"}')
    }),
  )

  it.effect("is for operators, and on record", () =>
    Effect.gen(function* () {
      const world = yield* World
      const viewer = yield* makeToken(world, "vera", "viewer")
      const operator = yield* makeToken(world, "otto", "operator")
      for (const method of ["GET", "POST"]) {
        const body = method === "POST" ? "{}" : undefined
        assertError(
          yield* api(world, method, "test-leads", body, viewer),
          403,
          "forbidden: needs the role operator",
        )
        assertError(yield* api(world, method, "test-leads", body, "nobody"), 401, "unauthorized")
      }
      const { lead_id } = yield* send(world, "{}", operator)
      const { data } = json(yield* api(world, "GET", `audit?action=lead.test&lead_id=${lead_id}`))
      const [entry, ...more] = data as ReadonlyArray<Record<string, unknown>>
      assert.deepStrictEqual(more, [])
      assert.deepInclude(entry, { operator: "otto", via: "token", lead_id, subject: "default", details: {} })
    }),
  )

  it.effect("that cannot be is refused with what is wrong, and nothing is stored", () =>
    Effect.gen(function* () {
      const world = yield* World
      const count = Effect.map(
        world.sql<{ n: number }>`SELECT count(*)::float8 AS n FROM lead`,
        ([row]) => row?.n,
      )
      const before = yield* count
      const cases: ReadonlyArray<readonly [string, number, string]> = [
        ['{"customer":"nobody"}', 404, "customer not found"],
        ['{"customer":""}', 400, "customer must be the name of a customer, 1 to 200 characters"],
        ['{"payload":[]}', 400, "payload must be a JSON object"],
        [
          '{"payload":"x","lead":1}',
          400,
          "lead must be absent: the keys are customer and payload; payload must be a JSON object",
        ],
        ["{", 400, "malformed JSON payload"],
        [`{"payload":${'{"a":'.repeat(600)}1${"}".repeat(600)}}`, 400, "JSON is nested deeper than 512"],
        [`{"payload":{"a":"${"x".repeat(70_000)}"}}`, 422, "payload is longer than 65,536 bytes"],
      ]
      for (const [body, status, error] of cases) {
        const answer = yield* api(world, "POST", "test-leads", body)
        assert.deepInclude(json(answer), { error }, body.slice(0, 80))
        assert.strictEqual(answer.status, status)
      }
      assertError(yield* api(world, "GET", "test-leads?customer=nobody"), 404, "customer not found")
      assert.strictEqual(yield* count, before)
      assert.deepStrictEqual(
        json(yield* api(world, "GET", "audit?action=lead.test&subject=nobody"))["data"],
        [],
      )
    }),
  )
})
