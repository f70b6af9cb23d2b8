import { DocumentInvalid } from "@lead-gateway/document-check"

/**
 * A template that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `lead.phone.required: found "yes", expected true or false`.
 */
export class TemplateInvalid extends DocumentInvalid("TemplateInvalid", "template") {}
