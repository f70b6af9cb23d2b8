import { isJsonObject, type JsonObject, parse } from "@lead-gateway/lossless-json"
import { Data, Effect, Result } from "effect"
import { readFile } from "node:fs/promises"
import { buffer } from "node:stream/consumers"

/** A lead to preview, and its name: the file, and the line or position in it where a file has several leads. */
export interface Lead {
  readonly name: string
  readonly payload: JsonObject
}

/** Input that is no lead: a line for each place, without any of the input's content. */
export class LeadsInvalid extends Data.TaggedError("LeadsInvalid")<{
  readonly lines: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.lines.join("\n")
  }
}

/**
 * Reads leads from files, `-` being standard input: a JSON object, a list of them, or one on each line.
 *
 * Fails with a diagnostic for everything that the webhook would refuse as no lead.
 */
export const readLeads = Effect.fnUntraced(function* (
  sources: ReadonlyArray<string>,
): Effect.fn.Return<ReadonlyArray<Lead>, LeadsInvalid> {
  const read = yield* Effect.forEach(sources, readSource)
  const [diagnostics, leads] = [read.flat().filter(isDiagnostic), read.flat().filter(isLead)]
  if (diagnostics.length > 0) return yield* new LeadsInvalid({ lines: diagnostics })
  return leads
})

const isDiagnostic = (item: Lead | string): item is string => typeof item === "string"
const isLead = (item: Lead | string): item is Lead => typeof item !== "string"

/** As at the webhook, text in another encoding is refused. A byte order mark is skipped. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** The leads of a source, and a diagnostic for each item that is no lead. */
const readSource = Effect.fnUntraced(function* (source: string) {
  const name = source === "-" ? "standard input" : source
  const bytes = yield* Effect.result(
    Effect.tryPromise({
      try: () => (source === "-" ? buffer(process.stdin) : readFile(source)),
      catch: (error) =>
        `cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown"})`,
    }),
  )
  const text = Result.flatMap(bytes, (bytes) =>
    Result.try({ try: () => utf8.decode(bytes), catch: () => "not UTF-8, the encoding of JSON" }),
  )
  return Result.isSuccess(text) ? leadsIn(name, text.success) : [`${name}: ${text.failure}`]
})

const leadsIn = (name: string, text: string): ReadonlyArray<Lead | string> => {
  const whole = parse(text)
  if (Result.isSuccess(whole)) {
    const { success } = whole
    return Array.isArray(success)
      ? success.map((item: unknown, index) => leadOf(`${name}, lead ${index + 1}`, item))
      : [leadOf(name, success)]
  }
  const lines = text
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [{ line, number: index + 1 }]))
  if (lines.length < 2 || Result.isFailure(parse(lines[0]?.line ?? ""))) {
    return [`${name}: ${whole.failure.message}${whole.failure.reason === "Syntax" ? whereIn(text) : ""}`]
  }
  return lines.map(({ line, number }) => {
    const parsed = parse(line)
    const at = `${name}, line ${number}`
    return Result.isSuccess(parsed) ? leadOf(at, parsed.success) : `${at}: ${parsed.failure.message}`
  })
}

const leadOf = (name: string, value: unknown): Lead | string =>
  isJsonObject(value) ? { name, payload: value } : `${name}: not a JSON object`

/** Where a text stops being JSON, without quoting it: ` (line 3 column 1)`, `: it ends too early`. */
const whereIn = (text: string): string => {
  if (text.trim() === "") return ": it is empty"
  if (isPrefixOfJson(text)) return ": it ends too early"
  // Binary search for the longest prefix of valid JSON: the character after it is the unexpected one.
  let [valid, invalid] = [0, text.length]
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2)
    if (isPrefixOfJson(text.slice(0, middle))) valid = middle
    else invalid = middle
  }
  const before = text.slice(0, valid)
  return ` (line ${before.split("\n").length} column ${before.length - before.lastIndexOf("\n")})`
}

/** Whether a text is JSON or a prefix of it: the parser then reports no error before the end of the text. */
const isPrefixOfJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ""
    if (message.includes("end of JSON input") || message.startsWith("Unterminated string")) return true
    return / at position (\d+)/.exec(message)?.[1] === String(text.length)
  }
}
