import type { CustomerSettings, FileSettings } from "@lead-gateway/config"
import { Flow } from "@lead-gateway/lead-pipeline"
import { parse } from "@lead-gateway/lossless-json"
import { Data, Effect, Result } from "effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"

/** Configuration files that make no flow; one line a mistake, each naming its file. */
export class FlowFilesInvalid extends Data.TaggedError("FlowFilesInvalid")<{
  readonly mistakes: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.mistakes.join("\n")
  }
}

/**
 * Makes a flow of configuration files. A part's version is the beginning of its file's SHA-256, so that a
 * lead's stamp tells which content decided on it. Fails with every mistake of every file.
 */
export const loadFlow = Effect.fn("loadFlow")(function* (
  files: FileSettings,
  customer: Pick<CustomerSettings, "productName">,
): Effect.fn.Return<Flow.Flow, FlowFilesInvalid> {
  const paths: Readonly<Record<Flow.Part, string>> = {
    rules: files.leadRules,
    profile: files.normalizerProfile,
    mapping: files.attributeMapping,
    template: files.payloadTemplate,
  }
  const mistakes: Array<string> = []
  const read = (part: Flow.Part) =>
    readDocument(paths[part]).pipe(
      Effect.catch((mistake) => {
        mistakes.push(mistake)
        return Effect.succeed(unreadable)
      }),
    )
  const [rules, profile, mapping, template] = yield* Effect.all([
    read("rules"),
    read("profile"),
    read("mapping"),
    read("template"),
  ])
  if (mistakes.length > 0) return yield* new FlowFilesInvalid({ mistakes })
  const flow = Flow.compile({
    rules: rules.content,
    profile: profile.content,
    mapping: mapping.content,
    template: template.content,
    constants: { "product.name": customer.productName },
    versions: {
      rules: rules.version,
      profile: profile.version,
      mapping: mapping.version,
      template: template.version,
    },
  })
  return yield* Effect.fromResult(Result.mapError(flow, (invalid) => withFiles(invalid, paths)))
})

interface Document {
  readonly content: unknown
  readonly version: string
}

const unreadable: Document = { content: undefined, version: "" }

const readDocument = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Document, string> {
  const text = yield* Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) =>
      `${path}: cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown"})`,
  })
  const content = yield* Effect.fromResult(
    Result.mapError(parse(text), (error) => `${path}: ${error.message}`),
  )
  return { content, version: createHash("sha256").update(text).digest("hex").slice(0, 12) }
})

/** Names the file of each mistake, line by line. */
const withFiles = ({ mistakes }: Flow.FlowInvalid, paths: Readonly<Record<Flow.Part, string>>) =>
  new FlowFilesInvalid({
    mistakes: mistakes.flatMap(({ part, message }) =>
      message.split("\n").map((line) => `${paths[part]}: ${line}`),
    ),
  })
