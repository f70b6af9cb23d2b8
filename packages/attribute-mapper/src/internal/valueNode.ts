import { isMissing, missingAs } from "@lead-gateway/lead-field"
import { get, type Json } from "@lead-gateway/lossless-json"
import type { LeftOutReason } from "../LeftOut.ts"
import type { Directives } from "../TemplateDocument.ts"
import { reader } from "./attribute.ts"
import { type Context, reportUnknown } from "./context.ts"
import { type Filling, leaver, type Node } from "./filling.ts"
import { compileFormat } from "./format.ts"
import { reportFormat } from "./formatMistakes.ts"
import { fillText, notText, parseText } from "./textTemplate.ts"

type Options = Pick<Directives["$field"], "required" | "default" | "format">

/** Looks for the value; what is absent, null or blank is not there. */
type Read = (filling: Filling) => unknown

/** Says why there is nothing, where a directive knows it better than the value does. */
type Why = (filling: Filling, value: unknown) => LeftOutReason | undefined

/** A directive that stands for one value: read, replaced by a default, written by a format, or left out. */
const compileValue = (
  name: string,
  read: Read,
  { required = false, default: standIn, format }: Options,
  { path, report, insideItem }: Context,
  why: Why = (_filling, value) => missingAs(value),
): Node => {
  reportFormat(report, [...path, "format"], format)
  const write = compileFormat(format)
  const leave = leaver({ path: path.join("."), name, required, insideItem })
  if (standIn !== undefined) {
    if (isMissing(standIn)) report([...path, "default"], standIn, "a value that is neither null nor blank")
    else if (write !== undefined && write(standIn as Json) === undefined) {
      report([...path, "default"], standIn, "a value that the format can be applied to")
    }
  }
  return (filling) => {
    let value = read(filling)
    const reason = why(filling, value)
    if (reason !== undefined) {
      if (standIn === undefined || !isGap(reason)) return leave(filling, reason)
      value = standIn
    }
    if (write === undefined) return value as Json
    return write(value as Json) ?? leave(filling, "not_formattable")
  }
}

/** A wrong answer is not the same as none: no default stands in for it. */
const isGap = (reason: LeftOutReason): boolean =>
  reason === "absent" || reason === "null" || reason === "blank"

/** The directives that stand for one value. */
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
    reportUnknown(context, "$meta", name, context.names.meta, "meta value")
    return compileValue(name, ({ meta }) => get(meta, name), json, context)
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
      (_filling, value) => (value === notText ? "wrong_type" : missingAs(value)),
    )
  },
}

const readHere = (field: string | ReadonlyArray<string>): Read => {
  const read = reader(field)
  return ({ here }) => read(here)
}
