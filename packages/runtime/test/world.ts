import {
  type Handler,
  type HttpListenerOptions,
  listen,
  respond,
  securityHeaders,
} from "@lead-gateway/runtime"
import { assert } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { WireAnswer } from "./connection.ts"

/**
 * Listens on a free port of this machine for the current scope, and returns the port.
 *
 * At the end nobody waits for what a test has left unanswered or does not close.
 */
export const serve = (handler: Handler, options: Partial<HttpListenerOptions> = {}) =>
  Effect.map(
    listen({ host: "127.0.0.1", port: 0, shutdownTimeout: Duration.millis(100), ...options }, handler),
    ({ port }) => port,
  )

/** Answers 200 with the body's length, once the whole body was received. */
export const measure: Handler = (request, response) => {
  let bytes = 0
  request.on("data", (chunk: Buffer) => (bytes += chunk.length))
  request.on("end", () => respond(response, { status: 200, body: { bytes } }))
  request.on("error", () => {})
}

/** Answers at once, without reading the body. */
export const refuse: Handler = (_, response) =>
  respond(response, { status: 413, body: { error: "too large" } })

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Asserts the answer of an error: status, text, and the same correlation id in header and body. */
export const assertError = (answer: WireAnswer, status: number, error: string, id?: string) => {
  assertSecurity(answer)
  assert.strictEqual(answer.status, status)
  assert.strictEqual(answer.headers["content-type"], "application/json")
  const name = answer.headers["x-correlation-id"] ?? ""
  if (id === undefined) assert.match(name, uuid)
  else assert.strictEqual(name, id)
  assert.strictEqual(answer.body, JSON.stringify({ error, correlation_id: name }))
}

/** Asserts the headers that every answer has. */
export const assertSecurity = ({ headers }: WireAnswer) => {
  for (const [name, value] of Object.entries(securityHeaders)) {
    assert.strictEqual(headers[name.toLowerCase()], value, name)
  }
}
