/** What pnpm knows of the production dependencies of the apps. */
import { spawnSync } from "node:child_process"
import { root } from "./exceptions.ts"

/** A package of a CycloneDX document, as far as it is read here. */
export interface Component {
  readonly name: string
  readonly group?: string
  readonly version: string
  readonly licenses?: ReadonlyArray<
    { readonly license: { readonly id?: string; readonly name?: string } } | { readonly expression: string }
  >
}

/** Runs pnpm in the repository. */
export const pnpm = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const ran = spawnSync("pnpm", args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 1e8,
  })
  if (ran.error !== undefined) throw ran.error
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr }
}

/**
 * The bill of materials of an app, or of several by a filter of pnpm, as text: CycloneDX 1.6, production only.
 * `--lockfile-only` names every package of every platform, without what only installed manifests say.
 */
export const billOfMaterials = (filter: string, ...flags: ReadonlyArray<string>): string => {
  const format = ["--sbom-format", "cyclonedx", "--sbom-spec-version", "1.6", "--sbom-type", "application"]
  const { code, stderr, stdout } = pnpm(["--filter", filter, "sbom", "--prod", ...format, ...flags])
  if (code !== 0) throw new Error(`pnpm sbom failed: ${stdout}${stderr}`)
  return stdout
}

/** The packages of the apps, our own included. */
export const componentsOf = (...flags: ReadonlyArray<string>): ReadonlyArray<Component> =>
  (JSON.parse(billOfMaterials("./apps/*", ...flags)) as { readonly components: ReadonlyArray<Component> })
    .components

/** The full name of a package, with its scope. */
export const nameOf = ({ group, name }: Component): string =>
  group === undefined ? name : `${group}/${name}`
