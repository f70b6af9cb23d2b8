/** The parts of sentences that several operators share. */
import { printValue } from "@lead-gateway/document-check"

/** The most values that a sentence lists. */
const maxListed = 5

/** `"a"`, `"a" or "b"`, `"a", "b" or 12 more`. */
export const oneOf = (values: ReadonlyArray<unknown>): string => alternatives(values.map(printValue))

/** The same for texts that are printed as they are. */
export const alternatives = (texts: ReadonlyArray<string>): string => {
  const listed = texts.length > maxListed ? texts.slice(0, maxListed - 1) : texts
  const rest = texts.length - listed.length
  const all = rest > 0 ? [...listed, `${rest} more`] : listed
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`
}

/** `2 to 5 items`, `at least 1 item`, `at most 3 items`, `exactly 2 items`. */
export const counted = (min: number | undefined, max: number | undefined, thing: string): string => {
  const things = (count: number | undefined) => `${count} ${thing}${count === 1 ? "" : "s"}`
  if (min === max) return `exactly ${things(min)}`
  if (max === undefined) return `at least ${things(min)}`
  return min === undefined ? `at most ${things(max)}` : `${min} to ${things(max)}`
}

/** ` in any case`, where case is ignored. */
export const inAnyCase = (ignoreCase: boolean): string => (ignoreCase ? " in any case" : "")
