import type { AuthSettings } from "@lead-gateway/config"
import { type Handler, type HttpResponse, respond, securityHeaders } from "@lead-gateway/runtime"
import {
  answerHandshake,
  type HandshakeAnswer,
  hasHandshake,
  type Reason,
} from "@lead-gateway/webhook-verifier"
import { Option } from "effect"
import * as Answer from "./Answer.ts"
import type { SenderLimit } from "./SenderLimit.ts"

/**
 * Answers GET requests by which senders ask whether this is their receiver, as Meta and LinkedIn do; none if no verifier
 * has a handshake. 429 beyond the limit of webhooks, which a guess at a token counts for, 401 for a wrong token, 400 for what is
 * no handshake.
 */
export const makeHandshakes = (
  auth: Option.Option<AuthSettings>,
  limit: SenderLimit | undefined,
): Handler | undefined => {
  const verifiers = Option.match(auth, { onNone: () => [], onSome: ({ verifiers }) => verifiers })
  const asked = verifiers.filter(({ secrets, verifier }) => hasHandshake(verifier, secrets))
  if (asked.length === 0) return undefined

  const refuse = (response: HttpResponse, answer: Answer.Answer) => {
    response.facts.reason = answer.reason
    respond(response, answer)
  }

  return (request, response) => {
    const waitMs = limit?.arrived(request) ?? 0
    if (waitMs > 0) return refuse(response, Answer.tooManyRequests(waitMs))
    const { url = "/" } = request
    let refusal: Reason = "ChallengeMissing"
    for (const { secrets, verifier } of asked) {
      const answer = answerHandshake(verifier, { url, secrets })
      if (answer._tag === "Answered") return send(response, answer)
      if (answer.reason !== "ChallengeMissing") refusal = answer.reason
    }
    limit?.identified(request, undefined)
    refuse(response, refusal.startsWith("Token") ? Answer.unauthorized : Answer.noHandshake)
  }
}

const send = (response: HttpResponse, { body, contentType }: HandshakeAnswer): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(200, {
    "Content-Type": contentType,
    "Content-Length": body.length,
    "X-Correlation-ID": response.correlationId,
    ...securityHeaders,
  })
  response.end(body, "latin1")
}
