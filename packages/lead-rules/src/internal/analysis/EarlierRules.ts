import { fieldAround, fieldsOf, type Formula } from "./Formula.ts"

/** A rejecting rule that comes before another. */
export interface Earlier {
  readonly name: string
  readonly formula: Formula
}

/** The rules so far, by the fields that they speak of. */
export class EarlierRules {
  readonly #on = new Map<string, Set<Earlier>>()
  readonly #inside = new Map<string, Set<Earlier>>()

  add(name: string, formula: Formula): void {
    const earlier = { name, formula }
    for (const field of fieldsOf(formula)) {
      put(this.#on, field, earlier)
      for (const around of fieldsAround(field)) put(this.#inside, around, earlier)
    }
  }

  /** The rules on the same fields as a formula, on what is inside of them and on what they are inside of. */
  about(formula: Formula): ReadonlyArray<Earlier> {
    const found = new Set<Earlier>()
    for (const field of new Set(fieldsOf(formula))) {
      for (const other of [field, ...fieldsAround(field)])
        this.#on.get(other)?.forEach((one) => found.add(one))
      this.#inside.get(field)?.forEach((one) => found.add(one))
    }
    return Array.from(found)
  }
}

/** The most fields around one that it is found by: a path may have hundreds of keys, and a set thousands of paths. */
const maxAround = 16

function* fieldsAround(field: string): Generator<string> {
  let around = fieldAround(field)
  for (let left = maxAround; left > 0 && around !== undefined; left--) {
    yield around
    around = fieldAround(around)
  }
}

const put = (sets: Map<string, Set<Earlier>>, key: string, earlier: Earlier): void => {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([earlier]))
  else set.add(earlier)
}
