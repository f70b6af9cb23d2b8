/**
 * The program that runs the Postgres server of a test run: prints its URL, and stops it and removes its data
 * when standard input ends, which happens however the run ends.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect, Redacted } from "effect"
import { EmbeddedPostgres } from "../EmbeddedPostgres.ts"

const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "lead-gateway-test-postgres-"))
  // When root runs the tests, the server's user must traverse the folder.
  await chmod(folder, 0o711)
  return folder
}

/** The programs of the version that `POSTGRES_VERSION` names; those of `lead-store` are of older ones. */
const binDirOf = (version: string | undefined): string | undefined => {
  if (version === undefined || version === "" || version === "18") return undefined
  const require = createRequire(new URL("../../../lead-store/package.json", import.meta.url))
  return join(dirname(require.resolve(`postgres-${version}`)), "..", "native", "bin")
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
    binDir: binDirOf(process.env.POSTGRES_VERSION),
    settings: { max_connections: 400 },
  })
  process.stdout.write(`${Redacted.value(url)}\n`)
  yield* inputEnds
}).pipe(Effect.scoped)

await Effect.runPromise(program).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
