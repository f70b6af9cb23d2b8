import {
  customerSettings,
  databaseSettings,
  fileSettings,
  loggingSettings,
  processSettings,
  queueSettings,
  retentionSettings,
  Settings,
  workerSettings,
} from "@lead-gateway/config"

/** Every setting of the worker, with its variables: see `packages/config`. */
export const config = Settings.all({
  database: databaseSettings,
  queue: queueSettings,
  worker: workerSettings,
  customer: customerSettings,
  files: fileSettings,
  retention: retentionSettings,
  logging: loggingSettings,
  process: processSettings,
})
