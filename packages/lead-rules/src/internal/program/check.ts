import type { Operator } from "../operators/Operator.ts"
import { Met, not, type Truth, Unmet } from "../Truth.ts"
import type { Frame } from "./Scope.ts"

/** What a condition says of the value that a frame looks at. */
export type Check = (frame: Frame) => Truth

/** What a requirement says of the field in a slot. */
export const fieldCheck = (slot: number, { accepts, missing }: Operator): Check => {
  return (frame) => {
    const value = frame.get(slot)
    return value === undefined || value === null ? missing : accepts(value, frame.now)
  }
}

/** The most of what these say: unmet as soon as one is. */
export const allCheck = (checks: ReadonlyArray<Check>): Check => {
  return (frame) => {
    let truth: Truth = Met
    for (const check of checks) {
      const of = check(frame)
      if (of === Unmet) return Unmet
      if (of > truth) truth = of
    }
    return truth
  }
}

/** The least of what these say: met as soon as one is. */
export const anyCheck = (checks: ReadonlyArray<Check>): Check => {
  return (frame) => {
    let truth: Truth = Unmet
    for (const check of checks) {
      const of = check(frame)
      if (of === Met) return Met
      if (of < truth) truth = of
    }
    return truth
  }
}

export const notCheck = (check: Check): Check => {
  return (frame) => not(check(frame))
}
