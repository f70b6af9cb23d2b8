/**
 * Checks the package in the current folder as npm would serve it: packs it and reads the tarball.
 *
 * The tarball holds the build, the README, the licence, the manifest and the JSON Schemas that the manifest exports,
 * nothing else; the manifest speaks no workspace dialect; publint and "are the types wrong" have no complaint; and
 * plain Node can import it.
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
  readonly exports: Readonly<Record<string, unknown>>
}

const print = (command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })

const folder = mkdtempSync(join(tmpdir(), "lead-gateway-"))
const problems: Array<string> = []
try {
  const packed = JSON.parse(print("pnpm", "pack", "--json", "--pack-destination", folder)) as Packed
  const files = packed.files.map((file) => file.path)
  const manifest = print("tar", "-xzOf", packed.filename, "package/package.json")
  const schemas = Object.keys((JSON.parse(manifest) as Manifest).exports)
    .map((path) => path.slice(2))
    .filter((path) => /^[\w-]+\.schema\.json$/.test(path))
  const wanted = ["LICENSE", "README.md", "dist/index.d.ts", "dist/index.js", "package.json", ...schemas]
  problems.push(...wanted.filter((file) => !files.includes(file)).map((file) => `lacks ${file}`))
  problems.push(
    ...files
      .filter((file) => !wanted.includes(file) && !/^dist\/.+\.d\.ts$/.test(file))
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
