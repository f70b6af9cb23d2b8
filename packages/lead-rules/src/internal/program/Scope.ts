import { type FieldPath, isMissing, parsePath } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"

/** The slot of the value itself that a scope looks at. */
const rootSlot = 0

/** The mark of a slot that was not read yet. No payload holds it. */
const unread = Symbol("unread")

/** The path that a condition names: `.` is no step at all. */
export const pathOf = (field: string): FieldPath => (field === "." ? [] : (parsePath(field) ?? []))

/** Where a slot's value is: under a key of the value in another slot. */
interface Place {
  readonly parent: number
  readonly key: string
}

/**
 * The fields that conditions read of one value: a payload, or an item of a list.
 *
 * Every field has a slot, and so has every object on the way to it. Each is read once per value, however many
 * conditions ask for it, and only if one does.
 */
export class Scope {
  readonly #places: Array<Place> = [{ parent: rootSlot, key: "" }]
  readonly #slots = new Map<string, number>()
  /** A frame at rest. One that is in use is not here, so that a condition may be asked while it answers. */
  #resting: Frame | undefined

  /** The slot of a path. */
  slotOf(field: string): number {
    return pathOf(field).reduce((parent, key) => this.#childSlot(parent, key), rootSlot)
  }

  /** A frame to look at one value with; {@link release} it, and the next one costs nothing. */
  take(root: unknown, now: number): Frame {
    const frame = this.#resting ?? new Frame(this.#places)
    this.#resting = undefined
    frame.root = root
    frame.now = now
    frame.values[rootSlot] = isMissing(root) ? undefined : root
    return frame
  }

  /** Forgets what was read, so that no lead's data stays here. */
  release(frame: Frame): void {
    frame.root = undefined
    frame.values.fill(unread)
    this.#resting = frame
  }

  #childSlot(parent: number, key: string): number {
    const name = `${parent}.${key}`
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    this.#slots.set(name, this.#places.length)
    return this.#places.push({ parent, key }) - 1
  }
}

/** What is known of one value so far. */
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

/** The value at a path, as `valueAt` gives it. */
export const childAt = (payload: unknown, path: FieldPath): unknown => {
  let value = payload
  for (let i = 0; i < path.length; i++) value = childOf(value, path[i] as string)
  return value
}

/** An own property of an object or an item of a list; the rules are those of `valueAt`. */
export const childOf = (parent: unknown, key: string): unknown => {
  if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key)) return undefined
  // What JSON has no word for: the length of a list, and the digits of a number that is kept as text.
  if (key === "length" && Array.isArray(parent)) return undefined
  if (key === "rawJSON" && isRawNumber(parent)) return undefined
  return (parent as Readonly<Record<string, unknown>>)[key]
}
