import { isJsonObject, type JsonObject, parse } from "@lead-gateway/lossless-json"
import { Data, Effect, Result } from "effect"
import { readFile } from "node:fs/promises"
import { text as textOf } from "node:stream/consumers"

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

/** What a source holds: leads, or why something in it is none. */
const readSource = Effect.fnUntraced(function* (source: string) {
  const name = source === "-" ? "standard input" : source
  const text = yield* Effect.result(
    Effect.tryPromise({
      try: () => (source === "-" ? textOf(process.stdin) : readFile(source, "utf8")),
      catch: (error) =>
        `cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown"})`,
    }),
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
    return [`${name}: ${whole.failure.message}${whole.failure.reason === "Syntax" ? placeIn(text) : ""}`]
  }
  return lines.map(({ line, number }) => {
    const parsed = parse(line)
    const at = `${name}, line ${number}`
    return Result.isSuccess(parsed) ? leadOf(at, parsed.success) : `${at}: ${parsed.failure.message}`
  })
}

const leadOf = (name: string, value: unknown): Lead | string =>
  isJsonObject(value) ? { name, payload: value } : `${name}: not a JSON object`

/** Where a text stops being JSON, as far as the platform says it: ` (line 3 column 1)`. It quotes nothing. */
const placeIn = (text: string): string => {
  try {
    JSON.parse(text)
  } catch (error) {
    const [place] = / \(line \d+ column \d+\)$/.exec(error instanceof Error ? error.message : "") ?? []
    return place ?? (text.trim() === "" ? ": it is empty" : ": it ends too early")
  }
  return ""
}
