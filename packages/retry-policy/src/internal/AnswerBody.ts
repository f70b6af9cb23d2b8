/**
 * The body of an answer as rows look at it: parsed once, and only when a row asks. Values of conditions are compared by
 * keys, so that `"Failure "` is `"failure"`, and 0 is 0.0.
 */
import { type FieldPath, isMissing, parsePath, valueAt } from "@lead-gateway/lead-field"
import { isRawNumber, parse, stringify } from "@lead-gateway/lossless-json"
import type { BodyCondition } from "../RowConditions.ts"
import { numberKey } from "./numberKey.ts"

/** The longest body that is parsed, in UTF-16 code units. */
const maxLength = 1_048_576

/** The most characters of a reason, in UTF-16 code units. */
const maxReason = 500

/** A condition on a body, prepared. */
export interface BodyTest {
  readonly path: FieldPath
  readonly kind: "one_of" | "not_one_of" | "contains" | "present" | "absent"
  /** Keys of the values of `one_of` and `not_one_of`; the texts of `contains`. */
  readonly keys: ReadonlySet<string>
}

/** Prepares the condition on a body. */
export const bodyTestOf = ({ contains, not_one_of, one_of, path, present }: BodyCondition): BodyTest => {
  const test = (kind: BodyTest["kind"], keys: ReadonlyArray<string | undefined> = []): BodyTest => ({
    path: pathOf(path),
    kind,
    keys: new Set(keys.filter((key) => key !== undefined)),
  })
  if (one_of !== undefined) return test("one_of", one_of.map(keyOf))
  if (not_one_of !== undefined) return test("not_one_of", not_one_of.map(keyOf))
  if (contains !== undefined)
    return test(
      "contains",
      contains.map((text) => text.toLowerCase()),
    )
  return test(present === false ? "absent" : "present")
}

/** The keys of a path of a row; a single dot is the whole body. */
export const pathOf = (path: string): FieldPath => (path === "." ? [] : (parsePath(path) ?? []))

/** By what a text, a number or a boolean is compared; `undefined` for other values. */
const keyOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return `text ${value.trim().toLowerCase()}`
  if (typeof value === "boolean") return `${value}`
  return typeof value === "number" || isRawNumber(value) ? numberKey(value) : undefined
}

/** Whether a value says anything: it is not null, blank, an empty list or an empty object. */
const isPresent = (value: unknown): boolean => {
  if (isMissing(value)) return false
  if (typeof value !== "object" || value === null || isRawNumber(value)) return true
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0
}

/** A body that nobody can look into: not passed on, cut off, or too long. */
const unknown = Symbol("unknown")

/** The body of one answer. */
export class AnswerBody {
  /** As it came, and as far as it came. */
  readonly #text: string
  readonly #isWhole: boolean
  #json: unknown
  #isRead = false

  constructor({ body, truncated }: { readonly body?: unknown; readonly truncated?: unknown }) {
    this.#text = typeof body === "string" ? body : ""
    this.#isWhole = typeof body === "string" && truncated !== true && body.length <= maxLength
  }

  /** The parsed body; `undefined` if it is not JSON. */
  get #value(): unknown {
    if (!this.#isRead) {
      this.#isRead = true
      this.#json = this.#isWhole ? jsonOf(this.#text) : unknown
    }
    return this.#json
  }

  /** Whether the condition holds. None on a value does for a body that is unknown. */
  meets({ keys, kind, path }: BodyTest): boolean {
    // The whole body as text: what is in the part that came is in the body.
    if (kind === "contains" && path.length === 0) return containsOneOf(this.#text.slice(0, maxLength), keys)
    const json = this.#value
    if (json === unknown) return false
    const value = valueAt(json, path)
    if (kind === "absent") return !isPresent(value)
    if (!isPresent(value)) return false
    if (kind === "present") return true
    if (kind === "contains") return typeof value === "string" && containsOneOf(value, keys)
    const key = keyOf(value)
    return (key !== undefined && keys.has(key)) === (kind === "one_of")
  }

  /**
   * The first value at one of the paths, as text: trimmed, at most 500 characters, storable in Postgres. The empty path is
   * the body as it came, JSON or not.
   */
  textAt(paths: ReadonlyArray<FieldPath>): string | undefined {
    for (const path of paths) {
      const value = path.length === 0 ? this.#text : valueAt(this.#value, path)
      if (isPresent(value)) return storable(typeof value === "string" ? value : stringify(value as never))
    }
    return undefined
  }
}

const containsOneOf = (text: string, parts: ReadonlySet<string>): boolean => {
  const lower = text.toLowerCase()
  return parts.values().some((part) => lower.includes(part))
}

const jsonOf = (text: string): unknown => {
  const parsed = parse(text.startsWith("\ufeff") ? text.slice(1) : text)
  return parsed._tag === "Success" ? parsed.success : undefined
}

/** Postgres can hold neither NUL nor a lone surrogate. A character is not cut in two. */
const storable = (text: string): string => {
  const trimmed = text.trim()
  const isWithin = trimmed.length <= maxReason
  const kept = isWithin ? trimmed : `${trimmed.slice(0, maxReason - 1).replace(/[\ud800-\udbff]$/, "")}…`
  return kept.replaceAll("\0", "\ufffd").toWellFormed()
}
