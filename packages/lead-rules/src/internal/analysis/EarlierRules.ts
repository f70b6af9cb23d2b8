import { fieldsOf, type Formula, parentOf } from "./Formula.ts"

/** A rejecting rule that comes before another. */
export interface EarlierRule {
  readonly name: string
  readonly formula: Formula
}

/** The rules so far, indexed by their fields. */
export class EarlierRules {
  readonly #on = new Map<string, Set<EarlierRule>>()
  readonly #inside = new Map<string, Set<EarlierRule>>()

  add(name: string, formula: Formula): void {
    const rule = { name, formula }
    for (const field of fieldsOf(formula)) {
      put(this.#on, field, rule)
      for (const ancestor of ancestorsOf(field)) put(this.#inside, ancestor, rule)
    }
  }

  /** The rules on the fields of a formula, on fields inside them and on fields that contain them. */
  about(formula: Formula): ReadonlyArray<EarlierRule> {
    const rules = new Set<EarlierRule>()
    for (const field of new Set(fieldsOf(formula))) {
      for (const other of [field, ...ancestorsOf(field)])
        this.#on.get(other)?.forEach((rule) => rules.add(rule))
      this.#inside.get(field)?.forEach((rule) => rules.add(rule))
    }
    return Array.from(rules)
  }
}

/** The most ancestors a field is indexed by: a path may have hundreds of keys, and a rule set thousands of paths. */
const maxAncestors = 16

function* ancestorsOf(field: string): Generator<string> {
  let ancestor = parentOf(field)
  for (let left = maxAncestors; left > 0 && ancestor !== undefined; left--) {
    yield ancestor
    ancestor = parentOf(ancestor)
  }
}

const put = (sets: Map<string, Set<EarlierRule>>, key: string, rule: EarlierRule): void => {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([rule]))
  else set.add(rule)
}
