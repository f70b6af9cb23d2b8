import type { Rule } from "../../Rule.ts"
import { Met } from "../Truth.ts"
import type { Check } from "./check.ts"
import { compileCondition } from "./compileCondition.ts"
import { type Asked, FieldTree } from "./FieldTree.ts"
import type { Node } from "./Node.ts"
import { type Frame, pathOf, Scope } from "./Scope.ts"

/**
 * The rules of a set, ready to be answered.
 *
 * Most leads meet all rules, so that is asked first, in whatever order is fastest: field by field. Rule by rule
 * it is asked of those that do not, to find the first.
 */
export class Program {
  /** The fields of the payload. */
  readonly scope = new Scope()
  /** The conditions of the rules, in their order. */
  readonly nodes: ReadonlyArray<Node>
  readonly #fields: FieldTree
  /** Of rules that ask for more than one field. */
  readonly #joined: ReadonlyArray<Check>

  constructor(rules: ReadonlyArray<Rule>) {
    this.nodes = rules.map((rule, index) => compileCondition(rule, `rules.${index}`, this.scope))
    this.#fields = new FieldTree(this.nodes.flatMap(askedOf))
    this.#joined = this.nodes.flatMap((node) => ("slot" in node ? [] : [node.check]))
  }

  /** Whether every rule is met. */
  isMet(payload: unknown, now: number): boolean {
    return this.#fields.isMet(payload, now) && (this.#joined.length === 0 || this.#areJoinedMet(payload, now))
  }

  #areJoinedMet(payload: unknown, now: number): boolean {
    const frame = this.scope.take(payload, now)
    let areMet = true
    for (const check of this.#joined) {
      areMet = check(frame) === Met
      if (!areMet) break
    }
    this.scope.release(frame)
    return areMet
  }

  /** The first rule from `start` on that is not met, or -1. */
  next(frame: Frame, start: number): number {
    for (let index = start; index < this.nodes.length; index++) {
      if (this.nodes[index]?.check(frame) !== Met) return index
    }
    return -1
  }
}

const askedOf = (node: Node): ReadonlyArray<Asked> =>
  "slot" in node ? [{ path: pathOf(node.field), operator: node.operator }] : []
