import { fieldAround, type Formula } from "./Formula.ts"
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

/** How much may still be looked at. When it is used up nothing more is found, and nothing false. */
export interface Budget {
  left: number
}

/** The most regions that are joined: each join copies what was joined before. */
const maxJoined = 64

/**
 * What is known of a lead's fields: each has a value of a region, at most.
 *
 * It is never less than what leads can be, so what is impossible here is impossible.
 */
export class Knowledge {
  readonly #before: Knowledge | undefined
  readonly #regions = new Map<string, Region>()
  readonly budget: Budget

  constructor(budget: Budget, before?: Knowledge) {
    this.budget = budget
    this.#before = before
  }

  regionOf(field: string): Region {
    return this.#regions.get(field) ?? this.#before?.regionOf(field) ?? anything
  }

  /** What is known, to which more can be added without changing this. */
  fork(): Knowledge {
    return new Knowledge(this.budget, this)
  }

  /** Takes over what a fork has learnt. */
  absorb(fork: Knowledge): void {
    for (const [field, region] of fork.#regions) this.#regions.set(field, region)
  }

  /** Learns that a formula holds; `false` when it cannot. */
  learn(formula: Formula): boolean {
    switch (formula._tag) {
      case "Atom":
        return this.#learnOf(formula.field, formula.region)
      case "All": {
        // What leaves no choice first, so that it is known where there is one.
        const isChoice = ({ _tag }: Formula) => _tag === "Any"
        const sure = formula.parts.filter((part) => !isChoice(part))
        return [...sure, ...formula.parts.filter(isChoice)].every((part) => this.learn(part))
      }
      case "Any":
        return this.#learnAny(formula.parts)
    }
  }

  /** Whether a formula holds, by what is known. `false` may mean that it is not known. */
  implies(formula: Formula): boolean {
    switch (formula._tag) {
      case "Atom": {
        const known = this.regionOf(formula.field)
        return this.#canAfford(known, formula.region) && isWithin(known, formula.region)
      }
      case "All":
        return formula.parts.every((part) => this.implies(part))
      case "Any":
        return formula.parts.some((part) => this.implies(part)) || this.#impliesTogether(formula.parts)
    }
  }

  #learnOf(field: string, region: Region): boolean {
    const known = this.regionOf(field)
    if (!this.#canAfford(known, region)) return true
    const both = meetRegions(known, region)
    if (isEmpty(both)) return false
    this.#regions.set(field, both)
    if (both.missing) return true
    const around = fieldAround(field)
    return around === undefined || !known.missing || this.#learnOf(around, container)
  }

  #learnAny(parts: ReadonlyArray<Formula>): boolean {
    const possible = parts.flatMap((part) => {
      const fork = this.fork()
      return fork.learn(part) ? [fork] : []
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

  /** Whether formulas on one field leave nothing between them. */
  #impliesTogether(parts: ReadonlyArray<Formula>): boolean {
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

/** What a value must be for anything to be inside of it. */
const container = regionOfKinds(false, ["list", "object"])
