import { plainCopy } from "@lead-gateway/lead-field"
import {
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonArray,
  type JsonObject,
} from "@lead-gateway/lossless-json"
import { type Change, type ChangeKind, ChangeReport, type Unread } from "./ChangeReport.ts"
import { moveAliases } from "./internal/Aliases.ts"
import { isDigitless, soleItem } from "./internal/containers.ts"
import { type Field, type FieldTree, isTree, Unreadable } from "./internal/FieldTree.ts"
import { isReadable } from "./internal/isReadable.ts"
import { cleanText } from "./internal/text.ts"
import { partsOf, type Profile, type ProfileParts } from "./Profile.ts"

/** A normalised payload, and a report of what was changed and what could not be read. */
export interface Normalized {
  /** Shares all unchanged parts with the original payload; without any change it is the same object. */
  readonly payload: JsonObject
  /** Moves first, then in the order of the payload; at most the first `maxChanges`, to bound the size. */
  readonly changes: ReadonlyArray<Change>
  /** In the order of the payload. All of them, since a template may say what each does: show or store the first ones. */
  readonly unread: ReadonlyArray<Unread>
}

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Whether changes hold the values before and after, which are personal data. `hide` by default. */
  readonly values?: "hide" | "show"
}

/** How many levels of a payload are normalised; deeper ones stay as they are. `lossless-json` parses 512 levels. */
const maxDepth = 1000

/**
 * What reading the items of lists in declared fields may cost in one payload; a phone costs 10, any other value 1. Without
 * a bound, a megabyte of phone numbers would block the event loop for ten seconds and more.
 */
const readingBudget = 5000

/**
 * Normalises a payload by a profile.
 *
 * First, missing target fields receive the values of their aliases. Then every string is cleaned, nested ones included:
 * white space, invisible characters, Unicode. Then each declared field is converted to the normal form of its kind. Keys,
 * and numbers (`RawNumber` included), booleans and nulls of undeclared fields stay as they are. A value that cannot be read
 * as the declared kind is kept, cleaned, and reported in `unread`; but a phone without a digit, an empty
 * list or object among them, counts as missing and becomes null. A list of one in a declared field counts as its item.
 * Of lists whose items are declared (`contacts.*.phone`), 500 phones or 5,000 other values are read in all; the list with
 * more is reported in `unread` as `too_many_items`, and its other items are cleaned only.
 *
 * Total, and idempotent: normalising the result changes nothing and reports no change. Values that JSON does not have
 * stay as they are: in a declared field `undefined` counts as missing, others as unread. A payload that is not an object
 * has no fields, so the result is `{}`; of one whose properties cannot all be read, the others are normalised; one that
 * contains itself is copied as it came. Throws a `TypeError` only if `profile` is none, for example the `Result` of `compileProfile`.
 *
 * Example with the default profile: `{ "phone": "0151 2345678", "house": { "is_owner": "Ja" } }` becomes
 * `{ "phone": "+491512345678", "house": { "is_owner": true } }`.
 */
export const normalize = (profile: Profile, payload: object, options?: NormalizeOptions): Normalized => {
  const parts = partsOf(profile)
  const showsValues = options?.values === "show"
  try {
    return normalized(parts, isJsonObject(payload) ? payload : {}, showsValues)
  } catch (error) {
    if (isReadable(payload)) throw error
    const copy = plainCopy(payload) as JsonObject
    return isReadable(copy)
      ? normalized(parts, copy, showsValues)
      : { payload: copy, changes: [], unread: [] }
  }
}

const normalized = (
  { fields, aliases }: ProfileParts,
  payload: JsonObject,
  showsValues: boolean,
): Normalized => {
  const report = new ChangeReport(showsValues)
  const moved = aliases === undefined ? payload : moveAliases(aliases, payload, report)
  const visit: Visit = { root: payload, path: [], report, budget: readingBudget }
  return { payload: objectOf(visit, moved, fields), changes: report.changes, unread: report.unread }
}

/** The state of one traversal of a payload: the current path, and the report so far. */
interface Visit {
  readonly root: JsonObject
  readonly path: Array<string | number>
  readonly report: ChangeReport
  /** What is left of {@link readingBudget}. */
  budget: number
  /** Whether the payload is known not to contain itself. */
  isChecked?: boolean
}

const valueOf = (visit: Visit, value: Json, declared: Field | FieldTree | undefined): Json => {
  if (declared !== undefined && !isTree(declared)) return declaredOf(visit, value, declared)
  if (typeof value === "string") return changed(visit, value, cleanText(value), "text")
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  if (visit.path.length >= maxDepth) {
    // Without this, a payload that contains itself twice would take exponential time.
    if (!visit.isChecked && !isReadable(visit.root)) throw new RangeError("a payload contains itself")
    visit.isChecked = true
    return value
  }
  return isJsonObject(value) ? objectOf(visit, value, declared) : arrayOf(visit, value, declared)
}

const declaredOf = (visit: Visit, value: Json, { kind, convert }: Field): Json => {
  // Whatever the value is: it may be another one when the result is normalised again.
  visit.budget -= kind === "phone" ? 10 : 1
  if (value === null || value === undefined) return value
  if (typeof value === "object" && !isRawNumber(value)) {
    if (kind === "phone" && isDigitless(value)) return changed(visit, value, null, "phone_missing")
    const item = soleItem(value)
    const read = item === undefined ? undefined : convert(item)
    if (read !== undefined && !(read instanceof Unreadable)) return changed(visit, value, read, kind)
    visit.report.addUnread(kind, visit.path)
    return valueOf(visit, value, undefined)
  }
  const after = convert(value)
  if (after === null) return changed(visit, value, null, "phone_missing")
  if (!(after instanceof Unreadable)) return changed(visit, value, after, kind)
  visit.report.addUnread(kind, visit.path)
  return changed(visit, value, after.value, "text")
}

const objectOf = (visit: Visit, object: JsonObject, fields: FieldTree | undefined): JsonObject => {
  let copy: Record<string, Json> | undefined
  for (const key of Object.keys(object)) {
    const before = object[key] as Json
    visit.path.push(key)
    const after = valueOf(visit, before, fields?.keys.get(key))
    visit.path.pop()
    // The copy already has every key as an own property, `__proto__` included.
    if (!Object.is(after, before)) (copy ??= { ...object })[key] = after
  }
  return copy ?? object
}

const arrayOf = (visit: Visit, array: JsonArray, fields: FieldTree | undefined): JsonArray => {
  let copy: Array<Json> | undefined
  let isTooLong = false
  for (const [index, before] of array.entries()) {
    const isBeyond = fields?.items !== undefined && visit.budget <= 0
    isTooLong ||= isBeyond
    visit.path.push(index)
    const declared = isBeyond ? undefined : fields && (fields.items ?? fields.keys.get(String(index)))
    const after = valueOf(visit, before, declared)
    visit.path.pop()
    if (!Object.is(after, before)) (copy ??= [...array])[index] = after
  }
  if (isTooLong) visit.report.addUnread("too_many_items", visit.path)
  return copy ?? array
}

const changed = (visit: Visit, before: Json, after: Json, kind: ChangeKind): Json => {
  // NaN is not equal to itself.
  if (Object.is(after, before)) return before
  visit.report.add(kind, visit.path, before, after)
  return after
}
