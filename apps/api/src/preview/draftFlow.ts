import { Unprocessable } from "@lead-gateway/api-contract"
import { deliveryMetadataNames, type LoadedFlow } from "@lead-gateway/config/flow"
import { compileFlow, Flow } from "@lead-gateway/lead-pipeline"
import { get, type JsonObject } from "@lead-gateway/lossless-json"
import { Effect, Record, Result } from "effect"

/**
 * The flow in force, with the parts that `request` has in place of its own; their version is `draft`.
 *
 * Fails with every diagnostic, a line each. Without drafts it is the flow itself.
 */
export const draftFlow = (
  inForce: LoadedFlow,
  request: JsonObject,
): Effect.Effect<Flow.Flow, Unprocessable> => {
  if (Flow.parts.every((part) => get(request, part) === undefined)) return Effect.succeed(inForce)
  const compiled = compileFlow({
    ...Record.map(inForce.documents, (document, part) => get(request, part) ?? document),
    constants: inForce.constants,
    deliveryMetadataNames,
    versions: Record.map(inForce.versions, (version, part) =>
      get(request, part) === undefined ? version : "draft",
    ),
  })
  return Result.isSuccess(compiled)
    ? Effect.succeed(compiled.success)
    : Effect.fail(new Unprocessable({ error: bounded(compiled.failure.diagnostics) }))
}

/** The diagnostics as lines: the first thousand. */
const bounded = (diagnostics: Flow.FlowInvalid["diagnostics"]): string =>
  [
    ...diagnostics.slice(0, maxLines).map(({ message, part }) => `${part}: ${message}`),
    ...(diagnostics.length > maxLines ? [`and ${diagnostics.length - maxLines} more`] : []),
  ].join("\n")

const maxLines = 1000
