import { existsSync, mkdtempSync, chmodSync, realpathSync, rmSync, statfsSync, symlinkSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"

/** A path of the repository. */
export const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

/** In memory if there is room: databases that flush every commit slow the disk down. */
const root = (() => {
  const memory = "/dev/shm"
  const free = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 }
  return free.bavail * free.bsize > 4 * 1024 ** 3 ? memory : realpathSync(tmpdir())
})()

/** An empty folder for the current scope. */
export const makeEmptyFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(root, "lead-gateway-faults-"))
    // When root runs the tests, the user that Postgres runs as passes through.
    chmodSync(folder, 0o711)
    return folder
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })),
)

/** A folder for the current scope, with links to what programs read, and no `.env`. */
export const makeFolder = Effect.tap(makeEmptyFolder, (folder) =>
  Effect.sync(() => {
    for (const name of ["config", "migrations"]) symlinkSync(inRepository(name), join(folder, name))
  }),
)

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

const taken = new Set<number>()

/**
 * A port that stays free while its program is down: below the ephemeral range, and handed out only once.
 */
export const ownPort: Effect.Effect<number> = Effect.promise(async () => {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return port
  }
})
