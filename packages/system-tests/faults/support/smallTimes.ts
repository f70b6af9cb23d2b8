/** Small times, so that a scenario takes seconds. Twelve attempts: a slow machine must not use them up. */
export const smallTimes = {
  API_HOST: "127.0.0.1",
  CUSTOMER_API_TOKEN: "customer-token",
  CUSTOMER_API_TIMEOUT: "1s",
  MAX_RETRY_ATTEMPTS: "12",
  RETRY_BACKOFF_BASE: "100ms",
  RETRY_SCAN_INTERVAL: "500ms",
  WORKER_POLL_INTERVAL: "500ms",
  WORKER_CONCURRENCY: "20",
  BREAKER_OPEN_FOR: "500ms",
  BREAKER_RAMP: "500ms",
  STATS_CACHE_TTL: "0s",
}
