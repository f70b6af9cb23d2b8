import { missingAs } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import type { Directives } from "../TemplateDocument.ts"
import { type Context, type Node, omitter, reportUnknown, setOwn } from "./Node.ts"
import { itemsOf, readerOf } from "./reader.ts"

/** `$each`: a list with the item node evaluated for each item of a list in the payload. */
export const eachNode = (json: Directives["$each"], { path, insideItem }: Context, item: Node): Node => {
  const { $each, required = false, max_items = 100 } = json
  const { find, read } = readerOf($each)
  const text = path.join(".")
  const name = [$each].flat()[0] ?? ""
  const { omit } = omitter({ path: text, name, required, insideItem })
  const { omit: omitItem } = omitter({ path: `${text}.item`, name, required: false, insideItem: true })
  return (scope) => {
    const value = read(scope.here)
    const reason = missingAs(value)
    if (reason !== undefined) return omit(scope, reason)
    const items = itemsOf(value, max_items)
    if (items === "too_many_items") return omit(scope, items)
    const list: Array<Json> = []
    // Only paths of unread values are compared with it.
    const base = scope.unread.length === 0 ? "" : `${scope.base}${find(scope.here, never).path}.`
    for (const [index, here] of (items ?? [value]).entries()) {
      const inside = {
        ...scope,
        here,
        position: index + 1,
        base: items === undefined ? base : `${base}${index}.`,
        incomplete: false,
      }
      const evaluated = item(inside)
      if (inside.incomplete) omitItem(scope, "incomplete")
      else if (evaluated !== undefined) list.push(evaluated)
    }
    return list
  }
}

const never = (): boolean => false

/** `$attributes`: all or some of the valid attributes, in the order of the mapping. */
export const attributesNode = (json: Directives["$attributes"], context: Context): Node => {
  const { $attributes: shape, only, except, name_key = "name", value_key = "value" } = json
  const { path, report, names } = context
  if (only !== undefined && except !== undefined)
    report([...path, "except"], except, "no except together with only")
  for (const [key, list] of Object.entries({ only, except })) {
    for (const [index, name] of (list ?? []).entries()) {
      reportUnknown({ path: [...path, key], report }, index, name, names.attributes, "attribute")
    }
  }
  if (name_key === value_key) {
    const key = json.name_key === undefined ? "value_key" : "name_key"
    report([...path, key], json[key], "another key: name and value would have the same")
  }
  if (shape === "object") {
    for (const key of ["name_key", "value_key"] as const) {
      if (json[key] !== undefined) report([...path, key], json[key], `no ${key}: only a list has one`)
    }
  }
  const isSelected = selection(only, except)
  if (shape === "object") {
    return ({ mapping, attributes }) => {
      const object: Record<string, Json> = {}
      for (const [index, name] of mapping.names.entries()) {
        const value = attributes.values[index]
        if (value !== undefined && isSelected(name)) setOwn(object, name, value)
      }
      return object
    }
  }
  const hasDefaultKeys = name_key === "name" && value_key === "value"
  return ({ mapping, attributes }) => {
    const list: Array<Json> = []
    for (const [index, name] of mapping.names.entries()) {
      const value = attributes.values[index]
      if (value === undefined || !isSelected(name)) continue
      if (hasDefaultKeys) list.push({ name, value })
      else {
        const object: Record<string, Json> = {}
        setOwn(object, name_key, name)
        setOwn(object, value_key, value)
        list.push(object)
      }
    }
    return list
  }
}

/** Whether an attribute is among the selected ones. */
const selection = (
  only: ReadonlyArray<string> | undefined,
  except: ReadonlyArray<string> | undefined,
): ((name: string) => boolean) => {
  if (only === undefined && except === undefined) return () => true
  const names = new Set(only ?? except)
  return only === undefined ? (name) => !names.has(name) : (name) => names.has(name)
}
