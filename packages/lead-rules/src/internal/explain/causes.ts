import type { Node } from "../program/Node.ts"
import type { Frame } from "../program/Scope.ts"
import { Met, not, type Truth, Unknown } from "../Truth.ts"
import { type Evidence, evidenceOf, type View } from "./evidence.ts"

/** A condition that is to be met; or, inside a `not`, its opposite. */
interface Goal {
  readonly node: Node
  readonly negated: boolean
}

/**
 * Finds the conditions on fields that caused a condition not to be met. Call it only for one that is not met.
 *
 * A `not` turns everything inside it around, `all` and `any` too, so every sentence says what would have passed.
 * Where a truth is unknown, only what is missing is a cause.
 */
export const causesOf = ({ node, negated }: Goal, frame: Frame, view: View): ReadonlyArray<Evidence> => {
  switch (node._tag) {
    case "Not":
      return causesOf({ node: node.node, negated: !negated }, frame, view)
    case "Junction": {
      const failing = node.nodes
        .map((child): Goal & { readonly truth: Truth } => {
          const truth = child.check(frame)
          return { node: child, negated, truth: negated ? not(truth) : truth }
        })
        .filter(({ truth }) => truth !== Met)
      const needsAll = (node.kind === "all") !== negated
      return decisive(failing, needsAll).flatMap((child) => causesOf(child, frame, view))
    }
    case "Items":
      return itemCauses(node, negated, frame, view)
    case "Leaf":
      return [evidenceOf(node, frame, negated, view)]
  }
}

/** Where all have to be met, the first that is unmet or else unknown. Where one would do, all, or the first unknown. */
const decisive = <A extends { readonly truth: Truth }>(
  failing: ReadonlyArray<A>,
  needsAll: boolean,
): ReadonlyArray<A> => {
  const unknown = failing.filter(({ truth }) => truth === Unknown)
  if (!needsAll) return unknown.length > 0 ? unknown.slice(0, 1) : failing
  const unmet = failing.find(({ truth }) => truth !== Unknown)
  return unmet === undefined ? unknown.slice(0, 1) : [unmet]
}

const itemCauses = (
  node: Extract<Node, { readonly _tag: "Items" }>,
  negated: boolean,
  frame: Frame,
  view: View,
): ReadonlyArray<Evidence> => {
  const list = frame.get(node.slot)
  const listItself = [evidenceOf(node, frame, negated, view)]
  if (!Array.isArray(list)) return listItself
  const items = (list as ReadonlyArray<unknown>).map((item, index) => {
    const inner = node.scope.take(item, frame.now)
    const truth = node.item.check(inner)
    node.scope.release(inner)
    return { item, index, truth: negated ? not(truth) : truth }
  })
  const failing = items.filter(({ truth }) => truth !== Met)
  const needsAll = (node.quantifier === "every") !== negated
  const [first] = decisive(failing, needsAll)
  // No item of several will do: the cause is the list, not one item more than another.
  if (first === undefined || (!needsAll && first.truth !== Unknown)) return listItself
  const inner = node.scope.take(first.item, frame.now)
  // `within` ends with the item's own index already: `questions.2.`.
  const prefix = node.field === "." ? view.within : `${view.within}${node.field}.`
  const causes = causesOf({ node: node.item, negated }, inner, {
    ...view,
    within: `${prefix}${first.index}.`,
  })
  node.scope.release(inner)
  return causes
}
