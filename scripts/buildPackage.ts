/**
 * Builds the package in the current folder into `dist`: JavaScript modules for Node 22, and their declarations.
 *
 * What is built is read from the manifest: the sources of its `exports`, and `src/main.ts` where there is one. Only what
 * others import gets declarations. They are made against the declarations of the packages it depends on, so those must be
 * built first; `turbo run build` sees to that.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "tsup"

const root = join(import.meta.dirname, "..")

interface Manifest {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest
const exported = Object.values(manifest.exports ?? {}).flatMap((target) => {
  const source = typeof target === "string" ? undefined : target["@lead-gateway/source"]
  return source === undefined ? [] : [source.replace("./", "")]
})
const programs = ["src/main.ts"].filter((path) => existsSync(path))

await build({
  entry: [...exported, ...programs],
  format: "esm",
  target: "node22",
  clean: true,
  config: false,
})

/** The declarations' settings. A file, because `include` has no flag; relative paths start where it lies. */
const declarations = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: "../../src",
    outDir: "../../dist",
    customConditions: null,
  },
  include: ["../../src"],
}

if (exported.length > 0) {
  const folder = "node_modules/.cache"
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(declarations))
  try {
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", join(folder, "tsconfig.json")], {
      stdio: "inherit",
    })
  } catch {
    // It has said what is wrong.
    process.exitCode = 1
  }
}
