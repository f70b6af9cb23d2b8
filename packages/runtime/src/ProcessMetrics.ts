/**
 * What Node says of this process: processor, memory, garbage collection, and how late its event loop is. By the names
 * that Prometheus's own clients use.
 */
import { Effect, type Scope } from "effect"
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks"
import { type Histogram, Metrics } from "./Metrics.ts"

/** How often the event loop is looked at. A pause that is shorter may go unseen. */
const lookEveryMs = 50

/** Seconds. */
const lagBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const collectionBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1]

/** Watches this process until the scope closes: one timer, and one callback after garbage was collected. */
export const watchProcess = ({
  version,
}: {
  readonly version: string
}): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const metrics = yield* Metrics
    observeProcess(metrics, version)
    const lag = metrics.histogram({
      name: "lead_gateway_event_loop_lag_seconds",
      help: `How late the event loop ran a timer, looked at every ${lookEveryMs} ms`,
      buckets: lagBuckets,
    })
    const collections = metrics.histogram({
      name: "nodejs_gc_duration_seconds",
      help: "Pauses of garbage collection, by kind",
      labels: ["kind"],
      buckets: collectionBuckets,
    })
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        // Shown before the first collection, which a quiet process may not need for a while.
        for (const kind of ["minor", "major"]) collections.of(kind)
        return [watchLag(lag.of()), watchCollections((kind) => collections.of(kind))]
      }),
      (stops) => Effect.sync(() => stops.forEach((stop) => stop())),
    )
  })

const watchLag = (lag: Histogram) => {
  let expected = performance.now() + lookEveryMs
  const timer = setInterval(() => {
    const now = performance.now()
    lag.observe(Math.max(0, now - expected) / 1000)
    expected = now + lookEveryMs
  }, lookEveryMs).unref()
  return () => clearInterval(timer)
}

/** As Node documents it; its types lack the detail. */
interface CollectionEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number }
}

const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
}

const watchCollections = (of: (kind: string) => Histogram) => {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Array<unknown> as Array<CollectionEntry>) {
      of(kinds[entry.detail.kind] ?? "other").observe(entry.duration / 1000)
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  return () => observer.disconnect()
}

const observeProcess = (metrics: Metrics, version: string): void => {
  const gauge = (name: string, help: string, read: () => number) =>
    metrics.observe({ type: "gauge", name, help }, read)
  const startedAt = Date.now() / 1000 - process.uptime()
  /** Read once a scrape: the families are read in this order. */
  let memory = process.memoryUsage()

  metrics.observe(
    {
      type: "gauge",
      name: "lead_gateway_build_info",
      help: "The version of Lead Gateway",
      labels: ["version"],
    },
    () => [[[version], 1]],
  )
  metrics.observe(
    { type: "gauge", name: "nodejs_version_info", help: "The version of Node", labels: ["version"] },
    () => [[[process.version], 1]],
  )
  gauge("process_start_time_seconds", "When the process started, in seconds since 1970", () => startedAt)
  metrics.observe(
    { type: "counter", name: "process_cpu_seconds_total", help: "Time on the processor, user and system" },
    () => {
      const { system, user } = process.cpuUsage()
      return (system + user) / 1e6
    },
  )
  gauge("process_resident_memory_bytes", "Resident memory", () => {
    memory = process.memoryUsage()
    return memory.rss
  })
  gauge("nodejs_heap_size_used_bytes", "The part of the heap that is in use", () => memory.heapUsed)
  gauge("nodejs_heap_size_total_bytes", "The heap", () => memory.heapTotal)
  gauge("nodejs_external_memory_bytes", "Memory outside of the heap that objects hold", () => memory.external)
}
