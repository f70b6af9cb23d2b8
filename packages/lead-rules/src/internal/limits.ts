import type { Path, Report } from "@lead-gateway/document-check"
import type { Condition } from "../Condition.ts"
import { endOf, momentOf } from "./moment.ts"

/** Reports what a schema cannot say of one condition: limits that are none, and limits that nothing meets. */
export const reportLimits = (condition: Condition, path: Path, report: Report): void => {
  if (!("operator" in condition)) return
  const missing = (keys: ReadonlyArray<string>) => {
    if (!keys.some((key) => Object.hasOwn(condition, key))) {
      report(path, condition, `a condition with at least one of the keys ${keys.join(", ")}`)
    }
  }
  switch (condition.operator) {
    case "length":
    case "items": {
      missing(["min", "max"])
      const { min = 0, max = Infinity } = condition
      if (min > max) report([...path, "max"], max, `at least min, which is ${min}`)
      return
    }
    case "range": {
      missing(["min", "max", "above", "below", "integer", "allow_text"])
      const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = condition
      if (min > max) report([...path, "max"], max, `at least min, which is ${min}`)
      if (above >= max) report([...path, "max"], max, `more than above, which is ${above}`)
      if (min >= below) report([...path, "below"], below, `more than min, which is ${min}`)
      if (above >= below) report([...path, "below"], below, `more than above, which is ${above}`)
      return
    }
    case "date": {
      const { from, to } = condition
      missing(["from", "to", "min_age", "max_age", "min_ahead", "max_ahead"])
      if (from !== undefined && to !== undefined && momentOf(from) > endOf(to)) {
        report([...path, "to"], to, `not before from, which is ${from}`)
      }
      return
    }
    case "zip":
      missing(["codes", "ranges", "prefixes"])
      return
    default:
  }
}
