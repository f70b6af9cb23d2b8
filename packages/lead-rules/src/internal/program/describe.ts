import type { Node } from "./Node.ts"

/** What holds of a value that meets a condition, in words: `q is "Dach" and (a is "ja" or a is true)`. */
export const describe = (node: Node, negated = false): string => {
  switch (node._tag) {
    case "Not":
      return describe(node.node, !negated)
    case "Junction": {
      const word = (node.kind === "all") === negated ? "or" : "and"
      const [only, ...others] = node.nodes
      if (only !== undefined && others.length === 0) return describe(only, negated)
      return node.nodes
        .map((child) => (isLong(child) ? `(${describe(child, negated)})` : describe(child, negated)))
        .join(` ${word} `)
    }
    case "Items":
    case "Leaf": {
      const { wanted } = node.operator
      const isContrary = wanted.startsWith("not ")
      const verb = isContrary ? wanted.slice("not ".length) : wanted
      return `${node.field === "." ? "it" : node.field} ${statement(verb, negated !== isContrary)}`
    }
  }
}

/** Whether a description has an "and" or an "or" of its own, or may end with one. */
const isLong = (node: Node): boolean => {
  switch (node._tag) {
    case "Not":
      return isLong(node.node)
    case "Junction":
      return node.nodes.length > 1 || node.nodes.some(isLong)
    case "Items":
      return true
    case "Leaf":
      return false
  }
}

/** `be a text` as what holds: `is a text`, `is not a text`; `match ^66`: `matches ^66`, `does not match ^66`. */
const statement = (wanted: string, negated: boolean): string => {
  const [verb = ""] = wanted.split(" ", 1)
  const rest = wanted.slice(verb.length)
  if (verb === "be") return `${negated ? "is not" : "is"}${rest}`
  if (negated) return `does not ${wanted}`
  if (verb === "have") return `has${rest}`
  return `${verb}${verb.endsWith("ch") ? "es" : "s"}${rest}`
}
