import { needsMending, storableJson } from "@lead-gateway/lead-store"
import { isJsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import * as Answer from "./Answer.ts"

/** JSON is UTF-8 (RFC 8259). Other bytes are refused: replacing them would change the lead. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * A webhook's body as storable JSON text, or the answer that refuses it.
 *
 * The text is the body's own, unless it has characters that Postgres cannot store: NUL and lone surrogates become U+FFFD.
 */
export const payloadOf = (body: Uint8Array): string | Answer.Answer => {
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    return Answer.malformed()
  }
  const value = parse(text)
  if (Result.isFailure(value)) {
    const { message, reason } = value.failure
    return reason === "Syntax" ? Answer.malformed() : Answer.malformed(message)
  }
  if (!isJsonObject(value.success)) return Answer.malformed()
  return needsMending(text) ? stringify(storableJson(value.success)) : text
}
