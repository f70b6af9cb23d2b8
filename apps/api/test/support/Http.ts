import { assert } from "@effect/vitest"
import { securityHeaders } from "@lead-gateway/runtime"
import { Effect } from "effect"
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http"
import type { WorldShape } from "./World.ts"

/** A request; a GET without headers unless set. */
export interface Question {
  readonly method?: string
  readonly path?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
  /** Sends the body in chunks, without `Content-Length`. */
  readonly chunked?: boolean
}

/** An answer. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Sends a request on a connection of its own. None of its values may get into the api's log. */
export const ask = (
  { port, secrecy }: Pick<WorldShape, "port" | "secrecy">,
  { method = "GET", path = "/", headers = {}, body, chunked = false }: Question,
): Effect.Effect<HttpAnswer> =>
  Effect.callback<HttpAnswer>((resume) => {
    if (body !== undefined) secrecy.watch(Buffer.from(body).toString("utf8"))
    for (const [name, value] of Object.entries(headers)) {
      if (name.toLowerCase() !== "x-correlation-id") secrecy.watch(String(value))
    }
    const outgoing = request(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        agent: false,
        headers: {
          ...(body === undefined || chunked ? {} : { "Content-Length": Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Array<Buffer> = []
        const end = () =>
          resume(
            Effect.succeed({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString("utf8"),
            }),
          )
        const isEndless = incoming.headers["content-type"] === "text/event-stream"
        incoming
          .on("data", (chunk: Buffer) => {
            chunks.push(chunk)
            if (!isEndless) return
            end()
            outgoing.destroy()
          })
          .on("error", () => {})
          .on("end", end)
      },
    )
    outgoing.on("error", (error) => resume(Effect.die(error)))
    if (chunked && body !== undefined) outgoing.write(body)
    outgoing.end(chunked ? undefined : body)
  })

/** Sends a webhook. */
export const post = (
  world: Pick<WorldShape, "port" | "secrecy">,
  body: string | Uint8Array,
  question: Omit<Question, "body"> = {},
) =>
  ask(world, {
    method: "POST",
    path: "/webhooks/leads",
    ...question,
    headers: { "Content-Type": "application/json", ...question.headers },
    body,
  })

/** Sends a lead that is accepted, and returns its id. */
export const postLead = (world: Pick<WorldShape, "port" | "secrecy">, body: string | Uint8Array) =>
  Effect.map(post(world, body), (answer) => {
    assert.strictEqual(answer.status, 200, answer.text)
    return (JSON.parse(answer.text) as { readonly lead_id: number }).lead_id
  })

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The correlation id of an answer to a request without one. */
export const newId = ({ headers }: HttpAnswer): string => {
  const id = String(headers["x-correlation-id"])
  assert.match(id, uuid)
  return id
}

/** Asserts the answer of an error: status, text, and the same correlation id in header and body. */
export const assertError = (answer: HttpAnswer, status: number, error: string, id = newId(answer)) => {
  assert.strictEqual(answer.text, JSON.stringify({ error, correlation_id: id }))
  assert.strictEqual(answer.status, status)
  assert.strictEqual(answer.headers["x-correlation-id"], id)
  assert.strictEqual(answer.headers["content-type"], "application/json")
  assertSecurity(answer)
}

/** Asserts the headers of every answer, with those that a route has of its own. */
export const assertSecurity = ({ headers }: HttpAnswer, own: Readonly<Record<string, string>> = {}) => {
  for (const [name, value] of Object.entries({ ...securityHeaders, ...own })) {
    assert.strictEqual(headers[name.toLowerCase()], value, name)
  }
}
