/** What holds of every answer: its names, and the form of errors. */
import { type Answer, objectOf } from "./AnswerReader.ts"
import { type ReadRequest, valuesOf } from "./Stream.ts"

/** Something that is wrong. `kind` stays the same while the case is made smaller. */
export interface Finding {
  readonly kind: string
  readonly detail: string
}

/** What is wrong with the form of an answer to a request, of which the method may be all that could be read. */
export const faultsOfForm = (
  answer: Answer,
  request: ReadRequest | undefined,
  method = request?.method,
): ReadonlyArray<Finding> => {
  const { body, continues, headers, processings, status } = answer
  const id = headers.get("x-correlation-id") ?? ""
  const own = request === undefined ? [] : valuesOf(request.headers, "x-correlation-id")
  const isOwnKept = own.length !== 1 || !isId(own[0] ?? "") || own[0] === id || request?.doubts.size !== 0
  const isAsked = request !== undefined && valuesOf(request.headers, "expect").length > 0
  // `/readyz` and `/health/deep` are for machines that ask again anyway.
  const required = {
    405: "allow",
    503: /^\/(?:ready|health)/.test(request?.target ?? "") ? undefined : "retry-after",
  }[status]
  const isError = status >= 400 && (method !== "HEAD" || body.length > 0)
  const faults: ReadonlyArray<readonly [holds: boolean, kind: string, detail: string]> = [
    [!isId(id), "no correlation id", `the answer ${status} has none`],
    [!isOwnKept, "another correlation id", `${own[0]} became ${id}`],
    [continues > (isAsked ? 1 : 0), "unasked 100 Continue", `${continues} before the answer ${status}`],
    // A preview is given up when its client has gone, which shows only when something is sent to it.
    [
      processings > 0 && !/\/api\/v1\/preview(?:\?|$)/.test(request?.target ?? ""),
      "unasked 102 Processing",
      `${processings} before the answer ${status}`,
    ],
    [isError && !isErrorBody(answer, id), "malformed error", textOf(answer)],
    [required !== undefined && !headers.has(required), `no ${required}`, `the answer ${status}`],
  ]
  return faults.flatMap(([holds, kind, detail]) => (holds ? [{ kind, detail }] : []))
}

const isId = (text: string): boolean => /^[\x21-\x7e]{1,128}$/.test(text)

const textOf = ({ body, headers, status }: Answer): string =>
  `${status} ${headers.get("content-type") ?? ""}: ${body.toString("latin1", 0, 300)}`

const isErrorBody = ({ body, headers }: Answer, id: string): boolean => {
  const { error, correlation_id, ...others } = objectOf(body) ?? {}
  return (
    (headers.get("content-type") ?? "").startsWith("application/json") &&
    typeof error === "string" &&
    // Of a body with unknown keys, some of them are named.
    (error.length < 200 || (error.length < 1_000 && error.includes(" must be "))) &&
    /^[^A-Z\n]{3,}$|^[a-z][^\n]{2,}$|^(?:JSON|Idempotency-Key) |^[^;]* must be /.test(error) &&
    correlation_id === id &&
    Object.keys(others).length === 0
  )
}
