/**
 * Bundles the command line and compiles the servers once before a test run, as a vitest `globalSetup`. `vitest.package.ts`
 * gives it to every project that starts some.
 *
 * Node writes compiled modules to its cache when a program ends by itself, which a server in a test seldom does. Without this,
 * each of some hundred processes would read and compile a thousand modules again, for more than a second.
 */
import { bundledCommandLine } from "@lead-gateway/testkit/command-line"
import { compileCacheOf } from "@lead-gateway/testkit/compile-cache"
import { execFile } from "node:child_process"
import { dirname, join } from "node:path"
import { promisify } from "node:util"

/** Each project of a run loads this module again, so what they share is a global variable. */
const shared = globalThis as typeof globalThis & { leadGatewayCompiledApps?: Promise<string> }

const node = async (...args: ReadonlyArray<string>) => {
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return stdout.trim()
}

/** Loads a server without starting it. */
const program = `
  const { loadServer } = await import(process.env.SERVERS)
  await loadServer(process.env.SERVER)
`

const compile = (name: string, servers: string) =>
  promisify(execFile)(
    process.execPath,
    ["--conditions=@lead-gateway/source", "--input-type=module", "--eval", program],
    { env: { ...process.env, SERVER: name, SERVERS: servers, NODE_COMPILE_CACHE: compileCacheOf([name]) } },
  )

/** Returns the path of the bundled program. */
const make = async (): Promise<string> => {
  const main = await node(join(import.meta.dirname, "../../../scripts/bundleCommandLine.ts"))
  await Promise.all(
    ["start", "api", "worker"].map((name) => compile(name, join(dirname(main), "servers.js"))),
  )
  return main
}

/** Waits until the command line is bundled and the servers are compiled. Fails when one cannot be loaded. */
const compileApps = async (): Promise<void> => {
  shared.leadGatewayCompiledApps ??= make()
  process.env[bundledCommandLine] = await shared.leadGatewayCompiledApps
}

export default compileApps
