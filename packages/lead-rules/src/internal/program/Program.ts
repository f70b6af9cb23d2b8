import type { Rule } from "../../RuleSet.ts"
import type { Verdict } from "../../Verdict.ts"
import { PatternMemory } from "../pattern/PatternMemory.ts"
import { type Check, Met } from "../Truth.ts"
import { FieldGroup, type OperatorOfRule } from "./FieldGroup.ts"
import { compileCondition, type Node } from "./Node.ts"
import { childOf, type Frame, pathOf, Scope } from "./Scope.ts"

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

/** A rule on one field, with the path to it. */
interface FieldRule extends OperatorOfRule {
  readonly path: ReadonlyArray<string>
}

/**
 * The rules on a value and on the fields inside it, as a tree of keys.
 *
 * One walk evaluates a payload, so every object is looked up once.
 */
class FieldTree {
  readonly #group: FieldGroup | undefined
  readonly #children: ReadonlyArray<Child>

  /** Rules in order, all of whose paths share their first `depth` keys. */
  constructor(rules: ReadonlyArray<FieldRule>, depth = 0) {
    const here = rules.filter(({ path }) => path.length === depth)
    const inside = Map.groupBy(
      rules.filter(({ path }) => path.length > depth),
      ({ path }) => path[depth] ?? "",
    )
    this.#group = here.length === 0 ? undefined : new FieldGroup(here)
    this.#children = Array.from(inside, ([key, ofKey]) => childAt(key, ofKey, depth + 1))
  }

  /** The first rule before `best` that a value does not meet, or `best`. */
  first(value: unknown, now: number, best: number): number {
    let first = best
    const group = this.#group
    if (group !== undefined && !group.isMet(value, now)) first = group.first(value, now, first)
    const children = this.#children
    if (children.length === 0) return first
    const parent = isPlain(value) ? value : undefined
    for (let i = 0; i < children.length; i++) {
      const { key, isOwn, start, leaf, tree } = children[i] as Child
      // The children are in the order of their first rules.
      if (start >= first) return first
      const inside = parent !== undefined && isOwn ? parent[key] : childOf(value, key)
      if (tree !== undefined) first = tree.first(inside, now, first)
      else if (leaf !== undefined && !leaf.isMet(inside, now)) first = leaf.first(inside, now, first)
    }
    return first
  }
}

/** The rules on the value under a key. */
interface Child {
  readonly key: string
  /** Whether no prototype has the key, so that a plain object only has it as its own. */
  readonly isOwn: boolean
  /** The index of the first rule. */
  readonly start: number
  /** `leaf` where no rule reads a field inside the value, else `tree`. */
  readonly leaf: FieldGroup | undefined
  readonly tree: FieldTree | undefined
}

const childAt = (key: string, rules: ReadonlyArray<FieldRule>, depth: number): Child => {
  const isLeaf = rules.every(({ path }) => path.length === depth)
  return {
    key,
    isOwn: !(key in Object.prototype || key in Array.prototype || key === "rawJSON"),
    start: rules[0]?.index ?? Number.POSITIVE_INFINITY,
    leaf: isLeaf ? new FieldGroup(rules) : undefined,
    tree: isLeaf ? undefined : new FieldTree(rules, depth),
  }
}

/**
 * Whether a value is an object as parsers make them, on which only `Object.prototype` and `Array.prototype` add keys.
 *
 * Nobody may add properties to `Object.prototype` once a rule set is compiled.
 */
const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || prototype === Array.prototype
}
