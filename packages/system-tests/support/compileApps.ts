/**
 * Compiles the servers once before a test run, as a vitest `globalSetup`. `vitest.package.ts` gives it to every project that
 * starts some.
 *
 * Node writes compiled modules to its cache when a program ends by itself, which a server in a test seldom does. Without this,
 * each of some hundred processes would compile them again, for more than a second.
 */
import { compileCacheOf } from "@lead-gateway/testkit/compile-cache"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"

/** Each project of a run loads this module again, so what they share is a global variable. */
const shared = globalThis as typeof globalThis & { leadGatewayCompiledApps?: Promise<unknown> }

/** Loads a server without starting it. */
const program = `
  const { loadServer } = await import(${JSON.stringify(join(import.meta.dirname, "../../../apps/cli/src/servers.ts"))})
  await loadServer(process.env.SERVER)
`

const compile = (name: string) =>
  promisify(execFile)(
    process.execPath,
    ["--conditions=@lead-gateway/source", "--input-type=module", "--eval", program],
    { env: { ...process.env, SERVER: name, NODE_COMPILE_CACHE: compileCacheOf([name]) } },
  )

/** Waits until the servers are compiled. Fails when one cannot be loaded. */
const compileApps = async (): Promise<void> => {
  shared.leadGatewayCompiledApps ??= Promise.all(["start", "api", "worker"].map(compile))
  await shared.leadGatewayCompiledApps
}

export default compileApps
