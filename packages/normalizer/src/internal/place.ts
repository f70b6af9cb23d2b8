/** Changes to one place in a payload: what leads there is copied, everything else is shared. */
import { isMissing } from "@lead-gateway/lead-field"
import { get, isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"

/** A place in a payload: keys and list indices, from the outside in. */
export type Place = ReadonlyArray<string | number>

/** Puts a value at a place. What is missing on the way becomes an object; the way leads through objects alone. */
export const putAt = (payload: JsonObject, place: ReadonlyArray<string>, value: Json): JsonObject => {
  const [key = "", ...rest] = place
  if (rest.length === 0) return withKey(payload, key, value)
  const inner = get(payload, key)
  return withKey(payload, key, putAt(inner !== undefined && isJsonObject(inner) ? inner : {}, rest, value))
}

/** Takes away the property at a place that is there. */
export const takeAway = (value: Json, place: Place, depth = 0): Json => {
  const step = place[depth]
  if (step === undefined) return value
  if (Array.isArray(value)) {
    return (value as ReadonlyArray<Json>).map((item, index) =>
      index === step ? takeAway(item, place, depth + 1) : item,
    )
  }
  const object = value as JsonObject
  const key = String(step)
  if (depth < place.length - 1) return withKey(object, key, takeAway(object[key] as Json, place, depth + 1))
  const { [key]: _, ...rest } = object
  return rest
}

/** The value at a place whose way leads through objects; `"blocked"` where something else stands on the way. */
export const placeIn = (
  payload: JsonObject,
  place: ReadonlyArray<string>,
): { readonly value: Json | undefined } | "blocked" => {
  let value: Json | undefined = payload
  for (const key of place) {
    if (value === undefined) return nothing
    if (isJsonObject(value)) value = get(value, key)
    else return isMissing(value) ? nothing : "blocked"
  }
  return value === undefined ? nothing : { value }
}

const nothing = { value: undefined }

const withKey = (object: JsonObject, key: string, value: Json): JsonObject => {
  const copy: Record<string, Json> = { ...object }
  // Assigned, `__proto__` would be the prototype and no property.
  if (key === "__proto__") {
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
  } else copy[key] = value
  return copy
}
