import { type FieldPath, isMissing, parsePath } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"

/** The slot of the value itself. */
const rootSlot = 0

/** Marks a slot that has not been read. No payload contains it. */
const unread = Symbol("unread")

/** The path of a condition's field; `.` is the empty path. */
export const pathOf = (field: string): FieldPath => (field === "." ? [] : (parsePath(field) ?? []))

/** Where the value of a slot is: under a key of the value in another slot. */
interface Place {
  readonly parent: number
  readonly key: string
}

/**
 * The fields that conditions read from one value: a payload, or an item of a list.
 *
 * Every field has a slot, and so does every object on its path. A slot is read at most once per value, when the
 * first condition needs it.
 */
export class Scope {
  readonly #places: Array<Place> = [{ parent: rootSlot, key: "" }]
  readonly #slots = new Map<string, number>()
  /** A frame for reuse. It is taken while in use, so that evaluation may be re-entrant. */
  #spare: Frame | undefined

  /** The slot of a path. */
  slotOf(field: string): number {
    return pathOf(field).reduce((parent, key) => this.#childSlot(parent, key), rootSlot)
  }

  /** A frame for one value. {@link release} it, so that the next one costs nothing. */
  take(root: unknown, now: number): Frame {
    const frame = this.#spare ?? new Frame(this.#places)
    this.#spare = undefined
    frame.root = root
    frame.now = now
    frame.values[rootSlot] = isMissing(root) ? undefined : root
    return frame
  }

  /** Clears a frame, so that no lead's data stays in memory. */
  release(frame: Frame): void {
    frame.root = undefined
    frame.values.fill(unread)
    this.#spare = frame
  }

  #childSlot(parent: number, key: string): number {
    const name = `${parent}.${key}`
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    this.#slots.set(name, this.#places.length)
    return this.#places.push({ parent, key }) - 1
  }
}

/** What has been read from one value so far. */
export class Frame {
  /** The value itself. */
  root: unknown
  /** Milliseconds since 1970. */
  now = 0
  readonly values: Array<unknown>
  readonly #places: ReadonlyArray<Place>

  constructor(places: ReadonlyArray<Place>) {
    this.#places = places
    this.values = Array.from(places, () => unread)
  }

  /** The value in a slot: `undefined` where the field is absent, null or blank. */
  get(slot: number): unknown {
    const value = this.values[slot]
    return value === unread ? this.#read(slot) : value
  }

  #read(slot: number): unknown {
    const { parent, key } = this.#places[slot] as Place
    const value = childOf(this.get(parent), key)
    return (this.values[slot] = isMissing(value) ? undefined : value)
  }
}

/** The value at a path, as `valueAt` returns it. */
export const childAt = (payload: unknown, path: FieldPath): unknown => {
  let value = payload
  for (let i = 0; i < path.length; i++) value = childOf(value, path[i] as string)
  return value
}

/** An own property of an object or an item of a list, by the rules of `valueAt`. */
export const childOf = (parent: unknown, key: string): unknown => {
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key)) return undefined
  // Not part of the JSON: the length of a list, and the digits of a number that is kept as text.
  if (key === "length" && Array.isArray(parent)) return undefined
  if (key === "rawJSON" && isRawNumber(parent)) return undefined
  return (parent as Readonly<Record<string, unknown>>)[key]
}
