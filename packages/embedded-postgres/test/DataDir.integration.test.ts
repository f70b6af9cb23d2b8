import { chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Redacted } from "effect"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import {
  copyOfServer,
  newDataDir,
  newFolder,
  ordinaryUid,
  query,
  scripts,
  startOwner,
  within,
} from "./support/world.ts"

const onDisk = <A>(use: () => Promise<A>) => Effect.promise(use)
const start = (dataDir: string, binDir?: string) => EmbeddedPostgres.make({ dataDir, durable: false, binDir })

/** Starts, stops and gives the reason of the failure. */
const reasonOf = (dataDir: string, binDir?: string) =>
  Effect.map(Effect.flip(Effect.scoped(start(dataDir, binDir))), ({ reason }) => reason)

/** A lock as another process would have left it. */
const writeLock = async (dataDir: string, holder: object) => {
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, "owner.json"), JSON.stringify(holder), { mode: 0o600 })
}

describe("a data folder", () => {
  it.live("belongs to one process at a time: the second reports the owner and changes nothing", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const owner = startOwner({ dataDir, durable: false })
      const { url } = yield* onDisk(() => owner.says("Up"))
      const { message, reason } = yield* Effect.flip(Effect.scoped(start(dataDir)))
      assert.deepInclude(reason, { _tag: "DataDirInUse", dataDir, pid: owner.pid, host: null })
      // Commands beside the owner work on its server.
      const left = yield* EmbeddedPostgres.connectionUrl(dataDir)
      assert.deepStrictEqual(Option.map(left, Redacted.value), Option.some(url))
      assert.deepStrictEqual(yield* EmbeddedPostgres.connectionUrl(yield* onDisk(newDataDir)), Option.none())
      assert.isTrue(yield* EmbeddedPostgres.exists(dataDir))
      assert.isFalse(yield* EmbeddedPostgres.exists(yield* onDisk(newDataDir)))
      assert.strictEqual(
        message,
        `the data folder ${dataDir} is in use by process ${owner.pid}: stop it, or set another DATA_DIR`,
      )
      assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
      yield* onDisk(() => owner.kill("SIGTERM"))
      yield* Effect.scoped(start(dataDir))
    }),
  )

  it.live("cannot be opened twice by one process", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      yield* start(dataDir)
      assert.deepInclude(yield* reasonOf(join(dataDir, "..", "data")), {
        _tag: "DataDirInUse",
        pid: process.pid,
      })
    }),
  )

  it.live("goes to exactly one of many who start at once", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      yield* onDisk(() => writeLock(dataDir, { pid: 2 ** 22 + 1, started: "1", place: "gone", host: "gone" }))
      yield* onDisk(() => utimes(join(dataDir, "owner.json"), 0, 0))
      const owners = Array.from({ length: 4 }, () => startOwner({ dataDir, durable: false }))
      const words = yield* onDisk(() => Promise.all(owners.map((owner) => owner.result())))
      assert.sameMembers(
        words.map((word) => (word._tag === "Failed" ? word.reason : word._tag)),
        ["Up", "DataDirInUse", "DataDirInUse", "DataDirInUse"],
      )
    }),
  )

  it.live("is not held by a lock whose process is gone, or whose process id is another's by now", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const lock = yield* Effect.scoped(
        Effect.andThen(
          start(dataDir),
          onDisk(() => readFile(join(dataDir, "owner.json"), "utf8")),
        ),
      )
      const mine = JSON.parse(lock) as object
      yield* onDisk(() => writeLock(dataDir, { ...mine, pid: 2 ** 22 + 1 }))
      yield* Effect.scoped(start(dataDir))
      yield* onDisk(() => writeLock(dataDir, { ...mine, started: "long ago" }))
      yield* Effect.scoped(start(dataDir))
      yield* onDisk(() => writeLock(dataDir, mine))
      assert.strictEqual((yield* reasonOf(dataDir))._tag, "DataDirInUse")
    }),
  )

  it.live("is held by a process of another host or container for as long as that touches its lock", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const elsewhere = { pid: 1, started: "1", place: "another boot", host: "elsewhere" }
      yield* onDisk(() => writeLock(dataDir, elsewhere))
      const touch = () => writeFile(join(dataDir, "owner.json"), JSON.stringify(elsewhere))
      const timer = setInterval(() => void touch(), 400)
      const { message, reason } = yield* Effect.flip(Effect.scoped(start(dataDir)))
      clearInterval(timer)
      assert.deepInclude(reason, { _tag: "DataDirInUse", pid: 1, host: "elsewhere" })
      assert.include(message, "process 1 on elsewhere")
      yield* onDisk(() => utimes(join(dataDir, "owner.json"), new Date(), new Date(Date.now() - 20_000)))
      yield* Effect.scoped(start(dataDir))
    }),
  )

  it.live("says in its lock who holds it, and says it again every two seconds", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      yield* start(dataDir)
      const lock = join(dataDir, "owner.json")
      const holder = JSON.parse(yield* onDisk(() => readFile(lock, "utf8"))) as object
      assert.deepInclude(holder, { pid: process.pid, host: hostname() })
      yield* onDisk(() => utimes(lock, 0, 0))
      const touched = async () => (await stat(lock)).mtimeMs > 0
      assert.isTrue(yield* onDisk(() => within(4_000, touched)))
      assert.deepStrictEqual(JSON.parse(yield* onDisk(() => readFile(lock, "utf8"))), holder)
    }),
  )

  it.live("with other files in it is refused and left as it was", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newFolder)
      yield* onDisk(() => writeFile(join(dataDir, "thesis.tex"), ""))
      const { message } = yield* Effect.flip(Effect.scoped(start(dataDir)))
      assert.strictEqual(
        message,
        `the data folder ${dataDir} holds other files (thesis.tex) and no database: set DATA_DIR to an empty or a new folder`,
      )
      assert.deepStrictEqual(yield* onDisk(() => readdir(dataDir)), ["thesis.tex"])
    }),
  )

  it.live("with a broken database in it is refused and left as it was", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newFolder)
      yield* onDisk(() => mkdir(join(dataDir, "postgres", "base"), { recursive: true }))
      assert.deepInclude(yield* reasonOf(dataDir), { _tag: "DataDirNotEmpty", names: ["postgres/base"] })
      assert.deepStrictEqual(yield* onDisk(() => readdir(dataDir)), ["postgres"])
    }),
  )

  it.live("may be a new file system, or hold hidden files", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newFolder)
      yield* onDisk(() => mkdir(join(dataDir, "lost+found")))
      yield* onDisk(() => writeFile(join(dataDir, ".gitkeep"), ""))
      yield* Effect.scoped(start(dataDir))
    }),
  )

  it.live("of another major version is refused, naming both", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      yield* Effect.scoped(start(dataDir))
      yield* onDisk(() => writeFile(join(dataDir, "postgres", "PG_VERSION"), "12\n"))
      const reason = yield* reasonOf(dataDir)
      assert.deepInclude(reason, { _tag: "DataDirWrongVersion", dataDir, written: "12", server: 18 })
      assert.include(reason.message, "was written by PostgreSQL 12, the server here is 18")
    }),
  )

  it.live("that is a file is refused", () =>
    Effect.gen(function* () {
      const file = join(yield* onDisk(newFolder), "data")
      yield* onDisk(() => writeFile(file, ""))
      assert.deepInclude(yield* reasonOf(file), { _tag: "DataDirNotWritable", dataDir: file })
    }),
  )

  it.live("that this user may not write in is refused", () =>
    Effect.gen(function* () {
      const folder = yield* onDisk(newFolder)
      yield* onDisk(() => chmod(folder, 0o555))
      const owner = startOwner({ dataDir: join(folder, "data"), becomeUid: ordinaryUid })
      const { message, reason } = yield* onDisk(() => owner.says("Failed"))
      assert.strictEqual(reason, "DataDirNotWritable")
      assert.match(message, /cannot be used \(EACCES: permission denied.*\): give it to the user/)
    }),
  )

  it.live("on a full disk is refused, and taken once there is space", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const full = "initdb: error: could not write file: No space left on device"
      const version = 'echo "postgres (PostgreSQL) 18.4"'
      const initdb = `[ "$1" = --version ] || { echo "${full}" >&2; exit 1; }`
      const bin = yield* onDisk(() => scripts({ postgres: version, initdb }))
      const reason = yield* reasonOf(dataDir, bin)
      assert.strictEqual(reason._tag, "DataDirFull")
      assert.strictEqual(
        reason.message,
        `no disk space left for the data folder ${dataDir}: free some, or set DATA_DIR to another disk`,
      )
      yield* Effect.scoped(start(dataDir))
    }),
  )

  it.live("whose first start was killed half-way holds no half-made database", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const real = yield* onDisk(copyOfServer)
      const begun = join(yield* onDisk(newFolder), "begun")
      const slow = `[ "$1" = --version ] || { "${real}/initdb" "$@" && : >"${begun}" && sleep 3; }`
      const bin = yield* onDisk(() => scripts({ postgres: `exec "${real}/postgres" "$@"`, initdb: slow }))
      yield* onDisk(() => chmod(join(begun, ".."), 0o777))
      const owner = startOwner({ dataDir, durable: false, binDir: bin })
      const exists = async () => (await readdir(join(begun, ".."))).includes("begun")
      assert.isTrue(yield* onDisk(() => within(15_000, exists)))
      yield* onDisk(() => owner.kill("SIGKILL"))
      assert.match((yield* onDisk(() => readdir(dataDir))).join(" "), /postgres\.new-/)
      const pg = yield* start(dataDir)
      assert.deepStrictEqual(yield* query(pg.url, "SELECT 1 AS one"), [{ one: 1 }])
      assert.notMatch((yield* onDisk(() => readdir(dataDir))).join(" "), /postgres\.new-/)
    }),
  )

  it.live("whose first start was interrupted half-way is free again at once", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      for (const afterMs of [10, 60, 150, 300]) {
        const attempt = yield* Effect.forkChild(Effect.scoped(Effect.andThen(start(dataDir), Effect.never)))
        yield* Effect.sleep(afterMs)
        yield* Fiber.interrupt(attempt)
        assert.notInclude(yield* onDisk(() => readdir(dataDir).catch(() => [])), "owner.json")
      }
      yield* Effect.scoped(start(dataDir))
    }),
  )

  it.live(
    "is not blocked by the process id of a server that is long gone, even if it is another's by now",
    () =>
      Effect.gen(function* () {
        const dataDir = yield* onDisk(newDataDir)
        yield* Effect.scoped(start(dataDir))
        const stale = join(dataDir, "postgres", "postmaster.pid")
        for (const pid of [2 ** 22 + 1, process.pid]) {
          const text = [pid, join(dataDir, "postgres"), 1, 5432, "", "127.0.0.1", "", "ready"].join("\n")
          yield* onDisk(() => writeFile(stale, text, { mode: 0o600 }))
          yield* Effect.scoped(start(dataDir))
        }
        assert.notInclude(yield* onDisk(() => readdir(join(dataDir, "postgres"))), "postmaster.pid")
      }),
  )
})
