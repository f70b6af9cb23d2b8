/**
 * Settings from the environment: typed, documented, every mistake reported at once.
 *
 * An app composes the groups it needs with `Settings.all` and reads them with `Settings.load`. New variables
 * are made of a `Kind`. Nothing here knows what a setting is used for.
 */
export { type ApiSettings, apiSettings, type AuthSettings, embeddedApiSettings } from "./ApiSettings.ts"
export { type CustomerSettings, customerSettings, optionalCustomerSettings } from "./CustomerSettings.ts"
export {
  type DatabaseConnection,
  type DatabasePool,
  type DatabaseSettings,
  databaseSettings,
  type EmbeddedDatabaseSettings,
  embeddedDatabaseSettings,
} from "./DatabaseSettings.ts"
export { type SettingGroup, settingGroups, variables } from "./everySetting.ts"
export { type FileSettings, fileSettings, withShippedFiles } from "./FileSettings.ts"
export * as Kind from "./Kind.ts"
export { type LoggingSettings, loggingSettings } from "./LoggingSettings.ts"
export { dataDirectory, type ProcessSettings, processSettings } from "./ProcessSettings.ts"
export { embeddedQueueSettings, type QueueSettings, queueSettings } from "./QueueSettings.ts"
export { type RetentionSettings, retentionSettings } from "./RetentionSettings.ts"
export * as Settings from "./Settings.ts"
export { type WorkerSettings, workerSettings } from "./WorkerSettings.ts"
