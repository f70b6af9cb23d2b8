/** Attacks as a process of its own, of the lowest priority: what an attacker computes on its own machine costs nothing here. */
import { writeFileSync } from "node:fs"
import { setPriority } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { type Fate, follow, makeGathering, type Script } from "./attackScript.ts"
import { rawSocket } from "./rawSocket.ts"

setPriority(19)
// Where the system shares its processors out by session, priorities count within one only; this process has one of its own.
try {
  writeFileSync("/proc/self/autogroup", "19")
} catch {
  // It does not.
}

const attack = async (port: number, { connections, steps, withinMs = 15_000 }: Script) => {
  const gathering = makeGathering()
  return Promise.all(
    Array.from({ length: connections }, async (): Promise<Fate> => {
      const socket = await rawSocket(port).catch(() => undefined)
      if (socket === undefined) return { received: undefined, sent: 0, isClosed: true }
      const over = new AbortController()
      await Promise.race([
        follow(socket, steps, gathering).catch(() => undefined),
        sleep(withinMs, undefined, { signal: over.signal }).catch(() => undefined),
      ])
      over.abort()
      const { bytesWritten, destroyed, readableEnded, writableLength } = socket.socket
      socket.socket.destroy()
      return {
        received: socket.received(),
        sent: bytesWritten - writableLength,
        isClosed: destroyed || readableEnded,
      }
    }),
  )
}

process.on("message", ({ port, script }: { readonly port: number; readonly script: Script }) => {
  void attack(port, script).then((fates) => process.send?.(fates))
})
process.on("disconnect", () => process.exit())
process.send?.("ready")
