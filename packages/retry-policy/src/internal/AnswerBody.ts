/**
 * The body of an answer as rows look at it: parsed once, and only when a row asks. Values of conditions are compared by
 * keys, so that `"Failure "` is `"failure"`, and 0 is 0.0.
 */
import { type FieldPath, isMissing, numberOf, parsePath, valueAt } from "@lead-gateway/lead-field"
import { isRawNumber, parse, stringify } from "@lead-gateway/lossless-json"
import type { BodyCondition } from "../RowConditions.ts"

/** The longest body that is parsed, in UTF-16 code units. */
const maxLength = 1_048_576

/** The most characters of a reason, in UTF-16 code units. */
const maxReason = 500

/** A condition on a body, prepared. */
export interface BodyTest {
  readonly path: FieldPath
  readonly kind: "one_of" | "not_one_of" | "present" | "absent"
  /** Keys of the values of `one_of` and `not_one_of`. */
  readonly keys: ReadonlySet<string>
}

/** Prepares the condition on a body. */
export const bodyTestOf = ({ path, one_of, not_one_of, present }: BodyCondition): BodyTest => {
  const kind =
    one_of !== undefined
      ? "one_of"
      : not_one_of !== undefined
        ? "not_one_of"
        : present === false
          ? "absent"
          : "present"
  const keys = [...(one_of ?? not_one_of ?? [])].map(keyOf).filter((key) => key !== undefined)
  return { path: pathOf(path), kind, keys: new Set(keys) }
}

/** The keys of a path of a row; a single dot is the whole body. */
export const pathOf = (path: string): FieldPath => (path === "." ? [] : (parsePath(path) ?? []))

/** By what a text, a number or a boolean is compared; `undefined` for other values. */
const keyOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return `text ${value.trim().toLowerCase()}`
  if (typeof value === "boolean") return `${value}`
  return typeof value === "number" || isRawNumber(value) ? `number ${numberOf(value)}` : undefined
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
  readonly #text: string | undefined
  #json: unknown
  #isRead = false

  constructor(answer: { readonly body?: unknown; readonly truncated?: unknown }) {
    const { body, truncated } = answer
    this.#text = typeof body === "string" && truncated !== true && body.length <= maxLength ? body : undefined
  }

  /** The parsed body; `undefined` if it is not JSON. */
  get #value(): unknown {
    if (!this.#isRead) {
      this.#isRead = true
      this.#json = jsonOf(this.#text)
    }
    return this.#json
  }

  /** Whether the condition holds. None does for a body that is unknown. */
  meets({ keys, kind, path }: BodyTest): boolean {
    const json = this.#value
    if (json === unknown) return false
    const value = valueAt(json, path)
    if (kind === "absent") return !isPresent(value)
    if (!isPresent(value)) return false
    if (kind === "present") return true
    const key = keyOf(value)
    return (key !== undefined && keys.has(key)) === (kind === "one_of")
  }

  /** The first value at one of the paths, as text: trimmed, at most 500 characters, storable in Postgres. */
  textAt(paths: ReadonlyArray<FieldPath>): string | undefined {
    const json = this.#value
    if (json === unknown) return undefined
    for (const path of paths) {
      const value = valueAt(json, path)
      if (isPresent(value)) return storable(typeof value === "string" ? value : stringify(value as never))
    }
    return undefined
  }
}

const jsonOf = (text: string | undefined): unknown => {
  if (text === undefined) return unknown
  const parsed = parse(text.codePointAt(0) === 0xfeff ? text.slice(1) : text)
  return parsed._tag === "Success" ? parsed.success : undefined
}

/** Postgres can hold neither NUL nor a lone surrogate. A character is not cut in two. */
const storable = (text: string): string => {
  const trimmed = text.trim()
  const isWithin = trimmed.length <= maxReason
  const kept = isWithin ? trimmed : `${trimmed.slice(0, maxReason - 1).replace(/[\ud800-\udbff]$/, "")}…`
  return kept.replaceAll("\0", "\ufffd").toWellFormed()
}
