import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Redacted } from "effect"
import { createHmac } from "node:crypto"
import { type Contact, SearchKey } from "../src/index.ts"
import { inWorld } from "./support/world.ts"

const ada: Contact = { kind: "email", value: "ada@example.com" }

/** The hash function of a process that starts now. */
const starting = (key?: string) =>
  Effect.flatMap(
    Layer.build(
      Layer.fresh(
        SearchKey.layer({ key: key === undefined ? Option.none() : Option.some(Redacted.make(key)) }),
      ),
    ),
    (services) =>
      Effect.provideContext(
        SearchKey.use(({ hash }) => hash),
        services,
      ),
  )

describe("the key of the search", () => {
  it.effect("is made once, however many processes start together, and kept", () =>
    Effect.gen(function* () {
      const hashes = yield* Effect.forEach(Array.from({ length: 20 }), () => starting(), { concurrency: 20 })
      const again = yield* starting()
      assert.lengthOf(new Set([...hashes, again].map((hash) => hash(ada))), 1)
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ key: Uint8Array | null }>`SELECT key FROM search_key`
      assert.lengthOf(rows, 1)
      assert.strictEqual(rows[0]?.key?.length, 32)
    }).pipe(Effect.scoped, inWorld),
  )

  it.effect("is the setting's where it is set, and is not stored then", () =>
    Effect.gen(function* () {
      const hash = yield* starting("a-key-of-the-setting")
      const expected = createHmac("sha256", "a-key-of-the-setting")
        .update("email\nada@example.com")
        .digest("hex")
      assert.strictEqual(hash(ada), expected.slice(0, 32))
      assert.notStrictEqual(hash({ ...ada, kind: "phone" }), hash(ada))
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{
        row: string
        key: unknown
      }>`SELECT search_key::text AS row, key FROM search_key`
      assert.notInclude(JSON.stringify(rows), "a-key-of-the-setting")
      assert.notInclude(JSON.stringify(rows), Buffer.from("a-key-of-the-setting").toString("hex"))
      assert.isNull(rows[0]?.key)
    }).pipe(Effect.scoped, inWorld),
  )

  it.effect("is warned of when it is another one than before", () =>
    Effect.gen(function* () {
      const logged: Array<unknown> = []
      const logger = Logger.make<unknown, void>(({ message }) => void logged.push(message))
      const heard = Effect.provideService(Logger.CurrentLoggers, new Set([logger]))
      const first = yield* heard(starting("the-first-key-of-all"))
      assert.deepStrictEqual(logged, [])
      const second = yield* heard(starting("the-second-key-of-all"))
      assert.match(String(logged), /another SEARCH_KEY before/)
      assert.notStrictEqual(first(ada), second(ada))
    }).pipe(Effect.scoped, inWorld),
  )
})
