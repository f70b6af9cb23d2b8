import { isMissing, missingAs } from "@lead-gateway/lead-field"
import { get, type Json } from "@lead-gateway/lossless-json"
import { reportFormat } from "../Format.ts"
import type { OmittedNodeReason } from "../MapReport.ts"
import type { Directives } from "../TemplateDocument.ts"
import { reader } from "./attribute.ts"
import { compileFormat } from "./format.ts"
import { type Context, type Node, omitter, reportUnknown, type Scope } from "./Node.ts"
import { fillText, notText, parseText } from "./textTemplate.ts"

type Options = Pick<Directives["$field"], "required" | "default" | "format">

/** Reads the value; absent, null and blank values count as missing. */
type Read = (scope: Scope) => unknown

/** Why the node has no value; `undefined` if it has one. */
type ReasonOf = (scope: Scope, value: unknown) => OmittedNodeReason | undefined

/** Compiles a directive for one value, which is read, replaced by a default if missing, and formatted, or omitted. */
const compileValue = (
  name: string,
  read: Read,
  { required = false, default: byDefault, format }: Options,
  { path, report, insideItem }: Context,
  reasonOf: ReasonOf = (_scope, value) => missingAs(value),
): Node => {
  reportFormat(report, [...path, "format"], format)
  const write = compileFormat(format)
  const omit = omitter({ path: path.join("."), name, required, insideItem })
  if (byDefault !== undefined) {
    if (isMissing(byDefault))
      report([...path, "default"], byDefault, "a value that is neither null nor blank")
    else if (write !== undefined && write(byDefault as Json) === undefined) {
      report([...path, "default"], byDefault, "a value that the format can be applied to")
    }
  }
  return (scope) => {
    let value = read(scope)
    const reason = reasonOf(scope, value)
    if (reason !== undefined) {
      if (byDefault === undefined || !isMissingBy(reason)) return omit(scope, reason)
      value = byDefault
    }
    if (write === undefined) return value as Json
    return write(value as Json) ?? omit(scope, "not_formattable")
  }
}

/** Whether the value is missing. A default replaces a missing value, but never an invalid one. */
const isMissingBy = (reason: OmittedNodeReason): boolean =>
  reason === "absent" || reason === "null" || reason === "blank"

/** The compilers of the directives for one value. */
export const valueNode = {
  field: (json: Directives["$field"], context: Context): Node =>
    compileValue([json.$field].flat()[0] ?? "", readHere(json.$field), json, context),

  constant: (json: Directives["$constant"], context: Context): Node => {
    const name = json.$constant
    reportUnknown(context, "$constant", name, context.names.constants, "constant")
    return compileValue(name, ({ constants }) => get(constants, name), json, context)
  },

  meta: (json: Directives["$meta"], context: Context): Node => {
    const name = json.$meta
    reportUnknown(context, "$meta", name, context.names.deliveryMetadata, "meta value")
    return compileValue(name, ({ deliveryMetadata }) => get(deliveryMetadata, name), json, context)
  },

  attribute: (json: Directives["$attribute"], context: Context): Node => {
    const name = json.$attribute
    reportUnknown(context, "$attribute", name, context.names.attributes, "attribute")
    const read: Read = ({ mapping, attributes }) => attributes.values[mapping.indices.get(name) ?? -1]
    return compileValue(name, read, json, context, ({ attributes: { omitted } }, value) => {
      if (value !== undefined) return undefined
      return omitted.some((attribute) => attribute.name === name) ? "invalid" : "absent"
    })
  },

  item: (json: Directives["$item"], context: Context): Node => {
    const { path, report, insideItem } = context
    if (!insideItem) report([...path, "$item"], json.$item, "no $item: only the item of a $each has one")
    const read: Read = json.$item === "value" ? ({ here }) => here : ({ position }) => position
    return compileValue("$item", read, json, context)
  },

  text: (json: Directives["$text"], context: Context): Node => {
    const text = parseText(json.$text)
    if (typeof text === "string") context.report([...context.path, "$text"], json.$text, text)
    const groups = typeof text === "string" ? [] : text
    return compileValue(
      json.$text,
      ({ here }) => fillText(groups, here),
      json,
      context,
      (_scope, value) => (value === notText ? "wrong_type" : missingAs(value)),
    )
  },
}

const readHere = (field: string | ReadonlyArray<string>): Read => {
  const read = reader(field)
  return ({ here }) => read(here)
}
