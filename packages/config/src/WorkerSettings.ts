/** The worker: its concurrency, retries, rate limit and circuit breaker, and how long it keeps leads. */
import { Duration, Option } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import { type RetrySettings, retrySettings } from "./RetrySettings.ts"
import * as Settings from "./Settings.ts"

/** How a worker claims and delivers leads. */
export interface WorkerSettings {
  /** How long an idle worker waits before it claims again. */
  readonly pollInterval: Duration.Duration
  /** Requests to the customer that one process has in flight, at most. */
  readonly concurrency: number
  /** Address of the worker's own health routes. */
  readonly host: string
  /** Port of the worker's own health routes; 0 takes any free port. */
  readonly port: number
  /** How often the sweep looks for leads that are due and not leased. */
  readonly retryScanInterval: Duration.Duration
  /** Leads that one sweep offers to the queue, at most. */
  readonly retryScanLimit: number
  readonly retry: RetrySettings
  /** Deliveries a second to the customer at most, over all workers; none for no limit. */
  readonly ratePerSecond: Option.Option<number>
  readonly breaker: BreakerSettings
}

/** The circuit breaker: when deliveries stop because the customer is unavailable, and how they resume. */
export interface BreakerSettings {
  /** Different leads that fail with no success between them. */
  readonly failures: number
  /** How long the circuit stays open before a probe; it doubles while probes fail, up to ten times. */
  readonly openFor: Duration.Duration
  /** How long deliveries take to return to full speed. */
  readonly ramp: Duration.Duration
}

const interval = Quantity.duration({ minimum: Duration.millis(10), maximum: Duration.hours(1) })

const breaker: Settings.Settings<BreakerSettings> = Settings.all({
  failures: Settings.withDefault(
    "BREAKER_FAILURES",
    Kind.integer({ minimum: 1, maximum: 10_000 }),
    "Different leads that fail because the customer is unavailable, with no success between them, before deliveries stop",
    20,
  ),
  openFor: Settings.withDefault(
    "BREAKER_OPEN_FOR",
    Quantity.duration({ minimum: Duration.millis(100), maximum: Duration.hours(1) }),
    "How long deliveries stop before one lead probes; it doubles while probes fail, up to ten times",
    Duration.seconds(30),
  ),
  ramp: Settings.withDefault(
    "BREAKER_RAMP",
    Quantity.duration({ minimum: Duration.millis(100), maximum: Duration.hours(1) }),
    "How long deliveries take to return to full speed",
    Duration.seconds(30),
  ),
})

const listeningOn = (defaultHost: string): Settings.Settings<WorkerSettings> =>
  Settings.all({
    pollInterval: Settings.withDefault(
      "WORKER_POLL_INTERVAL",
      interval,
      "Wait before an idle worker claims leads again",
      Duration.seconds(5),
    ),
    concurrency: Settings.withDefault(
      "WORKER_CONCURRENCY",
      Kind.integer({ minimum: 1, maximum: 1000 }),
      "Requests to the customer that one process has in flight at the same time",
      5,
    ),
    host: Settings.withDefault(
      "WORKER_HOST",
      Kind.host,
      "Address of the worker's health routes and metrics",
      defaultHost,
    ),
    port: Settings.withDefault(
      "WORKER_PORT",
      Kind.listenPort,
      "Port of the worker's health routes and metrics; 0 takes any free one",
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
    retry: retrySettings,
    ratePerSecond: Settings.withDefault(
      "RATE_LIMIT_PER_SEC",
      Kind.numberOrOff({ minimum: 0.001, maximum: 100_000 }),
      "Deliveries a second to the customer at most, over all workers",
      Option.none(),
    ),
    breaker,
  })

/** The settings of a worker that is a process of its own: its health routes are on all addresses by default. */
export const workerSettings: Settings.Settings<WorkerSettings> = listeningOn("0.0.0.0")

/** The settings of the gateway's worker: on 127.0.0.1 by default. */
export const embeddedWorkerSettings: Settings.Settings<WorkerSettings> = listeningOn("127.0.0.1")

/** When leads are deleted, and where they are archived first. */
export interface RetentionSettings {
  /**
   * Leads that ended longer ago than this are deleted; none to keep all. As an `interval` of Postgres:
   * `make_interval(months => …, days => …, hours => …)`.
   */
  readonly retention: Option.Option<Quantity.Period>
  /** The folder, as configured, into which leads are written before they are deleted; none to archive nothing. */
  readonly archiveDir: Option.Option<string>
}

/** The retention of an app that maintains the database: a worker, or the gateway. */
export const retentionSettings: Settings.Settings<RetentionSettings> = Settings.all({
  retention: Settings.withDefault(
    "RETENTION",
    Quantity.periodOrOff,
    "Leads that ended longer ago than this are deleted",
    Option.none(),
  ),
  archiveDir: Settings.optional(
    "ARCHIVE_DIR",
    Kind.withExample(Kind.path, "archive"),
    "Folder into which leads are written before they are deleted",
  ),
})
