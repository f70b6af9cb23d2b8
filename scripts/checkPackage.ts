/**
 * Checks the package in the current folder as npm would serve it: packs it and reads the tarball.
 *
 * The tarball holds the README, the licence, the manifest, what the manifest exports or names as a command (the build,
 * JSON Schemas) and the build's declarations, nothing else; the manifest speaks no workspace dialect; publint and "are
 * the types wrong" have no complaint; and plain Node can import it.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

interface Manifest {
  readonly exports: unknown
  readonly bin?: unknown
}

/** The files that a manifest names, at any depth. */
const filesIn = (named: unknown): ReadonlyArray<string> => {
  if (typeof named === "string") return [named.replace(/^\.\//, "")]
  return typeof named === "object" && named !== null ? Object.values(named).flatMap(filesIn) : []
}

const print = (command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })

const folder = mkdtempSync(join(tmpdir(), "lead-gateway-"))
const problems: Array<string> = []
try {
  const packed = JSON.parse(print("pnpm", "pack", "--json", "--pack-destination", folder)) as Packed
  const files = packed.files.map((file) => file.path)
  const manifest = print("tar", "-xzOf", packed.filename, "package/package.json")
  const { bin, exports } = JSON.parse(manifest) as Manifest
  const named = filesIn([exports, bin])
  const wanted = ["LICENSE", "README.md", "dist/index.d.ts", "dist/index.js", "package.json", ...named]
  const build = /^dist\/.+\.(d\.ts|js)$|^[\w-]+\.schema\.json$/
  problems.push(...named.filter((file) => !build.test(file)).map((file) => `names ${file}`))
  problems.push(...wanted.filter((file) => !files.includes(file)).map((file) => `lacks ${file}`))
  // With more than one entry the build has their common code in files of its own.
  const further =
    new Set(named.filter((file) => file.endsWith(".js"))).size > 1 ? /\.d\.ts$|\/chunk-\w+\.js$/ : /\.d\.ts$/
  problems.push(
    ...files
      .filter((file) => !wanted.includes(file) && !(file.startsWith("dist/") && further.test(file)))
      .map((file) => `holds ${file}`),
  )
  for (const dialect of ["catalog:", "workspace:", "@lead-gateway/source", "./src/"]) {
    if (manifest.includes(dialect)) problems.push(`manifest says ${dialect}`)
  }
  console.log(print("publint", "run", packed.filename, "--strict"))
  console.log(print("attw", packed.filename, "--profile", "esm-only", "--format", "ascii", "--no-emoji"))
  print("node", "--input-type=module", "--eval", `await import("${packed.name}")`)
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error))
  if (error instanceof Error && "stdout" in error) console.log(error.stdout)
} finally {
  rmSync(folder, { recursive: true })
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
