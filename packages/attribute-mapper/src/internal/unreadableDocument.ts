/** The diagnostic of a document that throws while it is read, as an accessor or a proxy may. */
export const unreadableDocument = (error: unknown) => ({
  path: "",
  actual: `a value that throws when it is read${error instanceof Error ? ` (${error.name})` : ""}`,
  expected: "parsed JSON",
})
