import { Flow } from "@lead-gateway/lead-pipeline"
import { parse } from "@lead-gateway/lossless-json"
import { Data, Effect, Record, Result } from "effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { CustomerSettings } from "../CustomerSettings.ts"
import type { FileSettings } from "../FileSettings.ts"
import { repeatedKeys } from "../internal/repeatedKeys.ts"

/** Configuration files that make no flow; one line a mistake, each naming its file. */
export class FlowFilesInvalid extends Data.TaggedError("FlowFilesInvalid")<{
  readonly mistakes: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.mistakes.join("\n")
  }
}

/** The names of the delivery metadata that templates may use by `$meta`. */
export const deliveryMetadataNames = ["lead_id", "correlation_id", "idempotency_key"] as const
/** The name of a delivery metadata value. */
export type DeliveryMetadataName = (typeof deliveryMetadataNames)[number]

/** A flow of configuration files. */
export interface LoadedFlow extends Flow.Flow {
  /** What can hardly be meant in the files: a line for each warning, which begins with its file. */
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

/**
 * Makes a flow of configuration files. A part's version is the beginning of its file's SHA-256, so that a
 * lead's stamp tells which content decided on it. Fails with every mistake of every file.
 */
export const loadFlow = Effect.fn("loadFlow")(function* (
  files: FileSettings,
  customer: Pick<CustomerSettings, "productName">,
): Effect.fn.Return<LoadedFlow, FlowFilesInvalid> {
  const paths: Readonly<Record<Flow.Part, string>> = {
    rules: files.leadRules,
    profile: files.normalizerProfile,
    mapping: files.attributeMapping,
    template: files.payloadTemplate,
  }
  const documents = yield* Effect.all(Record.map(paths, (path) => Effect.result(readDocument(path))))
  const read = Record.map(
    documents,
    Result.getOrElse(() => unreadable),
  )
  const flow = Flow.compile({
    ...Record.map(read, ({ content }) => content),
    constants: { "product.name": customer.productName },
    deliveryMetadataNames,
    versions: Record.map(read, ({ version }) => version),
  })
  const mistakes = Flow.parts.flatMap((part) => {
    const document = documents[part]
    const lines = Result.isFailure(document)
      ? [document.failure]
      : [...document.success.repeated, ...mistakesIn(flow, part)]
    return lines.map((line) => `${paths[part]}: ${line}`)
  })
  if (Result.isFailure(flow) || mistakes.length > 0) return yield* new FlowFilesInvalid({ mistakes })
  const fileWarnings = flow.success.warnings.map(({ part, message }) => `${paths[part]}: ${message}`)
  return { ...flow.success, fileWarnings }
})

interface Document {
  readonly content: unknown
  readonly version: string
  /** Keys that stand in an object twice. */
  readonly repeated: ReadonlyArray<string>
}

/** Stands in for a document that cannot be read, so that the mistakes of the others are found all the same. */
const unreadable: Document = { content: undefined, version: "", repeated: [] }

/** Values in another encoding would be known to no lead. A byte order mark before the text is left out. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Reads a file of JSON; fails with one line that says why it cannot be read. */
const readDocument = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Document, string> {
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(path),
    catch: (error) =>
      `cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown"})`,
  })
  const text = yield* Effect.try({
    try: () => utf8.decode(bytes),
    catch: () => "not UTF-8, the encoding of JSON",
  })
  const content = yield* Effect.fromResult(
    Result.mapError(parse(text), ({ message, reason }) => (reason === "Syntax" ? whereIn(text) : message)),
  )
  const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12)
  return { content, version, repeated: repeatedKeys(text) }
})

/** Says on one line where a text stops being JSON. It quotes the text: fit for configuration, not for leads. */
const whereIn = (text: string): string => {
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof Error) return error.message.replaceAll(/\s+/g, " ")
  }
  return "not valid JSON"
}

const mistakesIn = (
  flow: Result.Result<Flow.Flow, Flow.FlowInvalid>,
  part: Flow.Part,
): ReadonlyArray<string> =>
  Result.isSuccess(flow)
    ? []
    : flow.failure.mistakes.flatMap((mistake) => (mistake.part === part ? mistake.message.split("\n") : []))
