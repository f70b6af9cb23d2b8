import type { Entry } from "./entry.ts"
import { escapeControls } from "./escape.ts"

/** One JSON object on one line. */
export const formatJson = (service: string): ((entry: Entry) => string) => {
  const serviceField = `,"service":${JSON.stringify(service)}`
  return ({ date, level, message, fields, stack }) => {
    let line = `{"timestamp":"${date.toISOString()}","level":"${level}","message":${JSON.stringify(message)}`
    line += serviceField
    for (const [name, value] of fields) line += `,${JSON.stringify(name)}:${JSON.stringify(value)}`
    if (stack !== undefined) line += `,"stack":${JSON.stringify(stack)}`
    return escapeControls(`${line}}`)
  }
}
