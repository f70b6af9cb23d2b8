/** A node program in a process of its own, with what the system knows of it. */
import { Effect, type Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"

export interface Program {
  readonly pid: number
  /** Everything that it printed, once it has ended; empty unless started with `reads`. */
  readonly output: Effect.Effect<string>
  /** Its exit code, once it has ended; null after a signal. */
  readonly code: Effect.Effect<number | null>
  /** Looks until it is ready. Dies when the program ends instead, or after 60 s. */
  readonly ready: (isReady: () => Promise<boolean>) => Effect.Effect<void>
  /** Asks it to end (SIGTERM) and waits. */
  readonly stop: Effect.Effect<void>
}

/** Starts it for the current scope. What it logs goes to /dev/null, its errors to ours. */
export const startProgram = Effect.fnUntraced(function* (options: {
  readonly program: string
  readonly args?: ReadonlyArray<string>
  readonly nodeFlags?: ReadonlyArray<string>
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** True: what it prints is kept. */
  readonly reads?: boolean
}): Effect.fn.Return<Program, never, Scope.Scope> {
  const flags = ["--conditions=@lead-gateway/source", ...(options.nodeFlags ?? [])]
  const child = spawn(process.execPath, [...flags, options.program, ...(options.args ?? [])], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_ENV: "production", ...options.env },
    stdio: ["ignore", options.reads === true ? "pipe" : "ignore", "inherit"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const ended = once(child, "close")
  let printed = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text))
  const end = (signal: NodeJS.Signals) =>
    Effect.promise(async () => {
      child.kill(signal)
      await ended
    })
  yield* Effect.addFinalizer(() => end("SIGKILL"))
  const isUp = () => child.exitCode === null && child.signalCode === null
  const ready = (isReady: () => Promise<boolean>) =>
    Effect.promise(async () => {
      for (const began = performance.now(); performance.now() - began < 60_000 && isUp(); await moment(20))
        if (await isReady()) return
      throw new Error(`${options.program} does not get ready`)
    })
  return {
    pid: child.pid ?? 0,
    output: Effect.promise(async () => {
      await ended
      return printed
    }),
    code: Effect.promise(async () => {
      await ended
      return child.exitCode
    }),
    ready,
    stop: end("SIGTERM"),
  }
})

const moment = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Whether the URL answers 200. */
export const answers = (url: string) => (): Promise<boolean> =>
  fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return response.ok
    },
    () => false,
  )

/** Forgets the most memory that a process had: what it took to start is not what it takes to work. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, "5")

/** The most memory that was resident since, in MiB. */
export const peakMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

/** The memory that is resident now, in MiB. */
export const residentMiB = (pid: number): number =>
  (Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096) / 1024 ** 2

/** The processor's time that a process has used, in µs, to 10 ms. */
export const cpuMicroseconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}
