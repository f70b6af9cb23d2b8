/** The processes that run until they are stopped. Each is loaded when it is started, and with it all that it needs. */
import type { Effect } from "effect"
import { setFlagsFromString } from "node:v8"
import { shipped } from "./shipped.ts"

const loaders = {
  start: async () => (await import("./gateway/program.ts")).gateway(shipped),
  api: async () => (await import("@lead-gateway/api")).api(shipped),
  worker: async () => (await import("@lead-gateway/worker")).worker(shipped),
}

/** The name of a server, as it is typed. */
export type Server = keyof typeof loaders

/** Every {@link Server}. */
export const serverNames = ["start", "api", "worker"] as const satisfies ReadonlyArray<Server>

/** Whether this is the name of a server. */
export const isServer = (name: string): name is Server => Object.hasOwn(loaders, name)

/**
 * Loads a server, which runs until it is interrupted.
 *
 * A server lives long: its heap grows by half at a time instead of by four times, which takes a third less memory. The
 * npm scripts say so to Node itself, together with a bound for young objects, which cannot be set any more here.
 */
export const loadServer = (name: Server): Promise<Effect.Effect<never, { readonly message: string }>> => {
  setFlagsFromString("--heap-growing-percent=50")
  return loaders[name]()
}
