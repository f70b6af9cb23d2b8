/** JSON that does nothing to a terminal: what is proposed to operators is `curl`, which prints an answer as it comes. */
import { HttpBody, HttpServerResponse } from "effect/http"

/**
 * What steers a terminal, or shows a text in another order than it has, or not at all: DEL and C1 controls, direction marks,
 * zero width characters, line separators, tags. All of them are also what `oneLine` shows by its code.
 */
const steering =
  /(?:[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\udb40[\udc00-\udfff])+/

const all = new RegExp(steering, "g")

/**
 * A JSON text in which such characters are escapes, `\u202e`: it means the same (RFC 8259, 7). Controls below U+0020 are
 * escapes in any JSON. Nearly no text has one; finding that out takes a millisecond for a megabyte or so.
 */
export const escapeSteering = (json: string): string =>
  steering.test(json) ? json.replace(all, codesOf) : json

const codesOf = (text: string): string => {
  let codes = ""
  for (let index = 0; index < text.length; index++) codes += codeOf(text.charCodeAt(index))
  return codes
}

/** Made once each: a text of a megabyte may hold nothing else. */
const known = new Map<number, string>()

const codeOf = (unit: number): string => {
  let code = known.get(unit)
  if (code === undefined) known.set(unit, (code = `\\u${unit.toString(16).padStart(4, "0")}`))
  return code
}

const decoder = new TextDecoder()

/** An answer whose JSON, if it is that, is escaped by {@link escapeSteering}. */
export const withoutSteering = (
  answer: HttpServerResponse.HttpServerResponse,
): HttpServerResponse.HttpServerResponse => {
  const { body } = answer
  if (body._tag !== "Uint8Array" || !body.contentType.startsWith("application/json")) return answer
  const text = body.text ?? decoder.decode(body.body)
  const escaped = escapeSteering(text)
  return escaped === text
    ? answer
    : HttpServerResponse.setBody(answer, HttpBody.text(escaped, body.contentType))
}
