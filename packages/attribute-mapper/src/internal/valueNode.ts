import { isMissing, missingAs } from "@lead-gateway/lead-field"
import { isRawNumber, type Json } from "@lead-gateway/lossless-json"
import { reportFormat } from "../Format.ts"
import type { OmittedNodeReason } from "../MapReport.ts"
import type { Directives } from "../TemplateDocument.ts"
import { compileFormat } from "./format.ts"
import { type Context, type Node, omitter, reportUnknown, type Scope } from "./Node.ts"
import { readerOf, safeValueAt } from "./reader.ts"
import { fillText, notText, parseText, refusedIn } from "./textTemplate.ts"
import { isUnreadAt } from "./unread.ts"

type Options = Pick<Directives["$field"], "required" | "default" | "format" | "unread">

/** Reads the value; absent, null and blank values count as missing. */
type Read = (scope: Scope) => unknown

/** Reads the value where the normaliser could not read all of the payload. */
type ReadAmongUnread = (scope: Scope, isUnread: (path: string) => boolean) => Reading

/** A value, or the name of what could not be read, which a lead lacks that is parked because of it. */
interface Reading {
  readonly value?: unknown
  readonly unread?: string
}

/** Why the node has no value; `undefined` if it has one. */
type ReasonOf = (scope: Scope, value: unknown) => OmittedNodeReason | undefined

/** Compiles a directive for one value, which is read, replaced by a default if missing, and formatted, or omitted. */
const compileValue = (
  name: string,
  read: Read,
  { required = false, default: byDefault, format, unread = "send" }: Options,
  { path, report, insideItem }: Context,
  {
    reasonOf = (_scope, value) => missingAs(value),
    readAmongUnread = (scope) => ({ value: read(scope) }),
  }: { readonly reasonOf?: ReasonOf; readonly readAmongUnread?: ReadAmongUnread } = {},
): Node => {
  reportFormat(report, [...path, "format"], format)
  const write = compileFormat(format)
  const { omit, park } = omitter({ path: path.join("."), name, required, insideItem })
  if (byDefault !== undefined) {
    if (isMissing(byDefault))
      report([...path, "default"], byDefault, "a value that is neither null nor blank")
    else if (!isSendable(byDefault)) report([...path, "default"], byDefault, "a JSON value")
    else if (write !== undefined && write(byDefault as Json) === undefined) {
      report([...path, "default"], byDefault, "a value that the format can be applied to")
    }
  }
  return (scope) => {
    let value: unknown
    if (unread === "send" || scope.unread.length === 0) value = read(scope)
    else {
      const reading = readAmongUnread(scope, (at) => isUnreadAt(scope.unread, scope.base + at))
      if (reading.unread !== undefined) {
        return unread === "park" ? park(scope, reading.unread) : omit(scope, "unread")
      }
      value = reading.value
    }
    const reason = reasonOf(scope, value)
    if (reason !== undefined) {
      if (byDefault === undefined || !isMissingBy(reason)) return omit(scope, reason)
      value = byDefault
    }
    if (!isSendable(value)) return omit(scope, "wrong_type")
    if (write === undefined) return value as Json
    return write(value as Json) ?? omit(scope, "not_formattable")
  }
}

/** Whether the value is missing. A default replaces a missing value, but never an invalid one. */
const isMissingBy = (reason: OmittedNodeReason): boolean =>
  reason === "absent" || reason === "null" || reason === "blank"

/** Whether JSON can have a value; what is inside an object or a list is not looked at. */
export const isSendable = (value: unknown): boolean => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value)
    case "string":
    case "boolean":
    case "object":
      return true
    default:
      return isRawNumber(value)
  }
}

/** The compilers of the directives for one value. */
export const valueNode = {
  field: (json: Directives["$field"], context: Context): Node => {
    const { find, read } = readerOf(json.$field)
    return compileValue([json.$field].flat()[0] ?? "", ({ here }) => read(here), json, context, {
      readAmongUnread: ({ base, here }, isUnread) => {
        const { isRefused, path, value } = find(here, isUnread)
        return isRefused ? { unread: base + path } : { value }
      },
    })
  },

  constant: (json: Directives["$constant"], context: Context): Node => {
    const name = json.$constant
    reportUnknown(context, "$constant", name, context.names.constants, "constant")
    return compileValue(name, ({ constants }) => safeValueAt(constants, [name]), json, context)
  },

  meta: (json: Directives["$meta"], context: Context): Node => {
    const name = json.$meta
    reportUnknown(context, "$meta", name, context.names.deliveryMetadata, "meta value")
    return compileValue(name, ({ deliveryMetadata }) => safeValueAt(deliveryMetadata, [name]), json, context)
  },

  attribute: (json: Directives["$attribute"], context: Context): Node => {
    const name = json.$attribute
    reportUnknown(context, "$attribute", name, context.names.attributes, "attribute")
    const read: Read = ({ mapping, attributes }) => attributes.values[mapping.indices.get(name) ?? -1]
    return compileValue(name, read, json, context, {
      reasonOf: ({ attributes: { omitted } }, value) => {
        if (value !== undefined) return undefined
        return omitted.some((attribute) => attribute.name === name) ? "invalid" : "absent"
      },
      readAmongUnread: (scope) =>
        scope.attributes.unread.includes(name) ? { unread: name } : { value: read(scope) },
    })
  },

  item: (json: Directives["$item"], context: Context): Node => {
    const { path, report, insideItem } = context
    if (!insideItem) report([...path, "$item"], json.$item, "no $item: only the item of a $each has one")
    const read: Read = json.$item === "value" ? ({ here }) => here : ({ position }) => position
    return compileValue("$item", read, json, context, {
      readAmongUnread: (scope) => {
        const path = scope.base.slice(0, -1)
        const isUnread = json.$item === "value" && isUnreadAt(scope.unread, path)
        return isUnread && !isMissing(scope.here) ? { unread: path } : { value: read(scope) }
      },
    })
  },

  text: (json: Directives["$text"], context: Context): Node => {
    const text = parseText(json.$text)
    if (typeof text === "string") context.report([...context.path, "$text"], json.$text, text)
    const groups = typeof text === "string" ? [] : text
    const read: Read = ({ here }) => fillText(groups, here)
    return compileValue(json.$text, read, json, context, {
      reasonOf: (_scope, value) => (value === notText ? "wrong_type" : missingAs(value)),
      readAmongUnread: (scope, isUnread) => {
        const path = refusedIn(groups, scope.here, isUnread)
        return path === undefined ? { value: read(scope) } : { unread: scope.base + path }
      },
    })
  },
}
