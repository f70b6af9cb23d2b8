/** Runs what an image runs, as the same user on a folder that nobody may write to: a container without its walls. */
import { debianPackages } from "@lead-gateway/testkit"
import { Data, Effect, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { images, type Target } from "./repositoryImages.ts"

class NotInTime extends Data.TaggedError("NotInTime")<{ readonly message: string }> {}

/** The user of a process: that of the image if this one may become another, or else this one. */
export const prefixFor = (id: number): ReadonlyArray<string> =>
  process.getuid?.() === 0
    ? ["setpriv", `--reuid=${id}`, `--regid=${id}`, "--clear-groups", "--no-new-privs", "--"]
    : []

/** The programs of the images beside the apps: Node, and tini from Debian's package. */
export const makePrograms = (folder: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const { root } = await debianPackages("tini")
    const bin = join(folder, "bin")
    mkdirSync(bin)
    copyFileSync(process.execPath, join(bin, "node"))
    copyFileSync(join(root, "usr/bin/tini"), join(bin, "tini"))
    return bin
  })

/** Where an image's processes run. */
export interface Place {
  readonly app: string
  readonly bin: string
  readonly env: Readonly<Record<string, string>>
}

/** A running image. */
export interface Running {
  /** Runs the health check as Docker does; returns its exit code. */
  readonly health: Effect.Effect<number | null>
  readonly untilHealthy: Effect.Effect<void, NotInTime>
  /** Stops it as `docker stop` does, and returns how it ended. */
  readonly stop: Effect.Effect<number | null>
  readonly output: () => string
}

const ended = (child: ChildProcess): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
  })

/** Runs a command in a place as the user of the image. */
const start = (target: Target, { app, bin, env }: Place, command: ReadonlyArray<string>) => {
  const [id = ""] = images[target].user?.split(":") ?? []
  const [program = "", ...args] = [...prefixFor(Number(id)), ...command]
  const own = { PATH: `${bin}:/usr/bin:/bin`, HOME: "/nonexistent", ...images[target].env, ...env }
  const child = spawn(program, args, { cwd: app, env: own, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)))
  return { child, output: () => output }
}

/** Runs one command to its end; returns the code and what it printed. */
export const runIn = Effect.fnUntraced(function* (
  target: Target,
  place: Place,
  command: ReadonlyArray<string>,
) {
  const { child, output } = start(target, place, command)
  return { code: yield* ended(child), output: output() }
})

/** Starts an image by its entrypoint and command, for the current scope. */
export const runImage = (target: Target, place: Place): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.gen(function* () {
    const image = images[target]
    // It is no process 1 here, so it must ask for the orphans.
    const entrypoint = [join(place.bin, "tini"), "-s", ...image.entrypoint.slice(1)]
    const { child, output } = yield* Effect.acquireRelease(
      Effect.sync(() => start(target, place, [...entrypoint, ...image.command])),
      ({ child }) =>
        Effect.suspend(() => {
          if (child.exitCode === null) child.kill("SIGTERM")
          return ended(child)
        }),
    )
    const health = Effect.map(runIn(target, place, image.health), ({ code }) => code)
    const untilHealthy = Effect.gen(function* () {
      for (let attempt = 0; attempt < 150; attempt++) {
        if (child.exitCode !== null) break
        if ((yield* health) === 0) return
        yield* Effect.sleep("200 millis")
      }
      return yield* new NotInTime({ message: `${target} is not healthy:\n${output().slice(-4000)}` })
    })
    const stop = Effect.suspend(() => {
      child.kill("SIGTERM")
      return ended(child)
    })
    return { health, untilHealthy, stop, output }
  })
