import type { Path, Report } from "@lead-gateway/document-check"

/** The names that a template may use. A list that is not given is not looked at: any name will do. */
export interface TemplateNames {
  /** For `$constant`, such as `product.name`. */
  readonly constants?: ReadonlyArray<string>
  /** For `$meta`, such as `lead_id`. */
  readonly meta?: ReadonlyArray<string>
  /** For `$attribute`, and `only` and `except` of `$attributes`: `mapping.names`. */
  readonly attributes?: ReadonlyArray<string>
}

/** Where a part of a template stands, and what is known there. */
export interface Context {
  readonly path: Path
  readonly report: Report
  readonly names: TemplateNames
  /** Inside an item of a list, where paths begin at the item. */
  readonly insideItem: boolean
}

/** Reports a name that is none of those that exist; any will do where it is not known which do. */
export const reportUnknown = (
  { path, report }: Pick<Context, "path" | "report">,
  key: string | number,
  name: string,
  known: ReadonlyArray<string> | undefined,
  kind: string,
): void => {
  if (known === undefined || known.includes(name)) return
  const allowed =
    known.length === 0 ? `nothing: there is no ${kind}` : `the name of a ${kind}: ${known.join(", ")}`
  report([...path, key], name, allowed.replace("of a a", "of an a"))
}
