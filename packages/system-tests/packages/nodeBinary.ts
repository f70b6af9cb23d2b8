/** Versions of Node, to run packages on. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { npmInstall } from "./EmptyProject.ts"

const cache = join(import.meta.dirname, "../node_modules/.cache")

/** The path of that version's `node`: the one that runs this, or npm's package of it, installed once. */
export const nodeBinary = async (version: string): Promise<string> => {
  if (process.version === `v${version}`) return process.execPath
  const folder = join(cache, `node-${version}`)
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true })
    const fresh = mkdtempSync(`${folder}-`)
    try {
      writeFileSync(join(fresh, "package.json"), JSON.stringify({ private: true }))
      await npmInstall(fresh, `node@${version}`)
      renameSync(fresh, folder)
    } catch (error) {
      rmSync(fresh, { recursive: true })
      // Another test file may have installed it meanwhile.
      if (!existsSync(folder)) throw error
    }
  }
  return join(folder, "node_modules/node/bin/node")
}
