/** The types of `src/wire.ts`, from the contract's OpenAPI document. */
import { openApi, routes } from "@lead-gateway/api-contract"

interface Schema {
  readonly $ref?: string
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Schema>
  readonly oneOf?: ReadonlyArray<Schema>
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: Schema | boolean
  readonly description?: string
}

interface Content {
  readonly [mediaType: string]: { readonly schema: Schema }
}

interface Operation {
  readonly parameters: ReadonlyArray<{
    readonly name?: string
    readonly in?: string
    readonly schema?: Schema
    readonly description?: string
  }>
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

const document = JSON.parse(JSON.stringify(openApi)) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const primitives: Readonly<Record<string, string>> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
}

const comment = (description: string | undefined): string =>
  description === undefined
    ? ""
    : `/** ${description.replaceAll("*/", "*\\/").replaceAll(/\s*\n\s*/g, " ")} */\n`

/** The type of a schema. A schema that says nothing is any JSON, and so is one of all types. */
const typeOf = (schema: Schema): string => {
  const { $ref, anyOf, items, oneOf, properties, type } = schema
  if ($ref !== undefined) return $ref.replace("#/components/schemas/", "")
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ")
  const options = anyOf ?? oneOf
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(" | ")
  if (type === undefined || (typeof type !== "string" && type.length > 4)) return "Json"
  if (typeof type !== "string") return type.map((one) => typeOf({ ...schema, type: one })).join(" | ")
  if (type === "array") return `ReadonlyArray<${typeOf(items ?? {})}>`
  if (type !== "object") return primitives[type] ?? "Json"
  if (properties !== undefined) return fieldsOf(properties, schema.required ?? [])
  const { additionalProperties } = schema
  return typeof additionalProperties === "object"
    ? `{ readonly [key: string]: ${typeOf(additionalProperties)} }`
    : "JsonObject"
}

const fieldsOf = (properties: Readonly<Record<string, Schema>>, required: ReadonlyArray<string>): string => {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name)
    // Under `exactOptionalPropertyTypes` too, what is not there may be given as undefined: it is not sent.
    const mark = required.includes(name) ? ":" : "?:"
    return `${comment(schema.description)}readonly ${key}${mark} ${typeOf(schema)}`
  })
  return `{\n${indent(fields.join("\n"))}\n}`
}

const indent = (text: string): string => text.replaceAll(/^(?!$)/gm, "  ")

const parametersOf = (operation: Operation, place: string): string | undefined => {
  const found = operation.parameters.filter((parameter) => parameter.in === place)
  if (found.length === 0) return undefined
  const properties = Object.fromEntries(
    found.map(({ description, name = "", schema = {} }) => [
      name,
      { ...schema, ...(description === undefined ? {} : { description }) },
    ]),
  )
  return typeOf({ type: "object", properties, required: place === "path" ? Object.keys(properties) : [] })
}

/** The type of what is sent. Of any object, what `JSON.stringify` takes. */
const inputOf = (schema: Schema): string => {
  const type = typeOf(schema)
  return typeOf(document.components.schemas[type] ?? schema) === "JsonObject" ? "JsonInputObject" : type
}

const routeOf = (operation: Operation): string => {
  const [status = "", success] =
    Object.entries(operation.responses).find(([code]) => code.startsWith("2")) ?? []
  const [mediaType = "", media] = Object.entries(success?.content ?? {})[0] ?? []
  const body = operation.requestBody?.content["application/json"]?.schema
  const answer =
    status === "204" ? "void" : mediaType === "application/json" ? typeOf(media?.schema ?? {}) : "string"
  const parts: ReadonlyArray<readonly [string, string | undefined]> = [
    ["params", parametersOf(operation, "path")],
    ["query", parametersOf(operation, "query")],
    ["body", body === undefined ? undefined : inputOf(body)],
    mediaType === "text/event-stream" ? ["stream", "true"] : ["answer", answer],
  ]
  return parts.flatMap(([name, type]) => (type === undefined ? [] : [`readonly ${name}: ${type}`])).join("\n")
}

/** The file's text. */
export const wireTypes = (): string => {
  const shapes = Object.entries(document.components.schemas).map(
    ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)}\n`,
  )
  const table = routes.map(({ method, name, path, summary }) => {
    const operation = document.paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]
    if (operation === undefined) throw new Error(`the document lacks ${name}`)
    return `${comment(summary)}readonly "${name}": {\n${indent(routeOf(operation))}\n}`
  })
  return [
    "// Written by test/wire.test.ts (vitest --update) from the contract of the api. Not edited by hand.",
    'import type { Json, JsonInputObject, JsonObject } from "./Json.ts"\n',
    ...shapes,
    "/** What each route takes and answers. */",
    `export interface Routes {\n${indent(table.join("\n"))}\n}\n`,
    "/** A method and a path. */",
    "export type RouteName = keyof Routes\n",
  ].join("\n")
}
