/** Figures of several contenders that take turns. */
import { Effect } from "effect"
import type { Contender } from "./Contender.ts"
import { quantile } from "./statistics.ts"

/** What one measurement gives. */
export type Figures = Readonly<Record<string, number>>

export class Rounds<F extends Figures> {
  readonly #figures: ReadonlyMap<Contender, ReadonlyArray<F>>

  private constructor(figures: ReadonlyMap<Contender, ReadonlyArray<F>>) {
    this.#figures = figures
  }

  /** Measures everybody once a round, each round in another order, and says so as it goes. */
  static readonly run = Effect.fnUntraced(function* <F extends Figures>(options: {
    readonly contenders: ReadonlyArray<Contender>
    readonly rounds: number
    readonly measure: (contender: Contender) => Effect.Effect<F>
  }) {
    const figures = new Map(options.contenders.map((contender) => [contender, [] as Array<F>]))
    for (let round = 0; round < options.rounds; round++) {
      for (const contender of orderOf(options.contenders, round)) {
        const measured = yield* options.measure(contender)
        figures.get(contender)?.push(measured)
        const texts = Object.entries(measured).map(([name, value]) => `${name} ${value.toFixed(1)}`)
        console.error(`round ${round + 1}: ${contender.name}: ${texts.join(", ")}`)
      }
    }
    return new Rounds(figures)
  })

  median(contender: Contender, key: keyof F): number {
    return quantile(this.#all(contender, key), 0.5)
  }

  /** Median, least and most. */
  spread(contender: Contender, key: keyof F): string {
    const [median, least, most] = [0.5, 0, 1].map((share) =>
      grouped(quantile(this.#all(contender, key), share)),
    )
    return `${median} (${least}..${most})`
  }

  /** How many times as much as another: the median over rounds, since in a round both met the same machine. */
  ratio(contender: Contender, other: Contender, key: keyof F): string {
    const others = this.#all(other, key)
    const ratios = this.#all(contender, key).map((value, round) => value / (others[round] ?? Number.NaN))
    return ratios.length === others.length ? quantile(ratios, 0.5).toFixed(2) : ""
  }

  #all(contender: Contender, key: keyof F): ReadonlyArray<number> {
    return (this.#figures.get(contender) ?? []).map((figures) => Number(figures[key]))
  }
}

/** Everybody comes first once, and every other round runs backwards. */
const orderOf = <A>(all: ReadonlyArray<A>, round: number): ReadonlyArray<A> => {
  const first = round % all.length
  const rotated = [...all.slice(first), ...all.slice(0, first)]
  return round % 2 === 0 ? rotated : rotated.toReversed()
}

/** `12,345`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString("en")
