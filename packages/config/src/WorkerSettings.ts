/** How the worker takes leads, retries them and sweeps up. */
import { Duration, Struct } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The worker's pace. */
export interface WorkerSettings {
  /** How long to wait before looking again when there was nothing to do. */
  readonly pollInterval: Duration.Duration
  /** Leads handled at the same time by one process. */
  readonly concurrency: number
  /** Port of the worker's own health routes; 0 takes any free port. */
  readonly port: number
  /** How often the sweep looks for leads that are due and not owned. */
  readonly retryScanInterval: Duration.Duration
  /** Leads that one sweep offers, at most. */
  readonly retryScanLimit: number
  /** Deliveries of one lead in all, the first included. */
  readonly maxRetryAttempts: number
  /** The wait before attempt 2; it doubles with each further attempt. */
  readonly retryBackoffBase: Duration.Duration
}

const interval = Kind.duration({ minimum: Duration.millis(10), maximum: Duration.hours(1) })

const rateLimit = Settings.withDefault(
  "RATE_LIMIT_PER_SEC",
  Kind.literals(["off"], "or leave it unset: limiting the rate of deliveries is not supported yet"),
  "Deliveries a second to the customer; not supported yet, so only `off`",
  "off",
)

/** The settings of whatever runs a worker. */
export const workerSettings: Settings.Settings<WorkerSettings> = Settings.map(
  Settings.all({
    pollInterval: Settings.withDefault(
      "WORKER_POLL_INTERVAL",
      interval,
      "Wait before an idle worker looks for leads again",
      Duration.seconds(5),
    ),
    concurrency: Settings.withDefault(
      "WORKER_CONCURRENCY",
      Kind.integer({ minimum: 1, maximum: 1000 }),
      "Leads that one process handles at the same time",
      5,
    ),
    port: Settings.withDefault(
      "WORKER_PORT",
      Kind.listenPort,
      "Port of the worker's health routes; 0 takes any free one",
      8100,
    ),
    retryScanInterval: Settings.withDefault(
      "RETRY_SCAN_INTERVAL",
      interval,
      "How often the sweep looks for leads that are due",
      Duration.seconds(5),
    ),
    retryScanLimit: Settings.withDefault(
      "RETRY_SCAN_LIMIT",
      Kind.integer({ minimum: 1, maximum: 100_000 }),
      "Leads that one sweep offers, at most",
      1000,
    ),
    maxRetryAttempts: Settings.withDefault(
      "MAX_RETRY_ATTEMPTS",
      Kind.integer({ minimum: 1, maximum: 20 }),
      "Deliveries of one lead in all, the first included",
      5,
    ),
    retryBackoffBase: Settings.withDefault(
      "RETRY_BACKOFF_BASE",
      Kind.duration({ minimum: Duration.millis(1), maximum: Duration.hours(24) }),
      "Wait before the second attempt; it doubles with each further one",
      Duration.seconds(30),
    ),
    rateLimit,
  }),
  Struct.omit(["rateLimit"]),
)
