import type { ValueKind } from "@lead-gateway/lead-field"
import type { Matches } from "../pattern.ts"
import type { Truth } from "../Truth.ts"

/** Whether a value that is not missing meets a condition, at a time. Total; keeps nothing of what it sees. */
export type Accepts = (value: unknown, now: number) => Truth

/** The operator of one condition, compiled: it evaluates a field and explains the result. */
export interface Operator {
  readonly accepts: Accepts
  /** The truth for a missing field. */
  readonly missing: Truth
  /** What is expected: `match ^66\d{3}$`. Stands behind "must" and "must not". */
  readonly expected: string
  /** The kinds of value that can meet it. */
  readonly kinds: ReadonlyArray<ValueKind>
  /** The truth for every value of a kind; `undefined` where it depends on the value. */
  readonly truthOfKind: (kind: ValueKind) => Truth | undefined
  /** How a sentence ends about a value of such a kind: "but this text does not", "but this text is not". */
  readonly verb: "does" | "is"
  /** The limits on a number, where they are the whole condition: those on one field are merged. */
  readonly limits?: Limits
  /** The values that are excluded, where they are the whole condition: those on one field are looked up at once. */
  readonly excluded?: ReadonlyArray<string | number | boolean>
  /** The pattern that a text must match, where it is the whole condition: those on one field are searched at once. */
  readonly matches?: Matches
}

/** An operator without its answer for missing fields. Unless it says otherwise, no value of another kind meets it. */
export interface Requirement extends Omit<Operator, "missing" | "truthOfKind"> {
  readonly truthOfKind?: Operator["truthOfKind"]
}

/** Limits on a number. */
export interface Limits {
  readonly min?: number
  readonly max?: number
  readonly above?: number
  readonly below?: number
  readonly integer?: boolean
  readonly allow_text?: boolean
}

/** Every kind of value. */
export const anyKind: ReadonlyArray<ValueKind> = ["text", "number", "boolean", "list", "object"]
