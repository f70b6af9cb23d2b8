import {
  dataDirectory,
  embeddedApiSettings,
  embeddedDatabaseSettings,
  embeddedQueueSettings,
  fileSettings,
  loggingSettings,
  optionalCustomerSettings,
  processSettings,
  retentionSettings,
  Settings,
  workerSettings,
} from "@lead-gateway/config"

/** Every setting of the gateway, with its variables: see `packages/config`. Nothing must be set. */
export const config = Settings.all({
  database: embeddedDatabaseSettings,
  dataDirectory,
  queue: embeddedQueueSettings,
  api: embeddedApiSettings,
  worker: workerSettings,
  customer: optionalCustomerSettings,
  files: fileSettings,
  retention: retentionSettings,
  logging: loggingSettings,
  process: processSettings,
})
