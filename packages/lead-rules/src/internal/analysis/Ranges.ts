/**
 * A set of numbers: those between cuts of the number line, and perhaps what is no number at all.
 *
 * A length, a count of items, a moment, a number as it is written. Every operation is exact or says that it is not.
 */
export interface Ranges {
  readonly _tag: "Ranges"
  /** Whether the numbers below every cut are in the set. */
  readonly fromBelow: boolean
  /** In ascending order; at each of them the set begins or ends. */
  readonly cuts: ReadonlyArray<Cut>
  /** Whether what is no number is in the set: a text that is no date where moments are measured. */
  readonly other: boolean
  /** `always`: nothing but whole numbers is measured. `here`: only the whole numbers between the cuts are meant. */
  readonly whole: "always" | "here" | "no"
}

/** A place between numbers: right before or right after this one. */
interface Cut {
  readonly at: number
  readonly after: boolean
}

/** The limits of a set: `min` and `max` are in it, `above` and `below` are not. */
export interface Limits {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly above?: number | undefined
  readonly below?: number | undefined
}

/** The numbers within limits. */
export const between = (limits: Limits, whole: Ranges["whole"] = "no"): Ranges => {
  const lower = [cutsAt(limits.min, false), cutsAt(limits.above, true)]
  const upper = [cutsAt(limits.max, true), cutsAt(limits.below, false)]
  const parts = [
    ...lower.map((cuts) => make(cuts.length === 0, cuts, whole)),
    ...upper.map((cuts) => make(true, cuts, whole)),
  ]
  return parts.reduce(meetRanges)
}

/** These numbers and no others. */
export const points = (numbers: Iterable<number>, whole: Ranges["whole"] = "no"): Ranges =>
  make(
    false,
    Array.from(new Set(numbers))
      .sort((a, b) => a - b)
      .flatMap((at) => [
        { at, after: false },
        { at, after: true },
      ]),
    whole,
  )

/** The whole numbers of these intervals, both ends included. */
export const union = (intervals: Iterable<readonly [from: number, to: number]>): Ranges => {
  const cuts: Array<Cut> = []
  for (const [from, to] of Array.from(intervals).sort(([a], [b]) => a - b)) {
    const last = cuts.at(-1)
    if (last === undefined || from > last.at)
      cuts.push({ at: from, after: false }, { at: to + 1, after: false })
    else if (to + 1 > last.at) cuts[cuts.length - 1] = { at: to + 1, after: false }
  }
  return { _tag: "Ranges", fromBelow: false, cuts, other: false, whole: "always" }
}

export const meetRanges = (a: Ranges, b: Ranges): Ranges => {
  const whole = a.whole === "no" ? b.whole : a.whole
  return combine(inGrid(a, whole), inGrid(b, whole), (inA, inB) => inA && inB)
}

/** Of both together; `undefined` where that is no such set. */
export const joinRanges = (a: Ranges, b: Ranges): Ranges | undefined =>
  a.whole === b.whole ? combine(a, b, (inA, inB) => inA || inB) : undefined

/** All that is measured and not in the set; `undefined` where that is no such set. */
export const contraryOfRanges = (set: Ranges): Ranges | undefined =>
  set.whole === "here" ? undefined : { ...set, fromBelow: !set.fromBelow, other: !set.other }

export const isNoRange = ({ fromBelow, cuts, other }: Ranges): boolean =>
  !fromBelow && cuts.length === 0 && !other

export const isWithinRanges = (a: Ranges, b: Ranges): boolean => {
  if (b.whole === "here" && a.whole === "no" && !isOfWholePoints(a)) return false
  return isNoRange(combine(a, inGrid(b, a.whole), (inA, inB) => inA && !inB))
}

/** Whether a number, or NaN for what is none, is in the set. */
export const isInRanges = ({ fromBelow, cuts, other, whole }: Ranges, number: number): boolean => {
  if (Number.isNaN(number)) return other
  if (whole !== "no" && !Number.isInteger(number)) return false
  let inside = fromBelow
  for (const { at, after } of cuts) {
    if (number < at || (number === at && after)) break
    inside = !inside
  }
  return inside
}

const isOfWholePoints = ({ fromBelow, cuts }: Ranges): boolean =>
  !fromBelow &&
  cuts.length % 2 === 0 &&
  cuts.every(({ at }, index) => Number.isInteger(at) && (index % 2 === 0 || at === cuts[index - 1]?.at))

const cutsAt = (at: number | undefined, after: boolean): ReadonlyArray<Cut> =>
  at === undefined || !Number.isFinite(at) ? [] : [{ at, after }]

const make = (fromBelow: boolean, cuts: ReadonlyArray<Cut>, whole: Ranges["whole"]): Ranges =>
  inGrid({ _tag: "Ranges", fromBelow, cuts, other: false, whole: "no" }, whole)

/**
 * The same set with every cut right before a whole number, if it is one of whole numbers. Of the largest numbers no
 * double is the next whole one: the cuts between them stay as they are.
 */
const inGrid = (set: Ranges, whole: Ranges["whole"]): Ranges => {
  if (whole === "no" || set.whole !== "no") return set
  const cuts: Array<Cut> = []
  for (const { at, after } of set.cuts) {
    const cut =
      Math.abs(at) > Number.MAX_SAFE_INTEGER
        ? { at, after }
        : { at: after ? Math.floor(at) + 1 : Math.ceil(at), after: false }
    const last = cuts.at(-1)
    // Two cuts in one place: nothing lies between them.
    if (last?.at === cut.at && last.after === cut.after) cuts.pop()
    else cuts.push(cut)
  }
  return { ...set, cuts, whole }
}

const combine = (a: Ranges, b: Ranges, holds: (inA: boolean, inB: boolean) => boolean): Ranges => {
  let inA = a.fromBelow
  let inB = b.fromBelow
  const fromBelow = holds(inA, inB)
  let inside = fromBelow
  const cuts: Array<Cut> = []
  let i = 0
  let j = 0
  while (i < a.cuts.length || j < b.cuts.length) {
    const order = compare(a.cuts[i], b.cuts[j])
    const cut = order <= 0 ? a.cuts[i] : b.cuts[j]
    if (order <= 0) {
      inA = !inA
      i++
    }
    if (order >= 0) {
      inB = !inB
      j++
    }
    if (cut !== undefined && holds(inA, inB) !== inside) {
      inside = !inside
      cuts.push(cut)
    }
  }
  return { ...a, fromBelow, cuts, other: holds(a.other, b.other) }
}

const compare = (a: Cut | undefined, b: Cut | undefined): number => {
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a.at - b.at || Number(a.after) - Number(b.after)
}
