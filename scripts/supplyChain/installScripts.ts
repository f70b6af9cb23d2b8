/**
 * `npm run install-scripts`: every installed package with a script that runs at installation, also one that is kept from
 * running, must be in `supply-chain.json` with a reason, and `allowBuilds` of `pnpm-workspace.yaml` must say the same.
 * A new one fails. Works without a network.
 */
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { read, readExceptions, report, root } from "./exceptions.ts"

const { install_scripts: listed } = readExceptions()

/** `allowBuilds` of pnpm: which scripts run. */
const allowed = new Map(
  [
    ...(/^allowBuilds:\n((?:[ #].*\n|\n)*)/m.exec(read("pnpm-workspace.yaml"))?.[1] ?? "").matchAll(
      /^ {2}"?([^\s":#]+)"?: (true|false)$/gm,
    ),
  ].map(([, name = "", value]) => [name, value === "true"]),
)

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly scripts?: Readonly<Record<string, string>>
}

const phases = ["preinstall", "install", "postinstall"]

/** The manifests of all installed packages, once each. */
const manifests = globSync("node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json", { cwd: root })
  .map((path) => join(root, path))
  .filter((path) => {
    // A folder of the virtual store holds its package, and links to what that needs.
    const [, own = ""] = /\.pnpm\/([^/]+)\/node_modules\//.exec(path) ?? []
    const [, name = ""] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path) ?? []
    return own.startsWith(`${name.replace("/", "+")}@`)
  })

const scripted = new Set(
  manifests.flatMap((path) => {
    const { name = "", scripts = {} } = JSON.parse(readFileSync(path, "utf8")) as Manifest
    const builds = globSync("binding.gyp", { cwd: dirname(path) }).length > 0
    return builds || phases.some((phase) => phase in scripts) ? [name] : []
  }),
)

const problems = [
  ...[...scripted]
    .filter((name) => !(name in listed))
    .map((name) => `${name} has an install script, and is not in supply-chain.json`),
  ...Object.entries(listed)
    .filter(([name, { runs }]) => allowed.get(name) !== runs)
    .map(
      ([name, { runs }]) =>
        `${name}: allowBuilds of pnpm-workspace.yaml must be ${runs}, as in supply-chain.json`,
    ),
  ...[...allowed.keys()]
    .filter((name) => !(name in listed))
    .map((name) => `${name}: in allowBuilds of pnpm-workspace.yaml, and not in supply-chain.json`),
]

report(`${manifests.length} packages for install scripts, found ${scripted.size}`, problems)
if (scripted.size === 0) process.exitCode = 1
