/**
 * Creates a database, and repairs a lost password, while no server runs.
 */
import { randomBytes } from "node:crypto"
import { appendFile, chown, mkdir, rename, rmdir, statfs } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { DataDirFull, type EmbeddedPostgresError, ServerFailed } from "../EmbeddedPostgresError.ts"
import type { Binaries } from "./binaries.ts"
import { type DataDir, keepPassword, newPassword, syncFolder, unfinished } from "./dataDir.ts"
import { failWith, onDisk } from "./fault.ts"
import { run } from "./run.ts"
import type { RunAs } from "./runAs.ts"
import { endedBy, fatalLine, isDiskFull } from "./serverLog.ts"

/** The database's superuser and the database that the gateway uses. */
export const superuser = "postgres"
export const database = "lead_gateway"

/** A new database takes 40 MB and its first write-ahead log 16 MB; with less than this it is not begun. */
const neededBytes = 128 * 1024 * 1024

export interface Workshop {
  readonly dir: DataDir
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly durable: boolean
}

/** Runs `initdb` or a single-user server; what it says goes to the log, too. */
const runTool = Effect.fnUntraced(function* (
  shop: Workshop,
  program: string,
  args: ReadonlyArray<string>,
  input: string,
) {
  const { dir } = shop
  const finished = yield* run(shop.runAs.command(join(shop.binaries.bin, program), args), input)
  yield* onDisk(dir.root, () => appendFile(dir.log, finished.output, { mode: 0o600 }))
  const said = finished.output
  if (finished.code === 0 && !/^.*(FATAL|ERROR|PANIC):/m.test(said)) return
  if (isDiskFull(said)) return yield* failWith(new DataDirFull({ dataDir: dir.root }))
  const detail = fatalLine(said) ?? endedBy(finished.code)
  return yield* failWith(new ServerFailed({ stage: "initdb", detail, logFile: dir.log }))
})

/** Runs SQL in a server without a port. Single-user mode reads one statement a line. */
const runSingle = (shop: Workshop, folder: string, statement: string) => {
  const settings = ["-c", "log_min_error_statement=panic", ...(shop.durable ? [] : ["-F"])]
  return runTool(shop, "postgres", ["--single", ...settings, "-D", folder, "template1"], `${statement}\n`)
}

const initdbArguments = (shop: Workshop, folder: string): ReadonlyArray<string> => [
  `--pgdata=${folder}`,
  `--username=${superuser}`,
  `--pwfile=${shop.dir.password}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale=C",
  // Sorts like C, but knows upper and lower case of all of Unicode. It comes with Postgres itself since 17.
  ...(shop.binaries.major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
  "--no-instructions",
  ...(shop.durable ? [] : ["--no-sync"]),
]

/**
 * Creates the database in a folder beside its place and then moves it there: a kill in the middle leaves
 * nothing that looks like a database.
 */
export const createCluster = Effect.fnUntraced(function* (
  shop: Workshop,
): Effect.fn.Return<void, EmbeddedPostgresError> {
  const { dir, runAs } = shop
  const disk = yield* onDisk(dir.root, () => statfs(dir.root))
  if (disk.bavail * disk.bsize < neededBytes) return yield* failWith(new DataDirFull({ dataDir: dir.root }))
  yield* keepPassword(dir, newPassword(), runAs)
  const folder = join(dir.root, `${unfinished}${randomBytes(6).toString("hex")}`)
  yield* onDisk(dir.root, async () => {
    await mkdir(folder, { mode: 0o700 })
    if (process.getuid?.() === 0) await chown(folder, runAs.uid, runAs.gid)
  })
  yield* runTool(shop, "initdb", initdbArguments(shop, folder), "")
  yield* runSingle(shop, folder, `CREATE DATABASE ${database}`)
  yield* onDisk(dir.root, async () => {
    await rmdir(dir.cluster).catch(() => undefined)
    await rename(folder, dir.cluster)
  })
  yield* syncFolder(dir)
})

/** Gives the superuser a new password, for a database whose password file was lost. */
export const resetPassword = Effect.fnUntraced(function* (
  shop: Workshop,
): Effect.fn.Return<string, EmbeddedPostgresError> {
  const password = newPassword()
  yield* runSingle(shop, shop.dir.cluster, `ALTER ROLE ${superuser} PASSWORD '${password}'`)
  yield* keepPassword(shop.dir, password, shop.runAs)
  return password
})
