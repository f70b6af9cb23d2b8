import type { Json } from "@lead-gateway/lossless-json"
import type { FieldKind } from "./FieldDeclaration.ts"

/**
 * What happened to a value.
 *
 * - the kind of a declared field, such as `email` or `date`: it was brought into the form of that kind;
 * - `text`: white space trimmed or collapsed, or Unicode composed, in a text that nothing is declared of, or that
 *   could not be read; in a field declared `text` also what is invisible removed;
 * - `phone_unparsed`: kept as `+` and its digits; `phone_missing`: set to null, because it has no digit;
 * - `moved`: taken from the field of a source, `from`.
 */
export type ChangeKind = FieldKind | "phone_unparsed" | "phone_missing" | "moved"

/** One thing that normalising did to one value. It tells where and how; what, only if asked for. */
export interface Change {
  /** As `lead-field` writes a path, `house.is_owner`, list indices too. A key is cut after 60 characters. */
  readonly path: string
  readonly kind: ChangeKind
  /** Where a value that was `moved` came from. */
  readonly from?: string
  /** The value before, with `values: "show"` alone. */
  readonly before?: Json
  /** The value after, with `values: "show"` alone. */
  readonly after?: Json
}

/** A value that is not missing and could not be read as what its field is declared to hold. It is kept. */
export interface Unread {
  readonly path: string
  /** What the field is declared to hold. */
  readonly kind: FieldKind
}
