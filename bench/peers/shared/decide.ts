/** The two rules and the customer's payload. Pure, but for the mapping file, which is read once. */
import { readFileSync } from "node:fs"

export type Payload = Readonly<Record<string, unknown>>

interface Attribute {
  readonly attribute_type: "text" | "dropdown" | "range"
  readonly is_numeric: boolean
  readonly values: ReadonlyArray<string> | null
}

/** Why a lead is rejected; undefined when it is not. */
export const rejectionOf = (payload: Payload): string | undefined => {
  const { zipcode, house } = payload
  if (isBlank(zipcode)) return "MISSING_REQUIRED_FIELD"
  if (typeof zipcode !== "string" || !/^66\d{3}$/.test(zipcode)) return "ZIP_NOT_66XXX"
  const isOwner = typeof house === "object" && house !== null ? (house as Payload)["is_owner"] : undefined
  if (isBlank(isOwner)) return "MISSING_REQUIRED_FIELD"
  return isOwner === true ? undefined : "NOT_HOMEOWNER"
}

/** What the customer is sent. Attributes that are not valid are left out. */
export const makeMapper = (file: string) => {
  const attributes = Object.entries(
    JSON.parse(readFileSync(file, "utf8")) as Record<string, Attribute>,
  ).filter(([name]) => name !== "$schema")
  return (payload: Payload) => ({
    phone: payload["phone"],
    product: { name: "solar_panel_installation" },
    attributes: attributes
      .filter(([name, attribute]) => isValid(attribute, payload[name]))
      .map(([name]) => ({ name, value: payload[name] })),
  })
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "")

const isValid = (attribute: Attribute, value: unknown): boolean => {
  if (isBlank(value) || (typeof value !== "string" && typeof value !== "number")) return false
  if (attribute.is_numeric && !Number.isFinite(Number(value))) return false
  const { values } = attribute
  return attribute.attribute_type !== "dropdown" || values === null || values.includes(String(value))
}
