import { Array, Effect, Record, Result } from "effect"
import type { CustomerSettings } from "../CustomerSettings.ts"
import { type FileSettings, fileSettings, withShippedFiles } from "../FileSettings.ts"
import * as Settings from "../Settings.ts"
import { type LoadedFlow, loadFlow } from "./loadFlow.ts"

/** What settings must hold for a flow. */
interface FlowSettings {
  readonly files: FileSettings
  readonly customer: Pick<CustomerSettings, "productName">
}

/**
 * Reads settings, and makes a flow of the files that they name. Fails with the mistakes of both at once: wrong settings
 * keep nobody from looking into the files.
 *
 * `shipped` is the folder of the files that come with this version, for a working directory without any (see
 * `withShippedFiles`); the summary tells of them. `instead` names files that hold instead of the configured ones: drafts.
 */
export const loadWithFlow = Effect.fnUntraced(function* <S extends FlowSettings>(
  settings: Settings.Settings<S>,
  options: { readonly shipped: string; readonly instead?: Partial<FileSettings> },
): Effect.fn.Return<Settings.Loaded<S & { readonly flow: LoadedFlow }>, Settings.SettingsInvalid> {
  const loaded = yield* Effect.result(Settings.load(settings))
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
    const { summary, value } = loaded.success
    const shipped = Record.fromEntries(
      Record.toEntries(value.files).map(([key, path]) => [path, files.success[key]]),
    )
    return {
      summary: Record.map(summary, (text) => shipped[text] ?? text),
      value: { ...value, flow: flow.success },
    }
  }
  const mistakes = [
    ...(Result.isFailure(loaded) ? loaded.failure.mistakes : []),
    ...(Result.isFailure(flow) ? flow.failure.mistakes : []),
  ]
  return yield* new Settings.SettingsInvalid({ mistakes: Array.dedupe(mistakes) })
})

/** Stands in for a customer whose settings are wrong: a file is right or wrong whatever the product is called. */
const anyCustomer = { productName: "product" }
