/**
 * Settings from the environment: typed, documented, everything that is wrong reported at once.
 *
 * An app composes the groups it needs with `Settings.all` and reads them with `loadSettings`. A new variable has a `Kind`
 * or a `Quantity`. This package does not use the settings itself.
 */
export {
  type ApiSettings,
  apiSettings,
  type AuthSettings,
  embeddedApiSettings,
  openAccessWarning,
} from "./ApiSettings.ts"
export { type BackupStoreSettings, backupStoreSettings } from "./BackupStoreSettings.ts"
export type { BrowserSettings } from "./BrowserSettings.ts"
export type { ClientSettings, Network, Rate } from "./ClientSettings.ts"
export { largestBodies, type RequestLimits } from "./RequestLimits.ts"
export {
  customerClientOptions,
  type CustomerSettings,
  customerSettings,
  optionalCustomerSettings,
  productSettings,
} from "./CustomerSettings.ts"
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
export { hostOf, isLoopbackAddress, isLoopbackHost } from "./HostName.ts"
export { withoutMapping } from "./MappedAddress.ts"
export type { JwtAlgorithm, JwtSettings } from "./JwtSettings.ts"
export * as Kind from "./Kind.ts"
export { loadSettings } from "./loadSettings.ts"
export { type MetricsSettings, metricsSettings } from "./MetricsSettings.ts"
export {
  dataDirectory,
  type LoggingSettings,
  loggingSettings,
  type ProcessSettings,
  processSettings,
} from "./ProcessSettings.ts"
export * as Quantity from "./Quantity.ts"
export { embeddedQueueSettings, type QueueSettings, queueSettings } from "./QueueSettings.ts"
export { type ReadReplicaSettings, readReplicaSettings } from "./ReadReplicaSettings.ts"
export { type RetrySettings, retrySettings } from "./RetrySettings.ts"
export { type SearchSettings, searchSettings } from "./SearchSettings.ts"
export type { SenderAuthSettings } from "./SenderAuthSettings.ts"
export type { SenderSettings } from "./SenderSettings.ts"
export * as Settings from "./Settings.ts"
export type { SenderVerifier } from "./VerifierFile.ts"
export {
  type SpanBatchSettings,
  type TraceSampler,
  type TraceSettings,
  traceSettings,
} from "./TraceSettings.ts"
export {
  type RetentionSettings,
  retentionSettings,
  type WorkerSettings,
  embeddedWorkerSettings,
  workerSettings,
} from "./WorkerSettings.ts"
