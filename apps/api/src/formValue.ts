/** The object that a form's fields make: `house[is_owner]` nests, repeated names and `[]` make lists. */
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Result } from "effect"

/** One field, decoded. */
export type FormField = readonly [name: string, value: string]

type FormList = Array<FormNode>
interface FormObject {
  [key: string]: FormNode
}
type FormNode = string | FormList | FormObject

/** The limit of JSON. */
const maxDepth = 512

const tooDeep = `form is nested deeper than ${maxDepth}`
const ambiguous = "malformed form: a name is used for a value and for fields inside it"

/**
 * The object of a form. Fails with the reason, which quotes nothing of the form.
 *
 * `house[is_owner]=true` is `{"house":{"is_owner":"true"}}`. A name that comes again, or ends with `[]`, makes a list:
 * `a=1&a=2` and `a[]=1&a[]=2` are both `{"a":["1","2"]}`. `a[][b]=1` appends an object for each field. An index is a key:
 * `a[0]=1` is `{"a":{"0":"1"}}`. A name with brackets of another form is a key as it stands: `a[b`, `[a]`, `a[b]c`. Keys such
 * as `__proto__` are ordinary.
 */
export const formValue = (fields: Iterable<FormField>): Result.Result<JsonObject, string> => {
  const root = emptyObject()
  for (const [name, value] of fields) {
    const path = pathOf(name)
    const problem = path.length > maxDepth ? tooDeep : place(root, path, value)
    if (problem !== undefined) return Result.fail(problem)
  }
  return Result.succeed(root)
}

/** Without a prototype, so that every name is an own key. */
const emptyObject = (): FormObject => Object.create(null) as FormObject

const nested = /^[^[\]]+(?:\[[^[\]]*\])+$/

/** `["house", "is_owner"]`; an empty key after the first is the end of a list. */
const pathOf = (name: string): ReadonlyArray<string> =>
  nested.test(name) ? name.slice(0, -1).split(/\]?\[/) : [name]

/** Puts a value at a path; the reason why that is impossible, if it is. */
const place = (root: FormObject, path: ReadonlyArray<string>, value: string): string | undefined => {
  let node: FormObject | FormList = root
  for (let index = 0; index < path.length - 1; index++) {
    const inner: FormObject | FormList | undefined = inside(node, path[index] ?? "", path[index + 1] === "")
    if (inner === undefined) return ambiguous
    node = inner
  }
  const key = path.at(-1) ?? ""
  if (Array.isArray(node)) {
    node.push(value)
    return undefined
  }
  const existing = node[key]
  if (existing === undefined) node[key] = value
  else if (Array.isArray(existing)) existing.push(value)
  else if (typeof existing === "object") return ambiguous
  else if (path.length === maxDepth) return tooDeep
  else node[key] = [existing, value]
  return undefined
}

/** The list or object at a key, made if there is none; undefined if something else is there. */
const inside = (
  node: FormObject | FormList,
  key: string,
  isList: boolean,
): FormObject | FormList | undefined => {
  const existing = Array.isArray(node) ? undefined : node[key]
  if (typeof existing === "object") return Array.isArray(existing) === isList ? existing : undefined
  if (existing !== undefined && !isList) return undefined
  const made = isList ? (existing === undefined ? [] : [existing]) : emptyObject()
  if (Array.isArray(node)) node.push(made)
  else node[key] = made
  return made
}
