import { Data } from "effect"
import { linesOf } from "./internal/mistakes.ts"
import type { Mistake } from "./Mistake.ts"

/**
 * A mapping that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `solar_area.attribute_type: found "number", allowed is "text", "dropdown" or "range"`.
 */
export class MappingInvalid extends Data.TaggedError("MappingInvalid")<{
  readonly mistakes: ReadonlyArray<Mistake>
}> {
  override get message(): string {
    return linesOf("mapping", this.mistakes)
  }
}
