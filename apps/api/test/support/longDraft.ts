/** A draft of rules that takes seconds to compile. */
export const longDraft = {
  version: "1",
  rules: Array.from({ length: 8_000 }, (_, index) => ({
    field: "x",
    operator: "pattern",
    pattern: `^a${index}$`,
    reason: "R",
  })),
}
