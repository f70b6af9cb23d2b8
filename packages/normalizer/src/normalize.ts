import { plainCopy } from "@lead-gateway/lead-field"
import {
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonArray,
  type JsonObject,
} from "@lead-gateway/lossless-json"
import type { FieldKind } from "./FieldDeclaration.ts"
import { type AliasReport, moveAliases } from "./internal/Aliases.ts"
import type { PayloadPath } from "./internal/Draft.ts"
import { type Field, type FieldTree, isTree, Unreadable } from "./internal/FieldTree.ts"
import { isReadable } from "./internal/isReadable.ts"
import { printPayloadPath } from "./internal/printPayloadPath.ts"
import { cleanText } from "./internal/text.ts"
import { partsOf, type Profile, type ProfileParts } from "./Profile.ts"

/**
 * What was changed.
 *
 * - the kind of a declared field, such as `email` or `date`: the value was converted to the normal form of that kind;
 * - `text`: white space trimmed or collapsed, invisible characters removed, or Unicode composed, in a text that is
 *   undeclared, declared as `text`, or unread;
 * - `phone_missing`: set to null, because it has no digit;
 * - `moved`: moved here by an alias, from the source's field `from`; `from` has a `*` where the answers of every item of
 *   a list were collected;
 * - `not_moved`: another value for a field that an alias filled, which stays where it is, at `from`;
 * - `json`: a text that holds JSON was replaced by what it holds, because a value was moved from inside it.
 */
export type ChangeKind = FieldKind | "phone_missing" | "moved" | "not_moved" | "json"

/** One change that {@link normalize} made to one value. It holds the values themselves only with `values: "show"`. */
export interface Change {
  /** In the notation of `lead-field`: `house.is_owner`, `contacts.0.phone`. Each key is truncated to 60 characters. */
  readonly path: string
  readonly kind: ChangeKind
  /** The path from which a value was `moved`, or where it stays if it was `not_moved`. */
  readonly from?: string
  /** The value before the change; only with `values: "show"`. */
  readonly before?: Json
  /** The value after the change; only with `values: "show"`. */
  readonly after?: Json
}

/** A value that is not missing and cannot be read as the declared kind of its field. It is kept; a text is cleaned. */
export interface Unread {
  readonly path: string
  /** The declared kind of the field; `option` for an answer that is the identifier of no option. */
  readonly kind: FieldKind | "option"
}

/** A normalised payload, and a report of what was changed and what could not be read. */
export interface Normalized {
  /** Shares all unchanged parts with the original payload; without any change it is the same object. */
  readonly payload: JsonObject
  /** Moves first, then in the order of the payload; at most the first {@link maxChanges}, to bound the size. */
  readonly changes: ReadonlyArray<Change>
  /** In the order of the payload. All of them, since a template may say what each does: show or store the first ones. */
  readonly unread: ReadonlyArray<Unread>
}

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Whether changes hold the values before and after, which are personal data. `hide` by default. */
  readonly values?: "hide" | "show"
}

/** How many changes of one payload are reported at most; changes beyond that are made all the same. */
export const maxChanges = 100

/** How many levels of a payload are normalised; deeper ones stay as they are. `lossless-json` parses 512 levels. */
const maxDepth = 1000

/**
 * Normalises a payload by a profile.
 *
 * First, missing target fields receive the values of their aliases. Then every string is cleaned, nested ones included:
 * white space, invisible characters, Unicode. Then each declared field is converted to the normal form of its kind. Keys,
 * and numbers (`RawNumber` included), booleans and nulls of undeclared fields stay as they are. A value that cannot be read
 * as the declared kind is kept, cleaned, and reported in `unread`; but a phone without a digit counts as missing and
 * becomes null.
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
  const visit: Visit = { showsValues, root: payload, path: [], changes: [], unread: [] }
  const moved = aliases === undefined ? payload : moveAliases(aliases, payload, aliasReportOf(visit))
  return { payload: objectOf(visit, moved, fields), changes: visit.changes, unread: visit.unread }
}

/** The state of one traversal of a payload: the current path, and the changes and unread values so far. */
interface Visit {
  readonly showsValues: boolean
  readonly root: JsonObject
  readonly path: Array<string | number>
  readonly changes: Array<Change>
  readonly unread: Array<Unread>
  /** Whether the payload is known not to contain itself. */
  isChecked?: boolean
}

const aliasReportOf = (visit: Visit): AliasReport => {
  const add = (kind: ChangeKind, path: PayloadPath, before: Json, after: Json, from?: PayloadPath): void => {
    if (visit.changes.length >= maxChanges) return
    visit.changes.push({
      path: printPayloadPath(path),
      kind,
      ...(from === undefined ? {} : { from: printPayloadPath(from) }),
      ...(visit.showsValues ? { before, after } : {}),
    })
  }
  return {
    onOpened: (path, before, after) => add("json", path, before, after),
    onMoved: (target, from, before, after) => add("moved", target.path, before, after, from),
    onNotMoved: (target, from, value) => add("not_moved", target.path, value, value, from),
    onUnknown: (path) => unread(visit, "option", path),
  }
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
  if (value === null || value === undefined) return value
  if (typeof value === "object" && !isRawNumber(value)) {
    unread(visit, kind)
    return valueOf(visit, value, undefined)
  }
  const after = convert(value)
  if (after === null) return changed(visit, value, null, "phone_missing")
  if (!(after instanceof Unreadable)) return changed(visit, value, after, kind)
  unread(visit, kind)
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
  for (const [index, before] of array.entries()) {
    visit.path.push(index)
    const after = valueOf(visit, before, fields && (fields.items ?? fields.keys.get(String(index))))
    visit.path.pop()
    if (!Object.is(after, before)) (copy ??= [...array])[index] = after
  }
  return copy ?? array
}

const changed = (visit: Visit, before: Json, after: Json, kind: ChangeKind): Json => {
  // NaN is not equal to itself.
  if (Object.is(after, before)) return before
  if (visit.changes.length < maxChanges) {
    const path = printPayloadPath(visit.path)
    visit.changes.push(visit.showsValues ? { path, kind, before, after } : { path, kind })
  }
  return after
}

const unread = (visit: Visit, kind: Unread["kind"], path: PayloadPath = visit.path): void => {
  visit.unread.push({ path: printPayloadPath(path), kind })
}
