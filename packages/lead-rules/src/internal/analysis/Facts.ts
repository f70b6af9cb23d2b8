import { type Formula, parentOf } from "./Formula.ts"
import {
  anything,
  costOf,
  isEmpty,
  isWithin,
  joinRegions,
  meetRegions,
  type Region,
  regionOfKinds,
} from "./Region.ts"

/** How much work is left. Without any, nothing more is found, and nothing false. */
export interface Budget {
  left: number
}

/** The most regions that are joined, as each join copies the result so far. */
const maxJoined = 64

/**
 * Facts about the fields of a lead: for each field a region that contains its value.
 *
 * The regions are upper bounds, so what the facts exclude is impossible.
 */
export class Facts {
  readonly #parent: Facts | undefined
  readonly #regions = new Map<string, Region>()
  readonly budget: Budget

  constructor(budget: Budget, parent?: Facts) {
    this.budget = budget
    this.#parent = parent
  }

  regionOf(field: string): Region {
    return this.#regions.get(field) ?? this.#parent?.regionOf(field) ?? anything
  }

  /** A copy to which facts can be added without changing this one. */
  fork(): Facts {
    return new Facts(this.budget, this)
  }

  /** Takes over the facts added to a fork. */
  merge(fork: Facts): void {
    for (const [field, region] of fork.#regions) this.#regions.set(field, region)
  }

  /** Adds that a formula holds; `false` where the facts exclude it. */
  add(formula: Formula): boolean {
    switch (formula._tag) {
      case "Atom":
        return this.#addRegion(formula.field, formula.region)
      case "All": {
        // Alternatives last, when the facts that narrow them down are there.
        const isChoice = ({ _tag }: Formula) => _tag === "Any"
        const sure = formula.parts.filter((part) => !isChoice(part))
        return [...sure, ...formula.parts.filter(isChoice)].every((part) => this.add(part))
      }
      case "Any":
        return this.#addAny(formula.parts)
    }
  }

  /** Whether the facts imply a formula. `false` may mean that it is undecided. */
  imply(formula: Formula): boolean {
    switch (formula._tag) {
      case "Atom": {
        const region = this.regionOf(formula.field)
        return this.#canAfford(region, formula.region) && isWithin(region, formula.region)
      }
      case "All":
        return formula.parts.every((part) => this.imply(part))
      case "Any":
        return formula.parts.some((part) => this.imply(part)) || this.#implyTogether(formula.parts)
    }
  }

  #addRegion(field: string, region: Region): boolean {
    const before = this.regionOf(field)
    if (!this.#canAfford(before, region)) return true
    const both = meetRegions(before, region)
    if (isEmpty(both)) return false
    this.#regions.set(field, both)
    if (both.missing) return true
    const parent = parentOf(field)
    return parent === undefined || !before.missing || this.#addRegion(parent, container)
  }

  #addAny(parts: ReadonlyArray<Formula>): boolean {
    const possible = parts.flatMap((part) => {
      const fork = this.fork()
      return fork.add(part) ? [fork] : []
    })
    const [first, ...others] = possible
    if (first === undefined) return false
    if (others.length > maxJoined) return true
    for (const field of first.#regions.keys()) {
      if (!others.every((other) => other.#regions.has(field))) continue
      const either = others.reduce(
        (region, other) => joinRegions(region, other.regionOf(field)).region,
        first.regionOf(field),
      )
      this.#regions.set(field, either)
    }
    return true
  }

  /** Whether formulas on one field together cover all values that it may have. */
  #implyTogether(parts: ReadonlyArray<Formula>): boolean {
    const [first, ...others] = parts
    if (first?._tag !== "Atom" || others.length > maxJoined) return false
    let region = first.region
    for (const part of others) {
      if (part._tag !== "Atom" || part.field !== first.field || !this.#canAfford(region, part.region))
        return false
      const either = joinRegions(region, part.region)
      if (!either.isExact) return false
      region = either.region
    }
    return isWithin(this.regionOf(first.field), region)
  }

  #canAfford(a: Region, b: Region): boolean {
    this.budget.left -= costOf(a) + costOf(b)
    return this.budget.left > 0
  }
}

/** A value that contains fields. */
const container = regionOfKinds(false, ["list", "object"])
