/** Where leads come from, by their rows in the table `source`. */
export const sources = { webhook: 1, test: 2 } as const
export type Source = keyof typeof sources

/** A condition: whether a row of `lead` is a test lead. */
export const isTest = (lead: string): string => `${lead}.source_id = ${sources.test}`
