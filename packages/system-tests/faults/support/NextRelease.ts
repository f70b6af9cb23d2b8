/**
 * The next release, made up: a copy of this repository's sources with further migrations and other statements, so that
 * two releases can be at work on one database.
 */
import { Effect } from "effect"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inRepository, makeEmptyFolder } from "./places.ts"

/** What the next release has otherwise. */
export interface NextRelease {
  /** Further migrations, by name, such as `9001_lead_release`. */
  readonly migrations: Readonly<Record<string, string>>
  /** Changes of statements: each replaces the one place of its file that looks so. */
  readonly changes?: ReadonlyArray<{
    readonly file: string
    readonly replace: RegExp
    readonly by: string
  }>
  /** Further settings of its processes. */
  readonly env?: Readonly<Record<string, string>>
}

/** Links too: by those packages find each other, and what is installed. */
const asTheyAre = { recursive: true, verbatimSymlinks: true } as const

const change = (folder: string, { by, file, replace }: NonNullable<NextRelease["changes"]>[number]): void => {
  const path = join(folder, file)
  const source = readFileSync(path, "utf8")
  const places = source.match(new RegExp(replace, "g"))?.length ?? 0
  if (places !== 1)
    throw new Error(`${file} has ${places} places like ${String(replace)}; the test needs one`)
  writeFileSync(path, source.replace(replace, by))
}

/** Writes the next release's sources into a folder of their own, for the current scope; returns the folder. */
export const makeNextRelease = Effect.fnUntraced(function* ({ changes = [], migrations }: NextRelease) {
  const folder = yield* makeEmptyFolder
  return yield* Effect.sync(() => {
    for (const kind of ["apps", "packages"]) {
      for (const name of readdirSync(inRepository(kind))) {
        mkdirSync(join(folder, kind, name), { recursive: true })
        for (const part of ["package.json", "src", "node_modules"]) {
          const path = join(kind, name, part)
          if (existsSync(inRepository(path))) cpSync(inRepository(path), join(folder, path), asTheyAre)
        }
      }
    }
    for (const name of ["config", "migrations"]) {
      cpSync(inRepository(name), join(folder, name), { recursive: true })
    }
    for (const name of ["package.json", "node_modules"]) symlinkSync(inRepository(name), join(folder, name))
    for (const [name, sql] of Object.entries(migrations)) {
      writeFileSync(join(folder, "migrations", `${name}.sql`), sql)
    }
    for (const each of changes) change(folder, each)
    return folder
  })
})
