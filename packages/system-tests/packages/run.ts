/** Runs commands as a user of a package would: without the variables that npm and pnpm set for scripts. */
import { execFile } from "node:child_process"
import { stripVTControlCharacters } from "node:util"

/** Variables to remove. Those that name the registry and the cache are kept. */
const ownScript =
  /^(npm_(?!config_(cache|registry|userconfig|globalconfig|cafile|(\w+_)?proxy)$)|INIT_CWD$|NODE_OPTIONS$|FORCE_COLOR$)/i

const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ownScript.test(name))),
  NO_COLOR: "1",
  TURBO_TELEMETRY_DISABLED: "1",
}

/** Returns the standard output of a command. Fails with its whole output if it exits with an error. */
export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      const printed = stripVTControlCharacters(`${stdout}${stderr}`).trim()
      reject(new Error(`${[command, ...args].join(" ")} failed\n${printed === "" ? error.message : printed}`))
    })
  })
