/**
 * One owner for a data folder at a time.
 *
 * The lock is the file `owner.json`. It names the holder by its process id, its start time and its place, because a
 * process id is valid only within one boot and one container. It is created atomically by a hard link, so only one of
 * two processes succeeds. The lock of a holder that was killed with SIGKILL is stale: the process is gone,
 * or its id belongs to a process with another start time. A holder in another container or on another host cannot be
 * inspected, so every holder touches its lock every two seconds, and a lock not touched for fifteen seconds is stale.
 */
import { randomUUID } from "node:crypto"
import {
  type FileHandle,
  link,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { Effect, Option, Schema, type Scope } from "effect"
import { DataDirInUse, type EmbeddedPostgresError } from "../EmbeddedPostgresError.ts"
import { errorCode, failWith, onDisk, unlessMissing } from "./failures.ts"
import { isAlive, startOf } from "./processes.ts"
import { sleepMs } from "./wait.ts"

/** The lock's name in the data folder. */
const lockName = "owner.json"

/** How often a holder touches its lock. */
const touchEveryMs = 2_000

/** The age at which a lock of a holder that cannot be inspected is stale. */
const untouchedForMs = 15_000

const Holder = Schema.Struct({
  pid: Schema.Int,
  /** The start time of the process, see `startOf`; null if unknown. */
  started: Schema.NullOr(Schema.String),
  /** The scope of the process id: the boot and the process namespace. */
  place: Schema.String,
  host: Schema.String,
})
type Holder = typeof Holder.Type

const decodeHolder = Schema.decodeUnknownOption(Schema.fromJsonString(Holder))

const here = async (): Promise<string> => {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => hostname())
  const namespace = await readlink("/proc/self/ns/pid").catch(() => process.platform)
  return `${boot.trim()} ${namespace}`
}

const self = async (): Promise<Holder> => ({
  pid: process.pid,
  started: (await startOf(process.pid)) ?? null,
  place: await here(),
  host: hostname(),
})

/** Undefined if the file no longer exists. */
const unlessGone = <A>(use: Promise<A>) => unlessMissing(use, undefined)

type HolderState = "alive" | "dead" | "elsewhere"

/** The state of the holder if it runs in this place; a lock that cannot be read counts as held elsewhere. */
const inspect = async (holder: Option.Option<Holder>, place: string): Promise<HolderState> => {
  if (Option.isNone(holder) || holder.value.place !== place) return "elsewhere"
  const { pid, started } = holder.value
  if (!(await isAlive(pid))) return "dead"
  const startedNow = await startOf(pid)
  return startedNow === undefined || started === null || startedNow === started ? "alive" : "dead"
}

/**
 * Removes a stale lock. It is renamed first and compared with `content`: if another process has taken the lock in the
 * meantime, it is put back.
 */
const breakLock = async (dataDir: string, content: string): Promise<void> => {
  const lock = join(dataDir, lockName)
  const aside = join(dataDir, `owner.${randomUUID()}.old`)
  await unlessGone(rename(lock, aside))
  const moved = await unlessGone(readFile(aside, "utf8"))
  if (moved !== undefined && moved !== content) await link(aside, lock).catch(() => undefined)
  await rm(aside, { force: true })
}

/** A lock that this process holds. Its file stays open, so that a touch never changes the lock of another holder. */
interface Taken {
  readonly _tag: "Taken"
  readonly file: FileHandle
}

/** The outcome of one attempt to create the lock. `Again`: the lock was removed in the meantime. */
type Try =
  | Taken
  | { readonly _tag: "Again" }
  | { readonly _tag: "Held"; readonly content: string; readonly holder: Option.Option<Holder> }

/** Tries once to create the lock. */
const tryTake = async (dataDir: string, content: string): Promise<Try> => {
  const lock = join(dataDir, lockName)
  const draft = join(dataDir, `owner.${randomUUID()}.new`)
  const file = await open(draft, "wx", 0o600)
  try {
    await file.write(content, 0)
    await link(draft, lock)
    return { _tag: "Taken", file }
  } catch (error) {
    await file.close()
    if (errorCode(error) === "ENOENT") return { _tag: "Again" }
    if (errorCode(error) !== "EEXIST") throw error
    const held = await unlessGone(readFile(lock, "utf8"))
    return held === undefined
      ? { _tag: "Again" }
      : { _tag: "Held", content: held, holder: decodeHolder(held) }
  } finally {
    await rm(draft, { force: true })
  }
}

/** The time since the last touch, by the clock of the file system. Undefined if the lock is gone. */
const untouchedMs = async (dataDir: string): Promise<number | undefined> => {
  const probe = join(dataDir, `owner.${randomUUID()}.new`)
  await writeFile(probe, "", { mode: 0o600 })
  const now = await stat(probe)
  await rm(probe, { force: true })
  const touched = await unlessGone(stat(join(dataDir, lockName)))
  return touched === undefined ? undefined : now.mtimeMs - touched.mtimeMs
}

/** Waits until the lock of a holder that cannot be inspected is touched again (alive) or stale. */
const watch = Effect.fnUntraced(function* (dataDir: string) {
  let before = -1
  for (;;) {
    const age = yield* onDisk(dataDir, () => untouchedMs(dataDir))
    if (age === undefined || age > untouchedForMs) return "dead" as const
    if (age < before) return "alive" as const
    if (before < 0) yield* Effect.logInfo(`checking whether the last owner of ${dataDir} is still alive`)
    before = age
    yield* sleepMs(250)
  }
})

/** Removes the files of a process that was killed while it took the lock. */
const removeLeftovers = async (dataDir: string): Promise<void> => {
  const names = await readdir(dataDir)
  const left = names.filter((name) => /^owner\..+\.(new|old)$/.test(name))
  await Promise.all(left.map((name) => rm(join(dataDir, name), { force: true })))
}

const take = Effect.fnUntraced(function* (dataDir: string, me: Holder, content: string) {
  for (;;) {
    const outcome = yield* onDisk(dataDir, () => tryTake(dataDir, content))
    if (outcome._tag === "Taken") return outcome.file
    if (outcome._tag === "Again") continue
    const inspected = yield* onDisk(dataDir, () => inspect(outcome.holder, me.place))
    const state = inspected === "elsewhere" ? yield* Effect.interruptible(watch(dataDir)) : inspected
    if (state === "alive") {
      const pid = Option.match(outcome.holder, { onNone: () => 0, onSome: (holder) => holder.pid })
      const host = Option.match(outcome.holder, { onNone: () => null, onSome: (holder) => holder.host })
      return yield* failWith(new DataDirInUse({ dataDir, pid, host: inspected === "alive" ? null : host }))
    }
    yield* onDisk(dataDir, () => breakLock(dataDir, outcome.content))
  }
})

/** Removes the lock, unless another process has taken it while this one was suspended. */
const release = async (dataDir: string, file: FileHandle): Promise<void> => {
  const lock = join(dataDir, lockName)
  const [there, ours] = await Promise.all([unlessGone(stat(lock)), file.stat()])
  if (there?.ino === ours.ino) await rm(lock, { force: true })
  await file.close()
}

/**
 * Holds the data folder until the scope closes. Fails with `DataDirInUse` when a living process holds it,
 * this one included.
 */
export const holdDataDir = (dataDir: string): Effect.Effect<void, EmbeddedPostgresError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const me = yield* Effect.promise(self)
      const content = JSON.stringify(me)
      const file = yield* take(dataDir, me, content)
      yield* onDisk(dataDir, () => removeLeftovers(dataDir)).pipe(Effect.ignore)
      const timer = setInterval(() => void file.write(content, 0).catch(() => undefined), touchEveryMs)
      return { file, timer: timer.unref() }
    }),
    ({ file, timer }) =>
      Effect.promise(() => {
        clearInterval(timer)
        return release(dataDir, file).catch(() => undefined)
      }),
  ).pipe(Effect.asVoid)
