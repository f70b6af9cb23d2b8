import { assert, it } from "@effect/vitest"
import { Migrations } from "@lead-gateway/lead-store"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { pathOf } from "../repository/repository.ts"
import { objectsOf, specs } from "./support/chartShapes.ts"
import { valueSets } from "./support/chartValues.ts"
import { render } from "./support/helm.ts"

it.effect("The query by which KEDA scales workers is one of the schema's: no lead, no worker more", () =>
  Effect.gen(function* () {
    const { client, url } = yield* TestDatabase.make()
    const connection = { url: Redacted.make(url), ssl: false, target: "test" }
    yield* Migrations.up({ connection, directory: pathOf("migrations") })
    const objects = yield* Effect.promise(() =>
      render(valueSets["workers scaled by due leads from Postgres"]),
    )
    const query = objectsOf(objects, specs.scaledObject)[0]?.spec.triggers[0]?.metadata.query ?? ""
    const rows = yield* Effect.provide(
      Effect.flatMap(SqlClient, (sql) => sql.unsafe(query)),
      client,
    )
    assert.deepStrictEqual(rows, [{ count: 0n }])
  }).pipe(Effect.scoped),
)
