/**
 * A flow and a retry policy from the configuration files, with the settings that name them.
 *
 * The entry `@lead-gateway/config/flow`, apart from the other settings: a command that decides on no lead loads no rules. `FlowFiles.ts` reads the files; `lead-pipeline` checks their content.
 */
import type { CompiledRetryPolicy } from "@lead-gateway/retry-policy"
import { Array, Effect, Option, Record, Result } from "effect"
import type { CustomerSettings } from "./CustomerSettings.ts"
import { type FileSettings, fileSettings, withShippedFiles } from "./FileSettings.ts"
import { type LoadedFlow, loadFlow } from "./FlowFiles.ts"
import { loadSettings } from "./loadSettings.ts"
import { loadPolicy, withShippedPolicy } from "./PolicyFile.ts"
import { type RetrySettings, retrySettings } from "./RetrySettings.ts"
import * as Settings from "./Settings.ts"

export {
  type DeliveryMetadataName,
  deliveryMetadataNames,
  FlowFilesInvalid,
  type LoadedFlow,
  loadFlow,
  logWarnings,
  printWarnings,
} from "./FlowFiles.ts"
export { describePolicy, logPolicy, type PolicyDescription } from "./describePolicy.ts"
export { loadPolicy, PolicyFileInvalid } from "./PolicyFile.ts"

/** The settings that a flow needs; of a process that delivers, also those of the retry policy. */
interface FlowSettings {
  readonly files: FileSettings
  readonly customer: Pick<CustomerSettings, "productName">
  readonly worker?: { readonly retry: RetrySettings }
}

/** What is loaded from the files. */
interface LoadedFiles {
  readonly flow: LoadedFlow
  /** The default policy of a process without settings for it. */
  readonly policy: CompiledRetryPolicy
}

/**
 * Reads settings and loads a flow and the retry policy from the files that they name. Fails with the diagnostics of all at
 * once: the files are checked even if settings are invalid.
 *
 * `shipped` is the folder of the files that ship with this version, for a working directory without any (see
 * `withShippedFiles`); the summary then has their paths. `instead` has paths of drafts that replace the configured files.
 */
export const loadWithFlow = Effect.fnUntraced(function* <S extends FlowSettings>(
  settings: Settings.Settings<S>,
  options: { readonly shipped: string; readonly instead?: Partial<FileSettings> },
): Effect.fn.Return<Settings.Loaded<S & LoadedFiles>, Settings.SettingsInvalid> {
  const loaded = yield* Effect.result(loadSettings(settings))
  const named = Result.isSuccess(loaded)
    ? Result.succeed(loaded.success.value.files)
    : Result.map(yield* Effect.result(Settings.load(fileSettings)), ({ value }) => value)
  const files = Result.map(named, (named) => withShippedFiles(named, options.shipped))
  const customer = Result.isSuccess(loaded) ? loaded.success.value.customer : anyCustomer
  const flow = yield* Effect.fromResult(files).pipe(
    Effect.flatMap((files) => loadFlow(files, customer, options.instead)),
    Effect.result,
  )
  const retry = Result.isSuccess(loaded)
    ? Result.succeed(loaded.success.value.worker?.retry ?? asThePolicySays)
    : yield* retryOf(settings)
  const policy = yield* Effect.fromResult(retry).pipe(
    Effect.flatMap((retry) => loadPolicy(withShippedPolicy(retry, options.shipped))),
    Effect.result,
  )

  if (
    Result.isSuccess(loaded) &&
    Result.isSuccess(flow) &&
    Result.isSuccess(files) &&
    Result.isSuccess(policy)
  ) {
    const { summary, value, warnings } = loaded.success
    const shipped = Record.fromEntries(
      Record.toEntries(value.files).map(([key, path]) => [
        path,
        options.instead?.[key] ?? files.success[key],
      ]),
    )
    return {
      summary: Record.map(summary, (text) => shipped[text] ?? text),
      value: { ...value, flow: flow.success, policy: policy.success },
      warnings,
    }
  }
  const diagnostics = [
    ...(Result.isFailure(loaded) ? loaded.failure.diagnostics : []),
    ...(Result.isFailure(flow) ? flow.failure.diagnostics : []),
    ...(Result.isFailure(policy) ? policy.failure.diagnostics : []),
  ]
  const { warnings } = Result.isSuccess(loaded) ? loaded.success : loaded.failure
  return yield* new Settings.SettingsInvalid({ diagnostics: Array.dedupe(diagnostics), warnings })
})

/** Replaces a customer whose settings are invalid: the check of the files does not depend on the product's name. */
const anyCustomer = { productName: "product" }

const asThePolicySays: RetrySettings = {
  policyFile: Option.none(),
  maxAttempts: Option.none(),
  backoffBase: Option.none(),
}

/** The settings of the retry policy alone, where others are invalid. */
const retryOf = (settings: Settings.Settings<unknown>) =>
  settings.variables.some(({ name }) => name === "RETRY_POLICY_FILE")
    ? Effect.result(Effect.map(Settings.load(retrySettings), ({ value }) => value))
    : Effect.succeed(Result.succeed(asThePolicySays))
