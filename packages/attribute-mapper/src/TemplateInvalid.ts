import { Data } from "effect"
import { linesOf } from "./internal/mistakes.ts"
import type { Mistake } from "./Mistake.ts"

/**
 * A template that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `lead.phone.required: found "yes", allowed is true or false`.
 */
export class TemplateInvalid extends Data.TaggedError("TemplateInvalid")<{
  readonly mistakes: ReadonlyArray<Mistake>
}> {
  override get message(): string {
    return linesOf("template", this.mistakes)
  }
}
