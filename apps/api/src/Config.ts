import {
  apiSettings,
  databaseSettings,
  loggingSettings,
  processSettings,
  queueSettings,
  Settings,
} from "@lead-gateway/config"

/** Every setting of the api, with its variables: see `packages/config`. */
export const config = Settings.all({
  database: databaseSettings,
  queue: queueSettings,
  api: apiSettings,
  logging: loggingSettings,
  process: processSettings,
})
