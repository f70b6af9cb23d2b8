import { compileFlow, Flow } from "@lead-gateway/lead-pipeline"
import { get, type JsonObject, parse } from "@lead-gateway/lossless-json"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import type { PreviewFlow } from "./PreviewMessage.ts"

/** The flow in force in the process: its documents, and itself once it is needed. */
export interface FlowInForce extends Omit<PreviewFlow, "documents"> {
  readonly documents: Readonly<Record<Flow.Part, unknown>>
  readonly compiled: () => Flow.Flow
}

/** Reads the documents of the flow in force. They were checked when the api started. */
export const flowInForce = ({ documents: text, ...rest }: PreviewFlow): FlowInForce => {
  const documents = Result.getOrThrow(parse(text, unlimited)) as Readonly<Record<Flow.Part, unknown>>
  let compiled: Flow.Flow | undefined
  return {
    ...rest,
    documents,
    compiled: () => (compiled ??= Result.getOrThrow(compileFlow({ ...documents, ...rest }))),
  }
}

const unlimited = {
  keepUnsafeIntegers: true,
  maxDigits: Infinity,
  maxExponent: Infinity,
  maxDepth: Infinity,
  maxExpansion: Infinity,
}

/**
 * The flow in force, with the parts that `request` has in place of its own; their version is `draft`.
 *
 * Fails with every diagnostic, a line each. Without drafts it is the flow itself.
 */
export const draftFlow = (inForce: FlowInForce, request: JsonObject): Result.Result<Flow.Flow, string> => {
  if (Flow.parts.every((part) => get(request, part) === undefined)) return Result.succeed(inForce.compiled())
  const { constants, deliveryMetadataNames, documents, versions } = inForce
  const compiled = compileFlow({
    ...Record.map(documents, (document, part) => get(request, part) ?? document),
    constants,
    deliveryMetadataNames,
    versions: Record.map(versions, (version, part) => (get(request, part) === undefined ? version : "draft")),
  })
  return Result.mapError(compiled, ({ diagnostics }) => bounded(diagnostics))
}

/** The diagnostics as lines: the first thousand. */
const bounded = (diagnostics: Flow.FlowInvalid["diagnostics"]): string =>
  [
    ...diagnostics.slice(0, maxLines).map(({ message, part }) => `${part}: ${message}`),
    ...(diagnostics.length > maxLines ? [`and ${diagnostics.length - maxLines} more`] : []),
  ].join("\n")

const maxLines = 1000
