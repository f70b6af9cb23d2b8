/**
 * One owner for a data folder at a time.
 *
 * The lock is the file `owner.json`: who holds it, by process id and start of process, and where (a process id
 * means something only within one boot and one container). It appears whole, by a hard link, so two starters
 * cannot both make it. What a kill -9 leaves behind is recognised: the process is gone, or its id belongs to a
 * process with another start. A holder in another container or on another host cannot be asked, so a holder
 * touches its lock every two seconds, and one that was not touched for fifteen has no living holder.
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

/** How long a lock that nobody can be asked about must lie untouched to be nobody's. */
const untouchedForMs = 15_000

const Holder = Schema.Struct({
  pid: Schema.Int,
  /** The start of the process, see `startOf`; null where it cannot be told. */
  started: Schema.NullOr(Schema.String),
  /** Where the process id counts: the boot and the process namespace. */
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

/** Undefined: there is nothing at the path any more. */
const unlessGone = <A>(use: Promise<A>): Promise<A | undefined> =>
  use.catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined
    throw error
  })

type Verdict = "alive" | "dead" | "elsewhere"

/** A process of this place is asked; a lock that cannot be read is judged by its age. */
const judge = async (holder: Option.Option<Holder>, place: string): Promise<Verdict> => {
  if (Option.isNone(holder) || holder.value.place !== place) return "elsewhere"
  const { pid, started } = holder.value
  if (!(await isAlive(pid))) return "dead"
  const startedNow = await startOf(pid)
  return startedNow === undefined || started === null || startedNow === started ? "alive" : "dead"
}

/**
 * Takes a dead holder's lock away. It is moved aside first and looked at: should another starter have taken
 * it in between, that one gets it back.
 */
const breakLock = async (dataDir: string, judged: string): Promise<void> => {
  const lock = join(dataDir, lockName)
  const aside = join(dataDir, `owner.${randomUUID()}.old`)
  await unlessGone(rename(lock, aside))
  const moved = await unlessGone(readFile(aside, "utf8"))
  if (moved !== undefined && moved !== judged) await link(aside, lock).catch(() => undefined)
  await rm(aside, { force: true })
}

/** The lock in hand: its file stays open, so that a touch can never hit another's lock. */
interface Taken {
  readonly _tag: "Taken"
  readonly file: FileHandle
}

type Try =
  | Taken
  | { readonly _tag: "Again" }
  | { readonly _tag: "Held"; readonly judged: string; readonly holder: Option.Option<Holder> }

/** One attempt to make the lock. Not made: the one that is there. */
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

/** How long the lock has lain untouched, by the clock of its own file system. Undefined: it is gone. */
const untouchedMs = async (dataDir: string): Promise<number | undefined> => {
  const probe = join(dataDir, `owner.${randomUUID()}.new`)
  await writeFile(probe, "", { mode: 0o600 })
  const now = await stat(probe)
  await rm(probe, { force: true })
  const touched = await unlessGone(stat(join(dataDir, lockName)))
  return touched === undefined ? undefined : now.mtimeMs - touched.mtimeMs
}

/** Waits until a lock that nobody can be asked about is touched again (alive) or old enough (dead). */
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

/** Files that a starter who was killed in the middle left behind. */
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

/** Removes the lock, unless it was taken from us meanwhile (this process was suspended for long). */
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
