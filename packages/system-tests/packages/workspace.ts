/** Facts about the repository: its published packages, and the versions to test them with. */
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

export const root = join(import.meta.dirname, "../../..")

/** What is read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly engines?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  /** Its commands. */
  readonly bin?: Readonly<Record<string, string>>
}

/** A package that is published. */
export interface Published {
  readonly name: string
  readonly folder: string
}

const manifestOf = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Manifest

/** Every package that is not private, by name. */
export const published: ReadonlyArray<Published> = globSync("packages/*/package.json", { cwd: root })
  .map((path) => join(root, path))
  .filter((path) => manifestOf(path).private !== true)
  .map((path) => ({ name: manifestOf(path).name, folder: dirname(path) }))
  .toSorted((a, b) => a.name.localeCompare(b.name))

const setting = (key: string): string => {
  const settings = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")
  const [, value] = new RegExp(`^ *${key}: (\\S+)$`, "m").exec(settings) ?? []
  if (value === undefined) throw new Error(`pnpm-workspace.yaml has no ${key}`)
  return value
}

/** The version of effect that the workspace runs on; sizes are measured with it. */
export const effectVersion = setting("effect")

/** The oldest Node that packages promise to run on, and the one that the workspace runs on. */
export const nodeVersions = [
  `${manifestOf(join(root, "package.json")).engines?.["node"]?.replace(">=", "")}.0`,
  setting("nodeVersion"),
] as const
