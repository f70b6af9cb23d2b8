/**
 * Lines whose message and field names are known in advance: their constant parts are formatted once.
 */
import type { LineValue } from "../LineLog.ts"
import { leading, nameOf } from "./entry.ts"
import { escapeControls } from "./escape.ts"
import { timeOfDay, valueOf } from "./formatText.ts"
import type { LogLevel } from "./levels.ts"

/** Prints one line of a kind from its time in milliseconds and a value for each name. */
export type PrintLine = (ms: number, values: ReadonlyArray<LineValue>) => string

/** Makes the printer of one kind of line. */
export type PrepareLine = (level: LogLevel, message: string, names: ReadonlyArray<string>) => PrintLine

/** As `formatJson` prints entries. */
export const prepareJson = (service: string): PrepareLine => {
  const timestamp = oncePerMillisecond((date) => `{"timestamp":"${date.toISOString()}"`)
  return (level, message, names) => {
    const said = escapeControls(
      `,"level":"${level}","message":${JSON.stringify(message)},"service":${JSON.stringify(service)}`,
    )
    const fields = fieldsOf(names, (name) => `,${escapeControls(JSON.stringify(name))}:`)
    return (ms, values) => {
      let line = timestamp(ms) + said
      for (const { begin, index } of fields) {
        const value = values[index]
        if (value !== undefined) line += begin + jsonOf(value)
      }
      return `${line}}`
    }
  }
}

/** As `formatText` prints entries. */
export const prepareText: PrepareLine = (level, message, names) => {
  const time = oncePerMillisecond(timeOfDay)
  const said = ` ${level.toUpperCase().padEnd(5)} ${escapeControls(message)}`
  const fields = fieldsOf(names, (name) => ` ${valueOf(name)}=`)
  return (ms, values) => {
    let line = time(ms) + said
    for (const { begin, index } of fields) {
      const value = values[index]
      if (value !== undefined) line += begin + valueOf(finite(value))
    }
    return line
  }
}

/** The fields in the order of a line, each with how it begins and where its value is. */
const fieldsOf = (names: ReadonlyArray<string>, begin: (name: string) => string) => {
  const first = leading.filter((name) => names.includes(name))
  const ordered = [...first, ...names.filter((name) => !leading.includes(name))]
  return ordered.map((name) => ({ begin: begin(nameOf(name)), index: names.indexOf(name) }))
}

/** Text that stands in JSON as it is. */
const isPlain = /^[ !#-[\]-~]*$/

const jsonOf = (value: Exclude<LineValue, undefined>): string => {
  if (typeof value !== "string") return JSON.stringify(finite(value))
  return isPlain.test(value) ? `"${value}"` : escapeControls(JSON.stringify(value))
}

/** JSON has no `NaN`: such a number is written as a string. */
const finite = (value: Exclude<LineValue, undefined>): string | number | boolean | null =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value

/** Many lines are written in one millisecond; its text is made once. */
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
