/**
 * What the tests of this package need: folders that any user reaches, owners to start and kill, SQL.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { PgClient } from "@effect/sql-pg"
import { afterAll } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { bundledRoot } from "../../src/internal/binaries.ts"
import type { OwnerTask, OwnerWord } from "./owner.ts"

export const isRoot = process.getuid?.() === 0

/**
 * Somebody to become who is neither root nor nobody, but has a name on every system (`daemon` or `bin`).
 * Undefined: whoever runs the tests is such a one.
 */
export const ordinaryUid = isRoot ? 1 : undefined

/** Somebody to become who has no name. */
export const namelessUid = isRoot ? 54321 : undefined

/** Whether user namespaces are allowed on this machine. */
export const hasNamespaces =
  spawnSync("sh", ["-c", "unshare -U --map-user=65534 --map-group=65534 true"]).status === 0

/** What is to be done after the test file, the last first. */
const cleanups: Array<() => unknown> = []
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup()
})

/** A new folder that every user may pass through; removed after the test file. */
export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "lead-gateway-embedded-"))
  await chmod(folder, 0o755)
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))
  return folder
}

/** A new folder that everybody may write in, and the path of a data folder in it. */
export const newDataDir = async (): Promise<string> => {
  const folder = await newFolder()
  await chmod(folder, 0o777)
  return join(folder, "data")
}

/** A copy of the bundled server that every user reaches, wherever this repository lies. Its `bin` folder. */
export const copyOfServer = async (): Promise<string> => {
  const found = bundledRoot()
  if ("missing" in found) throw new Error(found.missing)
  const to = join(await newFolder(), "native")
  await cp(found.root, to, { recursive: true, verbatimSymlinks: true })
  return join(to, "bin")
}

/** A folder with shell scripts in place of programs. */
export const scripts = async (programs: Readonly<Record<string, string>>): Promise<string> => {
  const bin = join(await newFolder(), "bin")
  await mkdir(bin)
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return bin
}

/** A program that owns a server. */
export interface Owner {
  readonly pid: number
  /** What it says next that is no log line: a starter that meets a lock being broken may log that it waits. */
  readonly result: () => Promise<OwnerWord>
  /** What it says next must be this. */
  readonly says: <Tag extends OwnerWord["_tag"]>(tag: Tag) => Promise<Extract<OwnerWord, { _tag: Tag }>>
  readonly kill: (signal: NodeJS.Signals) => Promise<void>
  /** Signals its process group, as a terminal does on Ctrl-C. */
  readonly killGroup: (signal: NodeJS.Signals) => void
  readonly ended: Promise<unknown>
}

const program = fileURLToPath(new URL("owner.ts", import.meta.url))

const isWord = <Tag extends OwnerWord["_tag"]>(
  word: OwnerWord,
  tag: Tag,
): word is Extract<OwnerWord, { _tag: Tag }> => word._tag === tag

/** Starts an owner in a process group of its own; what lives at the end of the test file is killed. */
export const startOwner = (task: OwnerTask, path = process.env.PATH): Owner => {
  const args = ["--conditions=@lead-gateway/source", program, JSON.stringify(task)]
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { ...process.env, PATH: path },
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  })
  if (child.stdout === null) throw new Error("no output to read")
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, "exit")
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null && child.kill(signal)) await ended
  }
  cleanups.push(() => kill("SIGKILL"))
  const word = async () => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error("the owner ended without a word")
    return JSON.parse(value) as OwnerWord
  }
  const result = async (): Promise<OwnerWord> => {
    const said = await word()
    return said._tag === "Log" ? result() : said
  }
  return {
    pid: child.pid ?? 0,
    result,
    says: async (tag) => {
      const said = await word()
      if (isWord(said, tag)) return said
      throw new Error(`expected ${tag}, but the owner says ${JSON.stringify(said)}`)
    },
    kill,
    killGroup: (signal) => void process.kill(-(child.pid ?? 0), signal),
    ended,
  }
}

/** Runs one statement by a connection of its own. */
export const query = (url: string | Redacted.Redacted, statement: string) =>
  Effect.scoped(
    Effect.flatMap(
      PgClient.makeClient({ url: typeof url === "string" ? Redacted.make(url) : url }),
      (sql) => sql.unsafe<Record<string, unknown>>(statement).unprepared,
    ),
  ).pipe(Effect.provide(Reactivity.layer))

/** Looks every 20 ms whether it is so, at most this long. */
export const within = async (ms: number, isSo: () => Promise<boolean> | boolean): Promise<boolean> => {
  const end = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}
