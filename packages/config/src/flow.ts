/**
 * A flow from the configuration files, with the settings that name them.
 *
 * The entry `@lead-gateway/config/flow`, apart from the other settings: a process that decides on no lead, such as the api,
 * loads no rules. `FlowFiles.ts` reads the files; `lead-pipeline` checks their content.
 */
import { Array, Effect, Record, Result } from "effect"
import type { CustomerSettings } from "./CustomerSettings.ts"
import { type FileSettings, fileSettings, withShippedFiles } from "./FileSettings.ts"
import { type LoadedFlow, loadFlow } from "./FlowFiles.ts"
import { loadSettings } from "./loadSettings.ts"
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

/** The settings that a flow needs. */
interface FlowSettings {
  readonly files: FileSettings
  readonly customer: Pick<CustomerSettings, "productName">
}

/**
 * Reads settings and loads a flow from the files that they name. Fails with the diagnostics of both at once: the files are
 * checked even if settings are invalid.
 *
 * `shipped` is the folder of the files that ship with this version, for a working directory without any (see
 * `withShippedFiles`); the summary then has their paths. `instead` has paths of drafts that replace the configured files.
 */
export const loadWithFlow = Effect.fnUntraced(function* <S extends FlowSettings>(
  settings: Settings.Settings<S>,
  options: { readonly shipped: string; readonly instead?: Partial<FileSettings> },
): Effect.fn.Return<Settings.Loaded<S & { readonly flow: LoadedFlow }>, Settings.SettingsInvalid> {
  const loaded = yield* Effect.result(loadSettings(settings))
  const named = Result.isSuccess(loaded)
    ? Result.succeed(loaded.success.value.files)
    : Result.map(yield* Effect.result(Settings.load(fileSettings)), ({ value }) => value)
  const files = Result.map(named, (named) => ({
    ...withShippedFiles(named, options.shipped),
    ...options.instead,
  }))
  const customer = Result.isSuccess(loaded) ? loaded.success.value.customer : anyCustomer
  const flow = yield* Effect.fromResult(files).pipe(
    Effect.flatMap((files) => loadFlow(files, customer)),
    Effect.result,
  )

  if (Result.isSuccess(loaded) && Result.isSuccess(flow) && Result.isSuccess(files)) {
    const { summary, value, warnings } = loaded.success
    const shipped = Record.fromEntries(
      Record.toEntries(value.files).map(([key, path]) => [path, files.success[key]]),
    )
    return {
      summary: Record.map(summary, (text) => shipped[text] ?? text),
      value: { ...value, flow: flow.success },
      warnings,
    }
  }
  const diagnostics = [
    ...(Result.isFailure(loaded) ? loaded.failure.diagnostics : []),
    ...(Result.isFailure(flow) ? flow.failure.diagnostics : []),
  ]
  return yield* new Settings.SettingsInvalid({ diagnostics: Array.dedupe(diagnostics) })
})

/** Replaces a customer whose settings are invalid: the check of the files does not depend on the product's name. */
const anyCustomer = { productName: "product" }
