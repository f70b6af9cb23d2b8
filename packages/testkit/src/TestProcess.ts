import { type ChildProcess, spawn as spawnChild } from "node:child_process"
import { fileURLToPath } from "node:url"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { setTimeout } from "node:timers/promises"
import { Duration, Effect, Schema, type Scope } from "effect"
import { compileCacheOf } from "./compileCache.ts"
import { type Lines, makeLines } from "./internal/lines.ts"

/** How a process ended: by its own exit code, or by a signal. */
export interface Exited {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** An expected event did not occur: the process ended first, or the timeout expired. */
export class TestProcessError extends Schema.TaggedError<TestProcessError>()("TestProcessError", {
  /** What was waited for. */
  awaited: Schema.String,
  /** `"it ended with code 1"`, `"not within 15000 ms"`. */
  why: Schema.String,
  /** The last lines of its output. */
  output: Schema.Array(Schema.String),
}) {
  override get message(): string {
    return [`${this.awaited}: ${this.why}; its last lines:`, ...this.output].join("\n  ")
  }
}

/** How to start a program. */
export interface TestProcessOptions {
  /** The program's path, or `new URL("../src/main.ts", import.meta.url)`. TypeScript needs no build. */
  readonly program: string | URL
  readonly args?: ReadonlyArray<string> | undefined
  /**
   * The program's environment. Added are the paths of programs and of the temporary folder from the test's own, and the folder
   * where Node keeps compiled modules.
   */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Default: the test's own. A program that reads `.env` may want an empty folder. */
  readonly cwd?: string | undefined
  /** Further flags of node. */
  readonly nodeFlags?: ReadonlyArray<string> | undefined
  /** True: in a process group of its own, so that `killGroup` can do what Ctrl-C does. */
  readonly ownGroup?: boolean | undefined
}

/** A timeout by the system's clock; default 60 seconds: a program takes one to start, and on a busy machine many times that. */
export interface Within {
  readonly within?: Duration.Input | undefined
}

/** A running program. It does not use Effect's clock, so it works the same under `it.effect` and `it.live`. */
export interface TestProcess {
  readonly pid: number
  /** The lines of both outputs so far, in the order of arrival. */
  readonly lines: () => ReadonlyArray<string>
  readonly stdout: () => ReadonlyArray<string>
  readonly stderr: () => ReadonlyArray<string>
  /** The first past or future line that matches a pattern or contains a text. */
  readonly waitForLine: (
    pattern: string | RegExp,
    options?: Within,
  ) => Effect.Effect<string, TestProcessError>
  /** Requests the URL until the response has this status (default 200). */
  readonly waitForHttp: (
    url: string | URL,
    status?: number,
    options?: Within,
  ) => Effect.Effect<void, TestProcessError>
  /** Sends a signal; does nothing once the process has ended. */
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Sends a signal to the process and its children. Needs `ownGroup`. */
  readonly killGroup: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Waits for the end, without a timeout. */
  readonly exited: Effect.Effect<Exited>
}

const sleepMs = (ms: number): Effect.Effect<void> =>
  Effect.promise((signal) => setTimeout(ms, undefined, { signal }))

const defaultWithin: Duration.Input = "60 seconds"

const environment = (own: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const kept = ["PATH", "HOME", "TMPDIR", "TZ", "LANG"].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), ...own }
}

const start = (options: TestProcessOptions): ChildProcess => {
  const program = options.program instanceof URL ? fileURLToPath(options.program) : options.program
  const flags = ["--conditions=@lead-gateway/source", ...(options.nodeFlags ?? [])]
  return spawnChild(process.execPath, [...flags, program, ...(options.args ?? [])], {
    env: { NODE_COMPILE_CACHE: compileCacheOf(options.args), ...environment(options.env) },
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.ownGroup ?? false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
}

const describeEnd = ({ code, signal }: Exited) =>
  signal === null ? `it ended with code ${code}` : `it ended by ${signal}`

const readLines = (stream: Readable, into: ReadonlyArray<Lines>) => {
  createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
    for (const lines of into) lines.add(line)
  })
}

const signalTo = (target: number, signal: NodeJS.Signals) => {
  try {
    process.kill(target, signal)
  } catch {
    // It ended between the check and the signal.
  }
}

const make = (child: ChildProcess): TestProcess => {
  const [all, stdout, stderr] = [makeLines(), makeLines(), makeLines()]
  if (child.stdout !== null) readLines(child.stdout, [all, stdout])
  if (child.stderr !== null) readLines(child.stderr, [all, stderr])
  let end: Exited | undefined
  const ended = new Promise<Exited>((resolve) => {
    const settle = (exited: Exited) => {
      end = exited
      all.close()
      resolve(exited)
    }
    child.once("error", () => settle({ code: null, signal: null }))
    child.once("close", (code, signal) => settle({ code, signal }))
  })
  const pid = child.pid ?? 0
  const isUp = () => end === undefined
  const fail = (awaited: string, why: string) =>
    Effect.fail(new TestProcessError({ awaited, why, output: all.all().slice(-20) }))
  const notInTime = (awaited: string, ms: number) =>
    end === undefined ? fail(awaited, `not within ${ms} ms`) : fail(awaited, describeEnd(end))

  return {
    pid,
    lines: all.all,
    stdout: stdout.all,
    stderr: stderr.all,
    waitForLine: Effect.fnUntraced(function* (pattern, options) {
      const matches = (line: string) =>
        typeof pattern === "string" ? line.includes(pattern) : new RegExp(pattern, "").test(line)
      const ms = Duration.toMillis(options?.within ?? defaultWithin)
      const line = yield* all.find(matches, ms)
      return line ?? (yield* notInTime(`a line with ${String(pattern)}`, ms))
    }),
    waitForHttp: Effect.fnUntraced(function* (url, status = 200, options) {
      const ms = Duration.toMillis(options?.within ?? defaultWithin)
      const until = performance.now() + ms
      while (isUp() && performance.now() < until) {
        const remaining = Math.max(1, Math.ceil(until - performance.now()))
        const answered = yield* Effect.promise((signal) =>
          fetch(url, {
            redirect: "manual",
            signal: AbortSignal.any([signal, AbortSignal.timeout(remaining)]),
          }).then(
            async (response) => {
              await response.body?.cancel()
              return response.status
            },
            () => undefined,
          ),
        )
        if (answered === status) return
        yield* sleepMs(25)
      }
      return yield* notInTime(`${status} from ${String(url)}`, ms)
    }),
    kill: (signal) => Effect.sync(() => (isUp() ? void child.kill(signal) : undefined)),
    killGroup: (signal) => Effect.sync(() => (isUp() ? signalTo(-pid, signal) : undefined)),
    exited: Effect.promise(() => ended),
  }
}

/**
 * Starts a Node program from its TypeScript source for the current scope. When the scope closes, a
 * process that still runs is killed (SIGKILL).
 *
 * For tests of whole programs: start one, wait for a line or a response, send a signal, check how it ended.
 */
const spawn = (options: TestProcessOptions): Effect.Effect<TestProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => make(start(options))),
    (process) => Effect.andThen(process.kill("SIGKILL"), process.exited),
  )

/** Starts programs for tests. */
export const TestProcess = { spawn }
