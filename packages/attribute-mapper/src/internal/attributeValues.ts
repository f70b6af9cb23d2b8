import { isMissing } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import type { OmittedAttribute, OmittedAttributeReason } from "../MapReport.ts"
import { type Attribute, maxItems } from "./attribute.ts"
import { Invalid, invalid } from "./checker.ts"
import { itemsOf } from "./reader.ts"
import { isUnreadAt, type UnreadPaths } from "./unread.ts"

/** The attributes of one payload. An invalid required attribute is both omitted and missing. */
export interface AttributeValues {
  /** What is sent for each attribute, in the order of the mapping; `undefined` if nothing is. */
  readonly values: ReadonlyArray<Json | undefined>
  readonly omitted: ReadonlyArray<OmittedAttribute>
  readonly absent: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
  /** The attributes whose value is sent though the normaliser could not read it. */
  readonly unread: ReadonlyArray<string>
}

/** Reads and validates every attribute of the mapping: it is absent, sent, or omitted with a reason. */
export const attributeValuesOf = (
  attributes: ReadonlyArray<Attribute>,
  payload: unknown,
  unreadPaths: UnreadPaths,
  showsValues: boolean,
): AttributeValues => {
  const values: Array<Json | undefined> = []
  const omitted: Array<OmittedAttribute> = []
  const omit: Omit = (name, reason, value, index) =>
    omitted.push({
      name,
      reason,
      ...(index === undefined ? {} : { index }),
      ...(showsValues ? { value: value as Json } : {}),
    })
  const absent: Array<string> = []
  const missing: Array<string> = []
  const unread: Array<string> = []
  const records: Records = { absent, omit }
  for (const attribute of attributes) {
    const { name, reader, required } = attribute
    const reading =
      unreadPaths.length === 0
        ? undefined
        : readingOf(attribute, payload, (path) => isUnreadAt(unreadPaths, path))
    const refused = reading?._tag === "Refused" ? reading : undefined
    if (reading?._tag === "SentUnread") unread.push(name)
    const actual = reading === undefined ? reader.read(payload) : reading.value
    const value = valueOf(attribute, actual, refused, records)
    values.push(value)
    if (value === undefined && (required || refused?.parks === true)) missing.push(name)
  }
  return { values, omitted, absent, missing, unread }
}

/** What an attribute reads from a payload of which the normaliser could not read everything. */
type Reading = Read | SentUnread | Refused

/** A value that the normaliser could read, or none. */
interface Read {
  readonly _tag: "Read"
  readonly value: unknown
}

/** A value that it could not read, and that is sent all the same. */
interface SentUnread {
  readonly _tag: "SentUnread"
  readonly value: unknown
}

/** A value that it could not read, at least in part, and that may not be sent as it is. */
interface Refused {
  readonly _tag: "Refused"
  readonly value: unknown
  /** Of a list whose other items may be sent: which items are unread. Undefined if no part of the value may be sent. */
  readonly isItemUnread: IsItemUnread | undefined
  /** Whether the lead is parked because of it. */
  readonly parks: boolean
}

/** Whether the normaliser could not read the item at an index of a list. */
type IsItemUnread = (index: number) => boolean

const readingOf = (
  { items, reader, unread }: Attribute,
  payload: unknown,
  isUnreadPath: (path: string) => boolean,
): Reading => {
  if (unread === "send") {
    const { path, value } = reader.find(payload, never)
    return { _tag: isUnreadPath(path) ? "SentUnread" : "Read", value }
  }
  const { isRefused, path, value } = reader.find(payload, isUnreadPath)
  if (!isRefused) return { _tag: "Read", value }
  const parks = unread === "park"
  const isList = !parks && items !== undefined && Array.isArray(itemsOf(value, items.max))
  return {
    _tag: "Refused",
    value,
    isItemUnread: isList ? (index) => isUnreadPath(`${path}.${index}`) : undefined,
    parks,
  }
}

const never = (): boolean => false

/** Records an invalid value, or an invalid item of a list. */
type Omit = (name: string, reason: OmittedAttributeReason, value: unknown, index?: number) => void

/** Where an attribute is recorded that is not sent. */
interface Records {
  readonly absent: Array<string>
  readonly omit: Omit
}

const valueOf = (
  attribute: Attribute,
  actual: unknown,
  refused: Refused | undefined,
  { absent, omit }: Records,
): Json | undefined => {
  const { name } = attribute
  // The value of most attributes is a text or absent, so lists are looked for among objects alone.
  const items = typeof actual === "object" ? itemsOf(actual, attribute.items?.max ?? maxItems) : undefined
  const isEmpty = items?.length === 0
  if (attribute.default !== undefined && (isEmpty || isMissing(actual))) return attribute.default
  if (isEmpty || actual === undefined || actual === null) {
    absent.push(name)
    return undefined
  }
  if (refused !== undefined && refused.isItemUnread === undefined) omit(name, "unread", actual)
  else if (items === "too_many_items") omit(name, items, actual)
  else if (attribute.items === undefined) {
    const validated = items === undefined ? attribute.validate(actual) : attribute.validateList(items)
    if (!(validated instanceof Invalid)) return validated
    omit(name, validated.reason, actual)
  } else return validItemsOf(attribute, attribute.items, actual, items, refused?.isItemUnread, omit)
  return undefined
}

/** The valid items of a list; `undefined` if there are too few. A single value is a list of one. */
const validItemsOf = (
  { name, validate }: Attribute,
  { min }: { readonly min: number },
  actual: unknown,
  list: ReadonlyArray<unknown> | undefined,
  isItemUnread: IsItemUnread | undefined,
  omit: Omit,
): Json | undefined => {
  const items = list ?? [actual]
  const valid: Array<Json> = []
  for (const [index, item] of items.entries()) {
    const validated =
      isItemUnread?.(index) === true
        ? invalid.unread
        : item === null || item === undefined
          ? invalid.blank
          : validate(item)
    if (!(validated instanceof Invalid)) valid.push(validated)
    else omit(name, validated.reason, item, list === undefined ? undefined : index)
  }
  if (valid.length >= min) return valid
  // If every item is invalid, the items have been reported already.
  if (valid.length > 0 || min > items.length) omit(name, "too_few_items", actual)
  return undefined
}
