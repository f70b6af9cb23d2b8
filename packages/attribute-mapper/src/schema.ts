/**
 * Mappings and templates by Effect's `Schema`, for programs that use it. An entry of its own, because `Schema` is most of
 * Effect's size.
 */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { MappingDocument as mapping } from "./MappingDocument.ts"
import { TemplateDocument as template } from "./TemplateDocument.ts"

/** The schema of a mapping file. `compileMapping` checks more than the schema. */
export const MappingDocument = schemaOf(mapping)

/** The schema of a template file. `compileTemplate` checks more than the schema, and its messages are more precise. */
export const TemplateDocument = schemaOf(template)
