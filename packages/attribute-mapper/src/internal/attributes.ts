import { get, isRawNumber, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import type { Attribute, Mapping } from "../Mapping.ts"
import type { OmittedAttribute, OmittedReason } from "../OmittedAttribute.ts"
import { isBlank, numberOf } from "./value.ts"

/** What a mapping makes of a payload. A required attribute that is invalid is both omitted and missing. */
export interface Attributes {
  readonly sent: ReadonlyArray<{ readonly name: string; readonly value: Json }>
  readonly omitted: ReadonlyArray<OmittedAttribute>
  readonly missing: ReadonlyArray<string>
}

/** Looks at every defined attribute in turn: absent, sent, or omitted and why. */
export const attributesOf = (mapping: Mapping, payload: JsonObject): Attributes => {
  const sent: Array<{ readonly name: string; readonly value: Json }> = []
  const omitted: Array<OmittedAttribute> = []
  const missing: Array<string> = []
  for (const attribute of mapping.attributes) {
    const { name } = attribute
    const value = get(payload, name) ?? null
    const reason = value === null ? undefined : faultOf(attribute, value)
    if (value !== null && reason === undefined) {
      sent.push({ name, value })
      continue
    }
    if (reason !== undefined) omitted.push({ name, reason })
    if (attribute.required) missing.push(name)
  }
  return { sent, omitted, missing }
}

/** Why a value is not valid for its attribute, or `undefined` when it is. */
const faultOf = (
  { type, isNumeric, allowed, min, max }: Attribute,
  value: Json,
): OmittedReason | undefined => {
  if (typeof value !== "string" && typeof value !== "number" && !isRawNumber(value)) return "wrong_type"
  if (typeof value === "string" && isBlank(value)) return "blank"
  switch (type) {
    case "text":
      return isNumeric && !Number.isFinite(numberOf(value)) ? "not_a_number" : undefined
    case "dropdown":
      if (allowed !== undefined) return allowed.has(value) ? undefined : "not_an_allowed_value"
      return typeof value === "string" ? undefined : "wrong_type"
    case "range": {
      const number = numberOf(value)
      if (!Number.isFinite(number)) return "not_a_number"
      return number < min || number > max ? "out_of_range" : undefined
    }
  }
}
