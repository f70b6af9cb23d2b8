/**
 * A set of numbers, given by cuts of the number line, with or without values that are not numbers.
 *
 * The numbers are lengths, counts of items, moments, or numbers as they are written. Every operation is exact or
 * says that it is not.
 */
export interface Ranges {
  readonly _tag: "Ranges"
  /** Whether the numbers below every cut are in the set. */
  readonly fromBelow: boolean
  /** In ascending order. At each of them the set begins or ends. */
  readonly cuts: ReadonlyArray<Cut>
  /** Whether values without such a number are in the set: for moments, texts that are not dates. */
  readonly other: boolean
  /** `always`: the measure is always whole. `here`: only the whole numbers between the cuts are in the set. */
  readonly whole: "always" | "here" | "no"
}

/** A place between numbers: just before or just after this one. */
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

/** The union; `undefined` where it is not such a set. */
export const joinRanges = (a: Ranges, b: Ranges): Ranges | undefined =>
  a.whole === b.whole ? combine(a, b, (inA, inB) => inA || inB) : undefined

/** The complement; `undefined` where it is not such a set. */
export const complementOfRanges = (set: Ranges): Ranges | undefined =>
  set.whole === "here" ? undefined : { ...set, fromBelow: !set.fromBelow, other: !set.other }

export const isNoRange = ({ fromBelow, cuts, other }: Ranges): boolean =>
  !fromBelow && cuts.length === 0 && !other

export const isWithinRanges = (a: Ranges, b: Ranges): boolean => {
  if (b.whole === "here" && a.whole === "no" && !isOfWholePoints(a)) return false
  return isNoRange(combine(a, inGrid(b, a.whole), (inA, inB) => inA && !inB))
}

/** Whether a number is in the set; NaN stands for values without one. */
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
 * The same set of whole numbers with every cut just before a whole number. Beyond the safe integers the next whole
 * number is not a double, so cuts stay as they are.
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
    // Nothing lies between two cuts in one place.
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
