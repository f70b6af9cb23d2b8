import { DocumentInvalid, makeReport, read, type Shape } from "@lead-gateway/document-check"
import { get, isJsonObject, isRawNumber, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { attributesNode, eachNode } from "./internal/listNodes.ts"
import { documentProblem, unreadableDocument } from "./internal/documentInput.ts"
import {
  type Context,
  type Node,
  reportNames,
  type Scope,
  setOwn,
  type TemplateNames,
} from "./internal/Node.ts"
import { isSendable, valueNode } from "./internal/valueNode.ts"
import { isRecord, wrongCall } from "./internal/wrongCall.ts"
import { type Directives, directives, type TemplateDocument } from "./TemplateDocument.ts"

/**
 * An invalid template, with a diagnostic for every error in it.
 *
 * The message has one line for each diagnostic, for example
 * `lead.phone.required: found "yes", expected true or false`.
 */
export class TemplateInvalid extends DocumentInvalid("TemplateInvalid", "template") {}

declare const brand: unique symbol

/** A checked and compiled template. Only {@link compileTemplate} makes one. */
export interface Template {
  readonly [brand]: "Template"
}

/** The implementation of {@link Template}. */
class CompiledTemplate implements Template {
  declare readonly [brand]: "Template"
  readonly root: ObjectNode

  constructor(root: ObjectNode) {
    this.root = root
  }
}

/** The implementation of a template, for this package alone. Throws a `TypeError` for any other value. */
export const compiledTemplate = (template: unknown): CompiledTemplate => {
  if (template instanceof CompiledTemplate) return template
  throw wrongCall(
    "template",
    template,
    "the template that compileTemplate returns as success, or compileTemplateOrThrow",
  )
}

/**
 * Checks and compiles a template; done once, when it is loaded.
 *
 * A template is the customer payload as JSON, with directives in the place of a lead's values. A directive is an object with
 * one key that begins with `$`, such as `{ "$field": "house.is_owner" }`; the README lists them all. Everything else is sent
 * as it is, except a top-level `$schema`, which is for editors.
 *
 * Accepts any value; that the type names one kind of it lets editors complete a document that is written in place. Fails
 * with {@link TemplateInvalid}, which reports every error: unknown directives, keys and names, wrong types, a template that
 * is not an object, contains itself or has more than 512 levels.
 */
export const compileTemplate = (
  json: TemplateDocument | {} | null | undefined,
  names?: TemplateNames,
): Result.Result<Template, TemplateInvalid> => {
  try {
    return compiled(json, names ?? {})
  } catch (error) {
    return Result.fail(new TemplateInvalid({ diagnostics: [unreadableDocument(error)] }))
  }
}

/** {@link compileTemplate}, but throws the {@link TemplateInvalid}: for templates that are part of a program. */
export const compileTemplateOrThrow = (
  json: TemplateDocument | {} | null | undefined,
  names?: TemplateNames,
): Template => Result.getOrThrow(compileTemplate(json, names))

const compiled = (json: unknown, names: TemplateNames): Result.Result<Template, TemplateInvalid> => {
  const { diagnostics, report } = makeReport()
  reportNames(report, names)
  const problem = documentProblem(json)
  if (problem !== undefined || diagnostics.length > 0) {
    if (problem !== undefined) report([], json, problem)
    return Result.fail(new TemplateInvalid({ diagnostics }))
  }
  const entries = isJsonObject(json) ? Object.entries(json).filter(([key]) => key !== "$schema") : []
  if (!isJsonObject(json) || entries.some(([key]) => isDirective(key))) {
    report([], json, "an object that is not a directive")
  } else if (Object.hasOwn(json, "$schema") && typeof json["$schema"] !== "string") {
    report(["$schema"], json["$schema"], "a text: where the JSON Schema of this document is")
  }
  const root = compileObject(entries, { path: [], report, names, insideItem: false, around: [] })
  return diagnostics.length === 0
    ? Result.succeed(new CompiledTemplate(root))
    : Result.fail(new TemplateInvalid({ diagnostics }))
}

/** A compiled node that is an object of the customer payload, such as the root. */
type ObjectNode = (scope: Scope) => JsonObject

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
const compileObject = (
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
const isDirective = (key: string): boolean => key.startsWith("$")

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
