/**
 * Creates a database, and changes one, while no server runs.
 */
import { randomBytes } from "node:crypto"
import { appendFile, chown, mkdir, rename, rmdir, statfs } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { DataDirFull, type EmbeddedPostgresError, ServerFailed } from "../EmbeddedPostgresError.ts"
import type { Binaries } from "./binaries.ts"
import { type DataDir, storePassword, newPassword, syncFolder, unfinished } from "./dataDir.ts"
import { endedBy, failWith, fatalLine, isDiskFull, onDisk } from "./failures.ts"
import { run, type RunAs } from "./programs.ts"

/** The superuser of the database. */
export const superuser = "postgres"
/** The name of the database that the gateway uses. */
export const database = "lead_gateway"

/** A new database takes 40 MB and its first write-ahead log 16 MB; with less free space none is created. */
const neededBytes = 128 * 1024 * 1024

/** How a database is created and served: its folder, the binaries, the user and the durability. */
export interface ClusterSetup {
  readonly dir: DataDir
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly durable: boolean
}

/** Runs `initdb` or a single-user server, and appends its output to the log. */
const runTool = Effect.fnUntraced(function* (
  setup: ClusterSetup,
  program: string,
  args: ReadonlyArray<string>,
  input: string,
) {
  const { dir } = setup
  const finished = yield* run(setup.runAs.command(join(setup.binaries.bin, program), args), input)
  yield* onDisk(dir.root, () => appendFile(dir.log, finished.output, { mode: 0o600 }))
  const { output } = finished
  if (finished.code === 0 && !/^.*(FATAL|ERROR|PANIC):/m.test(output)) return
  if (isDiskFull(output)) return yield* failWith(new DataDirFull({ dataDir: dir.root }))
  const detail = fatalLine(output) ?? endedBy(finished.code)
  return yield* failWith(new ServerFailed({ stage: "initdb", detail, logFile: dir.log }))
})

/** Runs SQL as the superuser, in a server without a port. Single-user mode reads one statement a line. */
export const runSingle = (
  setup: ClusterSetup,
  folder: string,
  inDatabase: string,
  statements: ReadonlyArray<string>,
): Effect.Effect<void, EmbeddedPostgresError> => {
  const settings = ["-c", "log_min_error_statement=panic", ...(setup.durable ? [] : ["-F"])]
  const args = ["--single", ...settings, "-D", folder, inDatabase]
  return runTool(setup, "postgres", args, statements.map((statement) => `${statement}\n`).join(""))
}

const initdbArguments = (setup: ClusterSetup, folder: string): ReadonlyArray<string> => [
  `--pgdata=${folder}`,
  `--username=${superuser}`,
  `--pwfile=${setup.dir.password}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale=C",
  // Sorts by code point and maps the case of all Unicode letters. Built into Postgres since 17.
  ...(setup.binaries.major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
  "--no-instructions",
  ...(setup.durable ? [] : ["--no-sync"]),
]

/**
 * Creates the database in a temporary folder and renames it at the end, so that an interrupted start leaves no incomplete
 * database. `statements` create the database in it.
 */
export const createCluster = Effect.fnUntraced(function* (
  setup: ClusterSetup,
  statements: ReadonlyArray<string>,
): Effect.fn.Return<void, EmbeddedPostgresError> {
  const { dir, runAs } = setup
  const disk = yield* onDisk(dir.root, () => statfs(dir.root))
  if (disk.bavail * disk.bsize < neededBytes) return yield* failWith(new DataDirFull({ dataDir: dir.root }))
  yield* storePassword(dir, dir.password, newPassword(), runAs)
  const folder = join(dir.root, `${unfinished}${randomBytes(6).toString("hex")}`)
  yield* onDisk(dir.root, async () => {
    await mkdir(folder, { mode: 0o700 })
    if (process.getuid?.() === 0) await chown(folder, runAs.uid, runAs.gid)
  })
  yield* runTool(setup, "initdb", initdbArguments(setup, folder), "")
  yield* runSingle(setup, folder, "template1", statements)
  yield* onDisk(dir.root, async () => {
    await rmdir(dir.cluster).catch(() => undefined)
    await rename(folder, dir.cluster)
  })
  yield* syncFolder(dir)
})
