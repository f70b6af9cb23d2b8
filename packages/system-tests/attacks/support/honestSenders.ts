import { Effect } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { HonestReport } from "./honestSender.main.ts"

export type { HonestReport }

/** Honest senders at work; `report` ends them and says how they fared. */
export interface HonestSenders {
  readonly report: Effect.Effect<HonestReport>
}

/**
 * Sends ordinary leads at a steady rate, 50 a second unless given, whether or not earlier ones are answered, until the scope
 * closes or `report` is asked for. They are a process of their own, so that the attacker's work does not count as latency.
 */
export const sendHonestly = Effect.fnUntraced(function* (url: string, perSecond = 50) {
  const program = fileURLToPath(new URL("honestSender.main.ts", import.meta.url))
  const child = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const child = fork(program, [url, String(perSecond)], {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      })
      await once(child, "message")
      return child
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  )
  const report = Effect.promise(async () => {
    child.send("report")
    const [answer] = (await once(child, "message")) as [HonestReport]
    return answer
  })
  const senders: HonestSenders = { report }
  return senders
})
