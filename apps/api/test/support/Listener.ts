import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { type IncomingMessage, request } from "node:http"

/** An event that a listener was sent. */
export interface SentEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A program that listens to `GET /api/v1/events`. */
export interface Listener {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  /** All events so far. */
  readonly events: ReadonlyArray<SentEvent>
  /** Everything as it came. */
  readonly text: () => string
  /** Waits until a condition holds, 10 s at most. */
  readonly until: (holds: (events: ReadonlyArray<SentEvent>) => boolean) => Effect.Effect<void>
  /** Reads nothing any more. */
  readonly pause: () => void
  readonly isClosed: () => boolean
  readonly close: Effect.Effect<void>
}

/** Listens for the current scope; returns once the stream has begun, or was refused. */
export const listenTo = (
  port: number,
  options: { readonly lastEventId?: string | undefined; readonly token?: string } = {},
): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Listener>((resume) => {
      const events: Array<SentEvent> = []
      let text = ""
      let isClosed = false
      const outgoing = request({
        port,
        host: "127.0.0.1",
        path: "/api/v1/events",
        agent: false,
        headers: {
          Accept: "text/event-stream",
          ...(options.lastEventId === undefined ? {} : { "Last-Event-ID": options.lastEventId }),
          ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
        },
      })
      outgoing.on("error", () => {
        isClosed = true
      })
      outgoing.on("response", (incoming) => {
        let rest = ""
        incoming.setEncoding("utf8")
        incoming.on("error", () => {})
        incoming.on("close", () => {
          isClosed = true
        })
        incoming.on("data", (chunk: string) => {
          text += chunk
          const blocks = (rest + chunk).split("\n\n")
          rest = blocks.pop() ?? ""
          for (const block of blocks) {
            const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1]
            const event = field("event")
            if (event === undefined) continue
            events.push({
              id: field("id"),
              event,
              data: JSON.parse(field("data") ?? "null") as SentEvent["data"],
            })
          }
        })
        const listener: Listener = {
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          events,
          text: () => text,
          until: (holds) =>
            Effect.gen(function* () {
              const end = Date.now() + 10_000
              while (!holds(events)) {
                if (Date.now() > end) assert.fail(`waited in vain; last: ${JSON.stringify(events.slice(-5))}`)
                yield* Effect.sleep(10)
              }
            }),
          pause: () => incoming.pause(),
          isClosed: () => isClosed,
          close: Effect.sync(() => outgoing.destroy()),
        }
        // The stream says at once that it has begun.
        const begun = () => resume(Effect.succeed(listener))
        if (incoming.headers["content-type"] === "text/event-stream") incoming.once("data", begun)
        else incoming.once("end", begun)
      })
      outgoing.end()
    }),
    ({ close }) => close,
  )
