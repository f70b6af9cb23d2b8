import { assert, layer } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { scratchFolder } from "@lead-gateway/testkit"
import { Duration, Effect, Layer, Redacted } from "effect"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { describe } from "vitest"
import { checkPlans } from "./support/checkPlans.ts"
import { wholeLife, wholeLifeStands } from "./support/life.ts"
import { contradictions, drain, stress } from "./support/stress.ts"
import { bothCounts, inWorldOn } from "./support/world.ts"

/** The folder of an older server's programs, which are there for one platform only. */
const binDirOf = (version: 14 | 15) =>
  process.platform === "linux" && process.arch === "x64"
    ? join(dirname(createRequire(import.meta.url).resolve(`postgres-${version}`)), "..", "native", "bin")
    : undefined

const serverOf = (binDir: string) =>
  Layer.unwrap(
    Effect.map(scratchFolder(), (folder) =>
      EmbeddedPostgres.layer({ dataDir: join(folder, "data"), durable: false, binDir }),
    ),
  )

for (const version of [14, 15] as const) {
  const binDir = binDirOf(version)
  describe.skipIf(binDir === undefined)(`Postgres ${version}`, () => {
    layer(serverOf(binDir ?? ""), { timeout: "60 seconds", excludeTestServices: true })((it) => {
      const onServer = <A, E, R>(use: (serverUrl: string) => Effect.Effect<A, E, R>) =>
        Effect.flatMap(EmbeddedPostgres, ({ url }) => use(Redacted.value(url)))

      it.effect("is what runs", () =>
        Effect.map(EmbeddedPostgres, (server) => assert.match(server.version, new RegExp(`^${version}\\.`))),
      )

      it.effect("takes leads through their whole life", () =>
        onServer((serverUrl) =>
          Effect.gen(function* () {
            assert.deepStrictEqual(yield* wholeLife, wholeLifeStands)
            const { counted, kept } = yield* bothCounts
            assert.deepStrictEqual(kept, counted)
          }).pipe(inWorldOn(serverUrl)),
        ),
      )

      it.effect("reads large tables by an index, and no index from end to end", () =>
        onServer((serverUrl) =>
          Effect.map(checkPlans(serverUrl), ({ found }) => assert.deepStrictEqual(found, [])),
        ),
      )

      it.effect("keeps the books while eight workers fight over the same leads", () =>
        onServer((serverUrl) =>
          Effect.gen(function* () {
            yield* stress({ workers: 8, duration: Duration.seconds(3), seed: version, ratePerSecond: 60 })
            assert.deepStrictEqual(yield* drain, [])
            assert.deepStrictEqual(yield* contradictions, [])
          }).pipe(inWorldOn(serverUrl)),
        ),
      )
    })
  })
}
