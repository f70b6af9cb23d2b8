/**
 * Makes the folders that `docker/Dockerfile` makes images of, by the commands that it has, without an engine.
 *
 * What needs the system, apt and npm's global folder, is left out; so is the cache of Docker.
 */
import { spawn, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, matchesGlob } from "node:path"
import { pathOf, read } from "../../repository/repository.ts"
import type { Stage } from "./dockerfile.ts"
import { stages } from "./repositoryImages.ts"

/** Everything that Docker would send: tracked files, and new ones, without what `.dockerignore` names. */
const copyContext = (folder: string) => {
  const { stdout } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: pathOf("."),
    encoding: "utf8",
    maxBuffer: 1e8,
  })
  const ignored = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((pattern) => pattern.replace(/\/$/, ""))
  const isIgnored = (path: string): boolean =>
    path !== "." && (ignored.some((pattern) => matchesGlob(path, pattern)) || isIgnored(dirname(path)))
  const paths = stdout.split("\0").filter((path) => path !== "" && !isIgnored(path))
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(pathOf(path), join(folder, path), { force: true })
  }
  return paths
}

/** Where the commands of the stages run, and who runs them. */
export interface Workplace {
  /** An empty folder: the sources go to `source`, what is deployed to `out` and `out-gateway`. */
  readonly folder: string
  /** Before each command: `setpriv …`. */
  readonly prefix?: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const shell = (command: string, { env, folder, prefix = [] }: Workplace): Promise<void> =>
  new Promise((resolve, reject) => {
    const [program, ...args] = [...prefix, "sh", "-euc", command]
    const child = spawn(program, args, { cwd: join(folder, "source"), env })
    let printed = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += String(text)))
    child.on("error", reject)
    child.on("close", (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ended with ${code}\n${printed.slice(-4000)}`))
    })
  })

/** The commands of a stage that need nothing of the system; `/out` is in the workplace's folder. */
const commandsOf = ({ steps }: Stage, folder: string): ReadonlyArray<string> =>
  steps
    .filter(({ keyword, text }) => keyword === "RUN" && !text.startsWith("npm install --global"))
    .map(({ text }) =>
      text.replaceAll(
        /(^| )\/(out[\w-]*)/g,
        (_, before: string, name: string) => `${before}${join(folder, name)}`,
      ),
    )

/** Runs every command of the stages `build` and `build-gateway`; returns what Docker would have copied. */
export const runBuild = async (place: Workplace): Promise<ReadonlyArray<string>> => {
  mkdirSync(join(place.folder, "source"), { recursive: true })
  const paths = copyContext(join(place.folder, "source"))
  if (place.prefix !== undefined) spawnSync("chown", ["-R", "65534:65534", place.folder])
  for (const name of ["build", "build-gateway"]) {
    const stage = stages.find((stage) => stage.name === name)
    if (stage === undefined) throw new Error(`no stage ${name}`)
    for (const command of commandsOf(stage, place.folder)) await shell(command, place)
  }
  return paths
}

/** Adds to a deployed folder what the stage `runtime` copies, and lets nobody write to it. */
export const finishFolder = (place: Workplace, name: "out" | "out-gateway"): string => {
  const app = join(place.folder, name)
  const runtime = stages.find((stage) => stage.name === "runtime")
  for (const { keyword, text } of runtime?.steps ?? []) {
    const [from = "", to = ""] = text.split(" ")
    if (keyword === "COPY") cpSync(pathOf(from), join(app, to), { recursive: true })
  }
  // Git has the configuration readable for its owner alone on some machines; COPY keeps modes, and the image must be readable.
  spawnSync("chmod", ["-R", "a-w,a+rX", app])
  if (process.getuid?.() === 0) spawnSync("chown", ["-R", "0:0", app])
  return app
}

/** Bytes that a folder takes, as `du` counts them. */
export const sizeOf = (folder: string): number => {
  const { stdout } = spawnSync("du", ["--summarize", "--bytes", folder], { encoding: "utf8" })
  return Number(stdout.split("\t")[0])
}

/** Removes a folder that nobody may write to. */
export const removeFolder = (folder: string): void => {
  spawnSync("chmod", ["-R", "u+w", folder])
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** The names of the packages in a bill of materials. */
export const packagesIn = (file: string): ReadonlyArray<string> => {
  const { components } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly components: ReadonlyArray<{ readonly group?: string; readonly name: string }>
  }
  return components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`))
}
