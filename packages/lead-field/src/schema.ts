/** The Effect `Schema` of a path in a document, apart from the rest: Schema is most of what Effect weighs. */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { FieldPathText as shape } from "./FieldPath.ts"

/** A text that is a path: take it apart with `parsePath`. */
export const FieldPathText = schemaOf(shape)
