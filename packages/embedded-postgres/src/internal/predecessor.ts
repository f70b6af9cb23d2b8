/**
 * The server of an earlier owner that died. Its watchdog is stopping it, so we wait and never stop it ourselves. A
 * `postmaster.pid` whose id now belongs to another program is removed: Postgres only checks whether any process has
 * that id, and would refuse to start.
 */
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { DataDirInUse, type EmbeddedPostgresError } from "../EmbeddedPostgresError.ts"
import type { DataDir } from "./dataDir.ts"
import { failWith, onDisk } from "./fault.ts"
import { exists, isServerOf } from "./processes.ts"
import { waitUntil } from "./wait.ts"

/** How long an old server may take to stop: its watchdog gives it 60 s. */
export const predecessorMs = 70_000

const pidFile = (dir: DataDir) => join(dir.cluster, "postmaster.pid")

const recordedPid = async (dir: DataDir): Promise<number | undefined> => {
  const text = await readFile(pidFile(dir), "utf8").catch(() => "")
  const pid = Number(text.split("\n")[0])
  // A single-user server writes its id negated.
  return Number.isSafeInteger(pid) && pid !== 0 ? Math.abs(pid) : undefined
}

/** Waits until no server works on the database. Call it only as the holder of the data folder's lock. */
export const awaitPredecessor = Effect.fnUntraced(function* (
  dir: DataDir,
): Effect.fn.Return<void, EmbeddedPostgresError> {
  const pid = yield* Effect.promise(() => recordedPid(dir))
  if (pid === undefined) return
  const isServed = Effect.promise(() => isServerOf(pid, dir.cluster))
  if (yield* isServed) {
    yield* Effect.logInfo(`waiting for the last database server of ${dir.root} to stop (process ${pid})`)
    const condition = Effect.map(isServed, (served) => !served)
    const stopped = yield* waitUntil({ condition, everyMs: 50, forMs: predecessorMs })
    if (!stopped) return yield* failWith(new DataDirInUse({ dataDir: dir.root, pid, host: null }))
  }
  if (exists(pid)) yield* onDisk(dir.root, () => rm(pidFile(dir), { force: true }))
})
