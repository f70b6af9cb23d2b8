import { DocumentInvalid } from "@lead-gateway/document-check"

/**
 * A profile that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `default_country: found "de", expected the two capital letters of a country, such as DE`.
 */
export class ProfileInvalid extends DocumentInvalid("ProfileInvalid", "profile") {}
