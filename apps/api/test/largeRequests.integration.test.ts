import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, assertError } from "./support/Http.ts"
import { makeWorld } from "./support/World.ts"

describe("a request of an operator", () => {
  it.live("is refused beyond five times MAX_BODY_BYTES, in one piece and in chunks", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ maxBodyBytes: 10_000 })
      const send = (bytes: number, chunked: boolean) =>
        ask(world, {
          method: "POST",
          path: "/api/v1/preview",
          headers: { "Content-Type": "application/json" },
          body: `{"payload":{"a":"${"x".repeat(bytes)}"}}`,
          chunked,
        })
      for (const chunked of [false, true]) {
        assert.strictEqual((yield* send(49_000, chunked)).status, 200)
        assertError(yield* send(60_000, chunked), 413, "payload too large")
        assertError(yield* send(5_000_000, chunked), 413, "payload too large")
      }
    }).pipe(Effect.scoped),
  )
})
