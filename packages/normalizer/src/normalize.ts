import {
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonArray,
  type JsonObject,
} from "@lead-gateway/lossless-json"
import { type Phone, phoneOf, textOf } from "./internal/phone.ts"
import { cleanBoolean, cleanEmail, cleanText } from "./internal/text.ts"
import type { FieldKind, Fields, Profile } from "./Profile.ts"

/**
 * What happened to a value.
 *
 * - `text`: white space trimmed or collapsed, or Unicode composed;
 * - `email`: the same, and lower case;
 * - `phone`: brought to E.164; `phone_unparsed`: kept as `+` and its digits, because it can't be parsed;
 *   `phone_missing`: set to null, because it has no digit;
 * - `boolean`: a word for yes or no became a boolean.
 */
export type ChangeKind = "text" | "email" | "boolean" | Phone["kind"]

/** One value that normalising changed. It tells where and how, never the value. */
export interface Change {
  /** Keys and list indices separated by dots: `"house.is_owner"`. A key is cut after 60 characters. */
  readonly path: string
  readonly kind: ChangeKind
}

/** A payload in its one form. */
export interface Normalized {
  /** Shares with the payload as it came whatever did not change: with no change at all it is the same object. */
  readonly payload: JsonObject
  /** In the payload's order; the first {@link maxChanges} at most, so that no payload can make it grow. */
  readonly changes: ReadonlyArray<Change>
}

/** The most changes that are told of one payload; all of them are made. */
export const maxChanges = 100

/**
 * Brings a payload into its one form.
 *
 * White space and Unicode in every string, nested ones too; e-mail addresses, phone numbers and booleans in
 * the fields that the profile declares. Keys, numbers (`RawNumber`s too), booleans and nulls of other fields
 * stay as they are. A declared field that holds another type of value is treated like an undeclared one, but
 * a phone that is neither text nor number counts as missing and becomes null.
 *
 * Total, and idempotent: normalising the result changes nothing and tells of no change. Example, with the
 * default profile: `{ "phone": "0151 2345678", "house": { "is_owner": "Ja" } }` becomes
 * `{ "phone": "+491512345678", "house": { "is_owner": true } }`.
 */
export const normalize = (profile: Profile, payload: JsonObject): Normalized => {
  const visit: Visit = { profile, path: [], changes: [] }
  return { payload: objectOf(visit, payload, profile.fields), changes: visit.changes }
}

/** One walk over a payload: where it is, and what it has changed. */
interface Visit {
  readonly profile: Profile
  readonly path: Array<string | number>
  readonly changes: Array<Change>
}

const valueOf = (visit: Visit, value: Json, declared: FieldKind | Fields | undefined): Json => {
  if (typeof declared === "string") return declaredOf(visit, value, declared)
  if (typeof value === "string") return changed(visit, value, cleanText(value), "text")
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  return isJsonObject(value) ? objectOf(visit, value, declared) : arrayOf(visit, value)
}

const declaredOf = (visit: Visit, value: Json, kind: FieldKind): Json => {
  if (kind === "phone") return value === null ? null : phoneFieldOf(visit, value)
  if (typeof value !== "string") return valueOf(visit, value, undefined)
  switch (kind) {
    case "email":
      return changed(visit, value, cleanEmail(value), "email")
    case "boolean": {
      const clean = cleanBoolean(value)
      return changed(visit, value, clean, typeof clean === "boolean" ? "boolean" : "text")
    }
  }
}

const phoneFieldOf = (visit: Visit, value: Json): Json => {
  const text =
    typeof value === "string"
      ? cleanText(value)
      : typeof value === "number" || isRawNumber(value)
        ? textOf(value)
        : ""
  const phone = phoneOf(text, visit.profile.defaultCountry)
  return changed(visit, value, phone.value, phone.kind)
}

const objectOf = (visit: Visit, object: JsonObject, fields: Fields | undefined): JsonObject => {
  let copy: Record<string, Json> | undefined
  for (const key of Object.keys(object)) {
    const before = object[key] as Json
    visit.path.push(key)
    const after = valueOf(visit, before, fields?.get(key))
    visit.path.pop()
    // The copy has every key already, `__proto__` included, so this writes an own property.
    if (after !== before) (copy ??= { ...object })[key] = after
  }
  return copy ?? object
}

const arrayOf = (visit: Visit, array: JsonArray): JsonArray => {
  let copy: Array<Json> | undefined
  for (const [index, before] of array.entries()) {
    visit.path.push(index)
    const after = valueOf(visit, before, undefined)
    visit.path.pop()
    if (after !== before) (copy ??= [...array])[index] = after
  }
  return copy ?? array
}

const changed = (visit: Visit, before: Json, after: Json, kind: ChangeKind): Json => {
  if (after === before) return before
  if (visit.changes.length < maxChanges)
    visit.changes.push({ path: visit.path.map(abbreviate).join("."), kind })
  return after
}

const abbreviate = (key: string | number): string | number =>
  typeof key === "string" && key.length > 60 ? `${key.slice(0, 60)}…` : key
