import { printValue, shorten } from "@lead-gateway/document-check"
import type { ValueKind } from "@lead-gateway/lead-field"
import { kindOf } from "@lead-gateway/lead-field"
import { compilePattern } from "../pattern.ts"
import { Met, Unmet } from "../Truth.ts"
import { caseWords, fold } from "./equality.ts"
import type { Accepts, Requirement } from "./Operator.ts"
import { counted } from "./words.ts"

const verbs = { starts_with: "begin with", ends_with: "end with", contains: "contain" }

/** The operators that look for one text in another. */
export const finding = (operator: keyof typeof verbs, part: string, ignoreCase: boolean): Requirement => ({
  accepts: ignoreCase ? findsFolded(finds(operator, fold(part))) : finds(operator, part),
  wanted: `${verbs[operator]} ${printValue(part)}${caseWords(ignoreCase)}`,
  kinds: ["text"],
  verb: "does",
})

const finds = (operator: keyof typeof verbs, part: string): Accepts => {
  switch (operator) {
    case "starts_with":
      return (value) => (typeof value === "string" && value.startsWith(part) ? Met : Unmet)
    case "ends_with":
      return (value) => (typeof value === "string" && value.endsWith(part) ? Met : Unmet)
    case "contains":
      return (value) => (typeof value === "string" && value.includes(part) ? Met : Unmet)
  }
}

const findsFolded = (accepts: Accepts): Accepts => {
  return (value, now) => (typeof value === "string" ? accepts(fold(value), now) : Unmet)
}

export const pattern = (source: string): Requirement => {
  const matches = compilePattern(source)
  return {
    accepts: (value) => (typeof value === "string" && matches(value) ? Met : Unmet),
    matches,
    wanted: `match ${shorten(source)}`,
    kinds: ["text"],
    verb: "does",
  }
}

export const length = (min: number | undefined, max: number | undefined): Requirement => {
  const least = min ?? 0
  const most = max ?? Number.POSITIVE_INFINITY
  return {
    accepts: (value) => {
      if (typeof value !== "string" || value.length < least) return Unmet
      // No character has more than two of JavaScript's, so many texts need no counting.
      if (value.length <= most && value.length >= 2 * least) return Met
      if (value.length > 2 * most) return Unmet
      const count = codePointsOf(value)
      return count >= least && count <= most ? Met : Unmet
    },
    wanted: `have ${counted(min, max, "character")}`,
    kinds: ["text"],
    verb: "does",
  }
}

/** How many characters, which are code points; half of one, left over, is one too. */
export const codePointsOf = (text: string): number => {
  let count = text.length
  for (let i = 1; i < text.length; i++) {
    // The second half of a character, behind its first.
    if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) continue
    if ((text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count--
  }
  return count
}

export const type = (kind: ValueKind): Requirement => ({
  accepts: (value) => (kindOf(value) === kind ? Met : Unmet),
  settled: (other) => (other === kind ? Met : Unmet),
  wanted: `be ${kind === "object" ? "an" : "a"} ${kind}`,
  kinds: [kind],
  verb: "is",
})
