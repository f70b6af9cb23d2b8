import { get, isJsonObject, isRawNumber, type JsonObject } from "@lead-gateway/lossless-json"
import type { Path, Report } from "./Diagnostic.ts"
import { oneOf } from "./Shape.ts"
import type { Also, Bounds, NodeOf, Optional, Shape } from "./ShapeNode.ts"

/**
 * Checks a document, or a part of one, against a shape and reports everything that does not match.
 *
 * Accepts any value, as `JSON.parse` or `lossless-json` returns it, and considers only own properties. Returns a copy
 * of what the shape describes, or `undefined` if anything was reported. In an object, unknown keys are reported first,
 * then the keys of the shape in its order. The length of a list is checked once all of its items are valid.
 */
export const read = <T>(shape: Shape<T>, json: unknown, report: Report): T | undefined => {
  const value = valueOf(shape, json, [], report)
  return value === invalid ? undefined : (value as T)
}

/** The result for a value that was reported. */
const invalid = Symbol("invalid")

const valueOf = (shape: Shape<unknown>, json: unknown, path: Path, report: Report): unknown => {
  const { expected, node } = shape
  const refuse = (instead = expected): typeof invalid => {
    report(path, json, instead)
    return invalid
  }
  switch (node.kind) {
    case "unknown":
      return json
    case "null":
      return json === null ? json : refuse()
    case "boolean":
      return typeof json === "boolean" ? json : refuse()
    case "literals":
      return node.values.some((value) => value === json) ? json : refuse()
    case "number":
      if (node.isExact !== true) return isNumberOf(node, json) ? json : refuse()
      if (isRawNumber(json)) return json
      if (isRounded(json)) return refuse(withAllDigits)
      return Number.isFinite(json) ? json : refuse()
    case "text":
      if (typeof json !== "string" || node.form?.test(json) === false) return refuse()
      return node.also?.holds(json) === false ? refuse(expectedText(json, node.also)) : json
    case "list": {
      if (!Array.isArray(json)) return refuse()
      const items = Array.from(json as ReadonlyArray<unknown>, (item, index) =>
        valueOf(node.item, item, [...path, index], report),
      )
      if (items.includes(invalid)) return invalid
      return isWithin(items.length, node) ? items : refuse(node.expectedLength)
    }
    case "record": {
      if (!isJsonObject(json)) return refuse()
      if (node.isFilled && Object.keys(json).length === 0) return refuse()
      return recordOf(node, json, path, report)
    }
    case "object":
      return isJsonObject(json) ? objectOf(node, json, path, report) : refuse()
    case "variants": {
      if (!isJsonObject(json)) return refuse()
      const tag = get(json, node.key)
      const member = typeof tag === "string" ? node.members.get(tag) : undefined
      if (member !== undefined) return valueOf(member, json, path, report)
      if (!node.reportsKey) return refuse()
      report([...path, node.key], tag, oneOf(node.members.keys()))
      return invalid
    }
    case "union": {
      const candidates = node.members.filter((member) => kindsOf(member).includes(kindOf(json)))
      const [only, another] = candidates
      if (only !== undefined && another === undefined) return valueOf(only, json, path, report)
      for (const candidate of candidates) {
        const value = valueOf(candidate, json, path, () => {})
        if (value !== invalid) return value
      }
      return refuse()
    }
    case "lazy":
      return valueOf(node.shape(), json, path, report)
  }
}

const expectedText = (text: string, { expected }: Also): string | undefined =>
  typeof expected === "function" ? expected(text) : expected

const isNumberOf = ({ isWhole, ...bounds }: NodeOf<"number">, json: unknown): boolean =>
  typeof json === "number" &&
  (isWhole ? Number.isSafeInteger(json) : Number.isFinite(json)) &&
  isWithin(json, bounds)

/** Whether a number may be another than the one in the document's text. */
const isRounded = (json: unknown): boolean => Number.isInteger(json) && !Number.isSafeInteger(json)

/** What is expected instead of a number that may have been rounded. */
const withAllDigits = `a number with all its digits: beyond ${Number.MAX_SAFE_INTEGER} JSON.parse rounds, lossless-json does not`

const isWithin = (count: number, { minimum = -Infinity, maximum = Infinity }: Bounds): boolean =>
  minimum <= count && count <= maximum

const recordOf = (
  { names, value }: NodeOf<"record">,
  json: JsonObject,
  path: Path,
  report: Report,
): unknown => {
  const entries = Object.entries(json).map(
    ([key, held]) => [key, valueOf(value, held, [...path, key], report)] as const,
  )
  if (names === undefined) return together(entries)
  const misnamed = Object.keys(json).filter((key) => valueOf(names, key, [], () => {}) === invalid)
  for (const key of misnamed) report([...path, key], get(json, key), names.expected)
  return misnamed.length === 0 ? together(entries) : invalid
}

const objectOf = (
  { fields, others }: NodeOf<"object">,
  json: JsonObject,
  path: Path,
  report: Report,
): unknown => {
  const entries: Array<readonly [string, unknown]> = []
  const take = (key: string, shape: Shape<unknown>) =>
    entries.push([key, valueOf(shape, get(json, key), [...path, key], report)])
  const refuse = (key: string, expected: string) => {
    report([...path, key], get(json, key), expected)
    entries.push([key, invalid])
  }
  const names = Object.keys(fields)
  const further = Object.keys(json).filter((key) => !Object.hasOwn(fields, key))
  const shapeOf = (key: string) => others.find(({ keys }) => keys.test(key))?.value
  for (const key of further) if (shapeOf(key) === undefined) refuse(key, `no key but ${names.join(", ")}`)
  for (const [key, field] of Object.entries(fields)) {
    if (Object.hasOwn(json, key)) take(key, isOptional(field) ? field.optional : field)
    else if (!isOptional(field)) refuse(key, `${expectedOf(field)}; the key is required`)
  }
  for (const key of further) {
    const shape = shapeOf(key)
    if (shape !== undefined) take(key, shape)
  }
  return together(entries)
}

const isOptional = (field: Shape<unknown> | Optional<unknown>): field is Optional<unknown> =>
  "optional" in field

/** What a missing key is expected to hold. */
const expectedOf = ({ expected, node }: Shape<unknown>): string =>
  node.kind === "list" ? (node.expectedLength ?? expected) : expected

/** An object of entries, unless one is invalid. A key such as `__proto__` becomes an own property like any other. */
const together = (entries: ReadonlyArray<readonly [string, unknown]>): unknown =>
  entries.some(([, value]) => value === invalid) ? invalid : Object.fromEntries(entries)

/** The types of JSON values. */
type Kind = "null" | "boolean" | "text" | "number" | "list" | "object"

const kindOf = (json: unknown): Kind | undefined => {
  if (json === null) return "null"
  if (typeof json === "boolean") return "boolean"
  if (typeof json === "string") return "text"
  if (typeof json === "number" || isRawNumber(json)) return "number"
  if (Array.isArray(json)) return "list"
  return typeof json === "object" ? "object" : undefined
}

/** The JSON types that a shape may accept. */
const kindsOf = ({ node }: Shape<unknown>): ReadonlyArray<Kind | undefined> => {
  switch (node.kind) {
    case "unknown":
      return ["null", "boolean", "text", "number", "list", "object", undefined]
    case "literals":
      return node.values.map(kindOf)
    case "record":
    case "object":
    case "variants":
      return ["object"]
    case "union":
      return node.members.flatMap(kindsOf)
    case "lazy":
      return kindsOf(node.shape())
    default:
      return [node.kind]
  }
}
