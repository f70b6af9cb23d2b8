/**
 * One Postgres server for a whole test run, as a vitest `globalSetup`. `vitest.package.ts` gives it to every package with
 * integration tests.
 *
 * Used by `TestDatabase` of testkit, which gives each test file or test a database of its own on this server. The server's
 * data lies in a temporary folder and is not durable. With `TEST_DATABASE_URL` in the environment no server is
 * started and that one is used; its user must be allowed to create databases.
 *
 * The server runs in a node process of its own: vitest loads this module without the condition that turns
 * workspace packages into their sources, and a run that is killed still gets tidied up after.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"
import { serverUrlKey } from "./provided.ts"

/** A server and how many projects of the run use it. */
interface Shared {
  users: number
  readonly url: Promise<string>
  readonly stop: () => Promise<void>
}

/** Each project of a run loads this module anew; what they share hangs on the process. */
const held = globalThis as typeof globalThis & { leadGatewayTestPostgres?: Shared }

/** The first line of the program, or what is wrong. */
const readUrl = async (child: ChildProcess, output: Readable): Promise<string> => {
  for await (const line of createInterface({ input: output })) return line
  throw new Error(`no Postgres server for the tests (its program ended with ${child.exitCode})`)
}

const start = (): Shared => {
  const program = fileURLToPath(new URL("./server.ts", import.meta.url))
  const child = spawn(process.execPath, ["--conditions=@lead-gateway/source", program], {
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C ends the run, and the end of the run ends the server.
    detached: true,
  })
  const [input, output]: [Writable, Readable] = [child.stdin, child.stdout]
  const ended = once(child, "exit")
  const stop = async () => {
    input.end()
    await ended
  }
  return { users: 0, url: readUrl(child, output), stop }
}

/** Starts the server of the run, or joins it, and provides its URL to the tests. */
const postgresGlobalSetup = async (
  project: Pick<TestProject, "provide">,
): Promise<(() => Promise<void>) | undefined> => {
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined && given !== "") {
    project.provide(serverUrlKey, given)
    return undefined
  }
  const shared = (held.leadGatewayTestPostgres ??= start())
  shared.users += 1
  const leave = async () => {
    shared.users -= 1
    if (shared.users > 0) return
    delete held.leadGatewayTestPostgres
    await shared.stop()
  }
  try {
    project.provide(serverUrlKey, await shared.url)
  } catch (error) {
    await leave()
    throw error
  }
  return leave
}

export default postgresGlobalSetup
