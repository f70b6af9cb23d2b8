import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Queue, Redacted } from "effect"
import { LeadDatabase } from "../src/index.ts"
import { serverOf } from "../src/internal/migrationClient.ts"

describe("waiting for Postgres", () => {
  it.live("is logged with where and why, each time, and without a password", () =>
    Effect.gen(function* () {
      const lines = yield* Queue.unbounded<string>()
      const logger = Logger.make(({ message }) => void Queue.offerUnsafe(lines, String(message)))
      const database = LeadDatabase.layer({
        connection: {
          url: Redacted.make("postgres://somebody:hunter2@127.0.0.1:1/leads?application_name=hunter2"),
          ssl: false,
        },
        pool: { maxConnections: 1, minConnections: 0, connectionTTL: Option.none() },
        migrations: "migrations",
        applicationName: "lead-gateway-test",
      })
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(Layer.provide(database, Logger.layer([logger])))
          for (let times = 0; times < 2; times++) {
            assert.strictEqual(
              yield* Queue.take(lines),
              "waiting for Postgres at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
            )
          }
        }),
      )
    }),
  )
})

describe("the server of an address", () => {
  it("is its host and port, 5432 unless given, and nothing else", () => {
    const server = (url: string) => serverOf({ url: Redacted.make(url), ssl: false })
    assert.strictEqual(server("postgres://a:b@db.example/leads?password=c"), "db.example:5432")
    assert.strictEqual(server("postgresql://a:b@[::1]:6432/leads"), "[::1]:6432")
  })
})
