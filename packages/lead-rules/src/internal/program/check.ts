import type { Operator } from "../operators/Operator.ts"
import { Met, not, type Truth, Unmet } from "../Truth.ts"
import type { Frame } from "./Scope.ts"

/** Evaluates a condition on the value of a frame. */
export type Check = (frame: Frame) => Truth

/** Evaluates an operator on the field in a slot. */
export const fieldCheck = (slot: number, { accepts, missing }: Operator): Check => {
  return (frame) => {
    const value = frame.get(slot)
    return value === undefined || value === null ? missing : accepts(value, frame.now)
  }
}

/** The maximum of several truths: unmet as soon as one is. */
export const allCheck = (checks: ReadonlyArray<Check>): Check => {
  return (frame) => {
    let truth: Truth = Met
    for (const check of checks) {
      const next = check(frame)
      if (next === Unmet) return Unmet
      if (next > truth) truth = next
    }
    return truth
  }
}

/** The minimum of several truths: met as soon as one is. */
export const anyCheck = (checks: ReadonlyArray<Check>): Check => {
  return (frame) => {
    let truth: Truth = Unmet
    for (const check of checks) {
      const next = check(frame)
      if (next === Met) return Met
      if (next < truth) truth = next
    }
    return truth
  }
}

export const notCheck = (check: Check): Check => {
  return (frame) => not(check(frame))
}
