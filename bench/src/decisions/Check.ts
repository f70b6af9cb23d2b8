/** A neutral description of a check. Each contender translates the same list into its own form. */
export type Check =
  | { readonly kind: "pattern"; readonly path: string; readonly pattern: string }
  | { readonly kind: "equals"; readonly path: string; readonly value: string | number | boolean }
  | { readonly kind: "present"; readonly path: string }

/** What `JSON.parse` makes of an object. */
export type Payload = { [key: string]: unknown }

/** Whether a payload passes every check; ready to be called many times. */
export type Decide = (payload: Payload) => boolean | Promise<boolean>

/** The value at a path, `undefined` where there is none. */
export const valueAt = (payload: unknown, segments: ReadonlyArray<string>): unknown => {
  let value = payload
  for (const segment of segments) {
    if (typeof value !== "object" || value === null) return undefined
    value = (value as Payload)[segment]
  }
  return value
}

/** Absent, null, or a text of white space. */
export const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "")

/** An object with these values at these paths. */
export const nest = <A>(values: Iterable<readonly [path: string, value: A]>): Payload => {
  const root: Payload = {}
  for (const [path, value] of values) {
    const segments = path.split(".")
    const last = segments.pop() ?? ""
    let parent = root
    for (const segment of segments) parent = (parent[segment] ??= {}) as Payload
    parent[last] = value
  }
  return root
}
