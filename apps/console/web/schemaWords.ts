/** What a JSON Schema allows, in words. */
import type { JsonSchema } from "./completion.ts"
import type { JsonNode } from "./jsonTree.ts"

export const kinds = {
  object: "an object",
  list: "a list",
  text: "a text",
  number: "a number",
  boolean: "true or false",
  null: "null",
} as const satisfies Record<JsonNode["kind"], string>

const typeNames: Readonly<Record<string, string>> = {
  object: kinds.object,
  array: kinds.list,
  string: kinds.text,
  number: kinds.number,
  integer: "a whole number",
  boolean: kinds.boolean,
  null: kinds.null,
}

const schemaTypes = {
  object: "object",
  list: "array",
  text: "string",
  number: "number",
  boolean: "boolean",
  null: "null",
} as const satisfies Record<JsonNode["kind"], string>

const typeList = ({ type }: JsonSchema): ReadonlyArray<string> =>
  type === undefined ? [] : typeof type === "string" ? [type] : type

export const isOfType = (schema: JsonSchema, node: JsonNode): boolean => {
  const types = typeList(schema)
  if (types.length === 0 || types.includes(schemaTypes[node.kind])) return true
  return types.includes("integer") && node.kind === "number" && Number.isInteger(Number(node.source))
}

export const typesOf = (schemas: ReadonlyArray<JsonSchema>): string =>
  [...new Set(schemas.flatMap(typeList))].map((type) => typeNames[type] ?? type).join(" or ")

/** The first sentence of the description of what is allowed, behind another sentence. */
export const about = ({ description = "" }: JsonSchema): string => {
  const [first = ""] = /^.*?(?=\. |\.$|$)/.exec(description) ?? []
  return first === "" ? "" : `. ${first}`
}

export const listed = (values: ReadonlyArray<unknown>): string =>
  values.map((value) => JSON.stringify(value)).join(", ")

export const between = (least: number, most: number): string =>
  most === Infinity
    ? `${least} or more`
    : least === -Infinity
      ? `${most} or less`
      : `from ${least} to ${most}`

export const knownNames = (
  properties: Readonly<Record<string, JsonSchema>>,
  there: ReadonlySet<string>,
): string => {
  const free = Object.keys(properties).filter((name) => !there.has(name))
  return free.length === 0 ? "nothing else can stand here" : `allowed are ${listed(free)} too`
}
