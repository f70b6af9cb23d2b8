/** Reads the bodies of forms: `application/x-www-form-urlencoded`, and `multipart/form-data` with text fields. */
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { MultipartParser } from "effect/http"
import { isUtf8 } from "node:buffer"
import * as Answer from "./Answer.ts"
import { type FormField, formValue } from "./formValue.ts"

/** The media types of forms. */
export const formTypes = ["application/x-www-form-urlencoded", "multipart/form-data"] as const

/** Whether a media type, in lower case and without parameters, is one of a form. */
export const isFormType = (type: string): boolean => type === formTypes[0] || type === formTypes[1]

/** A JSON payload may have this many keys and more; each costs less than a field. */
const maxFields = 10_000

const malformed = Answer.malformed("malformed form")
const tooManyFields = Answer.malformed(`form has more than ${maxFields} fields`)
const notUtf8 = Answer.unsupportedMediaType("forms in UTF-8")
const hasFile = Answer.unsupportedMediaType("forms with text fields only, without files")

/** The object of a form's fields; fails with the answer that refuses it. `contentType` is the header as it came. */
export const readForm = (body: Uint8Array, contentType: string): Result.Result<JsonObject, Answer.Answer> => {
  if (!isUtf8Charset(/;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1])) return Result.fail(notUtf8)
  const fields = /^\s*multipart/i.test(contentType) ? multipart(body, contentType) : urlencoded(body)
  return Result.flatMap(fields, (fields) =>
    fields.length === 0 ? Result.fail(malformed) : Result.mapError(formValue(fields), Answer.malformed),
  )
}

type Fields = Result.Result<ReadonlyArray<FormField>, Answer.Answer>

/** By the URL standard's rules, but what that replaces is refused: bad escapes, and bytes that are not UTF-8. */
const urlencoded = (body: Uint8Array): Fields => {
  if (!isUtf8(body)) return Result.fail(malformed)
  const text = textOf(body)
  const fields: Array<FormField> = []
  try {
    for (let from = 0; from < text.length;) {
      const next = text.indexOf("&", from)
      const to = next < 0 ? text.length : next
      if (to > from) {
        if (fields.length === maxFields) return Result.fail(tooManyFields)
        const equals = text.indexOf("=", from)
        const nameEnd = equals < 0 || equals > to ? to : equals
        fields.push([unescaped(text.slice(from, nameEnd)), unescaped(text.slice(nameEnd + 1, to))])
      }
      from = to + 1
    }
    return Result.succeed(fields)
  } catch {
    return Result.fail(malformed)
  }
}

/** Throws for a `%` without two digits, and for bytes that are not UTF-8. */
const unescaped = (text: string): string => decodeURIComponent(text.replaceAll("+", " "))

/** Longer ones are no boundary (RFC 2046, 5.1.1), and could make the search for them slow. */
const maxBoundary = 70

const multipart = (body: Uint8Array, contentType: string): Fields => {
  const boundary = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(contentType)
  const length = (boundary?.[1] ?? boundary?.[2] ?? "").length
  if (length === 0 || length > maxBoundary) return Result.fail(malformed)
  const fields: Array<FormField> = []
  let refusal: Answer.Answer | undefined
  let isDone = false
  let latest: MultipartParser.PartInfo | undefined
  const refuse = (answer: Answer.Answer) => {
    if (!isDone) refusal ??= answer
  }
  const parser = MultipartParser.make({
    headers: { "content-type": contentType },
    maxParts: maxFields,
    maxFieldSize: Infinity,
    onField: (info: MultipartParser.PartInfo | undefined, value) => {
      // A part whose headers do not end is reported as a field of the one before.
      if (info === undefined || info === latest) return refuse(malformed)
      latest = info
      if (info.contentDisposition !== "form-data" || !isPlainEncoding(info)) refuse(malformed)
      else if (!isUtf8Charset(info.contentTypeParameters["charset"])) refuse(notUtf8)
      else fields.push([info.name, textOf(value)])
    },
    // Browsers send an empty part for a file that was not chosen.
    onFile: (info) => {
      if ((info.filename ?? "") !== "" || info.contentDisposition !== "form-data") refuse(hasFile)
      let isOver = false
      return (chunk) => {
        if (isOver) refuse(malformed)
        else if (chunk === null) isOver = true
        else if (chunk.length > 0) refuse(hasFile)
      }
    },
    onError: (error) => refuse(error._tag === "ReachedLimit" ? tooManyFields : malformed),
    onDone: () => {
      isDone = true
    },
  })
  parser.write(body)
  parser.end()
  // The names of fields are read with replacements, so the whole is checked.
  if (refusal === undefined && isDone && isUtf8(body)) return Result.succeed(fields)
  return Result.fail(refusal ?? malformed)
}

const isPlainEncoding = ({ headers }: MultipartParser.PartInfo): boolean => {
  const encoding = headers["content-transfer-encoding"]
  return encoding === undefined || /^(7bit|8bit|binary)$/i.test(String(encoding).trim())
}

const isUtf8Charset = (charset: string | undefined): boolean =>
  charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
