import { assert, describe, it } from "@effect/vitest"
import { customerClientOptions, optionalCustomerSettings, Settings } from "@lead-gateway/config"
import { CustomerClient } from "@lead-gateway/customer-client"
import { Effect } from "effect"
import { chooseCustomer } from "../src/gateway/Customer.ts"

/** The outcome of one delivery to the customer that the gateway chooses in an environment. */
const deliverWith = (env: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const { value } = yield* Settings.load(optionalCustomerSettings, { env, directory: "/nowhere" })
    const { customer } = yield* chooseCustomer(value)
    const client = yield* CustomerClient.make(customerClientOptions(customer))
    const outcome = yield* client.send({ body: '{"phone":"+49123456789"}', idempotencyKey: "k-1" })
    return outcome._tag === "Answered" ? outcome.status : outcome._tag
  })

describe("the gateway's demo customer", () => {
  for (const env of [
    {},
    { CUSTOMER_API_ALLOW: "10.0.0.0/8" },
    { CUSTOMER_API_ALLOW_PRIVATE: "false" },
    { CUSTOMER_API_ALLOW: "10.0.0.0/8", CUSTOMER_API_ALLOW_PRIVATE: "false" },
  ]) {
    it.live(`accepts leads, whatever addresses a customer may have: ${JSON.stringify(env)}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* deliverWith(env), 200)
      }),
    )
  }

  it.live("is no way around the addresses that a configured customer may have", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        deliverWith({ CUSTOMER_API_URL: "http://127.0.0.1:9/", CUSTOMER_API_ALLOW: "10.0.0.0/8" }),
      )
      assert.include(failure.message, "CUSTOMER_API_URL")
    }),
  )
})
