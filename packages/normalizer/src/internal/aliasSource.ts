/** The sources of an alias as the profile has them, parsed; and what is wrong in fields to join. */
import type { Report } from "@lead-gateway/document-check"
import { type FieldPath, parsePath, printPath } from "@lead-gateway/lead-field"
import type { AliasSource, JoinedSource } from "../AliasSource.ts"
import { apartFrom } from "./compileAnswerLists.ts"
import { DisjointPaths } from "./FieldTree.ts"
import { anyNumber, foldPath } from "./foldKey.ts"
import type { Join } from "./SourceTree.ts"

/** A source of an alias, parsed. */
export interface ParsedSource {
  readonly text: string
  readonly path: FieldPath
  readonly join: Join | undefined
  /** The fields whose values it moves: itself, or those that it joins. */
  readonly fields: ReadonlyArray<{ readonly text: string; readonly folded: FieldPath }>
}

/** Parses a source, and reports what is wrong in the fields that it joins. */
export const parseSource = (source: AliasSource, report: Report): ParsedSource => {
  const text = typeof source === "string" ? source : source.path
  const path = parsePath(text) ?? []
  if (typeof source === "string") {
    return { text, path, join: undefined, fields: [{ text, folded: foldPath(path) }] }
  }
  reportJoin(source, report)
  const parts = source.join.map((part) => ({
    path: parsePath(part) ?? [],
    isRequired: source.required?.includes(part) ?? false,
  }))
  return {
    text,
    path,
    join: { parts, prefix: source.prefix ?? "" },
    fields: parts.map((part) => {
      const full = [...path, ...part.path]
      return { text: printPath(full), folded: foldPath(full) }
    }),
  }
}

const reportJoin = ({ join, required = [] }: JoinedSource, report: Report): void => {
  const disjoint = new DisjointPaths()
  for (const [index, part] of join.entries()) {
    const path = parsePath(part) ?? []
    const other = disjoint.add(foldPath(path), part)
    if (path.includes("*")) report(["join", index], part, "a path without *: each is one value")
    else if (path.some((key) => key.includes(anyNumber))) {
      report(["join", index], part, `a path without ${anyNumber}, which is for the path of the object`)
    } else if (other !== undefined) report(["join", index], part, apartFrom(other))
  }
  for (const [index, part] of required.entries()) {
    if (!join.includes(part)) report(["required", index], part, `one of ${join.join(", ")}`)
  }
}
