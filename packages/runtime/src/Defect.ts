/**
 * Describes unexpected exceptions: their type and where they were thrown.
 *
 * The message is left out, because it may quote a lead, as messages of `JSON.parse` do. The logger describes defects in
 * this way; programs that write to standard error call it directly.
 */

/** One line: `TypeError at accept (file:///app/Intake.ts:45:20)`, or the type of a value that is not an error: `(object)`. */
export const describe = (defect: unknown): string =>
  [sortOf(defect), ...framesOf(defect).slice(0, 1)].join(" ")

/** {@link describe}, and the further frames of the stack on lines of their own. */
export const trace = (defect: unknown): string =>
  [describe(defect), ...framesOf(defect).slice(1)].join("\n    ")

/** The tag or name of an error, and its code, if it has one: `Error ECONNREFUSED`. */
const sortOf = (defect: unknown): string => {
  if (typeof defect !== "object" || defect === null) return `(${defect === null ? "null" : typeof defect})`
  const name = wordIn(defect, "_tag") ?? wordIn(defect, "name") ?? "(object)"
  const code = defect instanceof Error ? wordIn(defect, "code") : undefined
  return code === undefined ? name : `${name} ${code}`
}

/** A property that is an identifier. Anything else may be somebody's data. */
const wordIn = (object: object, key: string): string | undefined => {
  const value: unknown = Reflect.get(object, key)
  return typeof value === "string" && /^[\w$]{1,100}$/.test(value) ? value : undefined
}

/** The lines of a stack after the message, which stands at its beginning and may have lines of its own. */
const framesOf = (defect: unknown): ReadonlyArray<string> => {
  if (!(defect instanceof Error)) return []
  const { message, stack } = defect
  // Anything can be thrown, also an error whose properties are no strings.
  if (typeof stack !== "string" || typeof message !== "string") return []
  // A message that is made later, by a getter, is not in the stack: then its first line is a name alone.
  const begin = /^[\w$]+\n/.test(stack) ? 0 : stack.indexOf(message)
  if (begin < 0) return []
  return stack
    .slice(begin === 0 ? 0 : begin + message.length)
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
}
