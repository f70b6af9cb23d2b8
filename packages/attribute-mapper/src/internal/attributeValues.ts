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
    const found =
      unreadPaths.length === 0
        ? undefined
        : foundIn(attribute, payload, (path) => isUnreadAt(unreadPaths, path))
    if (found?.isSentUnread === true) unread.push(name)
    const value =
      found === undefined
        ? valueOf(attribute, reader.read(payload), noneIsUnread, records)
        : valueOf(attribute, found.value, found.isUnread, records)
    values.push(value)
    if (value === undefined && (required || found?.parks === true)) missing.push(name)
  }
  return { values, omitted, absent, missing, unread }
}

/** The value of an attribute in a payload of which the normaliser could not read everything. */
interface FoundValue {
  readonly value: unknown
  readonly isUnread: IsUnread
  readonly isSentUnread: boolean
  readonly parks: boolean
}

const foundIn = (
  { items, reader, unread }: Attribute,
  payload: unknown,
  isUnreadPath: (path: string) => boolean,
): FoundValue => {
  if (unread === "send") {
    const { path, value } = reader.find(payload, never)
    return { value, isUnread: noneIsUnread, isSentUnread: isUnreadPath(path), parks: false }
  }
  const { isRefused, path, value } = reader.find(payload, isUnreadPath)
  if (!isRefused) return { value, isUnread: noneIsUnread, isSentUnread: false, parks: false }
  const parks = unread === "park"
  const list = parks || items === undefined ? undefined : itemsOf(value, items.max)
  const isUnread: IsUnread = Array.isArray(list) ? (index) => isUnreadPath(`${path}.${index}`) : allAreUnread
  return { value, isUnread, isSentUnread: false, parks }
}

const never = (): boolean => false

/** Whether the normaliser could not read the item at an index of a list. */
type IsUnread = (index: number) => boolean

const noneIsUnread: IsUnread = () => false

/** The normaliser could not read the value, or no part of it may be sent. */
const allAreUnread: IsUnread = () => true

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
  isUnread: IsUnread,
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
  if (isUnread === allAreUnread) omit(name, "unread", actual)
  else if (items === "too_many_items") omit(name, items, actual)
  else if (attribute.items === undefined) {
    const validated = items === undefined ? attribute.validate(actual) : attribute.validateList(items)
    if (!(validated instanceof Invalid)) return validated
    omit(name, validated.reason, actual)
  } else return validItemsOf(attribute, attribute.items, actual, items, isUnread, omit)
  return undefined
}

/** The valid items of a list; `undefined` if there are too few. A single value is a list of one. */
const validItemsOf = (
  { name, validate }: Attribute,
  { min }: { readonly min: number },
  actual: unknown,
  list: ReadonlyArray<unknown> | undefined,
  isUnread: IsUnread,
  omit: Omit,
): Json | undefined => {
  const items = list ?? [actual]
  const valid: Array<Json> = []
  for (const [index, item] of items.entries()) {
    const validated = isUnread(index)
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
