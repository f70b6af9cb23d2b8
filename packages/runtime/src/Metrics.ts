import { Context, Effect } from "effect"
import { Cell, Histogram } from "./internal/metricCells.ts"
import { type Format, formatFamilies, type MetricFamily, type MetricType } from "./internal/metricText.ts"
import { keepSeries } from "./internal/metricSeries.ts"

/**
 * Counters, gauges and histograms of this process, in the formats that Prometheus reads.
 *
 * Hot paths hold a {@link Cell} or a {@link Histogram} and change a number in it; names, labels and text are made when
 * somebody scrapes. What exists elsewhere as a number is not counted again: {@link Metrics.observe} reads it at the scrape.
 * Used by the apps and by the listener. Why it is not Effect's `Metric`: docs/decisions/0029.
 */
export interface Metrics {
  /** Defines a counter, or returns the one that has the name. */
  readonly counter: (definition: CounterDefinition) => Series<Cell>
  /** Defines a histogram, or returns the one that has the name. */
  readonly histogram: (
    definition: Definition & { readonly buckets: ReadonlyArray<number> },
  ) => Series<Histogram>
  /** Defines gauges, or counters, that are read when somebody scrapes; replaces the ones that have the name. */
  readonly observe: (definition: ObservedDefinition, read: () => Reading) => void
  /** Runs an effect before each scrape, for what must be asked of others; replaces the one that has the name. */
  readonly refresh: (name: string, effect: Effect.Effect<void>) => void
  /** All metrics as text. */
  readonly scrape: (format: Format) => Effect.Effect<string>
}

export { Cell, Histogram } from "./internal/metricCells.ts"
export type { Format } from "./internal/metricText.ts"

/** What a metric is called and means. */
export interface Definition {
  /** The whole name, with its unit: `lead_gateway_delivery_duration_seconds`. */
  readonly name: string
  /** A phrase without a full stop. */
  readonly help: string
  /** The names of its labels; none unless set. */
  readonly labels?: ReadonlyArray<string>
}

/** A counter's name ends in `_total`. */
export interface CounterDefinition extends Definition {
  readonly name: `${string}_total`
}

/** What is read at the scrape. */
export type ObservedDefinition =
  | (Definition & { readonly type: "gauge" })
  | (CounterDefinition & { readonly type: "counter" })

/** One number, or one for each set of label values. Nothing is shown where there is none. */
export type Reading =
  | number
  | ReadonlyArray<readonly [values: ReadonlyArray<string>, value: number]>
  | undefined

/** The series of a metric. */
export interface Series<A> {
  /**
   * The series with these values, in the order of the labels. Looks it up: callers on a hot path keep what it returns.
   *
   * A metric has {@link mostSeries} series at most; further values share one whose labels are all `other`.
   */
  readonly of: (...values: ReadonlyArray<string>) => A
}

/** The series of one metric, at most. */
const mostSeries = 2000

/** Metrics that know of nothing yet. */
export const makeMetrics = (): Metrics => {
  const families = new Map<string, MetricFamily & { readonly series?: Series<unknown> }>()
  const refreshes = new Map<string, Effect.Effect<void>>()

  const define = <A extends Cell | Histogram>(type: MetricType, definition: Definition, make: () => A) => {
    const known = families.get(definition.name)
    if (known?.series !== undefined) return known.series as Series<A>
    const { read, series } = keepSeries(definition.labels ?? [], mostSeries, make)
    families.set(definition.name, { ...definition, type, read, series })
    return series
  }

  return {
    counter: (definition) => define("counter", definition, () => new Cell()),
    histogram: ({ buckets, ...definition }) => define("histogram", definition, () => new Histogram(buckets)),
    observe: ({ type, ...definition }, read) => {
      const { name, labels = [] } = definition
      const readings = () => {
        const reading = read()
        if (reading === undefined) return []
        return typeof reading === "number" ? [[[], reading] as const] : reading
      }
      families.set(name, { ...definition, labels, type, read: readings })
    },
    refresh: (name, effect) => void refreshes.set(name, effect),
    scrape: (format) =>
      Effect.suspend(() => Effect.all(refreshes.values(), { concurrency: "unbounded", discard: true })).pipe(
        Effect.map(() => formatFamilies(families.values(), format)),
      ),
  }
}

/** The metrics of this process; `yield* Metrics` needs no other service. Tests may provide some of their own. */
export const Metrics: Context.Reference<Metrics> = Context.Reference("@lead-gateway/runtime/Metrics", {
  defaultValue: makeMetrics,
})
