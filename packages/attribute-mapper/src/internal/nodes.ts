import { read, type Shape } from "@lead-gateway/document-check"
import { get, isJsonObject, isRawNumber, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { type Directives, directives } from "../TemplateDocument.ts"
import { attributesNode } from "./attributesNode.ts"
import type { Context } from "./context.ts"
import { eachNode } from "./eachNode.ts"
import { type Node, setOwn } from "./filling.ts"
import { valueNode } from "./valueNode.ts"

/** As deep as the payloads that the gateway takes; a template is walked by recursion. */
const maxDepth = 512

/** Makes a part ready; what it makes is of use only if nothing was reported. */
const compileNode = (json: unknown, context: Context): Node => {
  const { path, report } = context
  if (path.length > maxDepth) return wrong(context, json, `nothing nested deeper than ${maxDepth} levels`)
  if (Array.isArray(json)) {
    const items = json.map((item: unknown, index) =>
      compileNode(item, { ...context, path: [...path, index] }),
    )
    return (filling) => items.map((item) => item(filling)).filter((value) => value !== undefined)
  }
  if (isJsonObject(json)) {
    return Object.keys(json).some(isDirective)
      ? compileDirective(json, context)
      : compileObject(Object.entries(json), context)
  }
  if (isScalar(json)) return () => json
  report(path, json, "what JSON can say")
  return nothing
}

/** Makes an object ready: its keys in their order, each if its part gives a value. */
export const compileObject = (
  entries: ReadonlyArray<readonly [key: string, json: unknown]>,
  context: Context,
): ((...filling: Parameters<Node>) => JsonObject) => {
  const parts = entries.map(([key, json]) => ({
    key,
    fill: compileNode(json, { ...context, path: [...context.path, key] }),
  }))
  return (filling) => {
    const object: Record<string, Json> = {}
    for (const { key, fill } of parts) {
      const value = fill(filling)
      if (value !== undefined) setOwn(object, key, value)
    }
    return object
  }
}

/** All keys that begin so are kept for directives. */
export const isDirective = (key: string): boolean => key.startsWith("$")

const nothing: Node = () => undefined

/** Reports that a part is wrong, and stands in for it. */
const wrong = ({ path, report }: Context, found: unknown, allowed: string): Node => {
  report(path, found, allowed)
  return nothing
}

const isScalar = (value: unknown): value is Exclude<Json, object> =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  Number.isFinite(value) ||
  isRawNumber(value)

type Compile<Directive> = (json: Directive, context: Context) => Node

/** Makes a directive ready, once its own keys are right. */
const checked =
  <Directive>(shape: Shape.Shape<Directive>, compile: Compile<Directive>): Compile<JsonObject> =>
  (json, context) => {
    const { path, report } = context
    const directive = read(shape, json, (at, actual, expected) => report([...path, ...at], actual, expected))
    return directive === undefined ? nothing : compile(directive, context)
  }

/** Looks into the item also where the directive's own keys are wrong, so that all mistakes are told at once. */
const compileEach: Compile<JsonObject> = (json, context) => {
  const inside = { ...context, path: [...context.path, "item"], insideItem: true }
  const item = Object.hasOwn(json, "item") ? compileNode(get(json, "item"), inside) : nothing
  return checked(directives.$each, (json, context) => eachNode(json, context, item))(json, context)
}

const compileLiteral: Compile<Directives["$literal"]> = ({ $literal }) => {
  const value = $literal as Json
  return () => value
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
  if (another !== undefined) return wrong(context, json, "an object with one directive")
  const compile = compilerOf.get(key)
  if (compile !== undefined) return compile(json, context)
  return wrong(
    { ...context, path: [...context.path, key] },
    get(json, key),
    `no directive but ${[...compilerOf.keys()].join(", ")}`,
  )
}
