import type { Path, Report } from "@lead-gateway/document-check"
import type { Format } from "../Format.ts"

/** Reports what no schema says of a format: `1.234.5` is no number, whoever reads it. */
export const reportFormat = (report: Report, path: Path, format: Format | undefined): void => {
  for (const [index, step] of [format ?? []].flat().entries()) {
    if (step.as !== "decimal") continue
    const { decimals, decimal_mark: mark = ".", group_mark: group } = step
    // Without decimals there is no mark before them.
    if (group !== mark || decimals === 0) continue
    const at = Array.isArray(format) ? [...path, index] : path
    report([...at, "group_mark"], group, `another mark than decimal_mark, which is ${JSON.stringify(mark)}`)
  }
}
