import type { FileSettings } from "@lead-gateway/config"
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
 * lead's stamp tells which content decided on it.
 */
export const loadFlow = Effect.fn("loadFlow")(function* (
  files: FileSettings,
  constants: Readonly<Record<string, string>>,
): Effect.fn.Return<Flow.Flow, FlowFilesInvalid> {
  const paths: Record<Flow.Part, string> = {
    rules: files.leadRules,
    profile: files.normalizerProfile,
    mapping: files.attributeMapping,
    template: files.payloadTemplate,
  }
  const documents = yield* Effect.validate(Flow.parts, (part) => readDocument(paths[part]), {
    concurrency: "unbounded",
  }).pipe(Effect.mapError((mistakes) => new FlowFilesInvalid({ mistakes })))
  const byPart = Object.fromEntries(Flow.parts.map((part, index) => [part, documents[index]?.content]))
  const versions = Object.fromEntries(Flow.parts.map((part, index) => [part, documents[index]?.version]))
  return yield* Effect.fromResult(
    Flow.compile({ ...byPart, constants, versions } as Flow.FlowSource).pipe(
      Result.mapError(
        ({ mistakes }) =>
          new FlowFilesInvalid({
            mistakes: mistakes.flatMap(({ part, message }) =>
              message.split("\n").map((line) => `${paths[part]}: ${line}`),
            ),
          }),
      ),
    ),
  )
})

const readDocument = Effect.fnUntraced(function* (path: string) {
  const text = yield* Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) =>
      `${path}: cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown"})`,
  })
  const content = yield* Effect.fromResult(parse(text)).pipe(
    Effect.mapError((error) => `${path}: ${error.message}`),
  )
  return { content, version: createHash("sha256").update(text).digest("hex").slice(0, 12) }
})
