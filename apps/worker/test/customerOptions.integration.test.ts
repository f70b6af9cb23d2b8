import { assert, describe, it } from "@effect/vitest"
import {
  customerSettings,
  processSettings,
  retentionSettings,
  searchSettings,
  Settings,
  workerSettings,
} from "@lead-gateway/config"
import { CustomerBehaviour, type CustomerRequest, TestCustomer } from "@lead-gateway/testkit"
import { ConfiguredWorker } from "@lead-gateway/worker"
import { Effect, Layer } from "effect"
import { createHmac } from "node:crypto"
import { tmpdir } from "node:os"
import { shippedFlow } from "./support/flow.ts"
import { retryPolicy } from "./support/policy.ts"
import { World } from "./support/World.ts"

const key = Buffer.alloc(32, 7)
const oldKey = Buffer.alloc(24, 8)
const secretOf = (bytes: Buffer) => `whsec_${bytes.toString("base64")}`

/** Whether a request is signed by Standard Webhooks with a key, now. */
const isSigned = ({ body, headers }: CustomerRequest, by: Buffer): boolean => {
  const id = headers["webhook-id"]
  const timestamp = headers["webhook-timestamp"]
  const signature = createHmac("sha256", by)
    .update(`${String(id)}.${String(timestamp)}.${body}`)
    .digest("base64")
  return (
    id === headers["idempotency-key"] &&
    Math.abs(Date.now() / 1000 - Number(timestamp)) < 300 &&
    String(headers["webhook-signature"]).split(" ").includes(`v1,${signature}`)
  )
}

/** Settings, and whether a request is what a customer with these settings lets in. */
const cases: ReadonlyArray<{
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly letsIn: (request: CustomerRequest) => boolean
}> = [
  {
    name: "a bearer token",
    env: { CUSTOMER_API_TOKEN: "mF_9.B5f-4.1JqM" },
    letsIn: ({ headers }) => headers.authorization === "Bearer mF_9.B5f-4.1JqM",
  },
  {
    name: "user and password",
    env: { CUSTOMER_API_AUTH: "basic", CUSTOMER_API_USER: "Aladdin", CUSTOMER_API_PASSWORD: "open sesame" },
    // RFC 7617, section 2
    letsIn: ({ headers }) => headers.authorization === "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
  },
  {
    name: "an API key in a header of the customer's choice",
    env: { CUSTOMER_API_AUTH: "api_key:X-API-Key", CUSTOMER_API_TOKEN: "k-123" },
    letsIn: ({ headers }) => headers["x-api-key"] === "k-123" && headers.authorization === undefined,
  },
  {
    name: "nothing",
    env: { CUSTOMER_API_AUTH: "none" },
    letsIn: ({ headers }) => headers.authorization === undefined,
  },
  {
    name: "signatures, one for each secret, and further headers, beside a token",
    env: {
      CUSTOMER_API_TOKEN: "t",
      CUSTOMER_API_SIGNING_SECRETS: `${secretOf(key)},${secretOf(oldKey)}`,
      CUSTOMER_API_HEADERS: "X-Tenant: solar\nX-Source: web",
    },
    letsIn: (request) =>
      isSigned(request, key) &&
      isSigned(request, oldKey) &&
      request.headers["x-tenant"] === "solar" &&
      request.headers["x-source"] === "web" &&
      request.headers.authorization === "Bearer t",
  },
  {
    name: "a token, at the one private address that is allowed, with all its times",
    env: {
      CUSTOMER_API_TOKEN: "t",
      CUSTOMER_API_ALLOW: "127.0.0.0/8",
      CUSTOMER_API_CONNECT_TIMEOUT: "2s",
      CUSTOMER_API_TIMEOUT: "5s",
      CUSTOMER_API_HTTP2: "never",
    },
    letsIn: ({ headers }) => headers.authorization === "Bearer t",
  },
]

/** A worker with these settings delivers one lead to the customer; the lead's history. */
const deliver = Effect.fnUntraced(function* (
  env: Readonly<Record<string, string>>,
  letsIn: (request: CustomerRequest) => boolean,
) {
  const world = yield* World.make()
  const customer = yield* TestCustomer.make({
    respond: (request) => CustomerBehaviour.reply({ status: letsIn(request) ? 200 : 401 }),
  })
  const { value } = yield* Settings.load(
    Settings.all({
      customer: customerSettings,
      worker: workerSettings,
      process: processSettings,
      retention: retentionSettings,
      search: searchSettings,
    }),
    { env: { ...env, CUSTOMER_API_URL: customer.url }, directory: tmpdir() },
  )
  const worker = ConfiguredWorker.layer({
    ...value,
    flow: yield* shippedFlow,
    policy: retryPolicy({ maxAttempts: 1 }),
    isAlone: true,
  })
  yield* Effect.provideContext(Layer.build(worker), world.services)
  const { id } = yield* world.receive()
  yield* customer.received(1)
  return { customer, reached: (status: "DELIVERED" | "PERMANENTLY_FAILED") => world.reached(id, status) }
})

describe("a worker lets the customer know it by", () => {
  it.live.each(cases)(
    "$name",
    Effect.fnUntraced(function* ({ env, letsIn }) {
      const { customer, reached } = yield* deliver(env, letsIn)
      yield* reached("DELIVERED")
      assert.lengthOf(customer.requests(), 1)
    }, Effect.scoped),
  )

  it.live("the wrong key, and the customer lets nothing in", () =>
    Effect.gen(function* () {
      const wrong = { CUSTOMER_API_SIGNING_SECRETS: secretOf(oldKey) }
      const { reached } = yield* deliver(wrong, (request) => isSigned(request, key))
      yield* reached("PERMANENTLY_FAILED")
    }),
  )
})
