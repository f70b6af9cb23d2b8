import type { Mapping, MappingDocument, Template } from "@lead-gateway/attribute-mapper"
import type { Diagnostic } from "@lead-gateway/document-check"
import type { CompiledRuleSet, RuleSet } from "@lead-gateway/lead-rules"
import type { Profile, ProfileData } from "@lead-gateway/normalizer"
import * as Data from "effect/Data"

/**
 * Everything that decides on a lead, as one value: rules, normaliser's profile, attribute mapping, payload
 * template, and the constants of the customer.
 *
 * A flow is an argument, never a global: a worker may run many, a preview a draft.
 */
export interface Flow {
  readonly rules: CompiledRuleSet
  readonly profile: Profile
  readonly mapping: Mapping
  readonly template: Template
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

/**
 * A flow as its documents say it: parsed JSON, not yet checked. Each may be any value; that its type names one kind of it lets
 * editors complete a document that is written in place.
 */
export interface FlowSource extends Readonly<Record<Part, unknown>> {
  readonly rules: RuleSet | {} | null | undefined
  readonly profile: ProfileData | {} | null | undefined
  readonly mapping: MappingDocument | {} | null | undefined
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
