/** A lead that is stored although its caller was refused: the one answer that intake has to take back. */
import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Logger, References } from "effect"
import { LeadIntake } from "../src/index.ts"
import { bothCounts, inWorld, newLead, receiveLead } from "./support/world.ts"

/** Makes each statement that stores leads take so long. */
const slowDown = (seconds: number) =>
  PgClient.PgClient.use((sql) =>
    Effect.gen(function* () {
      yield* sql.unsafe(
        `CREATE FUNCTION slow_insert() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END $$`,
      )
      yield* sql.unsafe(
        "CREATE TRIGGER slow_insert BEFORE INSERT ON lead FOR EACH STATEMENT EXECUTE FUNCTION slow_insert()",
      )
    }),
  )

describe("a lead whose statement takes longer than its sender waits", () => {
  it.live("is refused, and counted and logged with its correlation id once it is stored", () => {
    const logged: Array<unknown> = []
    const logger = Logger.make<unknown, void>(({ fiber, message }) => {
      logged.push([message, fiber.getRef(References.CurrentLogAnnotations)])
    })
    return Effect.gen(function* () {
      const { unconfirmed } = yield* LeadIntake
      yield* slowDown(7)
      const exit = yield* Effect.exit(receiveLead({ ...newLead(), correlationId: "late-1" }))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(unconfirmed(), 0)
      for (let waited = 0; waited < 60 && unconfirmed() === 0; waited++) yield* Effect.sleep("100 millis")
      assert.strictEqual(unconfirmed(), 1)
      assert.deepStrictEqual((yield* bothCounts).kept, { RECEIVED: 1, TOTAL: 1 })
      assert.deepStrictEqual(logged, [
        [["lead stored after its sender was answered 503"], { correlation_id: "late-1", lead_id: 1 }],
      ])
    }).pipe(inWorld, Effect.provide(Logger.layer([logger])))
  })
})
