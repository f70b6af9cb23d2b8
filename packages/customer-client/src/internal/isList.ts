/** Whether a value is a list, as its type claims: options from JavaScript or from a file may be anything. */
export const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)
