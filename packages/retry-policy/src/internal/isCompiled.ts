import type { ClassificationTable } from "./table.ts"

/** Whether a value is a compiled policy, as far as a mistake could tell. */
export const isCompiled = (
  policy: { readonly classification: ClassificationTable } | null | undefined,
): boolean => policy?.classification?.errors instanceof Map
