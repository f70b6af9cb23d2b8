/** A project of somebody who uses one of the packages: outside the workspace, with that package and nothing else. */
import { copyFileSync, linkSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Tarball } from "./pack.ts"
import { examplesOf } from "./readme.ts"
import type { Registry } from "./Registry.ts"
import { run } from "./run.ts"
import { effectVersion } from "./workspace.ts"

const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]

const tools = join(import.meta.dirname, "../node_modules")

/** Strict, and without `skipLibCheck`, so that all installed declarations are checked too. */
const compilerOptions = {
  target: "es2023",
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  resolveJsonModule: true,
  noEmit: true,
  // From the workspace, so that what is installed here is what the package brings.
  typeRoots: [join(tools, "@types")],
  types: ["node"],
}

/** What npm installs in the folder. */
export const npmInstall = (folder: string, ...packages: ReadonlyArray<string>): Promise<string> =>
  run(folder, "npm", "install", ...quiet, ...packages)

export interface EmptyProject {
  readonly tarball: Tarball
  readonly folder: string
  /** The subpaths of the package that are JSON Schemas: `rule-set.schema.json`. */
  readonly schemas: ReadonlyArray<string>
}

const manifest = JSON.stringify({ type: "module", private: true })

/** Installs the peer of all packages, in the workspace's version, so that newly published ones change nothing. */
export const installPeer = async (parent: string): Promise<string> => {
  const folder = join(parent, "peer")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), manifest)
  await npmInstall(folder, `effect@${effectVersion}`)
  return folder
}

/** Copies a folder by links to its files, except for those that npm writes again. */
const share = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) share(source, target)
    else if (entry.name.startsWith(".")) copyFileSync(source, target)
    else linkSync(source, target)
  }
}

/**
 * Makes the project and installs the package as its README says. Its peer, three thousand files that npm would unpack for
 * each project, is there already.
 */
export const makeProject = async (
  tarball: Tarball,
  registry: Registry,
  parent: string,
  peer: () => Promise<string>,
): Promise<EmptyProject> => {
  const folder = join(parent, tarball.name)
  mkdirSync(folder, { recursive: true })
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  write("package.json", manifest)
  write(".npmrc", `@lead-gateway:registry=${registry.url}\n`)
  write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }))
  if (tarball.manifest.peerDependencies?.["effect"] !== undefined) {
    const from = await peer()
    for (const name of ["package.json", "package-lock.json"])
      copyFileSync(join(from, name), join(folder, name))
    share(join(from, "node_modules"), join(folder, "node_modules"))
  }
  await npmInstall(folder, tarball.name)

  const paths = Object.keys(tarball.manifest.exports ?? {}).map((key) => key.slice(2))
  const schemas = paths.filter((path) => path.endsWith(".schema.json"))
  const modules = paths.filter((path) => !path.endsWith(".json"))
  examplesOf(tarball.readme).forEach(({ code }, index) => write(`example${index}.ts`, code))
  write("everything.ts", everything(modules.map((path) => join(tarball.name, path))))
  if (schemas.length > 0) write("schemas.ts", dialects(schemas.map((path) => join(tarball.name, path))))
  return { tarball, folder, schemas }
}

/** A module that imports all that is exported, values and types. */
const everything = (specifiers: ReadonlyArray<string>) =>
  [
    ...specifiers.map((from, index) => `import * as module${index} from "${from}"`),
    ...specifiers.map((from, index) => `export type * as types${index} from "${from}"`),
    ...specifiers.map((_, index) => `console.log(Object.keys(module${index}).length > 0)`),
  ].join("\n")

/** A module that prints which dialect each JSON Schema is written in. */
const dialects = (specifiers: ReadonlyArray<string>) =>
  [
    ...specifiers.map((from, index) => `import schema${index} from "${from}" with { type: "json" }`),
    ...specifiers.map((_, index) => `console.log(schema${index}.$schema)`),
  ].join("\n")

/** Fails with what TypeScript says about the project. */
export const typeCheck = ({ folder }: EmptyProject): Promise<string> =>
  run(folder, join(tools, ".bin/tsc"), "-p", folder)
