/** Runs commands as a user of a package would: without what npm and pnpm tell their own scripts. */
import { execFile } from "node:child_process"
import { stripVTControlCharacters } from "node:util"

/** Where the registry and its cache are may come from the environment; which package a script belongs to may not. */
const ownScript =
  /^(npm_(?!config_(cache|registry|userconfig|globalconfig|cafile|(\w+_)?proxy)$)|INIT_CWD$|NODE_OPTIONS$|FORCE_COLOR$)/i

const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ownScript.test(name))),
  NO_COLOR: "1",
  TURBO_TELEMETRY_DISABLED: "1",
}

/** What a command prints on its standard output. Fails with all that it printed when it ends badly. */
export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      const printed = stripVTControlCharacters(`${stdout}${stderr}`).trim()
      reject(new Error(`${[command, ...args].join(" ")} failed\n${printed === "" ? error.message : printed}`))
    })
  })
