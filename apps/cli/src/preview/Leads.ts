import { isJsonObject, type JsonObject, parse } from "@lead-gateway/lossless-json"
import { Data, Effect, Result } from "effect"
import { readFile } from "node:fs/promises"
import { buffer } from "node:stream/consumers"
import { whereIn } from "./whereIn.ts"

/** A lead to preview, and what to call it: its file, and its line or place where a file has several. */
export interface Lead {
  readonly name: string
  readonly payload: JsonObject
}

/** Leads that cannot be read: a line for each place. None quotes a lead. */
export class LeadsInvalid extends Data.TaggedError("LeadsInvalid")<{
  readonly mistakes: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.mistakes.join("\n")
  }
}

/**
 * Reads leads from files, `-` being standard input: a JSON object, a list of them, or one on each line.
 *
 * Fails with every place that is no lead, as the webhook would refuse it.
 */
export const readLeads = Effect.fnUntraced(function* (
  sources: ReadonlyArray<string>,
): Effect.fn.Return<ReadonlyArray<Lead>, LeadsInvalid> {
  const read = yield* Effect.forEach(sources, readSource)
  const [mistakes, leads] = [read.flat().filter(isMistake), read.flat().filter(isLead)]
  if (mistakes.length > 0) return yield* new LeadsInvalid({ mistakes })
  return leads
})

const isMistake = (item: Lead | string): item is string => typeof item === "string"
const isLead = (item: Lead | string): item is Lead => typeof item !== "string"

/** Other bytes are no JSON, as the webhook sees it too; a byte order mark before the text is left out. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** What a source holds: leads, or why something in it is none. */
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
