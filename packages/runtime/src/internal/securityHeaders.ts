/**
 * The headers of every answer, whatever becomes of the request: what a browser may do with it.
 *
 * An answer is data and never a page of ours (a route that serves one sets its own policy): it loads nothing, is framed by
 * nobody (`frame-ancestors`, for which `X-Frame-Options` is the older form), is read as the type that it says, is embedded by
 * no other site (Fetch standard, 3.6), and tells the next site nothing of its address. No cache keeps it. TLS ends at a
 * proxy, which sets `Strict-Transport-Security`.
 */
const headers = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
}

/** As an object, for `writeHead`. */
export const securityHeaders: Readonly<Record<string, string>> = headers

/** As names and values by turns, which costs `writeHead` least. */
export const securityHeaderList: ReadonlyArray<string> = Object.entries(headers).flat()

/** As lines of a response's head. */
export const securityHeaderLines: ReadonlyArray<string> = Object.entries(headers).map(
  ([name, value]) => `${name}: ${value}`,
)
