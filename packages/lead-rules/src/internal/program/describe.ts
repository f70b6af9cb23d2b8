import { contrary } from "../explain/grounds.ts"
import type { Node } from "./Node.ts"

/** What a condition asks for, in words: `answer must be "ja" and question must be present`. */
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
      return `${node.field === "." ? "it" : node.field} must ${negated ? contrary(wanted) : wanted}`
    }
  }
}
