import { execFileSync } from "node:child_process"
import { chmod, readFile, stat } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { exists, isAlive } from "../src/internal/processes.ts"
import {
  copyOfServer,
  hasNamespaces,
  isRoot,
  namelessUid,
  newDataDir,
  ordinaryUid,
  query,
  scripts,
  startOwner,
  within,
} from "./support/world.ts"

const onDisk = <A>(use: () => Promise<A>) => Effect.promise(use)

/** The process id of the server that works on this data folder. */
const serverPid = async (dataDir: string) =>
  Number.parseInt(await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8"))

/** As whom a file belongs to the server: outside of its name space. */
const ownerOf = (dataDir: string) => onDisk(async () => (await stat(join(dataDir, "postgres"))).uid)

/** The shells around a server: its parent and the parent's other children. */
const watchdogOf = (server: number): ReadonlyArray<number> => {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n")
  const all = rows.map((row) => row.trim().split(/\s+/).map(Number))
  const parent = all.find(([pid]) => pid === server)?.[1] ?? -1
  const others = all.filter(([pid, ppid]) => ppid === parent && pid !== server)
  return [parent, ...others.map(([pid]) => pid ?? -1)].filter((pid) => pid > 1)
}

const withoutNamespaces = async () => {
  const bin = await scripts({ unshare: 'echo "unshare: Operation not permitted" >&2; exit 1' })
  return `${bin}${delimiter}${process.env.PATH}`
}

describe("the owner of a server", () => {
  it.live("takes the server with it when it is killed with -9; the data is there at the next start", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const owner = startOwner({ dataDir })
      const { url } = yield* onDisk(() => owner.says("Up"))
      yield* query(url, "CREATE TABLE fruit AS SELECT 'apple' AS name")
      const pid = yield* onDisk(() => serverPid(dataDir))
      assert.isTrue(exists(pid))
      yield* onDisk(() => owner.kill("SIGKILL"))
      const gone = async () => !(await isAlive(pid))
      assert.isTrue(yield* onDisk(() => within(5_000, gone)))
      const log = yield* onDisk(() => readFile(join(dataDir, "postgres.log"), "utf8"))
      assert.match(log, /received fast shutdown request[^]*database system is shut down\n$/)
      const again = yield* EmbeddedPostgres.make({ dataDir })
      assert.deepStrictEqual(yield* query(again.url, "SELECT name FROM fruit"), [{ name: "apple" }])
    }),
  )

  it.live("may follow at once on one that was killed, while the old server still stops", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      for (const round of [1, 2, 3]) {
        const owner = startOwner({ dataDir, durable: false })
        const { url } = yield* onDisk(() => owner.says("Up"))
        yield* query(url, `CREATE TABLE round_${round} AS SELECT n FROM generate_series(1, 50000) AS n`)
        yield* onDisk(() => owner.kill("SIGKILL"))
      }
      const { url } = yield* EmbeddedPostgres.make({ dataDir })
      const made = yield* query(url, "SELECT FROM pg_tables WHERE tablename LIKE 'round%'")
      assert.strictEqual(made.length, 3)
    }),
  )

  it.live("waits for the server of one that was killed, however long that takes to stop", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const owner = startOwner({ dataDir, durable: false })
      yield* onDisk(() => owner.says("Up"))
      const pid = yield* onDisk(() => serverPid(dataDir))
      process.kill(pid, "SIGSTOP")
      yield* onDisk(() => owner.kill("SIGKILL"))
      const next = startOwner({ dataDir, durable: false })
      assert.include((yield* onDisk(() => next.says("Log"))).text, `(process ${pid})`)
      assert.strictEqual(yield* onDisk(() => serverPid(dataDir)), pid)
      process.kill(pid, "SIGCONT")
      yield* onDisk(() => next.says("Up"))
      assert.notStrictEqual(yield* onDisk(() => serverPid(dataDir)), pid)
      yield* onDisk(() => next.kill("SIGTERM"))
    }),
  )

  it.live("keeps its server through a Ctrl-C, so that it can finish its work", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const owner = startOwner({ dataDir, durable: false })
      const { url } = yield* onDisk(() => owner.says("Up"))
      owner.killGroup("SIGINT")
      assert.deepStrictEqual((yield* onDisk(() => owner.says("Answer"))).rows, [{ answer: 42 }])
      assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
      const pid = yield* onDisk(() => serverPid(dataDir))
      owner.killGroup("SIGTERM")
      yield* onDisk(() => owner.says("Down"))
      assert.isFalse(exists(pid))
    }),
  )

  it.live("survives the loss of the watchdog: the server still stops with the scope", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const owner = startOwner({ dataDir, durable: false })
      yield* onDisk(() => owner.says("Up"))
      const pid = yield* onDisk(() => serverPid(dataDir))
      for (const shell of watchdogOf(pid)) process.kill(shell, "SIGKILL")
      assert.isTrue(yield* onDisk(() => isAlive(pid)))
      yield* onDisk(() => owner.kill("SIGTERM"))
      assert.isFalse(yield* onDisk(() => isAlive(pid)))
    }),
  )

  it.live("may be an ordinary user", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const binDir = yield* onDisk(copyOfServer)
      const owner = startOwner({ dataDir, durable: false, binDir, becomeUid: ordinaryUid })
      const { url } = yield* onDisk(() => owner.says("Up"))
      assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
      assert.strictEqual(yield* ownerOf(dataDir), ordinaryUid ?? process.getuid?.())
      yield* onDisk(() => owner.kill("SIGTERM"))
    }),
  )

  it.live("may be root, also where there are no user namespaces", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const binDir = yield* onDisk(copyOfServer)
      const owner = startOwner({ dataDir, binDir, durable: false }, yield* onDisk(withoutNamespaces))
      const { url } = yield* onDisk(() => owner.says("Up"))
      assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
      assert.strictEqual(yield* ownerOf(dataDir), isRoot ? 65534 : process.getuid?.())
      yield* onDisk(() => owner.kill("SIGTERM"))
    }),
  )

  it.live("may be root, and move its data to where there are no user namespaces", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const binDir = yield* onDisk(copyOfServer)
      for (const path of [process.env.PATH, yield* onDisk(withoutNamespaces)]) {
        const owner = startOwner({ dataDir, binDir, durable: false }, path)
        const { url } = yield* onDisk(() => owner.says("Up"))
        assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
        yield* onDisk(() => owner.kill("SIGTERM"))
      }
      assert.strictEqual(yield* ownerOf(dataDir), isRoot ? 65534 : process.getuid?.())
    }),
  )

  it.live("may be root once on a user's data: it stays the user's", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const binDir = yield* onDisk(copyOfServer)
      for (const becomeUid of [ordinaryUid, undefined, ordinaryUid]) {
        const owner = startOwner({ dataDir, binDir, durable: false, becomeUid })
        const { url } = yield* onDisk(() => owner.says("Up"))
        assert.deepStrictEqual(yield* query(url, "SELECT 1 AS one"), [{ one: 1 }])
        yield* onDisk(() => owner.kill("SIGTERM"))
        assert.strictEqual(yield* ownerOf(dataDir), ordinaryUid ?? process.getuid?.())
      }
    }),
  )

  it.live("may have no name where user namespaces are allowed, and is refused elsewhere", () =>
    Effect.gen(function* () {
      const binDir = yield* onDisk(copyOfServer)
      const firstWord = async (path?: string) => {
        const task = { dataDir: await newDataDir(), binDir, durable: false, becomeUid: namelessUid }
        const word = await startOwner(task, path).result()
        return word._tag === "Failed" ? word.message : word._tag
      }
      const refusal =
        /^no user can run PostgreSQL here \(uid 54321: has no name in \/etc\/passwd; a user namespace: /
      assert.match(yield* onDisk(() => firstWord()), isRoot && !hasNamespaces ? refusal : /^Up$/)
      const path = yield* onDisk(withoutNamespaces)
      assert.match(yield* onDisk(() => firstWord(path)), isRoot ? refusal : /^Up$/)
    }),
  )

  it.live("who is root gets an error when no other user can run the server", () =>
    Effect.gen(function* () {
      const dataDir = yield* onDisk(newDataDir)
      const binDir = yield* onDisk(copyOfServer)
      yield* onDisk(() => chmod(join(binDir, ".."), 0o700))
      const path = yield* onDisk(withoutNamespaces)
      const owner = startOwner({ dataDir, binDir, durable: false }, path)
      const word = yield* onDisk(() => owner.result())
      const reason = word._tag === "Failed" ? word.reason : word._tag
      assert.strictEqual(reason, isRoot ? "UserRefused" : "Up")
      const message = word._tag === "Failed" ? word.message : ""
      assert.match(
        message,
        isRoot ? /root: .*user namespace: .*not permitted.*uid 65534: .*ordinary user/ : /^$/,
      )
    }),
  )
})
