/**
 * The program that runs the Postgres server of a test run: prints its URL, and stops it and removes its data
 * when standard input ends, which happens however the run ends.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Redacted } from "effect"
import { EmbeddedPostgres } from "../EmbeddedPostgres.ts"

const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "lead-gateway-test-postgres-"))
  // When root runs the tests, the server's user must traverse the folder.
  await chmod(folder, 0o711)
  return folder
}

const inputEnds = Effect.callback<void>((resume) => {
  const end = () => resume(Effect.void)
  // A pipe emits `close`, a file only `end`.
  process.stdin.once("end", end).once("close", end).resume()
})

const program = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(Effect.promise(makeFolder), (made) =>
    Effect.promise(() => rm(made, { recursive: true, force: true, maxRetries: 5 })),
  )
  const { url } = yield* EmbeddedPostgres.make({
    dataDir: join(folder, "data"),
    durable: false,
    settings: { max_connections: 400 },
  })
  process.stdout.write(`${Redacted.value(url)}\n`)
  yield* inputEnds
}).pipe(Effect.scoped)

await Effect.runPromise(program).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
