/**
 * The steps of `docker/Dockerfile` as an engine runs them that has nothing yet: every package is fetched, everything is
 * compiled, by a user without privileges. `npm test` runs the same steps with what this machine has already.
 */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathOf } from "../repository/repository.ts"
import { makePrograms, prefixFor, runIn } from "./support/containers.ts"
import { finishFolder, removeFolder, runBuild, sizeOf } from "./support/folders.ts"

/** Builds both folders and runs the command line of each; returns a line about it, or rejects. */
export const buildFromNothing = async (): Promise<string> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "lead-gateway-images-"))
  chmodSync(folder, 0o755)
  try {
    const began = performance.now()
    const home = join(folder, "home")
    mkdirSync(home)
    const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim()
    const env = {
      PATH: `${pathOf("node_modules/.bin")}:${process.env.PATH}`,
      HOME: home,
      CI: "true",
      TURBO_TELEMETRY_DISABLED: "1",
      npm_config_registry: registry,
    }
    const prefix = prefixFor(65_534)
    const place = { folder, env, ...(prefix.length > 0 && { prefix }) }
    await runBuild(place)
    const bin = await Effect.runPromise(makePrograms(folder))
    const sizes: Array<string> = []
    for (const name of ["out", "out-gateway"] as const) {
      const app = finishFolder(place, name)
      const ran = await Effect.runPromise(
        runIn("cli", { app, bin, env: {} }, ["node", "dist/main.js", "--version"]),
      )
      if (ran.code !== 0 || !ran.output.includes("lead-gateway v")) throw new Error(ran.output)
      sizes.push(`${Math.round(sizeOf(app) / 1e6)} MB`)
    }
    return `images from nothing: ${sizes.join(" and ")}, in ${Math.round((performance.now() - began) / 1000)} s`
  } finally {
    removeFolder(folder)
  }
}
