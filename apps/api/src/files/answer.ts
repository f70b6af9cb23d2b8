/** How files are answered: the reference's and the console's. */
import { type HttpResponse, securityHeaders } from "@lead-gateway/runtime"
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http"

/** Whether the client has it (RFC 9110, 13.1.2). */
export const isUnchanged = ({ headers }: IncomingMessage, tag: string): boolean => {
  const known = headers["if-none-match"]
  return (
    known !== undefined &&
    (known.trim() === "*" ||
      known
        .replaceAll(/\s|W\//g, "")
        .split(",")
        .includes(tag))
  )
}

/** Begins the answer. A `Vary` that was set before stays. */
export const writeHead = (response: HttpResponse, status: number, headers: OutgoingHttpHeaders): void => {
  const vary = [response.getHeader("Vary"), headers["Vary"]].filter((value) => value !== undefined).join(", ")
  response.writeHead(status, {
    ...securityHeaders,
    "X-Correlation-ID": response.correlationId,
    ...headers,
    ...(vary === "" ? {} : { Vary: vary }),
  })
}

/** Answers without a body. */
export const end = (response: HttpResponse, status: number, headers: OutgoingHttpHeaders): void => {
  writeHead(response, status, headers)
  response.end()
}
