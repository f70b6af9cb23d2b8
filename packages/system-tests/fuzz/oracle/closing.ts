/** When the api may close a connection although its sender could go on, beside what its answers say. */
import type { Answer } from "./AnswerReader.ts"
import { type ReadRequest, valuesOf } from "./Stream.ts"

/** How many bytes of a refused body the api reads at most, and how many more each chunk counts as. */
const rest = { bytes: 16 * 1024, perChunk: 64 }

/**
 * Whether a request was refused before its body was read, and the body is longer than what the api discards. In chunks it does
 * not say so, so the answer cannot know yet that the connection will close (RFC 9112, 9.5 lets a server close at any time, and
 * 9.6 asks it to say so where it can). Nothing behind it was read.
 */
export const isCutShort = (request: ReadRequest | undefined, answer: Answer | undefined): boolean =>
  request !== undefined &&
  answer !== undefined &&
  answer.status >= 400 &&
  request.body.length + request.chunks * rest.perChunk > rest.bytes &&
  request.chunks > 0

/**
 * Whether a request was refused before its body was there, because that came in parts: if the rest takes longer than a second,
 * as it does from a sender that gets no time, the api closes the connection. Nothing behind it was read.
 */
export const mayBeOverdue = (
  request: ReadRequest | undefined,
  answer: Answer | undefined,
  writes: number,
): boolean =>
  request !== undefined &&
  answer !== undefined &&
  answer.status >= 400 &&
  request.body.length > 0 &&
  writes > 1

/**
 * Whether a body was announced by `Expect: 100-continue` and answered without it (RFC 9110, 10.1.1): then the sender may send
 * it all the same, or not, and only a close tells what follows.
 */
export const isUnread = (request: ReadRequest | undefined, answer: Answer | undefined): boolean =>
  request !== undefined &&
  answer?.continues === 0 &&
  valuesOf(request.headers, "expect").length > 0 &&
  (request.body.length > 0 || request.chunks > 0)

/** How many bytes of a body that nobody needs are discarded behind an answer of the router. */
const drained = 256 * 1024

/** Whether a request was answered without the body that it has for nothing, which is longer than what is discarded. */
export const isUndrained = (request: ReadRequest | undefined): boolean =>
  request !== undefined &&
  (request.method === "GET" || request.method === "HEAD" || request.method === "DELETE") &&
  request.body.length > drained
