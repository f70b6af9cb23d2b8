/** What can stand at a place of a JSON text, by the JSON Schema of its document. */
import { type JsonPlace, placeAt, type Step } from "./jsonPlace.ts"

/** The part of JSON Schema 2020-12 that the published schemas use. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema | boolean
  readonly required?: ReadonlyArray<string>
  readonly propertyNames?: JsonSchema
  readonly minProperties?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly description?: string
}

/** One proposal. */
export interface Completion {
  /** What is inserted instead of what was typed: JSON text. */
  readonly text: string
  readonly description: string
}

/** What {@link completionsAt} has found. */
export interface Completions {
  /** Where the insertion begins. */
  readonly from: number
  readonly items: ReadonlyArray<Completion>
}

/** The proposals at a caret, those that begin with what is typed there. Example: `{ "op|` proposes `"operator": `. */
export const completionsAt = (schema: JsonSchema, text: string, caret: number): Completions | undefined => {
  const place = placeAt(text, caret)
  if (place === undefined) return undefined
  const nodes = place.path.reduce(
    (all, step) => all.flatMap((node) => stepInto(schema, node, step)),
    expand(schema, schema),
  )
  const proposals = place.expects === "name" ? namesIn(nodes, place) : valuesIn(schema, nodes)
  const typed = place.prefix.toLowerCase()
  const items = [...new Map(proposals.map((item) => [item.text, item])).values()].filter(({ text }) =>
    text.replace(/^"/, "").toLowerCase().startsWith(typed),
  )
  return items.length === 0 ? undefined : { from: place.from, items }
}

/** A schema with its references and alternatives resolved: all forms that a value may have. */
const expand = (root: JsonSchema, node: JsonSchema, depth = 0): ReadonlyArray<JsonSchema> => {
  if (depth > 16) return []
  if (node.$ref !== undefined) {
    const found = root.$defs?.[node.$ref.replace("#/$defs/", "")]
    return found === undefined ? [] : expand(root, found, depth + 1)
  }
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]
  return alternatives.length === 0
    ? [node]
    : [node, ...alternatives.flatMap((alternative) => expand(root, alternative, depth + 1))]
}

const stepInto = (root: JsonSchema, node: JsonSchema, { before, key }: Step): ReadonlyArray<JsonSchema> => {
  if (typeof key === "number") return typeof node.items === "object" ? expand(root, node.items) : []
  if (!isMeant(node, before, key)) return []
  const { additionalProperties, patternProperties, properties } = node
  const named = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
  if (named !== undefined) return expand(root, named)
  const matching = Object.entries(patternProperties ?? {}).filter(([pattern]) =>
    new RegExp(pattern, "u").test(key),
  )
  if (matching.length > 0) return matching.flatMap(([, one]) => expand(root, one))
  return typeof additionalProperties === "object" ? expand(root, additionalProperties) : []
}

/** Whether an object of this form may have the members that are there: `"operator": "pattern"` is meant to have a pattern. */
const isMeant = (
  node: JsonSchema,
  members: ReadonlyMap<string, string>,
  except: string | number,
): boolean => {
  for (const [name, value] of members) {
    const literals = node.properties?.[name]?.enum ?? []
    if (name !== except && value !== "" && literals.length > 0 && !literals.includes(value)) return false
  }
  return true
}

const namesIn = (nodes: ReadonlyArray<JsonSchema>, { members }: JsonPlace): ReadonlyArray<Completion> =>
  nodes
    .filter((node) => isMeant(node, members, ""))
    .flatMap(({ properties = {} }) => Object.entries(properties))
    .filter(([name]) => !members.has(name))
    .map(([name, { description = "" }]) => ({ text: `${JSON.stringify(name)}: `, description }))

const valuesIn = (root: JsonSchema, nodes: ReadonlyArray<JsonSchema>): ReadonlyArray<Completion> =>
  nodes
    .flatMap((node) => expand(root, node))
    .flatMap((node) => {
      const literals =
        node.const === undefined
          ? (node.enum ?? (node.type === "boolean" ? [true, false] : []))
          : [node.const]
      return literals.map((literal) => ({
        text: JSON.stringify(literal),
        description: node.description ?? "",
      }))
    })
