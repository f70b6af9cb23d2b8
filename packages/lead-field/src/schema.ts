/** The Effect `Schema` of a path in a document, in an entry of its own because Schema is most of the weight of Effect. */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { FieldPathText as shape } from "./FieldPath.ts"

/** A text that is a path; parse it with `parsePath`. */
export const FieldPathText = schemaOf(shape)
