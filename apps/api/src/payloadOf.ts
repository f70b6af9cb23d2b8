import { needsMending, storableJson } from "@lead-gateway/lead-store"
import { isJsonObject, type JsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import * as Answer from "./Answer.ts"
import { isReadableEncoding } from "./decompress.ts"
import { formTypes, isFormType, readForm } from "./forms.ts"

/** The payload of a webhook. */
export interface Payload {
  /** As storable JSON text. */
  readonly text: string
  readonly value: JsonObject
}

/** How bodies are read. */
export interface PayloadOptions {
  readonly acceptForms: boolean
  /** The limit of the JSON text that a form becomes. */
  readonly maxBytes: number
}

/** Reads the payloads of one server. */
export interface PayloadReader {
  /** The answer to a content encoding that cannot be decoded, or none. */
  readonly otherEncoding: (headers: IncomingHttpHeaders) => Answer.Answer | undefined
  /** The answer to a content type that is not accepted, or none. */
  readonly otherType: (headers: IncomingHttpHeaders) => Answer.Answer | undefined
  /** A body whose headers were not refused; or the answer that refuses it. */
  readonly read: (body: Uint8Array, headers: IncomingHttpHeaders) => Payload | Answer.Answer
}

/** Makes a reader. A body is JSON unless its content type is one of a form and forms are accepted. */
export const makePayloadReader = ({ acceptForms, maxBytes }: PayloadOptions): PayloadReader => {
  const json = "application/json"
  const wrongType = Answer.unsupportedMediaType(acceptForms ? `${json}, ${formTypes.join(" or ")}` : json)
  return {
    otherEncoding: (headers) => (isReadableEncoding(headers["content-encoding"]) ? undefined : wrongEncoding),
    otherType: ({ "content-type": type }) =>
      isJson(type) || (acceptForms && isFormType(mediaType(type))) ? undefined : wrongType,
    read: (body, { "content-type": type = json }) => {
      if (!acceptForms || type === json || !isFormType(mediaType(type))) return payloadOf(body)
      const form = readForm(body, type)
      if (Result.isFailure(form)) return form.failure
      const payload = storable(form.success, stringify(form.success))
      return payload.text.length > maxBytes ? Answer.payloadTooLarge : payload
    },
  }
}

const wrongEncoding = Answer.unsupportedMediaType("gzip, deflate, br or no content encoding")

const mediaType = (header = ""): string => header.split(";", 1)[0]?.trim().toLowerCase() ?? ""

/** Whether the content type is JSON, or absent. */
const isJson = (header = ""): boolean => {
  if (header === "application/json") return true
  const type = mediaType(header)
  return type === "" || type === "application/json" || /^[^/]+\/[^/]+\+json$/.test(type)
}

/** JSON is UTF-8 (RFC 8259). Other bytes are refused: replacing them would change the lead. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * A JSON body, or the answer that refuses it.
 *
 * The text is the body's own, unless it has characters that Postgres cannot store: NUL and lone surrogates become U+FFFD.
 */
const payloadOf = (body: Uint8Array): Payload | Answer.Answer => {
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
  if (Array.isArray(value.success)) return Answer.notOneObject
  return isJsonObject(value.success) ? storable(value.success, text) : Answer.malformed()
}

const storable = (value: JsonObject, text: string): Payload =>
  needsMending(text) ? { text: stringify(storableJson(value)), value } : { text, value }
