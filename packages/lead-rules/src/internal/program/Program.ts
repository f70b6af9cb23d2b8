import type { Rule } from "../../Rule.ts"
import type { Verdict } from "../../Verdict.ts"
import { PatternMemory } from "../PatternMemory.ts"
import { Met } from "../Truth.ts"
import type { Check } from "./check.ts"
import { compileCondition } from "./compileCondition.ts"
import { type FieldRule, FieldTree } from "./FieldTree.ts"
import type { Node } from "./Node.ts"
import { type Frame, pathOf, Scope } from "./Scope.ts"

/**
 * The compiled rules of a set.
 *
 * The first rule that is not met is found field by field, which is faster than rule by rule, as most leads meet all
 * rules. The rules after it are evaluated one by one.
 */
export class Program {
  /** The fields of the payload. */
  readonly scope = new Scope()
  /** The conditions of the rules, in their order. */
  readonly nodes: ReadonlyArray<Node>
  /** Cached verdicts, which depend only on the kind of value: by rule and kind. */
  readonly verdicts = new Map<number, Verdict>()
  readonly #fields: FieldTree
  /** The rules that may read more than one field. */
  readonly #joined: ReadonlyArray<{ readonly index: number; readonly check: Check }>

  constructor(rules: ReadonlyArray<Rule>) {
    const memory = new PatternMemory()
    this.nodes = rules.map((rule, index) => compileCondition(rule, `rules.${index}`, this.scope, memory))
    this.#fields = new FieldTree(this.nodes.flatMap(fieldRuleOf))
    this.#joined = this.nodes.flatMap(({ _tag, check }, index) =>
      _tag === "Junction" || _tag === "Not" ? [{ index, check }] : [],
    )
  }

  /** The first rule that is not met, or -1. */
  first(payload: unknown, now: number): number {
    const ofFields = this.#fields.first(payload, now, this.nodes.length)
    const first = this.#joined.length === 0 ? ofFields : this.#firstJoined(payload, now, ofFields)
    return first === this.nodes.length ? -1 : first
  }

  #firstJoined(payload: unknown, now: number, best: number): number {
    const frame = this.scope.take(payload, now)
    const unmet = this.#joined.find(({ index, check }) => index >= best || check(frame) !== Met)
    this.scope.release(frame)
    return unmet === undefined ? best : Math.min(best, unmet.index)
  }

  /** The first rule from `start` on that is not met, or -1. */
  next(frame: Frame, start: number): number {
    for (let index = start; index < this.nodes.length; index++) {
      if (this.nodes[index]?.check(frame) !== Met) return index
    }
    return -1
  }
}

const fieldRuleOf = (node: Node, index: number): ReadonlyArray<FieldRule> =>
  "slot" in node ? [{ index, path: pathOf(node.field), operator: node.operator }] : []
