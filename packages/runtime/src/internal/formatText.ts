import type { Entry } from "./entry.ts"
import { escapeControls } from "./escape.ts"

/** A line for people, `10:35:00.123 INFO  message name=value`, local time; a stack follows, indented. */
export const formatText = ({ date, level, message, fields, stack }: Entry): string => {
  let line = `${timeOfDay(date)} ${level.toUpperCase().padEnd(5)} ${escapeControls(message)}`
  for (const [name, value] of fields) line += ` ${valueOf(name)}=${valueOf(value)}`
  return stack === undefined ? line : `${line}\n${indented(stack)}`
}

/** `10:35:00.123`, local time. */
export const timeOfDay = (date: Date): string => {
  const two = (part: number): string => String(part).padStart(2, "0")
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0")
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`
}

/** A field's name or value, quoted if its end would be ambiguous. */
export const valueOf = (value: unknown): string =>
  typeof value === "string" && /^[^\s"=]+$/.test(value)
    ? escapeControls(value)
    : escapeControls(JSON.stringify(value))

const indented = (stack: string): string =>
  stack
    .split("\n")
    .map((line) => `    ${escapeControls(line)}`)
    .join("\n")
