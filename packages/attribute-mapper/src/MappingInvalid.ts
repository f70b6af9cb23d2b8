import { DocumentInvalid } from "@lead-gateway/document-check"

/**
 * A mapping that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `solar_area.attribute_type: found "number", expected "text", "dropdown" or "range"`.
 */
export class MappingInvalid extends DocumentInvalid("MappingInvalid", "mapping") {}
