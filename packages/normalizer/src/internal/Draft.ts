/** Copy-on-write changes to a payload: containers on the path to a change are copied once, the rest is shared. */
import { isMissing } from "@lead-gateway/lead-field"
import { get, isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { isBlankOnceClean } from "./text.ts"

/** A path in a payload: keys and list indices, outermost first. */
export type PayloadPath = ReadonlyArray<string | number>

type Container = Record<string | number, Json>

/** An object with more keys has a property deleted in place: copying without the property is faster only for smaller ones. */
const manyKeys = 64

/** A payload under change. Containers that it has copied are its own and are not copied again. */
export class Draft {
  payload: JsonObject
  /** The containers that this draft has copied, each with its number of keys at that time. */
  readonly #copied = new Map<unknown, number>()

  constructor(payload: JsonObject) {
    this.payload = payload
  }

  /** Sets the value at a path through objects. Missing objects on the path are created. */
  set(path: ReadonlyArray<string>, value: Json): void {
    let inner = this.#copyOf(this.payload)
    this.payload = inner
    for (const step of path.slice(0, -1)) {
      const next = this.#copyOf((Object.hasOwn(inner, step) ? inner[step] : undefined) ?? {})
      setOwn(inner, step, next)
      inner = next
    }
    setOwn(inner, path.at(-1) ?? "", value)
  }

  /** Removes the property at an existing path. */
  remove(path: PayloadPath): void {
    this.payload = this.#without(this.payload, path, 0)
  }

  /** Replaces the value at an existing path, and returns it. */
  replace(path: PayloadPath, value: Json): Json {
    let inner = this.#copyOf(this.payload)
    this.payload = inner
    for (const step of path.slice(0, -1)) {
      const next = this.#copyOf(inner[step] ?? {})
      setOwn(inner, step, next)
      inner = next
    }
    const last = path.at(-1) ?? ""
    const before = inner[last] ?? null
    setOwn(inner, last, value)
    return before
  }

  #without(value: Json, path: PayloadPath, depth: number): Container {
    const key = path[depth] ?? ""
    if (depth === path.length - 1) return this.#withoutKey(value as Container, key)
    const container = this.#copyOf(value)
    setOwn(container, key, this.#without(container[key] ?? {}, path, depth + 1))
    return container
  }

  #withoutKey(container: Container, key: string | number): Container {
    const keys = this.#copied.get(container)
    if (keys !== undefined && keys > manyKeys) {
      delete container[key]
      return container
    }
    const { [key]: _, ...rest } = container
    this.#copied.set(rest, keys ?? Object.keys(rest).length)
    return rest
  }

  #copyOf(value: Json): Container {
    if (this.#copied.has(value)) return value as Container
    const copy = (Array.isArray(value) ? value.slice() : { ...objectIn(value) }) as Container
    this.#copied.set(copy, Object.keys(copy).length)
    return copy
  }
}

/** A value on the path to a target that is not an object is missing, such as a blank text, and becomes an object. */
const objectIn = (value: Json): JsonObject => (isJsonObject(value) ? value : {})

/** The value at a path through objects; `"blocked"` if a value on the path is neither an object nor missing. */
export const valueOrBlocked = (
  payload: JsonObject,
  path: ReadonlyArray<string>,
): { readonly value: Json | undefined } | "blocked" => {
  let value: Json | undefined = payload
  for (const key of path) {
    if (value === undefined) return nothing
    if (isJsonObject(value)) value = get(value, key)
    else
      return isMissing(value) || (typeof value === "string" && isBlankOnceClean(value)) ? nothing : "blocked"
  }
  return value === undefined ? nothing : { value }
}

const nothing = { value: undefined }

const setOwn = (container: Container, key: string | number, value: Json): void => {
  // Assigning `__proto__` would set the prototype instead of a property.
  if (key === "__proto__") {
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })
  } else container[key] = value
}
