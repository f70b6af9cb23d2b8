/**
 * Reads a configuration file of JSON, and finds what a parser would hide: other encodings and duplicate keys. It does not
 * look at the content.
 */
import { parse } from "@lead-gateway/lossless-json"
import { Effect, Result } from "effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { quoted } from "./Source.ts"

/** A configuration file that was read. */
export interface Document {
  readonly content: unknown
  /** The first 12 hex digits of the file's SHA-256. */
  readonly version: string
  /** A line for each duplicate key. */
  readonly repeated: ReadonlyArray<string>
}

/** Replaces a document that cannot be read, so that the others are still checked. */
export const unreadable: Document = { content: undefined, version: "", repeated: [] }

/** Refuses other encodings, whose values would match no lead. A byte order mark is skipped. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * Reads a file of JSON; fails with one line that says why it cannot be used. The line begins with the file or, where that
 * cannot be read at all, with the variable that names it; a draft has no variable.
 *
 * Whole numbers beyond 2^53 - 1 are `RawNumber`s, so that documents can tell `1e18` from what `JSON.parse` has rounded.
 */
export const readDocument = Effect.fnUntraced(function* (
  path: string,
  variable: string | undefined,
): Effect.fn.Return<Document, string> {
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(path),
    catch: (error) => unreadableLine(path, variable, codeOf(error)),
  })
  const text = yield* Effect.try({
    try: () => utf8.decode(bytes),
    catch: () => `${path}: not UTF-8, the encoding of JSON`,
  })
  const content = yield* Effect.fromResult(parseText(path, text))
  const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12)
  return { content, version, repeated: repeatedKeys(text) }
})

/** The JSON of a file's text, or one line that says why it is none. A byte order mark must be gone. */
export const parseText = (path: string, text: string): Result.Result<unknown, string> =>
  Result.mapError(
    parse(text, { keepUnsafeIntegers: true }),
    ({ message, reason }) => `${path}: ${reason === "Syntax" ? syntaxError(text) : message}`,
  )

const unreadableLine = (path: string, variable: string | undefined, code: string): string =>
  variable === undefined
    ? `${path}: cannot be read (${code})`
    : `${variable}: ${quoted(path)} cannot be read (${code}); use the path of a readable file of JSON`

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown"

/** The syntax error of a text, on one line. It quotes the text: for configuration, not for leads. */
const syntaxError = (text: string): string => {
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof Error) return error.message.replaceAll(/\s+/g, " ")
  }
  return "not valid JSON"
}

/** Strings and structural characters of JSON. Numbers and literals are skipped. */
const token = /"(?:[^"\\]+|\\.)*"|[{}[\],:]/g

/** An object or array that is being scanned: the keys so far (objects only), and the current key or index. */
interface Level {
  readonly keys: Set<string> | undefined
  at: string | number
}

/**
 * Duplicate keys in the objects of a JSON text, one line each. `JSON.parse` keeps only the last value and drops the others
 * silently. The text must be valid JSON.
 */
export const repeatedKeys = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const levels: Array<Level> = []
  let last = ""
  for (const [piece] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (piece === "{") levels.push({ keys: new Set(), at: "" })
    else if (piece === "[") levels.push({ keys: undefined, at: 0 })
    else if (piece === "}" || piece === "]") levels.pop()
    else if (piece === "," && level !== undefined && typeof level.at === "number") level.at++
    else if (piece === ":" && level?.keys !== undefined) {
      const key = JSON.parse(last) as string
      level.at = key
      if (level.keys.has(key)) {
        const path = levels.map(({ at }) => at).join(".")
        lines.push(`${path.replaceAll(/\s/g, " ")}: found a second time, expected every key once`)
      }
      level.keys.add(key)
    }
    last = piece
  }
  return lines
}
