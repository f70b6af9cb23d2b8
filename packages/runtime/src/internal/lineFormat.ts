/**
 * The two formats of a line, `json` and `text`.
 *
 * `format…` is for entries of Effect's logger; `prepare…` for lines whose message and field names are known in advance:
 * their constant parts are formatted once.
 */
import { oneLine } from "@lead-gateway/document-check"
import { type Entry, leading, type LogLevel, nameOf } from "./entry.ts"

/** One JSON object on one line. */
export const formatJson = (service: string): ((entry: Entry) => string) => {
  const serviceField = `,"service":${JSON.stringify(service)}`
  return ({ date, level, message, fields, stack }) => {
    let line = `{"timestamp":"${date.toISOString()}","level":"${level}","message":${JSON.stringify(message)}`
    line += serviceField
    for (const [name, value] of fields) line += `,${JSON.stringify(name)}:${JSON.stringify(value)}`
    if (stack !== undefined) line += `,"stack":${JSON.stringify(stack)}`
    return oneLine(`${line}}`)
  }
}

/** A line for people, `2026-01-21T10:35:00.123+01:00 INFO  message name=value`; a stack follows, indented. */
export const formatText = ({ date, level, message, fields, stack }: Entry): string => {
  let line = `${localTime(date)} ${level.toUpperCase().padEnd(5)} ${oneLine(message)}`
  for (const [name, value] of fields) line += ` ${valueOf(name)}=${valueOf(value)}`
  return stack === undefined ? line : `${line}\n${indented(stack)}`
}

/** `2026-01-21T10:35:00.123+01:00` (RFC 3339): local time, with its offset from UTC, which changes with the season. */
const localTime = (date: Date): string => {
  const offset = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
  const two = (part: number): string => String(part).padStart(2, "0")
  const away = Math.abs(offset)
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`
}

/** A field's name or value; quoted if its end would be ambiguous, or if a code in it could be mistaken for its text. */
const valueOf = (value: unknown): string =>
  typeof value === "string" && /^[^\s"=\\]+$/.test(value) && oneLine(value) === value
    ? value
    : oneLine(JSON.stringify(value))

const indented = (stack: string): string =>
  stack
    .split("\n")
    .map((line) => `    ${oneLine(line)}`)
    .join("\n")

/** What a field of a prepared line may hold; a field that is `undefined` is left out. */
export type LineValue = string | number | boolean | null | undefined

/** Formats one line of a kind from its time, in milliseconds since 1970, and a value for each name. */
export type PrintLine = (ms: number, values: ReadonlyArray<LineValue>) => string

/** Makes the formatter of one kind of line. */
export type PrepareLine = (level: LogLevel, message: string, names: ReadonlyArray<string>) => PrintLine

/** Prepares lines in the format of {@link formatJson}. */
export const prepareJson = (service: string): PrepareLine => {
  const timestamp = oncePerMillisecond((date) => `{"timestamp":"${date.toISOString()}"`)
  return (level, message, names) => {
    const head = oneLine(
      `,"level":"${level}","message":${JSON.stringify(message)},"service":${JSON.stringify(service)}`,
    )
    const fields = fieldsOf(names, (name) => `,${oneLine(JSON.stringify(name))}:`)
    return (ms, values) => {
      let line = timestamp(ms) + head
      for (const { begin, index } of fields) {
        const value = values[index]
        if (value !== undefined) line += begin + jsonOf(value)
      }
      return `${line}}`
    }
  }
}

/** Prepares lines in the format of {@link formatText}. */
export const prepareText: PrepareLine = (level, message, names) => {
  const time = oncePerMillisecond(localTime)
  const head = ` ${level.toUpperCase().padEnd(5)} ${oneLine(message)}`
  const fields = fieldsOf(names, (name) => ` ${valueOf(name)}=`)
  return (ms, values) => {
    let line = time(ms) + head
    for (const { begin, index } of fields) {
      const value = values[index]
      if (value !== undefined) line += begin + valueOf(finite(value))
    }
    return line
  }
}

/** The fields in the order of a line, each with its constant beginning and the index of its value. */
const fieldsOf = (names: ReadonlyArray<string>, begin: (name: string) => string) => {
  const first = leading.filter((name) => names.includes(name))
  const ordered = [...first, ...names.filter((name) => !leading.includes(name))]
  return ordered.map((name) => ({ begin: begin(nameOf(name)), index: names.indexOf(name) }))
}

/** Text that JSON does not escape. */
const isPlain = /^[ !#-[\]-~]*$/

const jsonOf = (value: Exclude<LineValue, undefined>): string => {
  if (typeof value !== "string") return JSON.stringify(finite(value))
  return isPlain.test(value) ? `"${value}"` : oneLine(JSON.stringify(value))
}

/** JSON has no `NaN`: such a number is written as a string. */
const finite = (value: Exclude<LineValue, undefined>): string | number | boolean | null =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value

/** Formats a time once per millisecond, in which many lines may be written. */
const oncePerMillisecond = (print: (date: Date) => string): ((ms: number) => string) => {
  let latest = Number.NaN
  let text = ""
  return (ms) => {
    if (ms !== latest) {
      latest = ms
      text = print(new Date(ms))
    }
    return text
  }
}
