import type { Path, Report } from "@lead-gateway/document-check"
import type { Json } from "@lead-gateway/lossless-json"
import type { compiledMapping } from "../Mapping.ts"
import type { OmittedNode, OmittedNodeReason } from "../MapReport.ts"
import type { AttributeValues } from "./attributeValues.ts"
import type { UnreadPaths } from "./unread.ts"

/** The names that a template may use. Without a list every name is accepted. */
export interface TemplateNames {
  /** For `$constant`, such as `product.name`. */
  readonly constants?: ReadonlyArray<string>
  /** For `$meta`, such as `lead_id`. */
  readonly deliveryMetadata?: ReadonlyArray<string>
  /** For `$attribute`, and `only` and `except` of `$attributes`: `mapping.names`. */
  readonly attributes?: ReadonlyArray<string>
}

/** Reports names that are no lists of names, such as a mapping instead of its `names`. */
export const reportNames = (report: Report, names: TemplateNames): void => {
  for (const key of ["constants", "deliveryMetadata", "attributes"] as const) {
    const list: unknown = names[key]
    if (list === undefined || (Array.isArray(list) && list.every((name) => typeof name === "string")))
      continue
    report([], list, `the ${key} of the second argument to be a list of names${hints[key]}`)
  }
}

const hints = {
  constants: ", such as Object.keys(constants)",
  deliveryMetadata: "",
  attributes: ", such as mapping.names",
} as const

/** What a node of a template is compiled with. */
export interface Context {
  /** The path of the node in the template. */
  readonly path: Path
  readonly report: Report
  readonly names: TemplateNames
  /** Whether the node is inside an item of `$each`, where paths begin at the item. */
  readonly insideItem: boolean
  /** The objects and lists around the node, which it must not contain. */
  readonly around: ReadonlyArray<object>
}

/** Reports a name that is not one of the known names; if those are not given, every name is accepted. */
export const reportUnknown = (
  { path, report }: Pick<Context, "path" | "report">,
  key: string | number,
  name: string,
  known: ReadonlyArray<string> | undefined,
  kind: string,
): void => {
  if (known === undefined || known.includes(name)) return
  const expected =
    known.length === 0 ? `nothing: there is no ${kind}` : `the name of a ${kind}: ${known.join(", ")}`
  report([...path, key], name, expected.replace("of a a", "of an a"))
}

/** What a node is evaluated with, and the omissions that it records. */
export interface Scope {
  /** The payload; inside an item of `$each`, that item. */
  readonly here: unknown
  /** Inside an item: its position in the list, from 1. */
  readonly position: number
  /** The path of `here` in the payload, with a point after it; nothing outside an item. */
  readonly base: string
  /** The paths of the values that the normaliser could not read. */
  readonly unread: UnreadPaths
  readonly constants: unknown
  readonly deliveryMetadata: unknown
  readonly mapping: ReturnType<typeof compiledMapping>
  readonly attributes: AttributeValues
  /** The names of missing required values. */
  readonly missing: Set<string>
  /** The nodes without a value; a node inside an item is recorded once for all items. */
  readonly omittedNodes: Array<OmittedNode>
  /** Inside an item: whether a required value of it is missing. */
  incomplete: boolean
}

/** A compiled node of a template: evaluates to its part of the customer payload, or to `undefined` if it is omitted. */
export type Node = (scope: Scope) => Json | undefined

/** What an omission needs to know about its node. */
interface Omission {
  readonly path: string
  /** The name of the missing value, if it is required. */
  readonly name: string
  readonly required: boolean
  readonly insideItem: boolean
}

/** The ways to leave a node without a value. */
interface Omitter {
  /** Records why the node is omitted, and that its value is missing if it is required. */
  readonly omit: (scope: Scope, reason: OmittedNodeReason) => undefined
  /** Omits the node because of a value that could not be read. The lead lacks that value, required or not. */
  readonly park: (scope: Scope, unread: string) => undefined
}

/** Makes the functions that omit a node. */
export const omitter = ({ path, name, required, insideItem }: Omission): Omitter => {
  const nodes = new Map<OmittedNodeReason, OmittedNode>()
  const record = (scope: Scope, reason: OmittedNodeReason): void => {
    if (insideItem) {
      // The same object each time, so that it is recorded once for all items of a list.
      const node = nodes.get(reason) ?? { path, reason }
      nodes.set(reason, node)
      if (!scope.omittedNodes.includes(node)) scope.omittedNodes.push(node)
      if (required) scope.incomplete = true
    } else scope.omittedNodes.push({ path, reason })
  }
  return {
    omit: (scope, reason) => {
      record(scope, reason)
      if (required && !insideItem) scope.missing.add(name)
    },
    park: (scope, unread) => {
      record(scope, "unread")
      scope.missing.add(unread)
    },
  }
}

/** Sets an own property, whatever its key: `__proto__` would set the prototype. */
export const setOwn = (object: Record<string, Json>, key: string, value: Json): void => {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else object[key] = value
}
