/**
 * Loads a flow from the configuration files: reads them, checks them and reports what is wrong, each line with its file.
 */
import { compileFlow, Flow } from "@lead-gateway/lead-pipeline"
import { parse } from "@lead-gateway/lossless-json"
import { Data, Effect, Record, Result } from "effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { CustomerSettings } from "./CustomerSettings.ts"
import type { FileSettings } from "./FileSettings.ts"

/** Configuration files that make no flow: a line for each diagnostic, which begins with its file. */
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

/**
 * Loads a flow. The version of a part is the first 12 hex digits of its file's SHA-256; each decision records the versions
 * that made it. Fails with the diagnostics of all files.
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
  const flow = compileFlow({
    ...Record.map(read, ({ content }) => content),
    constants: { "product.name": customer.productName },
    deliveryMetadataNames,
    versions: Record.map(read, ({ version }) => version),
  })
  const diagnostics = Flow.parts.flatMap((part) => {
    const document = documents[part]
    const lines = Result.isFailure(document)
      ? [document.failure]
      : [...document.success.repeated, ...diagnosticsOf(flow, part)]
    return lines.map((line) => `${paths[part]}: ${line}`)
  })
  if (Result.isFailure(flow) || diagnostics.length > 0) return yield* new FlowFilesInvalid({ diagnostics })
  const fileWarnings = flow.success.warnings.map(({ part, message }) => `${paths[part]}: ${message}`)
  return { ...flow.success, fileWarnings }
})

interface Document {
  readonly content: unknown
  readonly version: string
  /** A line for each duplicate key. */
  readonly repeated: ReadonlyArray<string>
}

/** Replaces a document that cannot be read, so that the others are still checked. */
const unreadable: Document = { content: undefined, version: "", repeated: [] }

/** Refuses other encodings, whose values would match no lead. A byte order mark is skipped. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Reads a file of JSON; fails with one line that says why it cannot be used. */
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
    Result.mapError(parse(text), ({ message, reason }) =>
      reason === "Syntax" ? syntaxError(text) : message,
    ),
  )
  const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12)
  return { content, version, repeated: repeatedKeys(text) }
})

/** The syntax error of a text, on one line. It quotes the text: for configuration, not for leads. */
const syntaxError = (text: string): string => {
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof Error) return error.message.replaceAll(/\s+/g, " ")
  }
  return "not valid JSON"
}

/** The lines of one part. */
const diagnosticsOf = (
  flow: Result.Result<Flow.Flow, Flow.FlowInvalid>,
  part: Flow.Part,
): ReadonlyArray<string> =>
  Result.isSuccess(flow)
    ? []
    : flow.failure.diagnostics.flatMap((diagnostic) => (diagnostic.part === part ? [diagnostic.message] : []))

/** Strings and structural characters of JSON. Numbers and literals are skipped. */
const token = /"(?:[^"\\]+|\\.)*"|[{}[\],:]/g

/** An object or array that is being scanned: the keys so far (objects only), and the current key or index. */
interface Level {
  readonly keys: Set<string> | undefined
  at: string | number
}

/**
 * Duplicate keys in the objects of a JSON text, one line each. `JSON.parse` keeps only the last value and drops the others
 * silently. The text must be valid JSON.
 */
const repeatedKeys = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const levels: Array<Level> = []
  let last = ""
  for (const [piece] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (piece === "{") levels.push({ keys: new Set(), at: "" })
    else if (piece === "[") levels.push({ keys: undefined, at: 0 })
    else if (piece === "}" || piece === "]") levels.pop()
    else if (piece === "," && level !== undefined && typeof level.at === "number") level.at++
    else if (piece === ":" && level?.keys !== undefined) {
      const key = JSON.parse(last) as string
      level.at = key
      if (level.keys.has(key)) {
        const path = levels.map(({ at }) => at).join(".")
        lines.push(`${path.replaceAll(/\s/g, " ")}: found a second time, expected every key once`)
      }
      level.keys.add(key)
    }
    last = piece
  }
  return lines
}
