import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout } from "node:timers/promises"
import { children, childrenMs } from "./support/children.ts"
import { ask } from "./support/Http.ts"
import { lead } from "./support/leads.ts"
import { longDraft } from "./support/longDraft.ts"
import { statuses } from "./support/raw.ts"
import { makeWorld } from "./support/World.ts"

const requestOf = (body: unknown): string => {
  const text = JSON.stringify(body)
  return [
    "POST /api/v1/preview HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${text.length}`,
    "",
    text,
  ].join("\r\n")
}

/** A preview that takes seconds. */
const long = requestOf({
  payload: lead,
  rules: longDraft,
})

describe("a client that asks for a preview", { timeout: 60_000 }, () => {
  it.live("and closes the connection ends it, so that nobody waits for an answer that nobody reads", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const before = children()
      const warm = {
        method: "POST",
        path: "/api/v1/preview",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ payload: lead }),
      } as const
      assert.strictEqual((yield* ask(world, warm)).status, 200)
      assert.strictEqual(children(), before + 1)
      yield* Effect.promise(async () => {
        const socket = connect(world.port, "127.0.0.1")
        const idleMs = childrenMs()
        socket.write(long)
        while (childrenMs() < idleMs + 100) await setTimeout(10)
        socket.destroy()
        await once(socket, "close")
        // Without this it would live on for a minute after its answer.
        while (children() > before) await setTimeout(50)
      })
      assert.strictEqual((yield* ask(world, warm)).status, 200)
    }).pipe(Effect.scoped, Effect.timeout("50 seconds")),
  )

  it.live("and closes its half alone gets its answer", () =>
    Effect.gen(function* () {
      const { port } = yield* makeWorld()
      const received = yield* Effect.promise(async () => {
        const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("utf8")
        socket.end(long)
        let text = ""
        for await (const part of socket) text += String(part)
        return text
      })
      assert.strictEqual(statuses(received).at(-1), 200)
      assert.include(received, '"decision":"REJECTED"')
    }).pipe(Effect.scoped),
  )
})
