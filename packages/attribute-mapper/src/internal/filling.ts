import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import type { LeftOut, LeftOutReason } from "../LeftOut.ts"
import type { opened } from "../Mapping.ts"
import type { Attributes } from "./attributes.ts"

/** What a template is filled with, and what turned out to be missing. */
export interface Filling {
  /** The payload; inside an item of a list that item. */
  readonly here: unknown
  /** Inside an item: its place in the list, from 1. */
  readonly position: number
  readonly constants: JsonObject
  readonly meta: JsonObject
  readonly mapping: ReturnType<typeof opened>
  readonly attributes: Attributes
  /** Names of what the lead lacks, each once. */
  readonly missing: Array<string>
  /** Places that gave nothing; those inside an item each once for all items. */
  readonly leftOut: Array<LeftOut>
  /** Inside an item: whether it lacks a required value. */
  incomplete: boolean
}

/** Makes what stands at one place of the customer payload; `undefined` when it is left out. */
export type Node = (filling: Filling) => Json | undefined

/** A place of the template: where it is, and what it means that it gives nothing. */
export interface Place {
  readonly path: string
  /** What a lead lacks that has nothing here. */
  readonly name: string
  readonly required: boolean
  readonly insideItem: boolean
}

/** Makes what a place does when it gives nothing: tell of it, and say that something is missing. */
export const leaver = ({
  path,
  name,
  required,
  insideItem,
}: Place): ((filling: Filling, reason: LeftOutReason) => undefined) => {
  const gaps = new Map<LeftOutReason, LeftOut>()
  return (filling, reason) => {
    if (insideItem) {
      // The same object each time, so that a list with a thousand gaps tells of them once.
      const gap = gaps.get(reason) ?? { path, reason }
      gaps.set(reason, gap)
      if (!filling.leftOut.includes(gap)) filling.leftOut.push(gap)
      if (required) filling.incomplete = true
    } else {
      filling.leftOut.push({ path, reason })
      if (required && !filling.missing.includes(name)) filling.missing.push(name)
    }
  }
}

/** Sets an own property, whatever its key: `__proto__` would set the prototype. */
export const setOwn = (object: Record<string, Json>, key: string, value: Json): void => {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else object[key] = value
}
