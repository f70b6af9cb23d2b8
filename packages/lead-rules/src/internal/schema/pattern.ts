import { expected } from "@lead-gateway/document-check/schema"
import * as Schema from "effect/Schema"
import { patternError } from "../pattern.ts"

/** A regular expression that RE2 compiles, within the limits on its size. */
export const Pattern = Schema.String.annotate({
  ...expected("a pattern in RE2 syntax"),
  description:
    "A regular expression in RE2 syntax (no look-around, no back references), searched for: anchor it with ^ and $ to match the whole text. \\d, \\w and \\s are ASCII; $ is the very end of the text.",
}).check(
  Schema.makeFilter((text: string) => {
    const error = patternError(text)
    return error === undefined || `Expected a pattern in RE2 syntax (${error})`
  }),
)
