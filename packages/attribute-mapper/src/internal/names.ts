import type { Context } from "./nodes.ts"

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
