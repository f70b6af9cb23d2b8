/**
 * Finds a Postgres server to run: the bundled one, else one that is installed.
 */
import { readdir } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { Effect } from "effect"
import { type EmbeddedPostgresError, PostgresMissing } from "../EmbeddedPostgresError.ts"
import { bundledRoot, makeLinks } from "./bundled.ts"
import { failWith, oneLine } from "./fault.ts"
import { run } from "./run.ts"

/** The oldest major version that the database schema is written for. */
const oldestMajor = 14

export interface Binaries {
  /** The folder that holds `postgres` and `initdb`. */
  readonly bin: string
  /** For example `"18.4"`. */
  readonly version: string
  /** For example 18. */
  readonly major: number
}

/** The folders to look in, in this order. */
export interface Places {
  /** A folder that an operator named. Then no other is looked at. */
  readonly only?: string | undefined
  /** The bundled server's folder, or why there is none. */
  readonly bundled?: ReturnType<typeof bundledRoot>
  /** The search path, as in `PATH`. */
  readonly path?: string | undefined
  /** The folder with one folder a version, as Debian has it. */
  readonly versions?: string
}

/** `postgres --version` says what a folder holds, and whether it runs here at all. */
const look = Effect.fnUntraced(function* (bin: string) {
  const server = yield* run({ file: join(bin, "postgres"), args: ["--version"] })
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(server.output)
  if (server.code !== 0 || version === null) return `${bin}: ${oneLine(server.output) || "does not run"}`
  const major = Number(version[1])
  if (major < oldestMajor) return `${bin}: PostgreSQL ${major} is too old`
  const initdb = yield* run({ file: join(bin, "initdb"), args: ["--version"] })
  if (initdb.code !== 0) return `${bin}: ${oneLine(initdb.output) || "has no initdb"}`
  return { bin, version: `${version[1]}${version[2]}`, major }
})

const lookAtBundled = Effect.fnUntraced(function* (bundled: ReturnType<typeof bundledRoot>) {
  if ("missing" in bundled) return bundled.missing
  const bin = join(bundled.root, "bin")
  const unlinked = yield* Effect.promise(() => makeLinks(bundled.root))
  const found = yield* look(bin)
  return typeof found === "string" && unlinked !== undefined ? `${bin}: ${unlinked}` : found
})

/** Installed ones: on the search path, then by version, newest first. */
const installed = async (places: Places): Promise<ReadonlyArray<string>> => {
  const onPath = (places.path ?? process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  const versions = places.versions ?? "/usr/lib/postgresql"
  const names = await readdir(versions).catch(() => [])
  const newestFirst = names.toSorted((a, b) => Number(b) - Number(a))
  return [...onPath, ...newestFirst.map((name) => join(versions, name, "bin"))]
}

const has = (bin: string) =>
  readdir(bin).then(
    (names) => names.includes("postgres"),
    () => false,
  )

/**
 * Finds the server to run. With `major`, one of that version if there is one, since only it can read a
 * database that is there already; any other is a second choice, for the caller to refuse.
 */
export const findBinaries = Effect.fnUntraced(function* (
  major: number | undefined,
  places: Places = {},
): Effect.fn.Return<Binaries, EmbeddedPostgresError> {
  const tried: Array<string> = []
  let second: Binaries | undefined
  const fits = (found: Binaries | string): found is Binaries => {
    if (typeof found === "string") {
      tried.push(found)
      return false
    }
    if (major === undefined || found.major === major) return true
    second ??= found
    return false
  }
  const first =
    places.only === undefined
      ? yield* lookAtBundled(places.bundled ?? bundledRoot())
      : yield* look(places.only)
  if (fits(first)) return first
  for (const bin of places.only === undefined ? yield* Effect.promise(() => installed(places)) : []) {
    if (!(yield* Effect.promise(() => has(bin)))) continue
    const found = yield* look(bin)
    if (fits(found)) return found
  }
  if (second !== undefined) return second
  if (places.only === undefined) tried.push("none on PATH or in /usr/lib/postgresql/*/bin")
  return yield* failWith(new PostgresMissing({ tried }))
})
