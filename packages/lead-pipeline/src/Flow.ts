import * as AttributeMapper from "@lead-gateway/attribute-mapper"
import { type Diagnostic, oneLine } from "@lead-gateway/document-check"
import * as LeadRules from "@lead-gateway/lead-rules"
import * as Normalizer from "@lead-gateway/normalizer"
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * Everything that decides on a lead, as one value: rules, normaliser's profile, attribute mapping, payload
 * template, and the constants of the customer.
 *
 * A flow is an argument, never a global: a worker may run many, a preview a draft.
 */
export interface Flow {
  readonly rules: LeadRules.CompiledRuleSet
  readonly profile: Normalizer.Profile
  readonly mapping: AttributeMapper.Mapping
  readonly template: AttributeMapper.Template
  /** What templates name by `$constant`, such as `product.name`. */
  readonly constants: Readonly<Record<string, string>>
  /** Stamped on every lead that this flow decides on: one version per part. */
  readonly versions: Versions
  /** What can hardly be meant, though the flow can be used, such as a redundant rule: show it to the author. */
  readonly warnings: ReadonlyArray<Warning>
}

/** Something in a part of a flow that can hardly be meant, as a sentence. */
export interface Warning {
  readonly part: Part
  /** For example `rules.1 is redundant: whatever meets rules.0 meets it`. */
  readonly message: string
}

/** The parts of a flow that are data, in the order in which they see a lead. */
export const parts = ["rules", "profile", "mapping", "template"] as const
export type Part = (typeof parts)[number]

/** A version per part, such as a content hash: any text that tells two contents apart. */
export type Versions = Readonly<Record<Part, string>>

/** A flow as its documents say it: parsed JSON, not yet checked. */
export interface FlowSource extends Readonly<Record<Part, unknown>> {
  readonly constants: Readonly<Record<string, string>>
  /** The names that the template may use by `$meta`: the keys of `LeadInput.deliveryMetadata` of every lead. */
  readonly deliveryMetadataNames: ReadonlyArray<string>
  readonly versions: Versions
}

/** A diagnostic of a document, its part of the flow, and the diagnostic as one line without the part. */
export interface FlowDiagnostic extends Diagnostic {
  readonly part: Part
  readonly message: string
}

/**
 * Documents that make no flow. The message has a line for each diagnostic, which begins with the part, for example
 * `profile: default_country: found "de", expected the two capital letters of a country, such as DE`.
 */
export class FlowInvalid extends Data.TaggedError("FlowInvalid")<{
  readonly diagnostics: ReadonlyArray<FlowDiagnostic>
}> {
  override get message(): string {
    return this.diagnostics.map(({ part, message }) => `${part}: ${message}`).join("\n")
  }
}

/**
 * Checks the documents of a flow once, so that deciding on a lead cannot fail.
 *
 * Fails with {@link FlowInvalid}. A template may name the flow's constants, delivery metadata and attributes alone.
 */
export const compile = (source: FlowSource): Result.Result<Flow, FlowInvalid> => {
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

/** {@link compile}, but throws the {@link FlowInvalid}: for flows that are part of a program. */
export const compileOrThrow = (source: FlowSource): Flow => Result.getOrThrow(compile(source))

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
