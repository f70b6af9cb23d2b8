/** Programs of Debian's packages: nginx, Prometheus, Alertmanager, the exporters. */
import { debianPackages } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { readFile, rename, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { until } from "../../faults/support/until.ts"

const run = promisify(execFile)

/** How a program ended, and everything that it printed. */
export interface Ran {
  readonly code: number
  readonly output: string
}

const unpacked = new Map<string, ReturnType<typeof debianPackages>>()

const packageOf = {
  nginx: ["nginx", "usr/sbin/nginx"],
  prometheus: ["prometheus", "usr/bin/prometheus"],
  promtool: ["prometheus", "usr/bin/promtool"],
  alertmanager: ["prometheus-alertmanager", "usr/bin/prometheus-alertmanager"],
  amtool: ["prometheus-alertmanager", "usr/bin/amtool"],
  nodeExporter: ["prometheus-node-exporter", "usr/bin/prometheus-node-exporter"],
  blackboxExporter: ["prometheus-blackbox-exporter", "usr/bin/prometheus-blackbox-exporter"],
} as const

/** One of the programs. */
export type Program = keyof typeof packageOf

/** Unpacks a program once per process; returns its path and its environment. */
export const find = async (program: Program) => {
  const [name, path] = packageOf[program]
  const found = unpacked.get(name) ?? debianPackages(name)
  unpacked.set(name, found)
  const { libraries, root } = await found
  const relocated = program === "alertmanager" ? await relocate(join(root, path)) : join(root, path)
  return { path: relocated, env: { ...process.env, LD_LIBRARY_PATH: libraries } }
}

const templates = "/usr/share/prometheus/alertmanager"

/**
 * Debian's Alertmanager reads its templates from `/usr/share`, where nothing is if it is not installed: makes a copy of the
 * program that reads them from its working directory, by a path of the same length.
 */
const relocate = async (path: string): Promise<string> => {
  const copy = `${path}.relocated`
  const known = await stat(copy).catch(() => undefined)
  if (known !== undefined) return copy
  const program = await readFile(path)
  const inWorkingDirectory = "/proc/self/cwd".padEnd(templates.length, "/")
  for (let at = program.indexOf(templates); at >= 0; at = program.indexOf(templates, at + 1))
    program.write(inWorkingDirectory, at, "latin1")
  await writeFile(`${copy}.${process.pid}`, program, { mode: 0o755 })
  await rename(`${copy}.${process.pid}`, copy)
  return copy
}

/** Runs a program to its end. */
export const runProgram = (program: Program, args: ReadonlyArray<string>): Effect.Effect<Ran> =>
  Effect.promise(async () => {
    const { env, path } = await find(program)
    return run(path, [...args], { env }).then(
      ({ stderr, stdout }) => ({ code: 0, output: stdout + stderr }),
      (error: { code?: number; stdout?: string; stderr?: string }) => ({
        code: error.code ?? -1,
        output: `${error.stdout}${error.stderr}`,
      }),
    )
  })

/** A server of the current scope, ready when its URL answers. */
export const startProgram = (
  program: Program,
  args: ReadonlyArray<string>,
  readyAt?: string,
): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { env, path } = await find(program)
      const cwd = program === "alertmanager" ? join(dirname(path), "../..", templates) : undefined
      return spawn(path, [...args], { env, cwd, stdio: ["ignore", "ignore", "inherit"] })
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        if (server.exitCode !== null) return resume(Effect.void)
        server.once("exit", () => resume(Effect.void))
        server.kill("SIGTERM")
      }),
  ).pipe(
    Effect.tap((server) =>
      readyAt === undefined
        ? Effect.void
        : Effect.gen(function* () {
            const answers = Effect.promise(() =>
              fetch(readyAt).then(
                ({ ok }) => ok,
                () => false,
              ),
            )
            const isReady = yield* until(
              Effect.map(answers, (ok) => ok || server.exitCode !== null),
              30_000,
              100,
            )
            if (!isReady || server.exitCode !== null)
              return yield* Effect.die(new Error(`${program} has not started (${readyAt})`))
          }),
    ),
  )
