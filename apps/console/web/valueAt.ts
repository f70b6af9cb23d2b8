/** The value at a path as rules write it: `house.is_owner`, `questions.0.answer`, `Haus\.Typ`; `.` is all of it. */
import type { Json } from "@lead-gateway/client"

/** Finds it; undefined where there is none. Own members alone count. */
export const valueAt = (payload: Json, path: string): Json | undefined => {
  if (path === ".") return payload
  let value: Json | undefined = payload
  for (const segment of path.match(/(?:[^.\\]|\\.)+/g) ?? []) {
    const key = segment === String.raw`\e` ? "" : segment.replaceAll(/\\(.)/g, "$1")
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, Json>>)[key]
  }
  return value
}
