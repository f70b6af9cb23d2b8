import type { Json } from "@lead-gateway/lossless-json"
import type { Directives } from "../TemplateDocument.ts"
import { type Context, reportUnknown } from "./context.ts"
import { type Node, setOwn } from "./filling.ts"

/** The valid attributes in the mapping's order, all or some of them. */
export const attributesNode = (json: Directives["$attributes"], context: Context): Node => {
  const { $attributes: shape, only, except, name_key = "name", value_key = "value" } = json
  const { path, report, names } = context
  if (only !== undefined && except !== undefined) report([...path, "except"], except, "no except beside only")
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
  const isWanted = filter(only, except)
  if (shape === "object") {
    return ({ mapping, attributes }) => {
      const object: Record<string, Json> = {}
      for (const [index, name] of mapping.names.entries()) {
        const value = attributes.values[index]
        if (value !== undefined && isWanted(name)) setOwn(object, name, value)
      }
      return object
    }
  }
  const isUsual = name_key === "name" && value_key === "value"
  return ({ mapping, attributes }) => {
    const list: Array<Json> = []
    for (const [index, name] of mapping.names.entries()) {
      const value = attributes.values[index]
      if (value === undefined || !isWanted(name)) continue
      if (isUsual) list.push({ name, value })
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

const filter = (
  only: ReadonlyArray<string> | undefined,
  except: ReadonlyArray<string> | undefined,
): ((name: string) => boolean) => {
  if (only === undefined && except === undefined) return () => true
  const names = new Set(only ?? except)
  return only === undefined ? (name) => !names.has(name) : (name) => names.has(name)
}
