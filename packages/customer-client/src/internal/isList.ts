/** Whether it is a list, as its type says: options from JavaScript or from a file need not be. */
export const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)
