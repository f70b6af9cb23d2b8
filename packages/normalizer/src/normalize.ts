import { printPath } from "@lead-gateway/lead-field"
import {
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonArray,
  type JsonObject,
} from "@lead-gateway/lossless-json"
import type { Change, ChangeKind, Unread } from "./Change.ts"
import { type Profile, ready } from "./compile.ts"
import { moveAliases } from "./internal/Aliases.ts"
import { type Field, type FieldTree, isTree } from "./internal/FieldTree.ts"
import { NotRead } from "./internal/Form.ts"
import type { Place } from "./internal/place.ts"
import { cleanText } from "./internal/text.ts"

/** A payload in its one form. */
export interface Normalized {
  /** Shares with the payload as it came whatever did not change: with no change at all it is the same object. */
  readonly payload: JsonObject
  /** Moves first, then in the payload's order; the first {@link maxChanges} at most, so that none can grow it. */
  readonly changes: ReadonlyArray<Change>
  /** In the payload's order; the first {@link maxChanges} at most. */
  readonly unread: ReadonlyArray<Unread>
}

/** What {@link normalize} may be asked for. */
export interface NormalizeOptions {
  /** Whether changes hold the values before and after, which are personal data: `hide` is the default. */
  readonly values?: "hide" | "show"
}

/** The most changes that are told of one payload; all of them are made. */
export const maxChanges = 100

/** How deep a payload is looked into; what lies deeper stays as it is. `lossless-json` parses 512 levels. */
const maxDepth = 1000

/**
 * Brings a payload into its one form.
 *
 * First, fields of ours that are missing take what the profile's aliases name. Then white space and Unicode in
 * every string, nested ones too, and the form of its kind in each declared field. Keys, numbers (`RawNumber`s
 * too), booleans and nulls of other fields stay as they are. A value that cannot be read as what its field is
 * declared to hold stays, clean, and is told in `unread`; but a phone without a digit is missing, and becomes null.
 *
 * Total, and idempotent: normalising the result changes nothing and tells of no change. Example, with the
 * default profile: `{ "phone": "0151 2345678", "house": { "is_owner": "Ja" } }` becomes
 * `{ "phone": "+491512345678", "house": { "is_owner": true } }`.
 */
export const normalize = (
  profile: Profile,
  payload: JsonObject,
  { values = "hide" }: NormalizeOptions = {},
): Normalized => {
  const { fields, aliases } = profile[ready]
  const visit: Visit = { showsValues: values === "show", path: [], changes: [], unread: [] }
  const moved =
    aliases === undefined
      ? payload
      : moveAliases(aliases, payload, (target, from, value) => {
          if (visit.changes.length >= maxChanges) return
          const shown = visit.showsValues ? { before: value, after: value } : {}
          visit.changes.push({
            path: printPlace(target.path),
            kind: "moved",
            from: printPlace(from),
            ...shown,
          })
        })
  return { payload: objectOf(visit, moved, fields), changes: visit.changes, unread: visit.unread }
}

/** One walk over a payload: where it is, what it has changed and what it could not read. */
interface Visit {
  readonly showsValues: boolean
  readonly path: Array<string | number>
  readonly changes: Array<Change>
  readonly unread: Array<Unread>
}

const valueOf = (visit: Visit, value: Json, declared: Field | FieldTree | undefined): Json => {
  if (declared !== undefined && !isTree(declared)) return declaredOf(visit, value, declared)
  if (typeof value === "string") return changed(visit, value, cleanText(value), "text")
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  if (visit.path.length >= maxDepth) return value
  return isJsonObject(value) ? objectOf(visit, value, declared) : arrayOf(visit, value, declared)
}

const declaredOf = (visit: Visit, value: Json, { kind, form }: Field): Json => {
  if (value === null) return null
  if (typeof value === "object" && !isRawNumber(value)) {
    if (kind === "phone") return changed(visit, value, null, "phone_missing")
    unread(visit, kind)
    return valueOf(visit, value, undefined)
  }
  const after = form(value)
  if (after === null) return changed(visit, value, null, "phone_missing")
  if (!(after instanceof NotRead)) return changed(visit, value, after, kind)
  unread(visit, kind)
  return changed(visit, value, after.value, kind === "phone" ? "phone_unparsed" : "text")
}

const objectOf = (visit: Visit, object: JsonObject, fields: FieldTree | undefined): JsonObject => {
  let copy: Record<string, Json> | undefined
  for (const key of Object.keys(object)) {
    const before = object[key] as Json
    visit.path.push(key)
    const after = valueOf(visit, before, fields?.keys.get(key))
    visit.path.pop()
    // The copy has every key already, `__proto__` included, so this writes an own property.
    if (after !== before) (copy ??= { ...object })[key] = after
  }
  return copy ?? object
}

const arrayOf = (visit: Visit, array: JsonArray, fields: FieldTree | undefined): JsonArray => {
  let copy: Array<Json> | undefined
  for (const [index, before] of array.entries()) {
    visit.path.push(index)
    const after = valueOf(visit, before, fields && (fields.items ?? fields.keys.get(String(index))))
    visit.path.pop()
    if (after !== before) (copy ??= [...array])[index] = after
  }
  return copy ?? array
}

const changed = (visit: Visit, before: Json, after: Json, kind: ChangeKind): Json => {
  if (after === before) return before
  if (visit.changes.length < maxChanges) {
    const path = printPlace(visit.path)
    visit.changes.push(visit.showsValues ? { path, kind, before, after } : { path, kind })
  }
  return after
}

const unread = (visit: Visit, kind: Unread["kind"]): void => {
  if (visit.unread.length < maxChanges) visit.unread.push({ path: printPlace(visit.path), kind })
}

/** As `printPath`, each key cut after 60 characters; most places have nothing to escape and nothing to cut. */
const printPlace = (place: Place): string => {
  let text = ""
  for (const [index, key] of place.entries()) {
    if (typeof key === "string" && !isPlainKey.test(key)) return printPath(place.map(abbreviate))
    text += index === 0 ? key : `.${key}`
  }
  return text
}

const isPlainKey = /^[\w ]{0,60}$/

const abbreviate = (key: string | number): string =>
  typeof key === "string" && key.length > 60 ? `${key.slice(0, 60)}…` : String(key)
