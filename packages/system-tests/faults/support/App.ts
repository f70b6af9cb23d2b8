import { TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect, Scope } from "effect"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { inRepository } from "./places.ts"

/** An app as it is deployed: a process that is killed and restarted with the same settings. */
export interface App {
  /** Where it answers `/readyz`. */
  readonly port: number
  /** Starts it; it may be up already. Does not wait until it is ready. */
  readonly start: Effect.Effect<void>
  /** Waits until it says that it is ready. */
  readonly ready: Effect.Effect<void>
  /** kill -9, and waits for its end. */
  readonly kill: Effect.Effect<void>
  /** Sends SIGTERM and waits for the end, which must be with code 0. */
  readonly stop: Effect.Effect<void>
  /** Waits until it ends by itself, which must be with an error; returns its standard error. */
  readonly refuses: Effect.Effect<ReadonlyArray<string>>
  /** Suspends it with SIGSTOP, as an overloaded machine might; it is resumed later without noticing. */
  readonly freeze: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  /** Everything it has printed, over all restarts. */
  readonly output: () => ReadonlyArray<string>
  /** Unexpected ends of the process: "worker ended with code 1". */
  readonly ended: () => ReadonlyArray<string>
}

interface Life {
  readonly process: Effect.Success<ReturnType<typeof TestProcess.spawn>>
  isOver: boolean
  /** How it is expected to end: not by itself, unless a scenario expects that. */
  mayEnd: (code: number | null) => boolean
}

const never = () => false
const anyhow = () => true

/** Sets the number of files and sockets that a process may have open, as `ulimit -n` does. */
export const limitOpenFiles = (pid: number, files: number): Effect.Effect<void> =>
  Effect.asVoid(Effect.promise(() => run("prlimit", ["--pid", String(pid), `--nofile=${files}:${files}`])))

const run = promisify(execFile)

/** An app, for the current scope. It is not started. */
export const makeApp = Effect.fnUntraced(function* (options: {
  readonly name: "api" | "worker"
  /** The folder that `apps` is in. */
  readonly sources: string
  /** Where it runs. */
  readonly folder: string
  /** Where it answers `/readyz`. */
  readonly port: number
  readonly env: Readonly<Record<string, string>>
  readonly nodeFlags?: ReadonlyArray<string> | undefined
  /** The number of files and sockets that it may have open, as by `ulimit -n`. */
  readonly openFiles?: number | undefined
}) {
  const scope = yield* Effect.scope
  const lives: Array<Life> = []
  const ended: Array<string> = []
  const current = () => lives.at(-1)

  const start = Effect.gen(function* () {
    if (current()?.isOver === false) return
    const process = yield* TestProcess.spawn({
      program:
        options.sources === inRepository(".") ? commandLine : join(options.sources, "apps/cli/src/main.ts"),
      args: [options.name],
      cwd: options.folder,
      env: options.env,
      nodeFlags: options.nodeFlags,
    })
    // Before it has opened more: node takes a second to start.
    if (options.openFiles !== undefined) yield* limitOpenFiles(process.pid, options.openFiles)
    const life: Life = { process, isOver: false, mayEnd: never }
    lives.push(life)
    yield* Effect.forkIn(
      Effect.map(process.exited, ({ code, signal }) => {
        life.isOver = true
        if (!life.mayEnd(code)) ended.push(`${options.name} ended with ${code ?? signal}`)
      }),
      scope,
    )
  }).pipe(Scope.provide(scope))

  yield* Effect.addFinalizer(() => Effect.sync(() => lives.forEach((life) => (life.mayEnd = anyhow))))
  const app: App = {
    port: options.port,
    start,
    ready: Effect.suspend(
      () =>
        current()?.process.waitForHttp(`http://127.0.0.1:${options.port}/readyz`, 200, {
          within: "90 seconds",
        }) ?? Effect.void,
    ).pipe(Effect.orDie),
    kill: Effect.suspend(() => {
      const life = current()
      if (life === undefined) return Effect.void
      life.mayEnd = anyhow
      return Effect.andThen(life.process.kill("SIGKILL"), Effect.asVoid(life.process.exited))
    }),
    stop: Effect.suspend(() => {
      const life = current()
      if (life === undefined) return Effect.void
      life.mayEnd = (code) => code === 0
      return Effect.andThen(life.process.kill("SIGTERM"), Effect.asVoid(life.process.exited))
    }),
    refuses: Effect.suspend(() => {
      const life = current()
      if (life === undefined) return Effect.succeed([])
      life.mayEnd = (code) => code === 1
      return Effect.map(life.process.exited, () => life.process.stderr())
    }),
    freeze: Effect.suspend(() => current()?.process.kill("SIGSTOP") ?? Effect.void),
    thaw: Effect.suspend(() => current()?.process.kill("SIGCONT") ?? Effect.void),
    output: () => lives.flatMap((life) => life.process.lines()),
    ended: () => ended,
  }
  return app
})
