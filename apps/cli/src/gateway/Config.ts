import {
  dataDirectory,
  embeddedApiSettings,
  embeddedDatabaseSettings,
  embeddedQueueSettings,
  embeddedWorkerSettings,
  fileSettings,
  loggingSettings,
  metricsSettings,
  optionalCustomerSettings,
  processSettings,
  retentionSettings,
  searchSettings,
  Settings,
  traceSettings,
} from "@lead-gateway/config"

/** Every setting of the gateway; `packages/config` has the variables. All have defaults. */
export const config = Settings.all({
  database: embeddedDatabaseSettings,
  dataDirectory,
  queue: embeddedQueueSettings,
  api: embeddedApiSettings,
  worker: embeddedWorkerSettings,
  customer: optionalCustomerSettings,
  files: fileSettings,
  retention: retentionSettings,
  metrics: metricsSettings,
  search: searchSettings,
  logging: loggingSettings,
  traces: traceSettings,
  process: processSettings,
})
