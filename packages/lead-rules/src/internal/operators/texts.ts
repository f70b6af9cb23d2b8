/** The operators on texts: what a text contains, the pattern it matches, how long it is. */
import { printValue, Shape, shorten } from "@lead-gateway/document-check"
import { reversed } from "../analysis/Constraint.ts"
import { languageOf } from "../analysis/Language.ts"
import { between } from "../analysis/Ranges.ts"
import {
  type AspectConstraint,
  onTexts,
  opaque,
  type ValueConstraints,
} from "../analysis/ValueConstraints.ts"
import { codePointsOf, fold } from "../comparison.ts"
import { compilePattern, patternError } from "../pattern/Pattern.ts"
import type { PatternMemory } from "../pattern/PatternMemory.ts"
import { Met, Unmet } from "../Truth.ts"
import { count, IgnoreCase, Text } from "./keys.ts"
import {
  type Accepts,
  counted,
  inAnyCase,
  needsMinBelowMax,
  needsOneOf,
  noLimits,
  onValue,
  type Requirement,
} from "./Operator.ts"

const expectedPattern = "a pattern in RE2 syntax"

/** A regular expression that RE2 compiles, within the limits on its size. */
const Pattern = Shape.text({
  also: {
    holds: (text) => patternError(text) === undefined,
    expected: (text) => `${expectedPattern} (${patternError(text)})`,
  },
  expected: expectedPattern,
  description:
    "A regular expression in RE2 syntax (no look-around, no back references), searched for: anchor it with ^ and $ to match the whole text. \\d, \\w and \\s are ASCII; $ is the very end of the text.",
})

export const texts = {
  starts_with: onValue({
    description: "The field must be a text that begins with this text.",
    aliases: [],
    keys: { value: Text, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ value, ignore_case }) => searchFor("begin with", startsWith, value, ignore_case),
    constraints: ({ value, ignore_case }) => prefixed(value, ignore_case),
  }),
  ends_with: onValue({
    description: "The field must be a text that ends with this text.",
    aliases: [],
    keys: { value: Text, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ value, ignore_case }) => searchFor("end with", endsWith, value, ignore_case),
    constraints: ({ value, ignore_case }) => suffixed(value, ignore_case),
  }),
  contains: onValue({
    description: "The field must be a text with this text somewhere in it.",
    aliases: [],
    keys: { value: Text, ignore_case: Shape.optional(IgnoreCase) },
    checkLimits: noLimits,
    compile: ({ value, ignore_case }) => searchFor("contain", contains, value, ignore_case),
    constraints: ({ value, ignore_case }, { name }) => {
      const part = folded(value, ignore_case)
      return tested(name, (text) => folded(text, ignore_case).includes(part))
    },
  }),
  pattern: onValue({
    description:
      "The field must be a text in which the pattern is found; it takes time in proportion to the text, whatever the pattern.",
    aliases: ["matches", "regex", "regexp"],
    keys: { pattern: Pattern },
    checkLimits: noLimits,
    compile: ({ pattern }, memory) => matchesPattern(pattern, memory),
    patternOf: ({ pattern }) => pattern,
    constraints: ({ pattern }, { name, memory }) => {
      // Compiled only if the analysis tests a text.
      let matches: ((text: string) => boolean) | undefined
      return tested(name, (text) => (matches ??= compilePattern(pattern, memory))(text))
    },
  }),
  length: onValue({
    description: "The field must be a text of so many characters (code points).",
    aliases: [],
    keys: {
      min: Shape.optional(count(1, "The least number of characters.")),
      max: Shape.optional(count(1, "The largest number of characters.")),
    },
    checkLimits: (condition, report) => {
      needsOneOf(condition, ["min", "max"], report)
      needsMinBelowMax(condition, report)
    },
    compile: ({ min, max }) => hasLength(min, max),
    constraints: ({ min, max }) => onTexts(lengthBetween(min, max)),
  }),
}

const startsWith = (part: string): Accepts => {
  return (value) => (typeof value === "string" && value.startsWith(part) ? Met : Unmet)
}

const endsWith = (part: string): Accepts => {
  return (value) => (typeof value === "string" && value.endsWith(part) ? Met : Unmet)
}

const contains = (part: string): Accepts => {
  return (value) => (typeof value === "string" && value.includes(part) ? Met : Unmet)
}

const searchFor = (
  verb: string,
  search: (part: string) => Accepts,
  part: string,
  ignoreCase = false,
): Requirement => ({
  accepts: ignoreCase ? ignoringCase(search(fold(part))) : search(part),
  expected: `${verb} ${printValue(part)}${inAnyCase(ignoreCase)}`,
  kinds: ["text"],
  verb: "does",
})

const ignoringCase = (accepts: Accepts): Accepts => {
  return (value, now) => (typeof value === "string" ? accepts(fold(value), now) : Unmet)
}

const matchesPattern = (pattern: string, memory: PatternMemory): Requirement => {
  const matches = compilePattern(pattern, memory)
  return {
    accepts: (value) => (typeof value === "string" && matches(value) ? Met : Unmet),
    matches,
    expected: `match ${shorten(pattern)}`,
    kinds: ["text"],
    verb: "does",
  }
}

const hasLength = (min: number | undefined, max: number | undefined): Requirement => {
  const least = min ?? 0
  const most = max ?? Number.POSITIVE_INFINITY
  return {
    accepts: (value) => {
      if (typeof value !== "string" || value.length < least) return Unmet
      // A code point has at most two UTF-16 units, so many texts need no counting.
      if (value.length <= most && value.length >= 2 * least) return Met
      if (value.length > 2 * most) return Unmet
      const count = codePointsOf(value)
      return count >= least && count <= most ? Met : Unmet
    },
    expected: `have ${counted(min, max, "character")}`,
    kinds: ["text"],
    verb: "does",
  }
}

/** A text, or its folded form where case is ignored. */
const folded = (text: string, ignoreCase: boolean | undefined): string =>
  ignoreCase === true ? fold(text) : text

/** Texts that pass a test. */
const tested = (name: string, test: (text: string) => boolean): ValueConstraints =>
  onTexts([name, opaque(test)])

/** Texts with this beginning. */
const prefixed = (prefix: string, ignoreCase: boolean | undefined): ValueConstraints =>
  beginning(ignoreCase === true ? "folded" : "text", folded(prefix, ignoreCase))

/** Texts with this ending: reversed, they begin with it reversed. */
const suffixed = (suffix: string, ignoreCase: boolean | undefined): ValueConstraints =>
  beginning(ignoreCase === true ? "folded reversed" : "reversed", reversed(folded(suffix, ignoreCase)))

const beginning = (aspect: string, prefix: string): ValueConstraints =>
  onTexts([aspect, { _tag: "Texts", within: languageOf({ prefixes: [prefix] }), outside: [] }])

/** A number of code points. */
const lengthBetween = (min: number | undefined, max: number | undefined): AspectConstraint => [
  "length",
  between({ min: min ?? 1, max }, "always"),
]
