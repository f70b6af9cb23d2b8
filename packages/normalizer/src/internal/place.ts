/** Changes to places in a payload: what leads there is copied once, everything else is shared. */
import { isMissing } from "@lead-gateway/lead-field"
import { get, isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"

/** A place in a payload: keys and list indices, from the outside in. */
export type Place = ReadonlyArray<string | number>

type Container = Record<string | number, Json>

/** From here on a property is deleted: leaving it out of a copy is faster before, and takes longer and longer after. */
const manyKeys = 64

/** A payload that is changed here and there. What was copied for it is its own, and is not copied again. */
export class Draft {
  payload: JsonObject
  /** What is its own, with how many keys it had. */
  readonly #own = new Map<unknown, number>()

  constructor(payload: JsonObject) {
    this.payload = payload
  }

  /** Puts a value at a place. What is missing on the way becomes an object; the way leads through objects alone. */
  put(place: ReadonlyArray<string>, value: Json): void {
    let inner = this.#owned(this.payload)
    this.payload = inner
    for (const step of place.slice(0, -1)) {
      const next = this.#owned((Object.hasOwn(inner, step) ? inner[step] : undefined) ?? {})
      setOwn(inner, step, next)
      inner = next
    }
    setOwn(inner, place.at(-1) ?? "", value)
  }

  /** Takes away the property at a place that is there. */
  takeAway(place: Place): void {
    this.payload = this.#without(this.payload, place, 0)
  }

  #without(value: Json, place: Place, depth: number): Container {
    const key = place[depth] ?? ""
    if (depth === place.length - 1) return this.#withoutKey(value as Container, key)
    const container = this.#owned(value)
    setOwn(container, key, this.#without(container[key] ?? {}, place, depth + 1))
    return container
  }

  #withoutKey(container: Container, key: string | number): Container {
    const keys = this.#own.get(container)
    if (keys !== undefined && keys > manyKeys) {
      delete container[key]
      return container
    }
    const { [key]: _, ...rest } = container
    this.#own.set(rest, keys ?? Object.keys(rest).length)
    return rest
  }

  #owned(value: Json): Container {
    if (this.#own.has(value)) return value as Container
    const copy = (Array.isArray(value) ? value.slice() : { ...objectIn(value) }) as Container
    this.#own.set(copy, Object.keys(copy).length)
    return copy
  }
}

/** What stands on the way to a target and is no object is missing, a blank text say. */
const objectIn = (value: Json): JsonObject => (isJsonObject(value) ? value : {})

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

const setOwn = (container: Container, key: string | number, value: Json): void => {
  // Assigned, `__proto__` would be the prototype and no property.
  if (key === "__proto__") {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })
  } else container[key] = value
}
