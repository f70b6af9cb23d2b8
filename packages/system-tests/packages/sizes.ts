/** What a package weighs: installed alone, bundled into an application, and loaded by Node. */
import { build } from "esbuild"
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import type { EmptyProject } from "./EmptyProject.ts"
import { bytesOf, modulesOf } from "./importing.ts"
import { importsOf } from "./readme.ts"

/** Bytes. */
export interface Sizes {
  /** The package's own files. */
  readonly own: number
  /** The files of all other packages that come with it, but effect. */
  readonly others: number
  /** The files of effect; 0 for a package that does not need it. */
  readonly effect: number
  /** What the README's example imports, bundled with all that it needs and minified. */
  readonly bundle: number
  readonly gzipped: number
  /** The modules that Node loads to import it, its dependencies' and effect's among them. */
  readonly loaded: number
}

/** Measures the package of a project. */
export const measure = async (project: EmptyProject): Promise<Sizes> => {
  const { folder, tarball } = project
  const modules = join(folder, "node_modules")
  const own = bytesIn(join(modules, tarball.name))
  const effect = existsSync(join(modules, "effect")) ? bytesIn(join(modules, "effect")) : 0
  const others = bytesIn(modules) - own - effect
  const bundle = await bundled(project)
  const loaded = bytesOf(await modulesOf(project))
  return {
    own,
    others,
    effect,
    bundle: bundle.length,
    gzipped: gzipSync(bundle, { level: 9 }).length,
    loaded,
  }
}

/** The bytes of all files below a folder, without npm's hidden metadata. */
const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .reduce((sum, entry) => {
      const path = join(folder, entry.name)
      return sum + (entry.isDirectory() ? bytesIn(path) : statSync(path).size)
    }, 0)

/** What the README's example imports, bundled without the packages that are named here, minified and compressed. */
export const gzippedWithout = async (
  project: EmptyProject,
  packages: ReadonlyArray<string>,
): Promise<number> => gzipSync(await bundled(project, packages), { level: 9 }).length

const bundled = async (
  { folder, tarball }: EmptyProject,
  external: ReadonlyArray<string> = [],
): Promise<Uint8Array> => {
  const names = importsOf(tarball.readme, tarball.name)
  if (names.length === 0) throw new Error(`the README's example imports nothing from ${tarball.name}`)
  const contents = `export { ${[...new Set(names)].join(", ")} } from "${tarball.name}"`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    external: [...external],
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node22",
    logLevel: "silent",
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}

/** Two digits and a unit: `84 kB`, `1.2 MB`. Thousands, not 1,024. */
const print = (bytes: number): string => {
  const [value, unit] = bytes < 999_500 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"]
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`
}

/** What a README says, in its order. */
const figures = ({ own, others, effect, bundle, gzipped, loaded }: Sizes): ReadonlyArray<number> => [
  own,
  ...(others === 0 ? [] : [own + others]),
  ...(effect === 0 ? [] : [effect]),
  bundle,
  gzipped,
  loaded,
]

/** The sizes as a README says them. */
export const describeSizes = (sizes: Sizes): string => {
  const { own, others, effect, bundle, gzipped, loaded } = sizes
  const further = others === 0 ? "no other dependency" : `with its dependencies ${print(own + others)}`
  const peer =
    effect === 0 ? "" : `, and ${print(effect)} of its peer \`effect\` (mostly declarations and source maps)`
  return (
    `Installed: ${print(own)}, ${further}${peer}. Bundled and minified, what the example imports takes ${print(bundle)} with all it needs, ${print(gzipped)} ` +
    `gzipped. Not bundled, Node loads ${print(loaded)} of modules to import it.`
  )
}

/**
 * Whether the sizes in a README are still true: within a tenth, or within a kilobyte where a tenth is less.
 *
 * False for a text without the figures in their order.
 */
export const stillTrue = (said: string, sizes: Sizes): boolean => {
  const measured = figures(sizes)
  const numbers = [...said.matchAll(/([\d.]+) (kB|MB)/g)].map(
    ([, value, unit]) => Number(value) * (unit === "kB" ? 1e3 : 1e6),
  )
  return (
    numbers.length === measured.length &&
    measured.every((bytes, index) => Math.abs(bytes - (numbers[index] ?? 0)) <= Math.max(1000, bytes / 10))
  )
}
