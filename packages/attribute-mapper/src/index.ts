/**
 * Maps a normalised lead to the payload of a customer's API, by attribute definitions and a template that are data.
 *
 * A mapping defines the attributes that the customer accepts and their valid values; a template is the customer payload as
 * JSON, with directives in the place of values. `compileMapping` and `compileTemplate` check them once and report every
 * error; `map` then maps any number of payloads and never fails. Used by the lead pipeline and by the preview of drafts. It
 * does not normalise values and sends nothing.
 */
export type { Diagnostic } from "@lead-gateway/document-check"
export type { Format, FormatStep } from "./Format.ts"
export type { TemplateNames } from "./internal/Node.ts"
export {
  map,
  type MapInput,
  type Mapped,
  type MapResult,
  type MissingRequired,
  type UnreadValue,
} from "./map.ts"
export { compileMapping, compileMappingOrThrow, type Mapping, MappingInvalid } from "./Mapping.ts"
export type { AttributeDefinition, AttributeType, MappingDocument } from "./MappingDocument.ts"
export type {
  MapReport,
  OmittedAttribute,
  OmittedAttributeReason,
  OmittedNode,
  OmittedNodeReason,
} from "./MapReport.ts"
export { compileTemplate, compileTemplateOrThrow, type Template, TemplateInvalid } from "./Template.ts"
export {
  defaultTemplate,
  nestedTemplate,
  type TemplateDocument,
  type TemplateNode,
} from "./TemplateDocument.ts"
export {
  makeUnknownTally,
  type UnknownReport,
  type UnknownTally,
  type UnknownTallyOptions,
  type UnknownValue,
  unknownValues,
} from "./UnknownValues.ts"
