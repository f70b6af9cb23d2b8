import { printPath } from "@lead-gateway/lead-field"
import type { PayloadPath } from "./Draft.ts"

/** Like `printPath`, with each key truncated to 60 characters; most paths need neither escapes nor truncation. */
export const printPayloadPath = (path: PayloadPath): string => {
  let text = ""
  for (const [index, key] of path.entries()) {
    if (typeof key === "string" && !isPlainKey.test(key)) return printPath(path.map(abbreviate))
    text += index === 0 ? key : `.${key}`
  }
  return text
}

const isPlainKey = /^[\w ]{0,60}$/

const abbreviate = (key: string | number): string =>
  typeof key === "string" && key.length > 60 ? `${key.slice(0, 60)}…` : String(key)
