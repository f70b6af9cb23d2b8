/**
 * One Postgres server for a whole test run, as a vitest `globalSetup`. `vitest.package.ts` gives it to every package with
 * integration tests.
 *
 * Used by `TestDatabase` of testkit, which creates a database for each test file or test on this server. The server's
 * data lies in a temporary folder and is not durable. With `TEST_DATABASE_URL` in the environment no server is
 * started and that one is used; its user must be allowed to create databases. `POSTGRES_VERSION=14` (or 15, on Linux x64)
 * starts an older server than the bundled one.
 *
 * The server runs in a Node process of its own, for two reasons: vitest loads this module without the condition that resolves
 * workspace packages to their sources, and the server is stopped and its data removed even if the run is killed.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /**
     * The URL of the run's Postgres server, from the `globalSetup` `@lead-gateway/embedded-postgres/vitest-postgres`. Its
     * database is for maintenance, not for tests.
     */
    leadGatewayPostgresUrl: string
  }
}

/** The key under which vitest provides the server's URL to the tests. */
const serverUrlKey = "leadGatewayPostgresUrl"

/** A server, and the number of projects of the run that use it. */
interface Shared {
  users: number
  readonly url: Promise<string>
  readonly stop: () => Promise<void>
}

/** Each project of a run loads this module again, so the server is shared by a global variable. */
const shared = globalThis as typeof globalThis & { leadGatewayTestPostgres?: Shared }

/** The first line of the program's output; fails if the program ends without one. */
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
  const configured = process.env.TEST_DATABASE_URL
  if (configured !== undefined && configured !== "") {
    project.provide(serverUrlKey, configured)
    return undefined
  }
  const server = (shared.leadGatewayTestPostgres ??= start())
  server.users += 1
  const leave = async () => {
    server.users -= 1
    if (server.users > 0) return
    delete shared.leadGatewayTestPostgres
    await server.stop()
  }
  try {
    project.provide(serverUrlKey, await server.url)
  } catch (error) {
    await leave()
    throw error
  }
  return leave
}

export default postgresGlobalSetup
