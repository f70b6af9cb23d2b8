/**
 * From a normalised lead to the payload that a customer's API wants, by definitions and a template that are data.
 *
 * A mapping says which attributes the customer knows and which values are valid; a template is the customer
 * payload as JSON, with directives where values go. `compileMapping` and `compileTemplate` check them once and
 * report every mistake; `map` then fills payload after payload, without ever failing. Used by the lead
 * pipeline and by whatever previews a draft. It does not normalise, and it sends nothing.
 */
export type { Diagnostic } from "@lead-gateway/document-check"
export type { Format, FormatStep } from "./Format.ts"
export type { LeftOut, LeftOutReason } from "./LeftOut.ts"
export { map, type MapInput, type Mapped, type MapResult, type MissingRequired } from "./map.ts"
export { compileMapping, type Mapping } from "./Mapping.ts"
export type { AttributeDefinition, AttributeType } from "./MappingDocument.ts"
export { MappingInvalid } from "./MappingInvalid.ts"
export type { OmittedAttribute, OmittedReason } from "./OmittedAttribute.ts"
export { compileTemplate, type Template, type TemplateNames } from "./Template.ts"
export { TemplateInvalid } from "./TemplateInvalid.ts"
export { defaultTemplate, nestedTemplate } from "./templates.ts"
export {
  makeUnknownTally,
  type UnknownReport,
  type UnknownTally,
  type UnknownTallyOptions,
  type UnknownValue,
  unknownValues,
} from "./UnknownValues.ts"
