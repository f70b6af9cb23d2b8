import type { ValueKind } from "@lead-gateway/lead-field"
import {
  complementOf,
  type Constraint,
  implies,
  isSatisfiedBy,
  isUnsatisfiable,
  join,
  meet,
  sizeOf,
} from "./Constraint.ts"
import { lengthsOf, textsIn } from "./Language.ts"
import { between, points, type Ranges } from "./Ranges.ts"

/** The constraints on the values of one kind, by aspect; other aspects are unconstrained. */
export type Aspects = ReadonlyMap<string, Constraint>

/** A set of values that a field may have. */
export interface Region {
  /** Whether the field may be missing. */
  readonly missing: boolean
  /** The kinds of value that the field may have. */
  readonly kinds: ReadonlyMap<ValueKind, Aspects>
}

export const kinds: ReadonlyArray<ValueKind> = ["text", "number", "boolean", "list", "object"]

const unconstrained: Aspects = new Map()

/** All values of these kinds. */
export const regionOfKinds = (missing: boolean, some: ReadonlyArray<ValueKind>): Region => ({
  missing,
  kinds: new Map(some.map((kind) => [kind, unconstrained])),
})

/** Any value, or none. */
export const anything = regionOfKinds(true, kinds)

export const isEmpty = (region: Region): boolean => !region.missing && region.kinds.size === 0

/** The approximate cost of working with a region. */
export const costOf = ({ kinds }: Region): number => {
  let cost = 20
  for (const aspects of kinds.values()) for (const constraint of aspects.values()) cost += sizeOf(constraint)
  return cost
}

/** An upper bound of the intersection: where it is empty, the intersection is. */
export const meetRegions = (a: Region, b: Region): Region => {
  const both = new Map<ValueKind, Aspects>()
  for (const [kind, ofA] of a.kinds) {
    const ofB = b.kinds.get(kind)
    const aspects = ofB === undefined ? undefined : meetAspects(kind, ofA, ofB)
    if (aspects !== undefined) both.set(kind, aspects)
  }
  return { missing: a.missing && b.missing, kinds: both }
}

/** Whether the first is a subset of the second. `false` may mean that it is undecided. */
export const isWithin = (a: Region, b: Region): boolean => {
  if (a.missing && !b.missing) return false
  for (const [kind, ofA] of a.kinds) {
    const ofB = b.kinds.get(kind)
    if (ofB === undefined) return false
    for (const [aspect, constraint] of ofB) {
      if (!aspectImplies(kind, ofA, aspect, constraint)) return false
    }
  }
  return true
}

/** An upper bound of the union; `isExact` where it is the union. */
export const joinRegions = (a: Region, b: Region): { readonly region: Region; readonly isExact: boolean } => {
  const either = new Map<ValueKind, Aspects>(a.kinds)
  let isExact = true
  for (const [kind, ofB] of b.kinds) {
    const ofA = a.kinds.get(kind)
    if (ofA === undefined) either.set(kind, ofB)
    else {
      const joined = new Map<string, Constraint>()
      for (const [aspect, constraint] of ofA) {
        const other = ofB.get(aspect)
        const union = other === undefined ? "anything" : join(constraint, other)
        if (union === undefined) isExact = false
        else if (union !== "anything") joined.set(aspect, union)
      }
      // With several aspects, a value that has one from `a` and another from `b` would be let in.
      if (ofA.size > 1 || ofB.size > 1) isExact &&= ofA.size === 0 || ofB.size === 0
      else if (ofA.size === 1 && ofB.size === 1)
        isExact &&= ofA.keys().next().value === ofB.keys().next().value
      either.set(kind, joined)
    }
  }
  return { region: { missing: a.missing || b.missing, kinds: either }, isExact }
}

/** The complement of a constraint among the values of a kind; `undefined` where no constraint is exactly that. */
export const complementWithin = (
  kind: ValueKind,
  aspect: string,
  constraint: Constraint,
): Constraint | undefined => {
  const complement = complementOf(constraint)
  const domain = domainOf(kind, aspect)
  return complement === undefined || domain === undefined ? complement : meet(complement, domain)
}

/** The most texts that are tested one by one. */
const maxTexts = 256

/** The most aspects that are kept of a kind. Dropping one may hide a finding, but never makes a false one. */
const maxAspects = 32

/** Constraints do not grow beyond this size, at the same price. */
const maxSize = 512

const meetAspects = (kind: ValueKind, a: Aspects, b: Aspects): Aspects | undefined => {
  if (a.size === 0 || b.size === 0) return a.size === 0 ? b : a
  const both = new Map(a)
  for (const [aspect, added] of b) {
    const other = both.get(aspect)
    if (other === undefined && both.size >= maxAspects) continue
    const constraint = other === undefined ? added : meet(other, added)
    if (isUnsatisfiable(constraint)) return undefined
    const size = sizeOf(constraint)
    const hasGrown = other !== undefined && size > sizeOf(other) && size > sizeOf(added)
    if (size <= maxSize || !hasGrown) both.set(aspect, constraint)
  }
  // The single texts in `a` satisfy its other aspects already: only new aspects have to be tested.
  return kind === "text" ? sifted(both, b.has("text") ? both : b) : both
}

/** Drops single texts that fail the added aspects, and derives the lengths of texts. */
const sifted = (aspects: Map<string, Constraint>, added: Aspects): Aspects | undefined => {
  const text = aspects.get("text")
  if (text?._tag !== "Texts" || text.within === undefined) return aspects
  const texts = textsIn(text.within)
  if (texts !== undefined && texts.size <= maxTexts) {
    const rest = Array.from(texts).filter((one) =>
      Array.from(added).every(([aspect, constraint]) => isSatisfiedBy(aspect, constraint, one) !== false),
    )
    if (rest.length === 0) return undefined
    aspects.set("text", { ...text, within: { ...text.within, texts: new Set(rest) } })
  } else {
    const length = aspects.get("length")
    const lengths = between(lengthsOf(text.within), "always")
    const both = length === undefined ? lengths : meet(length, lengths)
    if (isUnsatisfiable(both)) return undefined
    aspects.set("length", both)
  }
  return aspects
}

const aspectImplies = (
  kind: ValueKind,
  aspects: Aspects,
  aspect: string,
  constraint: Constraint,
): boolean => {
  const same = aspects.get(aspect) ?? domainOf(kind, aspect)
  if (same !== undefined && implies(same, constraint)) return true
  const text = kind === "text" ? aspects.get("text") : undefined
  if (text?._tag !== "Texts" || text.within === undefined) return false
  const texts = textsIn(text.within)
  if (texts !== undefined && texts.size <= maxTexts) {
    return Array.from(texts).every((one) => isSatisfiedBy(aspect, constraint, one) === true)
  }
  return aspect === "length" && implies(between(lengthsOf(text.within), "always"), constraint)
}

/** All that an aspect can be for values of a kind. */
const domainOf = (kind: ValueKind, aspect: string): Constraint | undefined => domains.get(`${kind} ${aspect}`)

const any: Ranges = between({})
const anyWhole: Ranges = between({}, "always")

const domains: ReadonlyMap<string, Constraint> = new Map<string, Constraint>([
  ["number value", any],
  ["boolean value", points([0, 1], "always")],
  ["list items", between({ min: 0 }, "always")],
  ["text length", between({ min: 1 }, "always")],
  ["text moment", { ...anyWhole, other: true }],
  ["text number", { ...any, other: true }],
])
