/**
 * Whether a client reads an encoding, by its `Accept-Encoding` (RFC 9110, 12.5.3): it is named, or `*` is, and not with
 * `q=0`. Without the header it reads none for certain. Example: `accepts("gzip, br;q=0", "br")` is false.
 */
export const accepts = (header: string | undefined, encoding: string): boolean => {
  const items = (header ?? "").split(",").map((item) => item.toLowerCase().replaceAll(/\s/g, "").split(";"))
  const weightOf = (name: string) => {
    const item = items.find(([coding]) => coding === name)
    if (item === undefined) return undefined
    const weight = item.find((parameter) => parameter.startsWith("q="))
    return weight === undefined ? 1 : Number(weight.slice(2))
  }
  return (weightOf(encoding) ?? weightOf("*") ?? 0) > 0
}
