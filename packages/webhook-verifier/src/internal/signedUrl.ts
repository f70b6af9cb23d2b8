/** The URL that a sender has signed. */
export interface UrlRule {
  /** What it begins with, in front of the request's path; undefined for `https://` and the host of the request. */
  readonly base: string | undefined
  /** The percent-encoded characters that are signed decoded, in upper case. */
  readonly decoded: ReadonlyMap<string, string>
}

/** Makes a rule of the characters that are signed decoded. */
export const urlRule = (base: string | undefined, decode = ""): UrlRule => ({
  base,
  decoded: new Map(
    Array.from(decode, (character) => [
      `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
      character,
    ]),
  ),
})

/** The path and the query of a request's target, which may be in absolute form. */
export const pathOf = (url: string): string => {
  const [, path = ""] = /^https?:\/\/[^/?#]*(.*)$/i.exec(url) ?? [undefined, url]
  return path.startsWith("/") ? path : `/${path}`
}

/** The URL of a request, whose target is a path or a whole URL. */
export const signedUrl = ({ base, decoded }: UrlRule, url: string, host: string): string => {
  const isWhole = base === undefined && /^https?:\/\//i.test(url)
  const whole = isWhole ? url : (base ?? `https://${host}`) + pathOf(url)
  return decoded.size === 0
    ? whole
    : whole.replaceAll(/%[0-9a-f]{2}/gi, (code) => decoded.get(code.toUpperCase()) ?? code)
}
