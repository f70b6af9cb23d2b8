import { read, type Shape, isRecord } from "@lead-gateway/document-check"
import { get, isRawNumber, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { type Directives, directives } from "../TemplateDocument.ts"
import { attributesNode, eachNode } from "./listNodes.ts"
import { type Context, type Node, type Scope, setOwn } from "./Node.ts"
import { isSendable, valueNode } from "./valueNode.ts"

/** A compiled node that is an object of the customer payload, such as the root. */
export type ObjectNode = (scope: Scope) => JsonObject

/** The same limit as for payloads of the gateway; a template is compiled recursively. */
const maxDepth = 512

/** Compiles one node. The result is usable only if no error was reported. */
const compileNode = (json: unknown, context: Context): Node => {
  const { path, report } = context
  if (path.length > maxDepth)
    return invalidNode(context, json, `nothing nested deeper than ${maxDepth} levels`)
  if (typeof json === "object" && json !== null && !isRawNumber(json)) {
    if (context.around.includes(json)) return invalidNode(context, json, "no value that contains itself")
    return compileInside(json, { ...context, around: [...context.around, json] })
  }
  if (isScalar(json)) return () => json
  report(path, json, "a JSON value")
  return omitted
}

/** Compiles a list, a directive or another object. */
const compileInside = (json: object, context: Context): Node => {
  if (Array.isArray(json)) {
    const items = Array.from(json as ReadonlyArray<unknown>, (item, index) =>
      compileNode(item, { ...context, path: [...context.path, index] }),
    )
    return (scope) => items.map((item) => item(scope)).filter((value) => value !== undefined)
  }
  if (!isRecord(json)) return invalidNode(context, json, "a JSON value")
  return Object.keys(json).some(isDirective)
    ? compileDirective(json as JsonObject, context)
    : compileObject(Object.entries(json), context)
}

/** Compiles an object: its keys in their order, each omitted if its node has no value. */
export const compileObject = (
  entries: ReadonlyArray<readonly [key: string, json: unknown]>,
  context: Context,
): ObjectNode => {
  const properties = entries.map(([key, json]) => ({
    key,
    node: compileNode(json, { ...context, path: [...context.path, key] }),
  }))
  return (scope) => {
    const object: Record<string, Json> = {}
    for (const { key, node } of properties) {
      const value = node(scope)
      if (value !== undefined) setOwn(object, key, value)
    }
    return object
  }
}

/** Keys that begin with `$` are reserved for directives. */
export const isDirective = (key: string): boolean => key.startsWith("$")

/** The result of compiling an invalid node. */
const omitted: Node = () => undefined

/** Reports an invalid node. */
const invalidNode = ({ path, report }: Context, actual: unknown, expected: string): Node => {
  report(path, actual, expected)
  return omitted
}

const isScalar = (value: unknown): value is Exclude<Json, object> =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  Number.isFinite(value) ||
  isRawNumber(value)

type Compile<Directive> = (json: Directive, context: Context) => Node

/** Compiles a directive after its own keys have been checked. */
const checked =
  <Directive>(shape: Shape.Shape<Directive>, compile: Compile<Directive>): Compile<JsonObject> =>
  (json, context) => {
    const { path, report } = context
    const directive = read(shape, json, (at, actual, expected) => report([...path, ...at], actual, expected))
    return directive === undefined ? omitted : compile(directive, context)
  }

/** Compiles the item even if the directive's own keys are invalid, so that all errors are reported at once. */
const compileEach: Compile<JsonObject> = (json, context) => {
  const inside = { ...context, path: [...context.path, "item"], insideItem: true }
  const item = Object.hasOwn(json, "item") ? compileNode(get(json, "item"), inside) : omitted
  return checked(directives.$each, (json, context) => eachNode(json, context, item))(json, context)
}

const compileLiteral: Compile<Directives["$literal"]> = ({ $literal }, context) => {
  if (!isSendable($literal)) {
    return invalidNode({ ...context, path: [...context.path, "$literal"] }, $literal, "a JSON value")
  }
  return () => $literal as Json
}

const compilers: Readonly<Record<keyof Directives, Compile<JsonObject>>> = {
  $field: checked(directives.$field, valueNode.field),
  $constant: checked(directives.$constant, valueNode.constant),
  $meta: checked(directives.$meta, valueNode.meta),
  $attribute: checked(directives.$attribute, valueNode.attribute),
  $item: checked(directives.$item, valueNode.item),
  $text: checked(directives.$text, valueNode.text),
  $attributes: checked(directives.$attributes, attributesNode),
  $each: compileEach,
  $literal: checked(directives.$literal, compileLiteral),
}

const compilerOf: ReadonlyMap<string, Compile<JsonObject>> = new Map(Object.entries(compilers))

const compileDirective = (json: JsonObject, context: Context): Node => {
  const [key = "", another] = Object.keys(json).filter(isDirective)
  if (another !== undefined) return invalidNode(context, json, "an object with one directive")
  const compile = compilerOf.get(key)
  if (compile !== undefined) return compile(json, context)
  return invalidNode(
    { ...context, path: [...context.path, key] },
    get(json, key),
    `no directive but ${[...compilerOf.keys()].join(", ")}`,
  )
}
