import { shorten } from "@lead-gateway/document-check"
import type { Check } from "../program/check.ts"
import type { Scope } from "../program/Scope.ts"
import { Met, not, type Truth, truthOf, Unmet } from "../Truth.ts"
import type { Requirement } from "./Operator.ts"
import { counted } from "./words.ts"

export const itemCount = (min: number | undefined, max: number | undefined): Requirement => {
  const least = min ?? 0
  const most = max ?? Number.POSITIVE_INFINITY
  return {
    accepts: (value) => truthOf(Array.isArray(value) && value.length >= least && value.length <= most),
    wanted: `have ${counted(min, max, "item")}`,
    kinds: ["list"],
    verb: "does",
  }
}

/** `some`: the least of what the items say; `every`: the most. Of no item `some` is unmet and `every` met. */
export const quantified = (
  quantifier: "some" | "every",
  scope: Scope,
  check: Check,
  words: string,
): Requirement => {
  const atFirst = quantifier === "some" ? Unmet : Met
  const decisive = not(atFirst)
  return {
    accepts: (list, now) => {
      if (!Array.isArray(list)) return Unmet
      let truth: Truth = atFirst
      for (const item of list as ReadonlyArray<unknown>) {
        const frame = scope.take(item, now)
        const of = check(frame)
        scope.release(frame)
        if (of === decisive) return decisive
        // The third, which is neither where it began nor what decides.
        if (of !== atFirst) truth = of
      }
      return truth
    },
    wanted: `have ${quantifier === "some" ? "an item" : "only items"} ${shorten(words)}`,
    kinds: ["list"],
    verb: "does",
  }
}
