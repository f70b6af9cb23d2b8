import { Result } from "effect"
import { type JsonObject, parse } from "@lead-gateway/lossless-json"
import type { Json } from "@lead-gateway/lossless-json"
import { compileProfile, type FieldDeclaration, normalize, type Profile } from "@lead-gateway/normalizer"

export const profileWith = (data: object): Profile =>
  Result.getOrThrow(compileProfile({ version: "test", default_country: "DE", ...data }))

export const payloadIn = (text: string) => Result.getOrThrow(parse(text)) as JsonObject

/** What becomes of a value in a field of this kind, and whether it could be read. */
export const fieldOf = (declaration: FieldDeclaration, data: object = {}) => {
  const profile = profileWith({ ...data, fields: { field: declaration } })
  return (field: Json): readonly [value: Json | undefined, isRead: boolean] => {
    const { payload, unread } = normalize(profile, { field })
    return [payload["field"], unread.length === 0]
  }
}

/** A value of an input; in a table of inputs beside what was given and its source. */
export const unread: unique symbol = Symbol("unread")

/** The value of a field, or {@link unread} if it stays as it came, clean. */
export const readingOf = (declaration: FieldDeclaration, data: object = {}) => {
  const field = fieldOf(declaration, data)
  return (value: Json): Json | undefined | typeof unread => {
    const [after, isRead] = field(value)
    return isRead ? after : after === (typeof value === "string" ? value.trim() : value) ? unread : after
  }
}
