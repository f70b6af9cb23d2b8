/** How the worker takes leads, retries them and sweeps up. */
import { Duration, Option } from "effect"
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
  /** Deliveries a second to the customer at most, over all workers; none for no limit. */
  readonly ratePerSecond: Option.Option<number>
  readonly breaker: BreakerSettings
}

/** When deliveries stop because the customer is down, and how they begin again. */
export interface BreakerSettings {
  /** Different leads that fail with no success between them. */
  readonly failures: number
  /** How long nothing is sent before one lead probes; it doubles while probes fail, up to ten times. */
  readonly openFor: Duration.Duration
  /** Over how long deliveries come back to full speed. */
  readonly ramp: Duration.Duration
}

const interval = Kind.duration({ minimum: Duration.millis(10), maximum: Duration.hours(1) })

const breaker: Settings.Settings<BreakerSettings> = Settings.all({
  failures: Settings.withDefault(
    "BREAKER_FAILURES",
    Kind.integer({ minimum: 1, maximum: 10_000 }),
    "Different leads that find the customer down, with no success between them, before deliveries stop",
    20,
  ),
  openFor: Settings.withDefault(
    "BREAKER_OPEN_FOR",
    Kind.duration({ minimum: Duration.millis(100), maximum: Duration.hours(1) }),
    "How long deliveries stop before one lead probes; it doubles while probes fail, up to ten times",
    Duration.seconds(30),
  ),
  ramp: Settings.withDefault(
    "BREAKER_RAMP",
    Kind.duration({ minimum: Duration.millis(100), maximum: Duration.hours(1) }),
    "Over how long deliveries come back to full speed",
    Duration.seconds(30),
  ),
})

/** The settings of whatever runs a worker. */
export const workerSettings: Settings.Settings<WorkerSettings> = Settings.all({
  pollInterval: Settings.withDefault(
    "WORKER_POLL_INTERVAL",
    interval,
    "Wait before an idle worker looks for leads again",
    Duration.seconds(5),
  ),
  concurrency: Settings.withDefault(
    "WORKER_CONCURRENCY",
    Kind.integer({ minimum: 1, maximum: 1000 }),
    "Requests to the customer that one process has under way at the same time",
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
  ratePerSecond: Settings.withDefault(
    "RATE_LIMIT_PER_SEC",
    Kind.numberOrOff({ minimum: 0.001, maximum: 100_000 }),
    "Deliveries a second to the customer at most, over all workers",
    Option.none(),
  ),
  breaker,
})
