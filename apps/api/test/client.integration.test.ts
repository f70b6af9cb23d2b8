/** `@lead-gateway/client` against a running api: every route by its method. */
import { ApiError, type Client, createClient, type LiveEvent, type RouteName } from "@lead-gateway/client"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { makeWorld, World, type WorldShape } from "./support/World.ts"

const operatorToken = "an-operator-token-of-tests"
const sharedSecret = "a-shared-secret-of-tests"
const auth = { sharedSecrets: [sharedSecret], operatorTokens: [operatorToken] }

const clientOf = ({ port, secrecy }: WorldShape): Client => {
  secrecy.watch(operatorToken)
  secrecy.watch(sharedSecret)
  return createClient({
    url: `http://127.0.0.1:${port}/`,
    token: () => Promise.resolve(operatorToken),
    sharedSecret,
  })
}

const lead = {
  email: "client@example.com",
  zipcode: "66123",
  house: { is_owner: true },
  number: 12345678901234567890n,
}

const sendLead = (client: Client, options?: Parameters<Client["leads"]["send"]>[1]) =>
  client.leads.send(lead, options)

/** Rejected as it must be. */
const failure = async (answer: Promise<unknown>): Promise<ApiError> =>
  answer.then(
    () => assert.fail("no error"),
    (error: unknown) => (error instanceof ApiError ? error : assert.fail(String(error))),
  )

/** A use of each route: a new one does not compile without one. */
const uses: Readonly<Record<RouteName, (client: Client) => Promise<void>>> = {
  "POST /webhooks/leads": async (client) => {
    const first = await sendLead(client, { idempotencyKey: "client-1", correlationId: "client-test" })
    assert.deepInclude(first, { status: "RECEIVED", correlation_id: "client-test" })
    const again = await sendLead(client, { idempotencyKey: "client-1" })
    assert.deepStrictEqual(again, { ...first, duplicate: true })
  },
  "GET /stats/leads/counts": async (client) => {
    const counts = await client.stats.counts()
    assert.isAtLeast(counts.received, 1)
    assert.strictEqual(counts.total, counts.received)
  },
  "GET /stats/leads/recent": async (client) => {
    const recent = await client.stats.recent({ limit: 1, status: "RECEIVED" })
    assert.lengthOf(recent, 1)
    assert.strictEqual(recent[0]?.status, "RECEIVED")
  },
  "GET /stats/leads/:id/history": async (client) => {
    const { lead_id } = await sendLead(client)
    const history = await client.stats.history(lead_id)
    const payload = history.raw_payload as { readonly number?: unknown }
    assert.deepStrictEqual(Object.entries(payload.number as object), [["rawJSON", "12345678901234567890"]])
  },
  "GET /api/v1/leads/:id/rules": async (client) => {
    const { lead_id } = await sendLead(client)
    const { decided_with, rules } = await client.leads.rules(lead_id)
    assert.isNull(decided_with)
    assert.isNotEmpty(rules)
  },
  "GET /api/v1/leads": async (client) => {
    for (let index = 0; index < 5; index++) await sendLead(client)
    const first = await client.leads.list({ limit: 2 })
    assert.lengthOf(first.data, 2)
    const ids: Array<number> = []
    for await (const page of client.leads.list({ limit: 2, status: "RECEIVED" })) {
      ids.push(...page.data.map(({ id }) => id))
    }
    assert.isAtLeast(ids.length, 5)
    assert.deepStrictEqual(
      ids,
      [...new Set(ids)].toSorted((a, b) => b - a),
    )
    assert.strictEqual(ids[0], first.data[0]?.id)
  },
  "GET /api/v1/leads/:id": async (client) => {
    const { lead_id } = await sendLead(client)
    const detail = await client.leads.get(lead_id)
    assert.strictEqual(detail.id, lead_id)
    assert.isNotEmpty(detail.explanation)
    const missing = await failure(client.leads.get(999_999, {}, { correlationId: "missing-1" }))
    assert.deepInclude(missing, { status: 404, error: "lead not found", correlationId: "missing-1" })
  },
  "GET /api/v1/ledger": async (client) => {
    const ledger = await client.ledger()
    assert.strictEqual(ledger.unaccounted, 0)
    assert.isAtLeast(ledger.in_flight, 1)
  },
  "GET /api/v1/overview": async (client) => {
    await sendLead(client)
    const { customers, health, ledger, reasons } = await client.overview()
    assert.strictEqual(ledger.unaccounted, 0)
    assert.isAtLeast(ledger.received, 1)
    assert.deepStrictEqual(
      customers.map(({ name }) => name),
      (await client.customers.list()).data.map(({ name }) => name),
    )
    assert.deepStrictEqual(reasons, (await client.reasons()).data)
    assert.strictEqual(health.version, (await client.health.deep()).version)
  },
  "GET /api/v1/timeline": async (client) => {
    await sendLead(client)
    const { bucket, points } = await client.timeline({ bucket: "hour" })
    assert.strictEqual(bucket, "hour")
    assert.isAtLeast(points.length, 24)
    assert.isAbove(
      points.reduce((sum, { received }) => sum + received, 0),
      0,
    )
  },
  "GET /api/v1/events": async (client) => {
    const controller = new AbortController()
    const seen: Array<LiveEvent> = []
    let sent = 0
    const timer = setInterval(() => {
      void sendLead(client).then(({ lead_id }) => (sent = lead_id))
    }, 200)
    for await (const event of client.events({ signal: controller.signal })) {
      seen.push(event)
      if (seen.length === 2) break
    }
    clearInterval(timer)
    assert.isAbove(sent, 0)
    const [first, second] = seen
    if (first?.event !== "lead" || second?.event !== "lead") return assert.fail(JSON.stringify(seen))
    assert.strictEqual(first.data.status, "RECEIVED")
    // Resumed after the first, the second comes again.
    for await (const event of client.events({ lastEventId: first.id, signal: controller.signal })) {
      assert.deepStrictEqual(event, second)
      controller.abort()
    }
  },
  "POST /api/v1/replays": async (client) => {
    const { lead_id } = await sendLead(client)
    const replay = { request_id: "client-1", ids: [lead_id], dry_run: true }
    assert.deepInclude(await client.replays.create(replay), { matched: 0 })
  },
  "POST /api/v1/preview": async (client) => {
    const preview = await client.preview({ payload: { zipcode: "1" } })
    assert.include(JSON.stringify(preview), "ZIP_NOT_66XXX")
  },
  "GET /api/v1/test-leads": async (client) => {
    assert.deepInclude(await client.testLeads.propose(), { customer: "default", decision: "READY" })
  },
  "POST /api/v1/test-leads": async (client) => {
    const { correlation_id, lead_id } = await client.testLeads.send({ payload: { zipcode: "1" } })
    assert.match(correlation_id, /^test-/)
    assert.isTrue((await client.leads.get(lead_id)).test)
  },
  "GET /api/v1/flow": async (client) => assert.isNotEmpty(Object.keys(await client.flow())),
  "GET /api/v1/unmapped": async (client) => assert.deepStrictEqual((await client.unmapped.list()).data, []),
  "GET /api/v1/processes": async (client) => assert.isArray((await client.processes()).data),
  "GET /api/v1/customers": async (client) => {
    for await (const { data } of client.customers.list({ limit: 1 })) assert.isArray(data)
  },
  "POST /api/v1/customers/:name/pause": async (client) => {
    assert.strictEqual((await failure(client.customers.pause("no one/else"))).status, 404)
  },
  "POST /api/v1/customers/:name/resume": async (client) => {
    assert.strictEqual((await failure(client.customers.resume("nobody"))).status, 404)
  },
  "GET /api/v1/export": async (client) => {
    assert.match(await client.leads.export({ format: "csv" }), /^id,received_at,status,/)
  },
  "GET /api/v1/reasons": async (client) => {
    assert.deepStrictEqual(await client.reasons(), { data: [] })
  },
  "GET /api/v1/me": async (client) => {
    assert.deepStrictEqual(await client.me(), { name: "operator", role: "admin", via: "setting" })
  },
  "GET /api/v1/tokens": async (client) => {
    const { id } = await client.tokens.create({ name: "listed", role: "viewer" })
    const { data } = await client.tokens.list()
    assert.include(
      data.map((token) => token.id),
      id,
    )
  },
  "POST /api/v1/tokens": async (client) => {
    const { token } = await client.tokens.create({ name: "made", role: "operator" })
    assert.match(token, /^lgt_/)
    const refused = await failure(client.tokens.create({ name: "", role: "viewer" }))
    assert.strictEqual(refused.status, 400)
    assert.include(refused.error, "name must be")
  },
  "DELETE /api/v1/tokens/:id": async (client) => {
    const { id } = await client.tokens.create({ name: "revoked", role: "viewer" })
    assert.isUndefined(await client.tokens.revoke(id))
    assert.deepInclude(await failure(client.tokens.revoke(999_999)), {
      status: 404,
      error: "token not found",
    })
  },
  "GET /api/v1/audit": async (client) => {
    await client.tokens.create({ name: "audited", role: "viewer" })
    const { data } = await client.audit.list({ action: "token.create", limit: 1 })
    assert.strictEqual(data[0]?.action, "token.create")
  },
  "GET /health": async (client) => assert.strictEqual(await client.health.check(), "OK"),
  "GET /livez": async (client) => assert.strictEqual(await client.health.live(), "OK"),
  "GET /readyz": async (client) => assert.strictEqual(await client.health.ready(), "OK"),
  "GET /health/deep": async (client) => assert.strictEqual((await client.health.deep()).version, "1.2.3"),
  "GET /metrics": async (client) =>
    assert.include(await client.metrics(), "# TYPE lead_gateway_leads_received_total counter"),
}

layer(World.layer({ auth }), { excludeTestServices: true })("the client", (it) => {
  it.effect.each(Object.entries(uses))("is answered by %s", ([, use]) =>
    Effect.gen(function* () {
      const client = clientOf(yield* World)
      yield* Effect.promise(() => use(client))
    }),
  )

  it.effect("says which secret was refused, and asks with none where it has none", () =>
    Effect.gen(function* () {
      const { port } = yield* World
      const client = createClient({ url: `http://127.0.0.1:${port}` })
      for (const refused of [() => client.ledger(), () => sendLead(client)]) {
        assert.deepInclude(yield* Effect.promise(() => failure(refused())), {
          status: 401,
          error: "unauthorized",
        })
      }
      const events = client.events()
      const refused = yield* Effect.promise(() => failure(events.next()))
      assert.strictEqual(refused.status, 401)
    }),
  )
})

describe("live events of the client", () => {
  it.live("go on when the api was stopped and has started again", () =>
    Effect.gen(function* () {
      const client = { port: 0 }
      const errors: Array<unknown> = []
      const events: Array<LiveEvent> = []
      const controller = new AbortController()
      const fetchCurrent: typeof fetch = (input, init) =>
        fetch(new Request(input).url.replace("//api/", `//127.0.0.1:${client.port}/`), init)
      const api = createClient({ url: "http://api", fetch: fetchCurrent })
      const listening = Effect.gen(function* () {
        yield* Effect.promise(async () => {
          const options = { signal: controller.signal, onError: (error: unknown) => void errors.push(error) }
          for await (const event of api.events(options)) events.push(event)
        })
      })
      const ids: Array<number> = []
      yield* Effect.forkChild(listening)
      for (const round of [1, 2]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            client.port = (yield* makeWorld()).port
            while (events.length < round) {
              ids.push((yield* Effect.promise(() => sendLead(api))).lead_id)
              yield* Effect.sleep(200)
            }
          }),
        )
      }
      controller.abort()
      assert.isAtLeast(events.length, 2)
      assert.isNotEmpty(ids)
    }),
  )
})
