/** The operators on lists. */
import { Shape, shorten } from "@lead-gateway/document-check"
import { itemConstraints, listsOf } from "../analysis/ValueConstraints.ts"
import type { Exact } from "../comparison.ts"
import type { Scope } from "../program/Scope.ts"
import { type Check, Met, not, type Truth, truthOf, Unmet } from "../Truth.ts"
import { equalTo } from "./equality.ts"
import { count, IgnoreCase, SingleValue } from "./keys.ts"
import {
  counted,
  inAnyCase,
  needsMinBelowMax,
  needsOneOf,
  noLimits,
  oneOf,
  onValue,
  type QuantifierDefinition,
  type Requirement,
} from "./Operator.ts"

export const lists = {
  items: onValue({
    description: "The field must be a list of so many items.",
    aliases: [],
    keys: {
      min: Shape.optional(count(0, "The least number of items.")),
      max: Shape.optional(count(0, "The largest number of items.")),
    },
    checkLimits: (condition, report) => {
      needsOneOf(condition, ["min", "max"], report)
      needsMinBelowMax(condition, report)
    },
    compile: ({ min, max }) => hasItems(min, max),
    constraints: ({ min = 0, max }) => listsOf({ min, max }),
  }),
  includes: onValue({
    description: "The field must be a list with an item that is exactly this value.",
    aliases: ["contains_any"],
    keys: { value: SingleValue, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ value, ignore_case }) => includes(value, ignore_case === true),
    constraints: (_condition, question) => itemConstraints("some", question),
  }),
}

/** The operators whose condition is on the items of a list. */
export const quantifiers = {
  some_item: {
    description: "The field must be a list with at least one item that meets a condition.",
    aliases: ["some"],
    quantifier: "some",
    compile: (scope, check, expected) =>
      quantified("some", scope, check, `have an item ${shorten(expected)}`),
    constraints: (question) => itemConstraints("some", question),
  },
  every_item: {
    description: "The field must be a list every item of which meets a condition; an empty list does.",
    aliases: ["every"],
    quantifier: "every",
    compile: (scope, check, expected) =>
      quantified("every", scope, check, `have only items ${shorten(expected)}`),
    constraints: (question) => itemConstraints("every", question),
  },
} satisfies Readonly<Record<string, QuantifierDefinition>>

const hasItems = (min: number | undefined, max: number | undefined): Requirement => {
  const least = min ?? 0
  const most = max ?? Number.POSITIVE_INFINITY
  return {
    accepts: (value) => truthOf(Array.isArray(value) && value.length >= least && value.length <= most),
    expected: `have ${counted(min, max, "item")}`,
    kinds: ["list"],
    verb: "does",
  }
}

const includes = (value: string | Exact | boolean, ignoreCase: boolean): Requirement => {
  const accepts = equalTo(value, ignoreCase)
  return {
    accepts: (list, now) => {
      if (!Array.isArray(list)) return Unmet
      for (const item of list as ReadonlyArray<unknown>) {
        if (accepts(item, now) === Met) return Met
      }
      return Unmet
    },
    expected: `include ${oneOf([value])}${inAnyCase(ignoreCase && typeof value === "string")}`,
    kinds: ["list"],
    verb: "does",
  }
}

/** `some` is the minimum of the items' truths, `every` the maximum: for an empty list unmet and met. */
const quantified = (
  quantifier: "some" | "every",
  scope: Scope,
  check: Check,
  expected: string,
): Requirement => {
  const initial = quantifier === "some" ? Unmet : Met
  const decisive = not(initial)
  return {
    accepts: (list, now) => {
      if (!Array.isArray(list)) return Unmet
      let truth: Truth = initial
      for (const item of list as ReadonlyArray<unknown>) {
        const frame = scope.take(item, now)
        const ofItem = check(frame)
        scope.release(frame)
        if (ofItem === decisive) return decisive
        // It can only be unknown here.
        if (ofItem !== initial) truth = ofItem
      }
      return truth
    },
    expected,
    kinds: ["list"],
    verb: "does",
  }
}
