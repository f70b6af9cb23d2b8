import { makeReport, type Path, type Report, reportOtherKeys } from "@lead-gateway/document-check"
import {
  get,
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonArray,
  type JsonObject,
} from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { TemplateInvalid } from "./TemplateInvalid.ts"

/** A template that is known to be right, ready for use. Only {@link compileTemplate} makes one. */
export interface Template {
  readonly root: ObjectNode
}

/** A part of a template: what is to stand at one place of the customer payload. */
export type TemplateNode = LiteralNode | ValueNode | AttributesNode | ObjectNode | ListNode

/** Always this value. */
export interface LiteralNode {
  readonly _tag: "Literal"
  readonly value: Json
}

/** A value of the payload, of the constants or of the lead's meta data; left out when it is missing. */
export interface ValueNode {
  readonly _tag: "Value"
  readonly source: "payload" | "constants" | "meta"
  /** As the template names it: `"house.is_owner"`. */
  readonly name: string
  /** Where it is in its source: `["house", "is_owner"]`. */
  readonly path: ReadonlyArray<string>
  readonly required: boolean
}

/** The valid attributes: `[{ "name", "value" }]` as a list, `{ name: value }` as an object. */
export interface AttributesNode {
  readonly _tag: "Attributes"
  readonly shape: "list" | "object"
}

/** An object whose keys are these, each if its part gives a value. */
export interface ObjectNode {
  readonly _tag: "Object"
  readonly entries: ReadonlyArray<readonly [key: string, node: TemplateNode]>
}

/** A list of the parts that give a value. */
export interface ListNode {
  readonly _tag: "List"
  readonly items: ReadonlyArray<TemplateNode>
}

/**
 * Checks a template and makes it ready, once, when it is loaded.
 *
 * A template is the customer payload as JSON, with directives where a lead's values go. A directive is an
 * object with one key that begins with `$`:
 *
 * - `{ "$field": "house.is_owner" }`: the value at this path of the payload's own properties;
 * - `{ "$constant": "product.name" }`: the constant of this name;
 * - `{ "$meta": "lead_id" }`: what is known of the lead beside its payload, by this name;
 * - `{ "$attributes": "list" }` or `"object"`: the valid attributes;
 * - `{ "$literal": … }`: the value as it stands, also where its keys begin with `$`.
 *
 * The first three are left out when the value is missing (absent, null or blank); with `"required": true` the
 * lead then lacks a required field. Everything else stands for itself.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link TemplateInvalid}, which holds every mistake:
 * unknown directives and keys, wrong types, empty names, a template that is no object.
 */
export const compileTemplate = (json: unknown): Result.Result<Template, TemplateInvalid> => {
  const { mistakes, report } = makeReport()
  const root = nodeOf([], json, report)
  if (root._tag !== "Object") report([], json, "an object that is no directive")
  return root._tag === "Object" && mistakes.length === 0
    ? Result.succeed({ root })
    : Result.fail(new TemplateInvalid({ mistakes }))
}

/** Makes a part ready; what it makes is of use only if it reports nothing. */
const nodeOf = (path: Path, json: unknown, report: Report): TemplateNode => {
  if (Array.isArray(json)) {
    return { _tag: "List", items: json.map((item, index) => nodeOf([...path, index], item, report)) }
  }
  if (isJsonObject(json)) {
    const entries = Object.entries(json)
    return entries.some(([key]) => isDirective(key))
      ? directiveOf(path, json, report)
      : {
          _tag: "Object",
          entries: entries.map(([key, value]) => [key, nodeOf([...path, key], value, report)]),
        }
  }
  if (isScalar(json)) return { _tag: "Literal", value: json }
  report(path, json, "what JSON can say")
  return nothing
}

const nothing: LiteralNode = { _tag: "Literal", value: null }

const isScalar = (value: unknown): value is Exclude<Json, JsonArray | JsonObject> =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  Number.isFinite(value) ||
  isRawNumber(value)

/** All keys that begin so are kept for directives. */
const isDirective = (key: string): boolean => key.startsWith("$")

/** The directives that stand for one value, and where they find it. */
const sources: ReadonlyMap<string, ValueNode["source"]> = new Map([
  ["$field", "payload"],
  ["$constant", "constants"],
  ["$meta", "meta"],
])

const directives = [...sources.keys(), "$attributes", "$literal"].join(", ")

const directiveOf = (path: Path, json: JsonObject, report: Report): TemplateNode => {
  const [directive = "", another] = Object.keys(json).filter(isDirective)
  const value = get(json, directive) ?? null
  const source = sources.get(directive)
  if (another !== undefined) report(path, json, "an object with one directive")
  else if (source !== undefined) return valueOf(path, json, directive, source, report)
  else if (directive === "$attributes") {
    reportOtherKeys(report, path, json, [directive])
    if (value === "list" || value === "object") return { _tag: "Attributes", shape: value }
    report([...path, directive], value, '"list" or "object"')
  } else if (directive === "$literal") {
    reportOtherKeys(report, path, json, [directive])
    return { _tag: "Literal", value }
  } else report([...path, directive], value, `no directive but ${directives}`)
  return nothing
}

const valueOf = (
  path: Path,
  json: JsonObject,
  directive: string,
  source: ValueNode["source"],
  report: Report,
): TemplateNode => {
  const name = get(json, directive)
  const required = get(json, "required") ?? false
  const isPath = source === "payload"
  const keys = typeof name === "string" ? (isPath ? name.split(".") : [name]) : []
  const isNamed = keys.length > 0 && keys.every((key) => key !== "")
  const allowed = isPath ? "a path such as house.is_owner, no segment empty" : "a name"
  reportOtherKeys(report, path, json, [directive, "required"])
  if (!isNamed) report([...path, directive], name, allowed)
  if (typeof required !== "boolean") report([...path, "required"], required, "true or false")
  return { _tag: "Value", source, name: keys.join("."), path: keys, required: required === true }
}
