import { assert, describe, it } from "@effect/vitest"
import { TestCustomer } from "@lead-gateway/testkit"
import { Effect, Exit, Option, Scope } from "effect"
import { makeClient, request } from "./support.ts"

describe("a refusal, with the names that this machine knows", () => {
  it.effect.each([
    ["http://127.0.0.1/", { allowPrivate: true }],
    ["http://127.0.0.1/", { allow: ["127.0.0.0/8"] }],
    ["https://[::1]/", { allow: ["::1"] }],
    ["http://1.1.1.1/", {}],
    ["http://localhost/", { allowPrivate: true }],
    ["http://localhost/", { allow: ["localhost"] }],
    ["http://customer.invalid/", {}],
  ] as const)(
    "is none for %s with %j",
    Effect.fnUntraced(function* ([url, policy]) {
      const client = yield* makeClient({ url, allowPrivate: false, ...policy })
      assert.deepStrictEqual(yield* client.refusal, Option.none())
    }),
  )

  it.effect("reports that localhost is a private address, with the message of a delivery's outcome", () =>
    Effect.gen(function* () {
      const client = yield* makeClient({ url: "http://localhost:1/leads?key=1", allowPrivate: false })
      const message = Option.getOrThrow(yield* client.refusal)
      assert.match(message, /^the customer's host resolves to (127\.0\.0\.1|::1), a private address$/)
      assert.deepStrictEqual<unknown>(yield* client.send(request), { _tag: "AddressRefused", message })
    }),
  )

  it.effect.each(["169.254.169.254", "[fe80::1]", "0.0.0.0", "2852039166"])(
    "is not needed for what is never allowed: for %s no client is made",
    Effect.fnUntraced(function* (host) {
      const error = yield* makeClient({ url: `http://${host}/` }).pipe(Effect.flip)
      assert.match(error.message, /a forbidden address$/)
    }),
  )

  it.effect("connects to nobody, and needs no open client", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const scope = yield* Scope.make()
      const client = yield* makeClient({ url: customer.url }).pipe(Scope.provide(scope))
      assert.isTrue(Option.isNone(yield* client.refusal))
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Option.isNone(yield* client.refusal))
      assert.strictEqual(customer.connections().made, 0)
    }),
  )
})
