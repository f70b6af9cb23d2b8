import { assert, layer } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect, Layer, type Scope } from "effect"
import { ask, post, reached, receive, timeless } from "./support/http.ts"
import { validLead, without } from "./support/leads.ts"
import { oneProcess, System, twoProcesses } from "./support/System.ts"

const { reply } = CustomerBehaviour

const statuses = [
  "received",
  "rejected",
  "ready",
  "delivered",
  "failed",
  "permanently_failed",
  "total",
] as const
type Counts = Readonly<Record<(typeof statuses)[number], number>>

const countsOf = (url: string) => Effect.map(ask(`${url}/stats/leads/counts`), ({ json }) => json as Counts)

/** The six kinds of lead, and how each ends. */
const kinds = [
  { name: "a valid one", lead: validLead, status: "DELIVERED", reason: null },
  {
    name: "a wrong zip code",
    lead: { ...validLead, zipcode: "10115" },
    status: "REJECTED",
    reason: "ZIP_NOT_66XXX",
  },
  {
    name: "no owner",
    lead: { ...validLead, house: { is_owner: false } },
    status: "REJECTED",
    reason: "NOT_HOMEOWNER",
  },
  {
    name: "an owner in quotes",
    lead: { ...validLead, house: { is_owner: "true" } },
    status: "REJECTED",
    reason: "NOT_HOMEOWNER",
  },
  { name: "no zip code", lead: without("zipcode"), status: "REJECTED", reason: "MISSING_REQUIRED_FIELD" },
  { name: "no phone", lead: without("phone"), status: "FAILED", reason: "MISSING_REQUIRED_FIELD" },
] as const

const describeLeads = (name: string, system: Effect.Effect<System["Service"], unknown, Scope.Scope>) =>
  layer(Layer.effect(System, system), { excludeTestServices: true })(name, (it) => {
    it.effect("brings each of the six kinds of lead to its end, and counts and lists it", () =>
      Effect.gen(function* () {
        const { customer, url } = yield* System
        const before = yield* countsOf(url)
        const sentBefore = customer.requests().length
        const ids = yield* Effect.forEach(kinds, ({ lead }) => receive(url, lead))
        for (const [index, { name, reason, status }] of kinds.entries()) {
          const { json } = yield* reached(url, ids[index] ?? 0, status)
          assert.deepInclude(json as object, { rejection_reason: reason, next_attempt_at: null }, name)
        }
        const added = yield* Effect.map(countsOf(url), (after) =>
          statuses.map((status) => after[status] - before[status]),
        )
        assert.deepStrictEqual(added, [0, 4, 0, 1, 1, 0, 6])
        assert.strictEqual(customer.requests().length - sentBefore, 1)
        const recent = yield* ask(`${url}/stats/leads/recent?limit=6`)
        const line = ({ reason, status }: (typeof kinds)[number], index: number) => ({
          id: ids[index],
          received_at: "a time",
          status,
          rejection_reason: reason,
        })
        assert.deepStrictEqual(timeless(recent), kinds.map(line).toReversed())
      }),
    )

    it.effect("returns the whole history of a delivered lead in the contract's shape", () =>
      Effect.gen(function* () {
        const { customer, url } = yield* System
        const received = yield* post(
          url,
          { ...validLead, email: " Customer@Example.COM " },
          { "X-Correlation-ID": "order-66" },
        )
        assert.strictEqual(received.headers.get("x-correlation-id"), "order-66")
        const { lead_id } = received.json as { readonly lead_id: number }
        assert.deepStrictEqual(
          [received.status, received.json],
          [200, { lead_id, status: "RECEIVED", correlation_id: "order-66" }],
        )
        const customer_payload = {
          phone: "+49123456789",
          product: { name: "solar_panel_installation" },
          attributes: [
            { name: "solar_energy_consumption", value: "5000" },
            { name: "solar_offer_type", value: "Kaufen" },
          ],
        }
        const event = (type: string, details: object = {}) => ({ at: "a time", type, details })
        assert.deepStrictEqual(timeless(yield* reached(url, lead_id, "DELIVERED")), {
          id: lead_id,
          received_at: "a time",
          status: "DELIVERED",
          rejection_reason: null,
          correlation_id: "order-66",
          raw_payload: { ...validLead, email: " Customer@Example.COM " },
          normalized_payload: validLead,
          customer_payload,
          omitted_attributes: [],
          unread: [],
          delivery_attempts: [
            {
              attempt_no: 1,
              attempted_at: "a time",
              success: true,
              status_code: 200,
              error_message: null,
              duration_ms: "a while",
              fault: null,
              response_body: "",
              customer_reason: null,
            },
          ],
          left_out: null,
          next_attempt_at: null,
          events: [
            event("received"),
            event("ready"),
            event("attempt_opened", { attempt_no: 1 }),
            event("attempt_succeeded", { attempt_no: 1, status_code: 200 }),
            event("delivered"),
          ],
        })
        const sent = customer.requests().find(({ headers }) => headers["x-correlation-id"] === "order-66")
        assert.deepStrictEqual(JSON.parse(sent?.body ?? ""), customer_payload)
        assert.deepInclude(sent, { method: "POST", path: "/leads" })
        assert.deepInclude(sent?.headers, {
          authorization: "Bearer customer-token",
          "content-type": "application/json",
        })
      }),
    )

    it.effect("reports why a lead was rejected or parked, and sends nothing of it", () =>
      Effect.gen(function* () {
        const { url } = yield* System
        const rejected = timeless(yield* reached(url, yield* receive(url, without("zipcode")), "REJECTED"))
        assert.deepInclude(rejected, {
          raw_payload: without("zipcode"),
          normalized_payload: null,
          customer_payload: null,
          delivery_attempts: [],
        })
        const parked = timeless(yield* reached(url, yield* receive(url, without("phone")), "FAILED"))
        assert.deepInclude(parked, {
          normalized_payload: without("phone"),
          customer_payload: null,
          delivery_attempts: [],
          next_attempt_at: null,
        })
      }),
    )

    it.effect("leaves out an attribute with a value that is not allowed, and records it", () =>
      Effect.gen(function* () {
        const { url } = yield* System
        const id = yield* receive(url, { ...validLead, solar_offer_type: "Leasing", favourite_colour: "red" })
        const { json } = yield* reached(url, id, "DELIVERED")
        const { customer_payload, omitted_attributes } = json as Record<string, unknown>
        assert.deepStrictEqual(omitted_attributes, [
          { name: "solar_offer_type", reason: "not_an_allowed_value" },
        ])
        assert.deepStrictEqual((customer_payload as { attributes: unknown }).attributes, [
          { name: "solar_energy_consumption", value: "5000" },
        ])
      }),
    )

    it.effect("keeps every digit of a number, to the history and to the customer", () =>
      Effect.gen(function* () {
        const { customer, url } = yield* System
        const text = JSON.stringify(validLead).replace(
          "{",
          '{"reference":12345678901234567890,"solar_area":98765432109876543210,',
        )
        const id = yield* receive(url, text, { "X-Correlation-ID": "digits" })
        const history = yield* reached(url, id, "DELIVERED")
        assert.include(history.text, '"reference":12345678901234567890')
        assert.strictEqual(history.text.split('"solar_area":98765432109876543210').length, 3)
        const sent = customer.requests().find(({ headers }) => headers["x-correlation-id"] === "digits")
        assert.match(sent?.body ?? "", /"value": ?98765432109876543210\b/)
      }),
    )

    it.effect("takes keys such as __proto__ for what they are", () =>
      Effect.gen(function* () {
        const { url } = yield* System
        const hidden = yield* receive(
          url,
          '{"__proto__":{"zipcode":"66123","phone":"+49123456789"},"house":{"is_owner":true}}',
        )
        assert.deepInclude((yield* reached(url, hidden, "REJECTED")).json, {
          rejection_reason: "MISSING_REQUIRED_FIELD",
        })
        const odd = '"__proto__":{"is_owner":false},"constructor":{"prototype":1},"toString":"x",'
        const harmless = yield* receive(url, JSON.stringify(validLead).replace("{", `{${odd}`))
        const { text } = yield* reached(url, harmless, "DELIVERED")
        assert.strictEqual(
          text.split('"__proto__":{"is_owner":false}').length,
          3,
          "in raw and normalised payload",
        )
      }),
    )

    it.effect("replaces what Postgres cannot hold, rather than losing the lead", () =>
      Effect.gen(function* () {
        const { customer, url } = yield* System
        const text = JSON.stringify(validLead).replace("{", String.raw`{"source":"a\u0000b\ud800c",`)
        const id = yield* receive(url, text, { "X-Correlation-ID": "nul" })
        const { json } = yield* reached(url, id, "DELIVERED")
        assert.deepInclude((json as { raw_payload: object }).raw_payload, { source: "a\ufffdb\ufffdc" })
        const sent = customer.requests().find(({ headers }) => headers["x-correlation-id"] === "nul")
        assert.include(sent?.body, "a\ufffdb\ufffdc")
      }),
    )

    it.effect("tries again after a failure, and stops after a refusal", () =>
      Effect.gen(function* () {
        const { customer, url } = yield* System
        customer.respond([reply({ status: 503 }), reply()])
        const retried = timeless(yield* reached(url, yield* receive(url, validLead), "DELIVERED"))
        const failed = {
          success: false,
          error_message: "the customer answered 503",
          status_code: 503,
          fault: "customer",
        }
        const attempts = (retried as { readonly delivery_attempts: ReadonlyArray<object> }).delivery_attempts
        assert.strictEqual(attempts.length, 2)
        assert.deepInclude(attempts[0], { attempt_no: 1, attempted_at: "a time", ...failed })
        assert.deepInclude(attempts[1], { attempt_no: 2, attempted_at: "a time", success: true })
        customer.respond(reply({ status: 503, headers: { "Retry-After": "3600" } }))
        const waiting = timeless(yield* reached(url, yield* receive(url, validLead), "FAILED"))
        assert.deepInclude(waiting, { rejection_reason: null, next_attempt_at: "a time" })
        customer.respond(reply({ status: 422 }))
        const refused = timeless(yield* reached(url, yield* receive(url, validLead), "PERMANENTLY_FAILED"))
        assert.deepInclude(refused, { rejection_reason: "CUSTOMER_REFUSED", next_attempt_at: null })
        customer.respond(reply())
      }),
    )

    it.effect("describes itself at /openapi.json, and is healthy", () =>
      Effect.gen(function* () {
        const { url } = yield* System
        const { json } = yield* ask(`${url}/openapi.json`)
        const { openapi, paths } = json as { readonly openapi: string; readonly paths: object }
        assert.match(openapi, /^3\.1/)
        assert.includeMembers(Object.keys(paths), [
          "/webhooks/leads",
          "/stats/leads/counts",
          "/stats/leads/recent",
          "/stats/leads/{id}/history",
        ])
        const health = yield* Effect.forEach(["health", "livez", "readyz", "health/deep"], (path) =>
          ask(`${url}/${path}`),
        )
        assert.deepStrictEqual(
          health.map(({ status }) => status),
          [200, 200, 200, 200],
        )
        assert.strictEqual(health[0]?.text, "OK")
      }),
    )

    it.effect("prints nothing of a lead but its ids", () =>
      Effect.gen(function* () {
        const { customer, output, url } = yield* System
        const personal = {
          ...validLead,
          email: "Ada@Lovelace.example",
          phone: "0151 12345678",
          zipcode: "66987",
          first_name: "Augusta",
          solar_usage: "Mondlicht",
        }
        customer.respond(({ body }) => reply({ status: 422, body }))
        const ids = [
          yield* receive(url, personal),
          yield* receive(url, { ...personal, zipcode: "98765" }),
          yield* receive(url, { ...personal, phone: "keins" }),
        ]
        yield* Effect.all([
          reached(url, ids[0] ?? 0, "PERMANENTLY_FAILED"),
          reached(url, ids[1] ?? 0, "REJECTED"),
          reached(url, ids[2] ?? 0, "FAILED"),
        ])
        yield* post(url, `${JSON.stringify(personal)}"`)
        yield* ask(`${url}/stats/leads/${ids[0]}/history?name=Augusta`)
        customer.respond(reply())
        const printed = output().join("\n")
        for (const id of ids) assert.include(printed, `"lead_id":${id}`)
        for (const value of [
          /lovelace/i,
          /12345678\b/,
          /Augusta/,
          /Mondlicht/,
          /66987/,
          /98765/,
          /keins/,
          /customer-token/,
        ]) {
          assert.notMatch(printed, value)
        }
      }),
    )
  })

describeLeads("the gateway in one process", oneProcess)
describeLeads("api and worker on one database", twoProcesses)
