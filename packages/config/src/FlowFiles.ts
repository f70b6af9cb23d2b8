/**
 * Loads a flow from the configuration files: reads them, checks them and reports what is wrong, each line with its file.
 */
import { compileFlow, Flow } from "@lead-gateway/lead-pipeline"
import { Data, Effect, Record, Result } from "effect"
import { readDocument, unreadable } from "./ConfigFile.ts"
import type { CustomerSettings } from "./CustomerSettings.ts"
import type { FileSettings } from "./FileSettings.ts"

/**
 * Configuration files that make no flow: a line for each diagnostic, which begins with its file, or with the variable that
 * names a file that cannot be read.
 */
export class FlowFilesInvalid extends Data.TaggedError("FlowFilesInvalid")<{
  readonly diagnostics: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.diagnostics.join("\n")
  }
}

/** The names of the delivery metadata that templates may use by `$meta`. */
export const deliveryMetadataNames = ["lead_id", "correlation_id", "idempotency_key"] as const
/** The name of a delivery metadata value. */
export type DeliveryMetadataName = (typeof deliveryMetadataNames)[number]

/** A flow that was loaded from configuration files. */
export interface LoadedFlow extends Flow.Flow {
  /** The documents that it was compiled from. Whole numbers beyond 2^53 - 1 are `RawNumber`s. */
  readonly documents: Readonly<Record<Flow.Part, unknown>>
  /** A line for each warning, which begins with its file. */
  readonly fileWarnings: ReadonlyArray<string>
}

/** Logs the warnings of a flow, as services do when they start. */
export const logWarnings = ({ fileWarnings }: LoadedFlow): Effect.Effect<void> =>
  Effect.forEach(fileWarnings, (line) => Effect.logWarning(line), { discard: true })

/** Prints the warnings of a flow: a line each, or one line of JSON, `{"warnings":[..]}`. Nothing without warnings. */
export const printWarnings = (
  { fileWarnings }: LoadedFlow,
  { json }: { readonly json: boolean },
): ReadonlyArray<string> => {
  if (fileWarnings.length === 0) return []
  return json ? [JSON.stringify({ warnings: fileWarnings })] : fileWarnings.map((line) => `warning: ${line}`)
}

/** The files of the parts, and the variables that name them. */
const fileOf = {
  rules: ["leadRules", "LEAD_RULES_FILE"],
  profile: ["normalizerProfile", "NORMALIZER_PROFILE_FILE"],
  mapping: ["attributeMapping", "ATTRIBUTE_MAPPING_FILE"],
  template: ["payloadTemplate", "PAYLOAD_TEMPLATE_FILE"],
} as const satisfies Readonly<Record<Flow.Part, readonly [file: keyof FileSettings, variable: string]>>

/**
 * Loads a flow. The version of a part is the first 12 hex digits of its file's SHA-256; each decision records the versions
 * that made it. Fails with the diagnostics of all files. `drafts` replace files, and are named by no variable.
 */
export const loadFlow = Effect.fn("loadFlow")(function* (
  files: FileSettings,
  customer: Pick<CustomerSettings, "productName">,
  drafts: Partial<FileSettings> = {},
): Effect.fn.Return<LoadedFlow, FlowFilesInvalid> {
  const paths = Record.map(fileOf, ([file]) => drafts[file] ?? files[file])
  const documents = yield* Effect.all(
    Record.map(fileOf, ([file, variable], part) =>
      Effect.result(readDocument(paths[part], drafts[file] === undefined ? variable : undefined)),
    ),
  )
  const read = Record.map(
    documents,
    Result.getOrElse(() => unreadable),
  )
  const flow = compileFlow({
    ...Record.map(read, ({ content }) => content),
    constants: { "product.name": customer.productName },
    deliveryMetadataNames,
    versions: Record.map(read, ({ version }) => version),
  })
  const diagnostics = Flow.parts.flatMap((part) => {
    const document = documents[part]
    if (Result.isFailure(document)) return [document.failure]
    const lines = [...document.success.repeated, ...diagnosticsOf(flow, part)]
    return lines.map((line) => `${paths[part]}: ${line}`)
  })
  if (Result.isFailure(flow) || diagnostics.length > 0) return yield* new FlowFilesInvalid({ diagnostics })
  const fileWarnings = flow.success.warnings.map(({ part, message }) => `${paths[part]}: ${message}`)
  return { ...flow.success, fileWarnings, documents: Record.map(read, ({ content }) => content) }
})

/** The lines of one part. */
const diagnosticsOf = (
  flow: Result.Result<Flow.Flow, Flow.FlowInvalid>,
  part: Flow.Part,
): ReadonlyArray<string> =>
  Result.isSuccess(flow)
    ? []
    : flow.failure.diagnostics.flatMap((diagnostic) => (diagnostic.part === part ? [diagnostic.message] : []))
