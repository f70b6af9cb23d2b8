/**
 * Runs a command to its end.
 */
import { spawn } from "node:child_process"
import { Effect } from "effect"

/** A command and, when root starts it, the user it runs as. */
export interface Command {
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

export interface Finished {
  /** The exit code; null when a signal ended it or it could not be started. */
  readonly code: number | null
  /** What it wrote to both outputs. When it could not be started: why. */
  readonly output: string
}

/**
 * The environment of a Postgres program: the paths of programs and libraries, nothing else. So no `PG…` variable changes
 * its behaviour, and it sees none of the owner's secrets.
 */
export const bareEnvironment = (): Record<string, string> => {
  const kept = ["PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" }
}

/** Runs a command with this input, in its own session; never fails. An interrupt kills it. */
export const run = (command: Command, input = ""): Effect.Effect<Finished> =>
  Effect.callback((resume) => {
    const child = spawn(command.file, command.args, {
      cwd: "/",
      env: bareEnvironment(),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      ...(command.uid === undefined ? {} : { uid: command.uid }),
      ...(command.gid === undefined ? {} : { gid: command.gid }),
    })
    let output = ""
    const collect = (text: string) => {
      output += text
    }
    child.stdout.setEncoding("utf8").on("data", collect)
    child.stderr.setEncoding("utf8").on("data", collect)
    child.stdin.on("error", () => undefined).end(input)
    child.on("error", (error) => resume(Effect.succeed({ code: null, output: error.message })))
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
