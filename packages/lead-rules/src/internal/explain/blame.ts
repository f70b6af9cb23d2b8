import { Met, Missing, not, type Truth } from "../Truth.ts"
import type { Node } from "../program/Node.ts"
import type { Frame } from "../program/Scope.ts"
import { type Grounds, groundsOf, type Sight } from "./grounds.ts"

/** A condition as it is looked for: itself, or its contrary where a `not` is around it. */
interface Sought {
  readonly node: Node
  readonly negated: boolean
}

/**
 * Finds the requirements that a payload would have had to meet. Asked only of a condition that is not met.
 *
 * A `not` turns what is inside it around, `all` and `any` too, so that every sentence says what would have passed.
 * Where something is missing only what is missing is to blame.
 */
export const blameOf = ({ node, negated }: Sought, frame: Frame, sight: Sight): ReadonlyArray<Grounds> => {
  switch (node._tag) {
    case "Not":
      return blameOf({ node: node.node, negated: !negated }, frame, sight)
    case "Junction": {
      const failing = node.nodes
        .map((child): Sought & { readonly truth: Truth } => {
          const truth = child.check(frame)
          return { node: child, negated, truth: negated ? not(truth) : truth }
        })
        .filter(({ truth }) => truth !== Met)
      const needsAll = (node.kind === "all") !== negated
      return decisive(failing, needsAll).flatMap((child) => blameOf(child, frame, sight))
    }
    case "Items":
      return itemsBlame(node, negated, frame, sight)
    case "Leaf":
      return [groundsOf(node, frame, negated, sight)]
  }
}

/** Of conditions that all have to be met the first that is unmet, else the first that misses something. */
const decisive = <A extends { readonly truth: Truth }>(
  failing: ReadonlyArray<A>,
  needsAll: boolean,
): ReadonlyArray<A> => {
  const missing = failing.filter(({ truth }) => truth === Missing)
  if (!needsAll) return missing.length > 0 ? missing.slice(0, 1) : failing
  const unmet = failing.find(({ truth }) => truth !== Missing)
  return unmet === undefined ? missing.slice(0, 1) : [unmet]
}

const itemsBlame = (
  node: Extract<Node, { readonly _tag: "Items" }>,
  negated: boolean,
  frame: Frame,
  sight: Sight,
): ReadonlyArray<Grounds> => {
  const list = frame.get(node.slot)
  const itself = [groundsOf(node, frame, negated, sight)]
  if (!Array.isArray(list)) return itself
  const items = (list as ReadonlyArray<unknown>).map((item, index) => {
    const inner = node.scope.take(item, frame.now)
    const truth = node.item.check(inner)
    node.scope.release(inner)
    return { item, index, truth: negated ? not(truth) : truth }
  })
  const failing = items.filter(({ truth }) => truth !== Met)
  const needsAll = (node.quantifier === "every") !== negated
  const [first] = decisive(failing, needsAll)
  // None of many items will do: the list is to blame, and no item of it more than another.
  if (first === undefined || (!needsAll && first.truth !== Missing)) return itself
  const inner = node.scope.take(first.item, frame.now)
  // An item's own name ends it already: `questions.2.`.
  const around = node.field === "." ? sight.within : `${sight.within}${node.field}.`
  const blame = blameOf({ node: node.item, negated }, inner, {
    ...sight,
    within: `${around}${first.index}.`,
  })
  node.scope.release(inner)
  return blame
}
