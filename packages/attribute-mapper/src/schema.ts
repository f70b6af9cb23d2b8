/**
 * Mappings and templates by Effect's `Schema`, for those who use it. Apart from the rest, since Schema is most of what
 * Effect weighs.
 */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { MappingDocument as mapping } from "./MappingDocument.ts"
import { TemplateDocument as template } from "./TemplateDocument.ts"

/** The schema of a mapping file. Make one ready for use with `compileMapping`, which finds more mistakes. */
export const MappingDocument = schemaOf(mapping)

/** The schema of a template file. Make one ready for use with `compileTemplate`, which says better what is wrong. */
export const TemplateDocument = schemaOf(template)
