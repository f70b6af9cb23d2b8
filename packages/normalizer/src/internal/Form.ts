import type { Json, RawNumber } from "@lead-gateway/lossless-json"

/** A value that a declared field can hold and that has nothing inside. */
export type Scalar = string | number | boolean | RawNumber

/** A value that could not be read as what its field is declared to hold, as clean as it can be. */
export class NotRead {
  readonly value: Json
  constructor(value: Json) {
    this.value = value
  }
}

/**
 * The one form of a scalar, or that it could not be read. A text that is blank stays one, `""`: nobody could read
 * it, and nobody has to. What a form gives it leaves alone the second time.
 */
export type Form = (value: Scalar) => Scalar | null | NotRead
