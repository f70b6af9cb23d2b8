import type { ValueKind } from "@lead-gateway/lead-field"
import { type Constraint, contraryOf, implies, isMetBy, isNever, join, meet, sizeOf } from "./Constraint.ts"
import { lengthsOf, textsIn } from "./Language.ts"
import { between, points, type Ranges } from "./Ranges.ts"

/** What is asked of the values of one kind, aspect by aspect; nothing of those that are not here. */
export type Aspects = ReadonlyMap<string, Constraint>

/** A set of values that a field may have. */
export interface Region {
  /** Whether the field may be missing. */
  readonly missing: boolean
  /** The kinds that a value may be of. */
  readonly kinds: ReadonlyMap<ValueKind, Aspects>
}

export const kinds: ReadonlyArray<ValueKind> = ["text", "number", "boolean", "list", "object"]

const nothingAsked: Aspects = new Map()

/** Every value of these kinds. */
export const regionOfKinds = (missing: boolean, some: ReadonlyArray<ValueKind>): Region => ({
  missing,
  kinds: new Map(some.map((kind) => [kind, nothingAsked])),
})

/** Any value, or none. */
export const anything = regionOfKinds(true, kinds)

export const isEmpty = (region: Region): boolean => !region.missing && region.kinds.size === 0

/** About how much there is to look at. */
export const costOf = ({ kinds }: Region): number => {
  let cost = 20
  for (const aspects of kinds.values()) for (const asked of aspects.values()) cost += sizeOf(asked)
  return cost
}

/** What is in both, or more: a finding needs it to be empty. */
export const meetRegions = (a: Region, b: Region): Region => {
  const both = new Map<ValueKind, Aspects>()
  for (const [kind, ofA] of a.kinds) {
    const ofB = b.kinds.get(kind)
    const aspects = ofB === undefined ? undefined : meetAspects(kind, ofA, ofB)
    if (aspects !== undefined) both.set(kind, aspects)
  }
  return { missing: a.missing && b.missing, kinds: both }
}

/** Whether all of the first is in the second. `false` may mean that it is not known. */
export const isWithin = (a: Region, b: Region): boolean => {
  if (a.missing && !b.missing) return false
  for (const [kind, ofA] of a.kinds) {
    const ofB = b.kinds.get(kind)
    if (ofB === undefined) return false
    for (const [aspect, asked] of ofB) {
      if (!aspectImplies(kind, ofA, aspect, asked)) return false
    }
  }
  return true
}

/** What is in either; `isExact` is false where it is more than that. */
export const joinRegions = (a: Region, b: Region): { readonly region: Region; readonly isExact: boolean } => {
  const either = new Map<ValueKind, Aspects>(a.kinds)
  let isExact = true
  for (const [kind, ofB] of b.kinds) {
    const ofA = a.kinds.get(kind)
    if (ofA === undefined) either.set(kind, ofB)
    else {
      const joined = new Map<string, Constraint>()
      for (const [aspect, asked] of ofA) {
        const other = ofB.get(aspect)
        const answer = other === undefined ? "anything" : join(asked, other)
        if (answer === undefined) isExact = false
        else if (answer !== "anything") joined.set(aspect, answer)
      }
      // Two aspects of each would be mixed: what has one of the first and the other of the second is in neither.
      if (ofA.size > 1 || ofB.size > 1) isExact &&= ofA.size === 0 || ofB.size === 0
      else if (ofA.size === 1 && ofB.size === 1)
        isExact &&= ofA.keys().next().value === ofB.keys().next().value
      either.set(kind, joined)
    }
  }
  return { region: { missing: a.missing || b.missing, kinds: either }, isExact }
}

/** The contrary of what is asked of values of a kind in one aspect; `undefined` where it cannot be said. */
export const contraryWithin = (
  kind: ValueKind,
  aspect: string,
  asked: Constraint,
): Constraint | undefined => {
  const contrary = contraryOf(asked)
  const all = domainOf(kind, aspect)
  return contrary === undefined || all === undefined ? contrary : meet(contrary, all)
}

/** The most texts that are looked at one by one. */
const maxTexts = 256

/** The most that is remembered of the values of a kind: to forget costs findings, and never makes a false one. */
const maxAspects = 32

/** From what size on a constraint is not let grow any more, for the same price. */
const maxSize = 512

const meetAspects = (kind: ValueKind, a: Aspects, b: Aspects): Aspects | undefined => {
  if (a.size === 0 || b.size === 0) return a.size === 0 ? b : a
  const both = new Map(a)
  for (const [aspect, asked] of b) {
    const other = both.get(aspect)
    if (other === undefined && both.size >= maxAspects) continue
    const constraint = other === undefined ? asked : meet(other, asked)
    if (isNever(constraint)) return undefined
    const size = sizeOf(constraint)
    const hasGrown = other !== undefined && size > sizeOf(other) && size > sizeOf(asked)
    if (size <= maxSize || !hasGrown) both.set(aspect, constraint)
  }
  // What was known of single texts is: only what is new has to be asked of them.
  return kind === "text" ? sifted(both, b.has("text") ? both : b) : both
}

/** Without the texts that an aspect forbids, and with the lengths that texts have. */
const sifted = (aspects: Map<string, Constraint>, unasked: Aspects): Aspects | undefined => {
  const words = aspects.get("text")
  if (words?._tag !== "Words" || words.within === undefined) return aspects
  const texts = textsIn(words.within)
  if (texts !== undefined && texts.size <= maxTexts) {
    const rest = Array.from(texts).filter((text) =>
      Array.from(unasked).every(([aspect, asked]) => isMetBy(aspect, asked, text) !== false),
    )
    if (rest.length === 0) return undefined
    aspects.set("text", { ...words, within: { ...words.within, texts: new Set(rest) } })
  } else {
    const length = aspects.get("length")
    const measured = between(lengthsOf(words.within), "always")
    const both = length === undefined ? measured : meet(length, measured)
    if (isNever(both)) return undefined
    aspects.set("length", both)
  }
  return aspects
}

const aspectImplies = (kind: ValueKind, known: Aspects, aspect: string, asked: Constraint): boolean => {
  const same = known.get(aspect) ?? domainOf(kind, aspect)
  if (same !== undefined && implies(same, asked)) return true
  const words = kind === "text" ? known.get("text") : undefined
  if (words?._tag !== "Words" || words.within === undefined) return false
  const texts = textsIn(words.within)
  if (texts !== undefined && texts.size <= maxTexts) {
    return Array.from(texts).every((text) => isMetBy(aspect, asked, text) === true)
  }
  return aspect === "length" && implies(between(lengthsOf(words.within), "always"), asked)
}

/** All that an aspect can be, of values of a kind. */
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
