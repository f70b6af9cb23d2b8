import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber } from "effect"
import { SqlError } from "effect/sql"
import { TestClock } from "effect/testing"
import { duplexPair } from "node:stream"
import { isPartitionMissing, storeCall } from "../src/StoreError.ts"

/** The driver's error when Postgres reports one that quotes data. */
const reported = (code: string, constraint?: string) =>
  new SqlError.SqlError({
    reason: new SqlError.UnknownError({
      cause: Object.assign(new Error("Key (phone)=(+49123456789)"), { severity: "ERROR", code, constraint }),
      message: "PgConnection: Query failed (+49123456789)",
      operation: "query",
    }),
  })

const ofSocket = (code?: string) =>
  new SqlError.SqlError({
    reason: new SqlError.ConnectionError({
      cause: Object.assign(new Error("socket"), { code }),
      message: "PgConnection: Socket error",
      operation: "query",
    }),
  })

const call = (error: SqlError.SqlError) => Effect.flip(storeCall("Test.call")(Effect.fail(error)))

describe("storeCall", () => {
  for (const [code, what] of [
    ["08006", "a connection that failed"],
    ["28P01", "a password that is being changed"],
    ["3D000", "a database that is being made"],
    ["40P01", "a deadlock"],
    ["40001", "a serialisation failure"],
    ["42501", "a right that is missing"],
    ["42P01", "a schema that is being migrated"],
    ["42703", "a column that a newer release has dropped"],
    ["53300", "too many connections"],
    ["55P03", "a lock that was not to be had"],
    ["57P01", "a shutdown"],
    ["57014", "a statement that was cancelled"],
    ["58030", "a broken disk"],
    ["25006", "a failover under way"],
    ["23514", "a partition that is missing"],
  ] as const) {
    it.effect(`takes ${what} (${code}) for something that passes`, () =>
      Effect.gen(function* () {
        assert.deepInclude(yield* call(reported(code)), { _tag: "StoreUnavailable", sqlState: code })
      }),
    )
  }

  it.effect("takes a broken connection for something that passes, whatever the system calls it", () =>
    Effect.gen(function* () {
      for (const code of ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", undefined]) {
        const error = yield* call(ofSocket(code))
        assert.deepInclude(error, { _tag: "StoreUnavailable", sqlState: undefined })
        assert.strictEqual(error.message, "Test.call: Postgres is not available")
      }
    }),
  )

  it.effect("says that a value was refused, and quotes nothing of it", () =>
    Effect.gen(function* () {
      for (const [code, constraint] of [
        ["22P05", undefined],
        ["22003", undefined],
        ["23502", undefined],
        ["23514", "inbound_lead_payload_hash"],
      ] as const) {
        const error = yield* call(reported(code, constraint))
        assert.deepInclude(error, { _tag: "DataRefused", sqlState: code })
        assert.strictEqual(error.message, `Test.call: Postgres refused a value (${code})`)
        assert.notInclude(JSON.stringify(error), "+49123456789")
      }
    }),
  )

  it.effect("takes everything else for a bug, and quotes nothing either", () =>
    Effect.gen(function* () {
      const encoding = new SqlError.SqlError({
        reason: new SqlError.UnknownError({
          cause: new Error("cannot encode +49123456789"),
          message: "PgConnection: Failed to encode query",
          operation: "query",
        }),
      })
      for (const [error, said] of [
        [reported("42601"), "Test.call: SQLSTATE 42601"],
        [encoding, "Test.call: SQLSTATE none"],
      ] as const) {
        const cause = yield* Effect.flip(Effect.sandbox(storeCall("Test.call")(Effect.fail(error))))
        assert.isTrue(Cause.hasDies(cause))
        assert.strictEqual(String(Cause.squash(cause)), `Error: ${said}`)
      }
    }),
  )

  it.effect("waits 10 s for an answer and no longer", () =>
    Effect.gen(function* () {
      const calling = yield* Effect.forkChild(Effect.exit(storeCall("Test.call")(Effect.never)))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(calling.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isTrue(Exit.isFailure(yield* Fiber.join(calling)))
    }),
  )

  it.live("reads an answer that came while the event loop was busy, however long that was", () =>
    Effect.gen(function* () {
      const [near, far] = duplexPair()
      const answer = Effect.callback<string>((resume) => {
        // Reading takes a turn of the event loop, as from a socket; timers come before it.
        near.once("data", () => setImmediate(() => resume(Effect.succeed("stored"))))
      })
      const calling = yield* Effect.forkDetach(storeCall("Test.call", Duration.millis(300))(answer), {
        startImmediately: true,
      })
      far.write("answer")
      for (const until = performance.now() + 600; performance.now() < until;);
      assert.strictEqual(yield* Fiber.join(calling), "stored")
    }),
  )
})

describe("isPartitionMissing", () => {
  it("is true for a row without a partition and false for a row that breaks a rule", () => {
    assert.isTrue(isPartitionMissing(reported("23514")))
    assert.isFalse(isPartitionMissing(reported("23514", "inbound_lead_status")))
    assert.isFalse(isPartitionMissing(reported("23505")))
    assert.isFalse(isPartitionMissing(ofSocket("EPIPE")))
  })
})
