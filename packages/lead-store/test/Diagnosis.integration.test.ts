import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { diagnose } from "../src/index.ts"
import { client, template } from "./support/world.ts"

/** What is found by a role of its own, after statements of an administrator have run. */
const diagnosisAfter = Effect.fnUntraced(function* (
  statements: (role: string) => ReadonlyArray<string>,
  options?: Parameters<typeof TestDatabase.make>[0],
) {
  const { client: administrator, name, url } = yield* TestDatabase.make(options)
  const role = `${name}_app`
  const asRole = new URL(url)
  asRole.username = role
  asRole.password = "a"
  return yield* Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* Effect.acquireRelease(sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'a'`), () =>
      Effect.orDie(Effect.andThen(sql.unsafe(`DROP OWNED BY ${role}`), sql.unsafe(`DROP ROLE ${role}`))),
    )
    for (const statement of statements(role)) yield* sql.unsafe(statement)
    return yield* Effect.provide(diagnose, client(asRole.href))
  }).pipe(Effect.scoped, Effect.provide(administrator))
})

const grantAll = (role: string) => [
  `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
  `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
]

describe("diagnose", () => {
  it.live("finds a fit server, its clock, and a role that may do its work and no more", () =>
    Effect.gen(function* () {
      const found = yield* diagnosisAfter(grantAll, { template })
      assert.deepInclude(found, {
        isVersionFit: true,
        isReadOnly: false,
        missingRights: [],
        mayCreateTables: false,
        differingSettings: [],
      })
      assert.match(found.version, /^\d+\.\d+/)
      assert.isAtMost(Math.abs(found.clockAheadMs), found.clockErrorMs + 50)
    }),
  )

  it.live("names every right that is missing, on tables and on sequences", () =>
    Effect.gen(function* () {
      const { missingRights } = yield* diagnosisAfter(
        (role) => [
          ...grantAll(role),
          `REVOKE UPDATE, DELETE ON work FROM ${role}`,
          `REVOKE ALL ON SEQUENCE lead_id_seq FROM ${role}`,
          "CREATE TABLE somebody_elses ()",
          `ALTER TABLE somebody_elses OWNER TO ${role}`,
        ],
        { template },
      )
      assert.deepStrictEqual(missingRights, ["USAGE on lead_id_seq", "DELETE on work", "UPDATE on work"])
    }),
  )

  it.live("finds a database that takes no writes, and misses no rights where there is no schema", () =>
    Effect.gen(function* () {
      const found = yield* diagnosisAfter((role) => [
        `ALTER ROLE ${role} SET default_transaction_read_only = on`,
        `GRANT CREATE ON SCHEMA public TO ${role}`,
      ])
      assert.deepInclude(found, { isReadOnly: true, missingRights: [], mayCreateTables: true })
    }),
  )
})
