/** What of a JSON document its JSON Schema does not allow, each at its place, with what is allowed there. */
import type { JsonSchema } from "./completion.ts"
import { type JsonNode, valueOf } from "./jsonTree.ts"
import { about, between, isOfType, kinds, knownNames, listed, typesOf } from "./schemaWords.ts"

/** One thing that is not allowed. */
export interface SchemaFault {
  readonly from: number
  readonly to: number
  readonly message: string
}

/** How sure a fault says that another form of the value is meant. */
interface WeighedFault extends SchemaFault {
  readonly weight: number
  /** Of a member by whose value the form of an object is known: the member, and what it may be in this form. */
  readonly choice?: {
    readonly name: string
    readonly node: JsonNode
    readonly allowed: ReadonlyArray<unknown>
  }
}

/** Checks a document. Of several forms that a value may have, the one that is most likely meant is reported. */
export const faultsOf = (schema: JsonSchema, document: JsonNode): ReadonlyArray<SchemaFault> =>
  check(schema, schema, document).toSorted((one, other) => one.from - other.from)

const check = (root: JsonSchema, schema: JsonSchema, node: JsonNode): ReadonlyArray<WeighedFault> => {
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace("#/$defs/", "")]
    return target === undefined ? [] : check(root, target, node)
  }
  if (!isOfType(schema, node)) {
    return [fault(node, `must be ${typesOf([schema])}, not ${kinds[node.kind]}${about(schema)}`, mistaken)]
  }
  return [
    ...valueFaults(schema, node),
    ...(node.kind === "object" ? memberFaults(root, schema, node) : []),
    ...(node.kind === "list" ? itemFaults(root, schema, node) : []),
    ...formFaults(root, schema, node),
  ]
}

const fault = (
  { from, to }: { readonly from: number; readonly to: number },
  message: string,
  weight: number,
): WeighedFault => ({ from, to, message, weight })

const compiled = new Map<string, RegExp>()

/** Each pattern is compiled once: a document has thousands of members. */
const regExpOf = (pattern: string): RegExp => {
  const found = compiled.get(pattern) ?? new RegExp(pattern, "u")
  compiled.set(pattern, found)
  return found
}

/** Another type, or another value of a member that tells forms apart: another form is meant. */
const mistaken = 3
const unknown = 2
const slight = 1

const valueFaults = (schema: JsonSchema, node: JsonNode): ReadonlyArray<WeighedFault> => {
  const allowed = schema.const === undefined ? schema.enum : [schema.const]
  if (allowed !== undefined && !isAmong(allowed, node)) {
    return [fault(node, `must be ${allowed.length > 1 ? "one of " : ""}${listed(allowed)}`, mistaken)]
  }
  const { maximum = Infinity, minimum = -Infinity } = schema
  if (node.kind === "number" && (Number(node.source) < minimum || Number(node.source) > maximum)) {
    return [fault(node, `must be ${between(minimum, maximum)}`, slight)]
  }
  if (node.kind === "text" && schema.pattern !== undefined && !regExpOf(schema.pattern).test(node.value)) {
    return [fault(node, `does not have the form that is allowed${about(schema)}`, slight)]
  }
  return []
}

const isAmong = (allowed: ReadonlyArray<unknown>, node: JsonNode): boolean => {
  const value = JSON.stringify(valueOf(node))
  return allowed.some((one) => JSON.stringify(one) === value)
}

const memberFaults = (
  root: JsonSchema,
  schema: JsonSchema,
  node: JsonNode & { readonly kind: "object" },
): ReadonlyArray<WeighedFault> => {
  const { additionalProperties, minProperties = 0, properties = {}, propertyNames, required = [] } = schema
  const names = new Set(node.members.map(({ name }) => name))
  const missing = required.filter((name) => !names.has(name))
  const opening = { from: node.from, to: node.from + 1 }
  return [
    ...missing.map((name) =>
      fault(opening, `lacks ${JSON.stringify(name)}${about(properties[name] ?? {})}`, slight),
    ),
    ...(names.size < minProperties ? [fault(opening, `needs at least ${minProperties} member`, slight)] : []),
    ...node.members.flatMap((member): ReadonlyArray<WeighedFault> => {
      const { name, value } = member
      const schemas = schemasOf(schema, name)
      if (schemas.length > 0)
        return schemas.flatMap((one) => check(root, one, value)).map(inMember(name, value, schemas[0]))
      if (additionalProperties === false) {
        return [
          fault(
            member,
            `${JSON.stringify(name)} is not known here: ${knownNames(properties, names)}`,
            unknown,
          ),
        ]
      }
      const ofName = propertyNames?.pattern
      return [
        ...(ofName !== undefined && !regExpOf(ofName).test(name)
          ? [
              fault(
                member,
                `${JSON.stringify(name)} cannot be a name here${about(propertyNames ?? {})}`,
                slight,
              ),
            ]
          : []),
        ...(typeof additionalProperties === "object" ? check(root, additionalProperties, value) : []),
      ]
    }),
  ]
}

const schemasOf = (
  { patternProperties = {}, properties = {} }: JsonSchema,
  name: string,
): ReadonlyArray<JsonSchema> => [
  ...(Object.hasOwn(properties, name) ? [properties[name] as JsonSchema] : []),
  ...Object.entries(patternProperties).flatMap(([pattern, one]) =>
    regExpOf(pattern).test(name) ? [one] : [],
  ),
]

/** A fault in a member says little about the form of its object, unless the member is one that tells forms apart. */
const inMember =
  (name: string, node: JsonNode, schema: JsonSchema | undefined) =>
  (one: WeighedFault): WeighedFault =>
    schema?.enum !== undefined && one.from === node.from
      ? { ...one, choice: { name, node, allowed: schema.enum } }
      : inside(one)

const inside = (one: WeighedFault): WeighedFault => ({ ...one, weight: one.weight / 10 })

const itemFaults = (
  root: JsonSchema,
  { items, maxItems = Infinity, minItems = 0 }: JsonSchema,
  node: JsonNode & { readonly kind: "list" },
): ReadonlyArray<WeighedFault> => [
  ...(node.items.length < minItems || node.items.length > maxItems
    ? [
        fault(
          { from: node.from, to: node.from + 1 },
          `must have ${between(minItems, maxItems)} items`,
          slight,
        ),
      ]
    : []),
  ...(typeof items === "object" ? node.items.flatMap((item) => check(root, items, item)).map(inside) : []),
]

/** The faults of the form that is most likely meant, where a value may have one of several. */
const formFaults = (root: JsonSchema, schema: JsonSchema, node: JsonNode): ReadonlyArray<WeighedFault> => {
  const all = (schema.allOf ?? []).flatMap((one) => check(root, one, node))
  const forms = schema.anyOf ?? schema.oneOf
  if (forms === undefined) return all
  const tried = forms.map((form) => ({ form, faults: check(root, form, node) }))
  if (tried.some(({ faults }) => faults.length === 0)) return all
  const likely = tried.filter(({ form }) => isOfType(resolved(root, form), node))
  if (likely.length === 0) {
    const types = typesOf(tried.map(({ form }) => resolved(root, form)))
    const message = `must be ${types}, not ${kinds[node.kind]}`
    return [...all, fault(node, `${message}${about(schema)}`, mistaken)]
  }
  const [best] = likely.toSorted((one, other) => weightOf(one.faults) - weightOf(other.faults))
  const choice = best?.faults.find((one) => one.choice !== undefined)?.choice
  if (choice === undefined) return [...all, ...(best?.faults ?? [])]
  const allowed = likely.flatMap(({ faults }) =>
    faults.flatMap((one) => (one.choice?.name === choice.name ? one.choice.allowed : [])),
  )
  return [...all, fault(choice.node, `must be one of ${listed([...new Set(allowed)])}`, mistaken)]
}

const resolved = (root: JsonSchema, schema: JsonSchema): JsonSchema =>
  schema.$ref === undefined ? schema : resolved(root, root.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? {})

const weightOf = (faults: ReadonlyArray<WeighedFault>): number =>
  faults.reduce((sum, { weight }) => sum + weight, 0)
