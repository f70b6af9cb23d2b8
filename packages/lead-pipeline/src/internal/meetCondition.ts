/** Payloads that may meet a condition of a rule. Whoever asks tries them: nothing here decides. */
import { parsePath } from "@lead-gateway/lead-field"
import { exampleText } from "@lead-gateway/lead-rules"
import type { Json } from "@lead-gateway/lossless-json"
import { changed } from "./changed.ts"

/** A condition, as a checked document has it: one with an operator, or with `all`, `any` or `not`. */
export interface ConditionData {
  readonly [key: string]: unknown
}

/** The payload itself first, then changed ones, those that change less before others. */
export function* payloadsFor(payload: Json, condition: ConditionData, nowMs: number): Generator<Json> {
  const { all, any, not } = condition
  if (Array.isArray(all)) yield* payloadsForAll(payload, all as ReadonlyArray<ConditionData>, nowMs)
  else if (Array.isArray(any)) {
    for (const one of any as ReadonlyArray<ConditionData>) yield* payloadsFor(payload, one, nowMs)
  } else if (not !== undefined) yield* payloadsAgainst(payload, not as ConditionData, nowMs)
  else {
    yield payload
    for (const value of valuesFor(condition, nowMs)) {
      const next = changed(payload, pathOf(condition), value)
      if (next !== undefined) yield next
    }
  }
}

function* payloadsForAll(
  payload: Json,
  [first, ...rest]: ReadonlyArray<ConditionData>,
  nowMs: number,
): Generator<Json> {
  if (first === undefined) yield payload
  else for (const next of payloadsFor(payload, first, nowMs)) yield* payloadsForAll(next, rest, nowMs)
}

/** The payload itself, then those in which a field is something that is rarely meant, or absent. */
function* payloadsAgainst(payload: Json, condition: ConditionData, nowMs: number): Generator<Json> {
  const { all, any, not } = condition
  if (not !== undefined) yield* payloadsFor(payload, not as ConditionData, nowMs)
  else if (Array.isArray(any)) {
    yield* payloadsForAll(
      payload,
      (any as ReadonlyArray<ConditionData>).map((one) => ({ not: one })),
      nowMs,
    )
  } else if (Array.isArray(all)) {
    for (const one of all as ReadonlyArray<ConditionData>) yield* payloadsAgainst(payload, one, nowMs)
  } else {
    yield payload
    for (const value of ["Test", undefined, 0, false, true, 1_000_000, []]) {
      const next = changed(payload, pathOf(condition), value)
      if (next !== undefined) yield next
    }
  }
}

const pathOf = ({ field }: ConditionData): ReadonlyArray<string> =>
  typeof field === "string" ? (parsePath(field) ?? []) : []

/** Values that meet the condition, or probably do; `undefined` is a field that is absent. */
const valuesFor = (condition: ConditionData, nowMs: number): ReadonlyArray<Json | undefined> => {
  const { item, operator, value, values } = condition
  const text = typeof value === "string" ? value : ""
  switch (operator) {
    case "present":
      return ["Test"]
    case "absent":
      return [undefined]
    case "equals":
      return [value as Json]
    case "one_of":
      return (values as ReadonlyArray<Json>).slice(0, 20)
    case "not_equals":
    case "none_of":
      return ["Test", "Test lead", true, false, 1, 2]
    case "type":
      return ["Test", 1, true, ["Test"], {}]
    case "starts_with":
      return [text, `${text} Test`]
    case "ends_with":
      return [text, `Test ${text}`]
    case "contains":
      return [text, `Test ${text} Test`]
    case "pattern":
      return [exampleText(String(condition.pattern))]
    case "length":
      return [lengths(condition)]
    case "zip":
      return zips(condition)
    case "range":
      return numbers(condition)
    case "date":
      return dates(condition, nowMs)
    case "items":
      return [Array.from({ length: Number(condition.min ?? condition.max ?? 1) }, () => "Test")]
    case "includes":
      return [[value as Json]]
    case "some_item":
    case "every_item":
      return Array.from(
        take(payloadsFor({}, (item ?? {}) as ConditionData, nowMs), 20),
        (one) => [one] satisfies Json,
      )
    default:
      return []
  }
}

function* take<A>(items: Iterable<A>, most: number): Generator<A> {
  let count = 0
  for (const item of items) {
    if (count++ === most) return
    yield item
  }
}

const lengths = ({ max, min }: ConditionData): string =>
  "Test lead"
    .padEnd(Math.min(Number(min ?? 1), 10_000), "x")
    .slice(0, Number(max ?? Number.POSITIVE_INFINITY))

const zips = ({ codes = [], prefixes = [], ranges = [] }: ConditionData): ReadonlyArray<string> => [
  ...(ranges as ReadonlyArray<string>).map((range) => range.split("-")[0] ?? ""),
  ...(prefixes as ReadonlyArray<string>).map((prefix) => prefix.slice(0, -1).padEnd(5, "1")),
  ...(codes as ReadonlyArray<string>),
]

const numbers = ({ above, allow_text, below, max, min }: ConditionData): ReadonlyArray<Json> => {
  const limits = [min, max, above, below].filter((limit) => limit !== undefined) as ReadonlyArray<Json>
  const doubles = limits.filter((limit) => typeof limit === "number")
  const middle = doubles.reduce((sum, limit) => sum + limit, 0) / Math.max(1, doubles.length)
  const near = doubles.flatMap((limit) => [limit + 1, limit - 1])
  const all = [Math.round(middle), ...limits, middle, ...near, 1]
  return allow_text === true ? [...all, "1"] : all
}

const dayMs = 86_400_000

const unitsMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: dayMs,
  week: 7 * dayMs,
  month: 30.44 * dayMs,
  year: 365.25 * dayMs,
}

/** Such as `18 years`, about. */
const spanMs = (span: unknown): number => {
  const [, count = "0", unit = "day"] = /^(\d+) ([a-z]+?)s?$/.exec(String(span)) ?? []
  return Number(count) * (unitsMs[unit] ?? dayMs)
}

/** The limits themselves, and days on either side of each. */
const dates = (condition: ConditionData, nowMs: number): ReadonlyArray<string> => {
  const { from, max_age, max_ahead, min_age, min_ahead, to } = condition
  const around = [
    nowMs,
    ...[min_age, max_age].flatMap((span) => (span === undefined ? [] : [nowMs - spanMs(span)])),
    ...[min_ahead, max_ahead].flatMap((span) => (span === undefined ? [] : [nowMs + spanMs(span)])),
  ].flatMap((ms) => [ms, ms - 3 * dayMs, ms + 3 * dayMs, ms - 90 * dayMs, ms + 90 * dayMs])
  return [
    ...[from, to].filter((limit) => typeof limit === "string"),
    ...around.map((ms) => new Date(ms).toISOString().slice(0, 10)),
    ...around.map((ms) => new Date(ms).toISOString()),
  ]
}
