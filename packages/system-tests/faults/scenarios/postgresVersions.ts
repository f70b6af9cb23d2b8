import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { goesOn, someTime } from "../support/progress.ts"
import { query } from "../support/Rows.ts"
import type { Scenario } from "../support/Scenario.ts"

/** Leads are taken and delivered with an older Postgres, which also crashes once. */
const onVersion = (version: 14 | 15): Scenario => ({
  name: `postgres-${version}`,
  ownPostgres: true,
  postgresVersion: version,
  mayLoseOutcomes: true,
  untilMended: true,
  before: ({ book, draw }) =>
    book.behave((_, earlier) =>
      draw.fraction("answer", book.exchanges.length) < 0.1 && earlier < 3
        ? CustomerBehaviour.reply({ status: 503 })
        : CustomerBehaviour.reply({ delayMs: 20 }),
    ),
  fault: (world) =>
    Effect.gen(function* () {
      const [row] = yield* Effect.orDie(
        query<{ readonly version: string }>(
          world.databaseUrl,
          "SELECT current_setting('server_version') AS version",
        ),
      )
      if (row?.version.startsWith(`${version}.`) !== true) world.findings.push(`Postgres is ${row?.version}`)
      yield* someTime(world, "crash", [0.2, 0.6])
      yield* world.postgres.restart("immediate")
      yield* goesOn(world, 30)
    }),
})

/** The oldest version that is supported, and one more that is not the bundled one. */
export const postgresVersions: ReadonlyArray<Scenario> = [onVersion(14), onVersion(15)]
