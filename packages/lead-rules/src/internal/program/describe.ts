import type { Node } from "./Node.ts"

/** A condition as a statement about a value that meets it: `q is "Dach" and (a is "ja" or a is true)`. */
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
      const { expected } = node.operator
      const isOpposite = expected.startsWith("not ")
      const verb = isOpposite ? expected.slice("not ".length) : expected
      return `${node.field === "." ? "it" : node.field} ${statement(verb, negated !== isOpposite)}`
    }
  }
}

/** Whether a description contains an "and" or an "or", so that it needs brackets. */
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

/** An expectation as a statement: `be a text` becomes `is a text`, `is not a text`; `match ^66`: `matches ^66`, `does not match ^66`. */
const statement = (expected: string, negated: boolean): string => {
  const [verb = ""] = expected.split(" ", 1)
  const rest = expected.slice(verb.length)
  if (verb === "be") return `${negated ? "is not" : "is"}${rest}`
  if (negated) return `does not ${expected}`
  if (verb === "have") return `has${rest}`
  return `${verb}${verb.endsWith("ch") ? "es" : "s"}${rest}`
}
