/** Packages as they would be published: built and packed. */
import { join } from "node:path"
import { run } from "./run.ts"
import { type Manifest, type Published, published, root } from "./workspace.ts"

/** A packed package. */
export interface Tarball {
  readonly name: string
  readonly path: string
  /** Its hash, as a lockfile has it: `sha512-…`. */
  readonly integrity: string
  /** The manifest inside, not that of the workspace. */
  readonly manifest: Manifest
  /** The README inside. */
  readonly readme: string
}

/**
 * Packs every published package into the folder.
 *
 * Builds packages that have changed since their last build first, by turbo's cache; after `npm run build` there is nothing
 * to build.
 */
export const packAll = async (folder: string): Promise<ReadonlyArray<Tarball>> => {
  await build(published.map(({ name }) => name))
  return Promise.all(published.map((one) => pack(one, folder)))
}

/** Builds these packages, as far as they have changed. */
export const build = (names: ReadonlyArray<string>): Promise<string> => {
  const filters = names.map((name) => `--filter=${name}`)
  const turbo = join(root, "node_modules/.bin/turbo")
  return run(root, turbo, "run", "build", "--output-logs=errors-only", ...filters)
}

/** Packs a package that has been built into the folder. */
export const pack = async ({ name, folder }: Published, destination: string): Promise<Tarball> => {
  const printed = await run(folder, "pnpm", "pack", "--json", "--pack-destination", destination)
  const { filename, integrity } = JSON.parse(printed) as { filename: string; integrity: string }
  const inside = (file: string) => run(folder, "tar", "-xzOf", filename, `package/${file}`)
  const manifest = JSON.parse(await inside("package.json")) as Manifest
  return { name, path: filename, integrity, manifest, readme: await inside("README.md") }
}
