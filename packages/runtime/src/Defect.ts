/**
 * Describes unexpected exceptions: their type and where they were thrown.
 *
 * The message is left out, because it may quote a lead, as messages of `JSON.parse` do. The logger describes defects in
 * this way; programs that write to standard error call it directly.
 */

/** One line: `TypeError at accept (file:///app/Intake.ts:45:20)`, or the type of a value that is not an error: `(object)`. */
export const describe = (defect: unknown): string =>
  [kindOf(defect), ...framesOf(defect).slice(0, 1)].join(" ")

/** {@link describe}, followed by the other frames of the stack, one a line. */
export const trace = (defect: unknown): string =>
  [describe(defect), ...framesOf(defect).slice(1)].join("\n    ")

/** The tag or name of an error, and its code, if it has one: `Error ECONNREFUSED`. */
const kindOf = (defect: unknown): string => {
  if (typeof defect !== "object" || defect === null) return `(${defect === null ? "null" : typeof defect})`
  const name = identifierIn(defect, "_tag") ?? identifierIn(defect, "name") ?? "(object)"
  const code = defect instanceof Error ? identifierIn(defect, "code") : undefined
  return code === undefined ? name : `${name} ${code}`
}

/** A property, if it is an identifier; any other text may be personal data. */
const identifierIn = (object: object, key: string): string | undefined => {
  const value: unknown = Reflect.get(object, key)
  return typeof value === "string" && /^[\w$]{1,100}$/.test(value) ? value : undefined
}

/** The frames of a stack. They follow the message, which may itself have several lines. */
const framesOf = (defect: unknown): ReadonlyArray<string> => {
  if (!(defect instanceof Error)) return []
  const { message, stack } = defect
  // Anything can be thrown, also an error whose properties are not strings.
  if (typeof stack !== "string" || typeof message !== "string") return []
  // A message that a getter computes is not in the stack: then the first line is the name alone.
  const begin = /^[\w$]+\n/.test(stack) ? 0 : stack.indexOf(message)
  if (begin < 0) return []
  return stack
    .slice(begin === 0 ? 0 : begin + message.length)
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
}
