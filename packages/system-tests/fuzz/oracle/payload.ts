/** What the body of a webhook means: compressed or not, JSON or a form. */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib"
import { maxBodyBytes } from "../generate/Case.ts"
import { readForm } from "./FormReader.ts"
import { meaningOf, readJson, type Value } from "./JsonReader.ts"
import { type Expected, only, withDatabase } from "./Statuses.ts"

/** Decodes a body. */
type Decoder = (body: Buffer) => Buffer | "broken" | "large"

const decoding =
  (decode: (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer): Decoder =>
  (body) => {
    try {
      return decode(body, { maxOutputLength: maxBodyBytes })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "large" : "broken"
    }
  }

/** The decoders by their content encoding. */
export const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["identity", (body) => body],
  ["gzip", decoding(gunzipSync)],
  ["x-gzip", decoding(gunzipSync)],
  ["deflate", decoding(inflateSync)],
  ["br", decoding(brotliDecompressSync)],
])

/** What a body may be answered, and what it is. */
interface Payload extends Expected {
  readonly payload?: Value
}

/** A body of JSON. */
export const jsonOf = (body: Buffer): Payload => {
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body)
  } catch {
    return only(400)
  }
  const read = readJson(text)
  if (read === undefined) return only(400)
  if (read.depth > 512 || read.largestExponent > 400 || read.mostDigits > 10_000) return only(400)
  const { kind } = read.value
  if (kind !== "object") {
    const isList = kind === "list" && read.expansion <= 60_000
    return isList ? { ...only(400), error: "the payload must be one JSON object" } : only(400)
  }
  const isLong = read.expansion > 60_000
  const statuses = isLong ? [200, 400] : [200]
  return { ...withDatabase(...statuses), meaning: meaningOf(read.value), payload: read.value }
}

/** The body of a form; `contentType` as it came. */
export const formOf = (body: Buffer, contentType: string): Payload => {
  const read = readForm(body, contentType)
  if (read === "malformed") return only(400)
  if (read === "unclear") return { ...withDatabase(200, 400, 413, 415), meaning: "" }
  const meaning = meaningOf(read)
  // As JSON it may be longer than a body may be.
  const isLong = meaning.length > maxBodyBytes / 8
  return { ...withDatabase(200, ...(isLong ? [400, 413] : [])), meaning, payload: read }
}
