/** Shell commands that end with this process: a signal that stops it kills them with everything that they started. */
import { spawn } from "node:child_process"
import { stripVTControlCharacters } from "node:util"

const limitMs = 60 * 60_000

/** How a command ended: its exit code, what it printed without colours, and how long it took. */
export interface Ran {
  readonly code: number
  readonly output: string
  readonly seconds: string
}

const running = new Set<number>()

/** Kills a command with everything that it started. */
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // It has ended by itself.
  }
}

/** Runs a shell command to its end and keeps what it prints; code 1 when it was killed after an hour or could not start. */
export const run = (command: string): Promise<Ran> =>
  new Promise((resolve) => {
    const started = performance.now()
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, TURBO_TELEMETRY_DISABLED: "1" }
    const child = spawn(command, { shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"], env })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    }
    const { pid } = child
    if (pid !== undefined) running.add(pid)
    const timer = setTimeout(() => {
      output += `\nkilled after ${limitMs / 60_000} minutes`
      if (pid !== undefined) killGroup(pid)
    }, limitMs)
    const end = (code: number) => {
      clearTimeout(timer)
      if (pid !== undefined) running.delete(pid)
      resolve({
        code,
        output: stripVTControlCharacters(output),
        seconds: ((performance.now() - started) / 1000).toFixed(1),
      })
    }
    child.on("error", (error) => {
      output += error.message
      end(1)
    })
    child.on("close", (code) => end(code ?? 1))
  })

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    running.forEach(killGroup)
    process.kill(process.pid, signal)
  })
}
