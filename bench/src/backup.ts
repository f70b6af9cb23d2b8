/** How long a backup and a restore take, by the commands that operators run, on a database of many leads. */
import { PgClient } from "@effect/sql-pg"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startPostgres } from "./BenchPostgres.ts"
import { markdownTable } from "./markdownTable.ts"
import { startProgram } from "./Program.ts"
import { growTo } from "./size/generate.ts"
import { quantile } from "./statistics.ts"

const program = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url))

/** What a round measures. */
interface Round {
  /** The whole command: dumping, checking, counting, and reading the file again. */
  readonly backup: number
  /** The whole command: checking, restoring, comparing, ANALYZE. */
  readonly restore: number
  /** Into a database that is made for it, and dropped. */
  readonly drill: number
}

/**
 * Makes a database of so many leads, and in each round backs it up, restores it into an empty one and tries the drill; prints the
 * median and the extremes of each in seconds. `pg_dump` is found by `PATH`, and must not be older than Postgres.
 */
export const backup = Effect.fnUntraced(function* (options: {
  readonly leads: number
  readonly rounds: number
  readonly postgres: string | undefined
}) {
  const folder = yield* scratchFolder()
  const postgres = yield* startPostgres({
    dataDir: join(folder, "data"),
    binDir: options.postgres,
    watchesStatements: false,
  })
  const source = yield* postgres.fresh
  yield* command(folder, source.url, "migrate", "up")
  yield* Effect.andThen(
    growTo(options.leads),
    PgClient.PgClient.use((sql) => sql.unsafe("VACUUM (ANALYZE)").unprepared),
  ).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(source.url) })))
  const [size] = yield* source.rows<{ readonly size: string }>(
    "SELECT pg_size_pretty(pg_database_size(current_database())) AS size",
  )
  const rounds: Array<Round> = []
  let bytes = 0
  for (let round = 0; round < options.rounds; round++) {
    const [backups, target] = [join(folder, `backups-${round}`), yield* postgres.fresh]
    const made = yield* command(folder, source.url, "backup", "--to", backups, "--json")
    bytes = (JSON.parse(made.output) as { manifest: { file: { bytes: number } } }).manifest.file.bytes
    const restored = yield* command(folder, target.url, "restore", backups)
    const drilled = yield* command(folder, source.url, "restore", backups, "--drill")
    rounds.push({ backup: made.seconds, restore: restored.seconds, drill: drilled.seconds })
    console.log(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))}`)
  }
  console.log(
    `Postgres ${postgres.version}, ${options.leads} leads, ${size?.size ?? ""} on disk, a dump of ${Math.round(bytes / 1024 ** 2)} MiB`,
  )
  console.log(
    markdownTable(
      (["backup", "restore", "drill"] as const).map((name) => {
        const times = rounds.map((round) => round[name])
        const shown = [0.5, 0, 1].map((part) => quantile(times, part).toFixed(0))
        return {
          command: name,
          "median, s": shown[0] ?? "",
          "least to most, s": `${shown[1]} to ${shown[2]}`,
        }
      }),
    ),
  )
}, Effect.scoped)

/** Runs a command of the gateway to its end; dies when it fails, having printed why. */
const command = Effect.fnUntraced(function* (
  folder: string,
  databaseUrl: string,
  ...args: ReadonlyArray<string>
) {
  const began = performance.now()
  const running = yield* startProgram({
    program,
    args,
    cwd: folder,
    env: { DATABASE_URL: databaseUrl },
    reads: true,
  })
  const output = yield* running.output
  const code = yield* running.code
  if (code !== 0) return yield* Effect.die(new Error(`${args.join(" ")} ended with ${code}`))
  return { output, seconds: (performance.now() - began) / 1000 }
}, Effect.scoped)
