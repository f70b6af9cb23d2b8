/** Metrics and statistics: who may scrape, and how long a statistic counts as fresh. */
import { type Array, Duration, type Option, type Redacted } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

/** Who may read metrics, and how often Postgres is asked for statistics. */
export interface MetricsSettings {
  /** The bearer tokens of whoever may read `/metrics`; none: everybody. */
  readonly tokens: Option.Option<Array.NonEmptyReadonlyArray<Redacted.Redacted>>
  /** How long an answer of Postgres serves all who ask for the same; zero: everybody asks for themselves. */
  readonly statsCacheTtl: Duration.Duration
}

/** The settings of every process that shows metrics. */
export const metricsSettings: Settings.Settings<MetricsSettings> = Settings.all({
  tokens: Settings.optional(
    "METRICS_TOKEN",
    Kind.tokens,
    "The bearer token that `/metrics` of api and worker requires; several separated by commas allow rotation",
    "none: `/metrics` is open",
  ),
  statsCacheTtl: Settings.withDefault(
    "STATS_CACHE_TTL",
    Quantity.duration({ minimum: Duration.zero, maximum: Duration.minutes(1) }),
    "How long counts and other statistics serve all who ask for them, so that many dashboards cost one query; 0s asks each time",
    Duration.seconds(1),
  ),
})
