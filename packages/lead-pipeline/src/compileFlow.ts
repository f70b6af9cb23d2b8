import * as AttributeMapper from "@lead-gateway/attribute-mapper"
import { type Diagnostic, isRecord, oneLine, wrongCall } from "@lead-gateway/document-check"
import * as LeadRules from "@lead-gateway/lead-rules"
import * as Normalizer from "@lead-gateway/normalizer"
import * as Result from "effect/Result"
import { type Flow, type FlowDiagnostic, FlowInvalid, type FlowSource, type Part, parts } from "./Flow.ts"

/**
 * Checks the documents of a flow once, so that deciding on a lead cannot fail.
 *
 * Fails with {@link FlowInvalid}. A template may name the flow's constants, delivery metadata and attributes alone.
 * Throws a `TypeError` for a source that lacks its constants, names or versions.
 */
export const compileFlow = (source: FlowSource): Result.Result<Flow, FlowInvalid> => {
  checkSource(source)
  const rules = LeadRules.compileRules(source.rules)
  const profile = Normalizer.compileProfile(source.profile)
  const mapping = AttributeMapper.compileMapping(source.mapping)
  const template = AttributeMapper.compileTemplate(source.template, {
    constants: Object.keys(source.constants),
    deliveryMetadata: source.deliveryMetadataNames,
    ...(Result.isSuccess(mapping) ? { attributes: mapping.success.names } : {}),
  })
  if (
    Result.isSuccess(rules) &&
    Result.isSuccess(profile) &&
    Result.isSuccess(mapping) &&
    Result.isSuccess(template)
  ) {
    return Result.succeed({
      rules: rules.success,
      profile: profile.success,
      mapping: mapping.success,
      template: template.success,
      constants: source.constants,
      versions: source.versions,
      warnings: rules.success.warnings.map(({ message }) => ({ part: "rules", message })),
    })
  }
  const diagnostics = [
    ...diagnosticsOf("rules", rules),
    ...diagnosticsOf("profile", profile),
    ...diagnosticsOf("mapping", mapping),
    ...diagnosticsOf("template", template),
  ]
  return Result.fail(new FlowInvalid({ diagnostics }))
}

/** {@link compileFlow}, but throws the {@link FlowInvalid}: for flows that are part of a program. */
export const compileFlowOrThrow = (source: FlowSource): Flow => Result.getOrThrow(compileFlow(source))

const checkSource = (source: Partial<FlowSource> | null | undefined): void => {
  if (!isRecord(source)) throw wrongCall("compileFlow", "source", source, sourceExpected)
  const { constants, deliveryMetadataNames, versions } = source
  if (!isRecord(constants))
    throw wrongCall("compileFlow", "constants", constants, "an object of names and values")
  if (!Array.isArray(deliveryMetadataNames)) {
    throw wrongCall("compileFlow", "deliveryMetadataNames", deliveryMetadataNames, "a list of names")
  }
  if (!isRecord(versions))
    throw wrongCall("compileFlow", "versions", versions, "the versions of the documents")
}

const sourceExpected = `an object with ${parts.join(", ")}, constants, deliveryMetadataNames and versions`

/** How a line names the document where the path is empty. */
const documentNames: Readonly<Record<Part, string>> = {
  rules: "rule set",
  profile: "profile",
  mapping: "mapping",
  template: "template",
}

const diagnosticsOf = (
  part: Part,
  compiled: Result.Result<unknown, { readonly diagnostics: ReadonlyArray<Diagnostic> }>,
): ReadonlyArray<FlowDiagnostic> =>
  Result.isSuccess(compiled)
    ? []
    : compiled.failure.diagnostics.map(({ path, actual, expected }) => ({
        part,
        path,
        actual,
        expected,
        message: oneLine(`${path || documentNames[part]}: found ${actual}, expected ${expected}`),
      }))
