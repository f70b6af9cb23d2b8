/**
 * What `normalize` reports: each change and each value that could not be read, by its printed path.
 *
 * The values themselves, which are personal data, are in the report only if the caller asks for them.
 */
import type { Json } from "@lead-gateway/lossless-json"
import type { FieldKind } from "./FieldDeclaration.ts"
import type { AliasReport } from "./internal/Aliases.ts"
import type { PayloadPath } from "./internal/Draft.ts"
import { printPayloadPath } from "./internal/printPayloadPath.ts"
import type { Target } from "./internal/SourceTree.ts"

/**
 * What was changed.
 *
 * - the kind of a declared field, such as `email` or `date`: the value was converted to the normal form of that kind;
 * - `text`: white space trimmed or collapsed, invisible characters removed, or Unicode composed, in a text that is
 *   undeclared, declared as `text`, or unread;
 * - `phone_missing`: set to null, because it has no digit;
 * - `moved`: moved here by an alias, from the source's field `from`; `from` has a `*` where the answers of every item of
 *   a list were collected, and is the object whose fields were joined to one text;
 * - `not_moved`: another value for a field that an alias filled, which stays where it is, at `from`;
 * - `json`: a text that holds JSON was replaced by what it holds, because a value was moved from inside it.
 */
export type ChangeKind = FieldKind | "phone_missing" | "moved" | "not_moved" | "json"

/** One change that `normalize` made to one value. It holds the values themselves only with `values: "show"`. */
export interface Change {
  /** In the notation of `lead-field`: `house.is_owner`, `contacts.0.phone`. Each key is truncated to 60 characters. */
  readonly path: string
  readonly kind: ChangeKind
  /** The path from which a value was `moved`, or where it stays if it was `not_moved`. */
  readonly from?: string
  /** The value before the change, a list of them if several were collected or joined; only with `values: "show"`. */
  readonly before?: Json
  /** The value after the change; only with `values: "show"`. */
  readonly after?: Json
}

/** A value that is not missing and cannot be read as the declared kind of its field. It is kept; a text is cleaned. */
export interface Unread {
  readonly path: string
  /**
   * The declared kind of the field; `option` for an answer that is the identifier of no option; `too_many_items` for a list
   * of which only the first items were read.
   */
  readonly kind: FieldKind | "option" | "too_many_items"
}

/** How many changes of one payload are reported at most; changes beyond that are made all the same. */
export const maxChanges = 100

/** Collects the report of one payload, that of its aliases included. Paths are printed when they are added. */
export class ChangeReport implements AliasReport {
  readonly changes: Array<Change> = []
  readonly unread: Array<Unread> = []
  readonly #showsValues: boolean

  constructor(showsValues: boolean) {
    this.#showsValues = showsValues
  }

  add(kind: ChangeKind, path: PayloadPath, before: Json, after: Json, from?: PayloadPath): void {
    if (this.changes.length >= maxChanges) return
    this.changes.push({
      path: printPayloadPath(path),
      kind,
      ...(from === undefined ? {} : { from: printPayloadPath(from) }),
      ...(this.#showsValues ? { before, after } : {}),
    })
  }

  addUnread(kind: Unread["kind"], path: PayloadPath): void {
    this.unread.push({ path: printPayloadPath(path), kind })
  }

  onOpened(path: PayloadPath, before: Json, after: Json): void {
    this.add("json", path, before, after)
  }

  onMoved(target: Target, from: PayloadPath, before: Json, after: Json): void {
    this.add("moved", target.path, before, after, from)
  }

  onNotMoved(target: Target, from: PayloadPath, value: Json): void {
    this.add("not_moved", target.path, value, value, from)
  }

  onUnknown(path: PayloadPath): void {
    this.addUnread("option", path)
  }
}
