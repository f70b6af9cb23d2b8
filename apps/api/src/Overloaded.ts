/** The answer to a webhook that is not admitted. In overload it is the most frequent one, so it has to be the cheapest. */
import { type HttpResponse, respond, sendJson } from "@lead-gateway/runtime"
import type { IncomingMessage } from "node:http"
import * as Answer from "./Answer.ts"

/** From 1 to 8 s, in turn: senders that were refused together must not come back together. */
const delays = [1, 5, 3, 7, 2, 6, 4, 8].map(String)
let turn = 0

/** The seconds that the next sender is asked to wait. */
const nextDelay = (): string => delays[turn++ % delays.length] ?? "4"

/** Bodies up to this size are read and discarded: that costs less than a new connection. */
const worthReading = 16 * 1024

/**
 * Answers 503 with `Retry-After`, whether or not the body has been read. It is counted, and neither logged nor traced.
 *
 * The connection stays open if what is left of the body is short; Node then discards it. Otherwise the connection closes.
 */
export const refuseOverload = (response: HttpResponse): void => {
  const { req: request } = response
  response.facts.isSilent = true
  const retryAfter = nextDelay()
  if (!request.complete && !isShort(request)) return respond(response, Answer.overloaded(retryAfter))
  const text = `${textBefore}${JSON.stringify(response.correlationId)}}`
  sendJson(response, text, 503, ["Retry-After", retryAfter])
}

const textBefore = `{"error":${JSON.stringify(Answer.overloaded("1").reason)},"correlation_id":`

/** Whether the body is announced and short, and its sender does not wait for a `100 Continue` before it sends it. */
const isShort = ({ headers }: IncomingMessage): boolean =>
  headers.expect === undefined && Number(headers["content-length"] ?? Infinity) <= worthReading
