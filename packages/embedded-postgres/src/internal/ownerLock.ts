/**
 * One owner for a data folder at a time.
 *
 * The lock is the file `owner.json`. It names the holder by its process id, its start time and its place, because a
 * process id is valid only within one boot and one container. It is created atomically by a hard link, so only one of
 * two starters succeeds. The lock of a holder that was killed with SIGKILL is recognised as stale: the process is gone,
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
import { errorCode, failWith, onDisk } from "./fault.ts"
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
const unlessGone = <A>(use: Promise<A>): Promise<A | undefined> =>
  use.catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined
    throw error
  })

type Verdict = "alive" | "dead" | "elsewhere"

/** Inspects a process of this machine; a lock that cannot be read is judged by its age. */
const judge = async (holder: Option.Option<Holder>, place: string): Promise<Verdict> => {
  if (Option.isNone(holder) || holder.value.place !== place) return "elsewhere"
  const { pid, started } = holder.value
  if (!(await isAlive(pid))) return "dead"
  const startedNow = await startOf(pid)
  return startedNow === undefined || started === null || startedNow === started ? "alive" : "dead"
}

/**
 * Removes a stale lock. It is moved aside first and checked: if another starter has taken the lock meanwhile, it is put
 * back.
 */
const breakLock = async (dataDir: string, judged: string): Promise<void> => {
  const lock = join(dataDir, lockName)
  const aside = join(dataDir, `owner.${randomUUID()}.old`)
  await unlessGone(rename(lock, aside))
  const moved = await unlessGone(readFile(aside, "utf8"))
  if (moved !== undefined && moved !== judged) await link(aside, lock).catch(() => undefined)
  await rm(aside, { force: true })
}

/** A lock that we hold. Its file stays open, so that a touch can never reach another holder's lock. */
interface Taken {
  readonly _tag: "Taken"
  readonly file: FileHandle
}

type Try =
  | Taken
  | { readonly _tag: "Again" }
  | { readonly _tag: "Held"; readonly judged: string; readonly holder: Option.Option<Holder> }

/** One attempt to create the lock. Returns the existing lock if there is one. */
const tryTake = async (dataDir: string, content: string): Promise<Try> => {
  const lock = join(dataDir, lockName)
  const mine = join(dataDir, `owner.${randomUUID()}.new`)
  const file = await open(mine, "wx", 0o600)
  try {
    await file.write(content, 0)
    await link(mine, lock)
    return { _tag: "Taken", file }
  } catch (error) {
    await file.close()
    if (errorCode(error) === "ENOENT") return { _tag: "Again" }
    if (errorCode(error) !== "EEXIST") throw error
    const judged = await unlessGone(readFile(lock, "utf8"))
    return judged === undefined ? { _tag: "Again" } : { _tag: "Held", judged, holder: decodeHolder(judged) }
  } finally {
    await rm(mine, { force: true })
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
    if (before < 0) yield* Effect.logInfo(`looking whether the last user of ${dataDir} is still there`)
    before = age
    yield* sleepMs(250)
  }
})

/** Files left behind by a starter that was killed. */
const sweep = async (dataDir: string): Promise<void> => {
  const names = await readdir(dataDir)
  const left = names.filter((name) => /^owner\..+\.(new|old)$/.test(name))
  await Promise.all(left.map((name) => rm(join(dataDir, name), { force: true })))
}

const take = Effect.fnUntraced(function* (dataDir: string, me: Holder, content: string) {
  for (;;) {
    const outcome = yield* onDisk(dataDir, () => tryTake(dataDir, content))
    if (outcome._tag === "Taken") return outcome.file
    if (outcome._tag === "Again") continue
    const asked = yield* onDisk(dataDir, () => judge(outcome.holder, me.place))
    const verdict = asked === "elsewhere" ? yield* Effect.interruptible(watch(dataDir)) : asked
    if (verdict === "alive") {
      const pid = Option.match(outcome.holder, { onNone: () => 0, onSome: (holder) => holder.pid })
      const host = Option.match(outcome.holder, { onNone: () => null, onSome: (holder) => holder.host })
      return yield* failWith(new DataDirInUse({ dataDir, pid, host: asked === "alive" ? null : host }))
    }
    yield* onDisk(dataDir, () => breakLock(dataDir, outcome.judged))
  }
})

/** Removes the lock, unless another process has taken it while this one was suspended. */
const letGo = async (dataDir: string, file: FileHandle): Promise<void> => {
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
      yield* onDisk(dataDir, () => sweep(dataDir)).pipe(Effect.ignore)
      const timer = setInterval(() => void file.write(content, 0).catch(() => undefined), touchEveryMs)
      return { file, timer: timer.unref() }
    }),
    ({ file, timer }) =>
      Effect.promise(() => {
        clearInterval(timer)
        return letGo(dataDir, file).catch(() => undefined)
      }),
  ).pipe(Effect.asVoid)
