import type { ValueKind } from "@lead-gateway/lead-field"
import type { Matches } from "../pattern.ts"
import type { Truth } from "../Truth.ts"

/** Whether a value that is not missing will do, at a time. Total, and it keeps nothing of what it sees. */
export type Accepts = (value: unknown, now: number) => Truth

/** What a condition on a field asks for, made ready: to be answered, and to be said. */
export interface Operator {
  readonly accepts: Accepts
  /** What a missing field is. */
  readonly missing: Truth
  /** What is asked for: `match ^66\d{3}$`. Said behind "must" and "must not". */
  readonly wanted: string
  /** Kinds of value of which it is asked; all others are unmet. */
  readonly kinds: ReadonlyArray<ValueKind>
  /** What it says of every value of a kind; `undefined` where it depends on the value. */
  readonly settled: (kind: ValueKind) => Truth | undefined
  /** What it asks of a number, where that is all: requirements on one field become one. */
  readonly limits?: Limits
  /** The values that it refuses, where that is all: of one field they are looked up together. */
  readonly refused?: ReadonlyArray<string | number | boolean>
  /** The pattern that a text has to match, where that is all: of one field they are looked for at once. */
  readonly matches?: Matches
  /** How a sentence ends about a value of such a kind: "but this text does not", "but this text is not". */
  readonly verb: "does" | "is"
}

/** An operator before anything is said about missing fields; unless it says more, other kinds are unmet. */
export interface Requirement extends Omit<Operator, "missing" | "settled"> {
  readonly settled?: Operator["settled"]
}

/** What a number is asked for. */
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
