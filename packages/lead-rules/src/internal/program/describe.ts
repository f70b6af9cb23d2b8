import type { Node } from "./Node.ts"

/** What holds of a value that meets a condition, in words: `q is "Dach" and a is "ja"`. */
export const describe = (node: Node, negated = false): string => {
  switch (node._tag) {
    case "Not":
      return describe(node.node, !negated)
    case "Junction": {
      const word = (node.kind === "all") === negated ? "or" : "and"
      return node.nodes.map((child) => describe(child, negated)).join(` ${word} `)
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

/** `be a text` as what holds: `is a text`, `is not a text`; `match ^66`: `matches ^66`, `does not match ^66`. */
const statement = (wanted: string, negated: boolean): string => {
  const [verb = ""] = wanted.split(" ", 1)
  const rest = wanted.slice(verb.length)
  if (verb === "be") return `${negated ? "is not" : "is"}${rest}`
  if (negated) return `does not ${wanted}`
  if (verb === "have") return `has${rest}`
  return `${verb}${verb.endsWith("ch") ? "es" : "s"}${rest}`
}
