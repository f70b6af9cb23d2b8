/** Compares what a connection was answered with what it sent. */
import type { FuzzCase } from "../generate/Case.ts"
import { type Answer, readAnswers } from "./AnswerReader.ts"
import { type Expected, expectedOf, refusals } from "./Expected.ts"
import { type ReadRequest, type Stream, valuesOf } from "./RequestReader.ts"

/** What was observed of a connection. */
export interface Exchange {
  readonly received: Buffer
  /** How it ended: by the api, or only after the sender's patience. */
  readonly end: "closed" | "timeout"
  /** Whether it overlapped a time without Postgres, which the run itself had caused. */
  readonly duringOutage: boolean
}

/** Something that is wrong. `kind` stays the same while the case is made smaller. */
export interface Finding {
  readonly kind: string
  readonly detail: string
}

/** What is known of a connection's leads. */
export interface Verdict {
  readonly findings: ReadonlyArray<Finding>
  readonly statuses: ReadonlyArray<number>
  /** Answered 200, with what must be stored. */
  readonly acknowledged: ReadonlyArray<{ readonly leadId: number; readonly meaning: string }>
  /** What may be stored although nobody was answered 200. */
  readonly unseen: ReadonlyArray<string>
}

/** Judges one connection. */
export const judge = (of: FuzzCase, stream: Stream, exchange: Exchange): Verdict => {
  const tailMethod = headOf(stream.tail)?.method ?? ""
  const methods = [...stream.requests.map(({ method }) => method), tailMethod]
  const { answers, fault, isPartial } = readAnswers(exchange.received, methods)
  const expected = stream.requests.map((request) => expectedOf(request, of.auth))
  const verdict = new Judgement(exchange.duringOutage)

  if (fault !== undefined) verdict.report("malformed answer", fault)
  if (isPartial && of.ending !== "reset")
    verdict.report("partial answer", "the connection ended within an answer")
  stream.requests.forEach((request, index) => {
    const answer = answers[index]
    const one = expected[index]
    if (answer !== undefined && one !== undefined) verdict.answered(request, answer, one)
  })
  verdict.tail(stream, answers.slice(stream.requests.length), of)
  if (fault === undefined) verdict.unanswered(stream, expected, answers, of)
  if (exchange.end === "timeout" && of.ending !== "reset") {
    verdict.report("connection stays open", `after ${answers.length} answers`)
  }
  const { acknowledged, findings, unseen } = verdict
  return { acknowledged, findings, unseen, statuses: answers.map(({ status }) => status) }
}

/** The head of a request whose body is not whole: it may be answered before its body is read. */
const headOf = (tail: Stream["tail"]): ReadRequest | undefined => ("head" in tail ? tail.head : undefined)

class Judgement {
  readonly findings: Array<Finding> = []
  readonly acknowledged: Array<{ readonly leadId: number; readonly meaning: string }> = []
  readonly unseen: Array<string> = []
  readonly #duringOutage: boolean

  constructor(duringOutage: boolean) {
    this.#duringOutage = duringOutage
  }

  report(kind: string, detail: string): void {
    this.findings.push({ kind, detail })
  }

  /** One request and its answer. */
  answered(request: ReadRequest, answer: Answer, { statuses, meaning, needsDatabase }: Expected): void {
    const { status } = answer
    const isOutage = status === 503 && needsDatabase && this.#duringOutage
    if (!statuses.has(status) && !isOutage) {
      const allowed = [...statuses].join(" or ")
      const text = answer.body.toString("latin1", 0, 200)
      this.report(
        status >= 500 ? `a ${status}` : `${status} instead of ${allowed}`,
        `${request.method} ${request.target.slice(0, 200)} was answered ${status} instead of ${allowed}: ${text}`,
      )
    }
    this.wellFormed(request, answer)
    const isWebhook = request.method === "POST" && meaning !== undefined
    if (isWebhook && status === 503) this.unseen.push(meaning)
    if (!isWebhook || status !== 200) return
    const receipt = objectOf(answer.body)
    const leadId = receipt?.["lead_id"]
    if (typeof leadId === "number" && receipt?.["status"] === "RECEIVED")
      this.acknowledged.push({ leadId, meaning })
    else this.report("malformed receipt", answer.body.toString("latin1", 0, 300))
  }

  /** What holds of every answer. */
  wellFormed(request: ReadRequest | undefined, { status, headers, body, continues }: Answer): void {
    const id = headers.get("x-correlation-id") ?? ""
    if (!/^[\x21-\x7e]{1,128}$/.test(id)) this.report("no correlation id", `the answer ${status} has none`)
    const own = request === undefined ? [] : valuesOf(request.headers, "x-correlation-id")
    if (
      own.length === 1 &&
      /^[\x21-\x7e]{1,128}$/.test(own[0] ?? "") &&
      own[0] !== id &&
      request?.doubts.size === 0
    ) {
      this.report("another correlation id", `${own[0]} became ${id}`)
    }
    if (continues > (request !== undefined && valuesOf(request.headers, "expect").length > 0 ? 1 : 0)) {
      this.report("unasked 100 Continue", `${continues} before the answer ${status}`)
    }
    if (status >= 400 && request?.method !== "HEAD") this.errorBody(status, headers, body, id)
    // `/readyz` and `/health/deep` are for machines that ask again anyway.
    const required = {
      405: "allow",
      503: /^\/(?:ready|health)/.test(request?.target ?? "") ? undefined : "retry-after",
    }[status]
    if (required !== undefined && !headers.has(required))
      this.report(`no ${required}`, `the answer ${status}`)
  }

  errorBody(status: number, headers: Answer["headers"], body: Buffer, id: string): void {
    const type = headers.get("content-type") ?? ""
    const { error, correlation_id, ...others } = objectOf(body) ?? {}
    const isRight =
      type.startsWith("application/json") &&
      typeof error === "string" &&
      /^[^A-Z\n]{3,200}$|^[a-z][^\n]{2,200}$|^JSON /.test(error) &&
      correlation_id === id &&
      Object.keys(others).length === 0
    if (!isRight) this.report("malformed error", `${status} ${type}: ${body.toString("latin1", 0, 300)}`)
  }

  /** What was answered beyond the whole requests: one refusal at most, where something follows that is no whole request. */
  tail({ tail }: Stream, answers: ReadonlyArray<Answer>, of: FuzzCase): void {
    const head = headOf(tail)
    const early = head === undefined ? new Set<number>() : expectedOf(head, of.auth).statuses
    answers.forEach((answer, index) => {
      this.wellFormed(head, answer)
      const isStored = objectOf(answer.body)?.["lead_id"] !== undefined && answer.body.includes("RECEIVED")
      if (isStored) this.report("a lead of no request", `${tail.kind} was answered ${answer.status}`)
      else if (tail.kind === "clean" || index > 0) {
        this.report("more answers than requests", `one more ${answer.status} (${tail.kind})`)
      } else if (
        !refusals.has(answer.status) &&
        !early.has(answer.status) &&
        !(this.#duringOutage && answer.status === 503)
      ) {
        this.report(`${answer.status} to what is ${tail.kind}`, answer.body.toString("latin1", 0, 200))
      }
    })
  }

  /** Requests without an answer: right only after one that said that the connection closes, or when nobody waited. */
  unanswered(
    { requests, tail }: Stream,
    expected: ReadonlyArray<Expected>,
    answers: ReadonlyArray<Answer>,
    of: FuzzCase,
  ): void {
    const last = answers[Math.min(answers.length, requests.length) - 1]
    const lastRequest = requests[Math.min(answers.length, requests.length) - 1]
    const isHidden = of.ending === "reset" || this.#duringOutage
    if (isHidden) {
      expected
        .slice(answers.length)
        .forEach(({ meaning }) => meaning !== undefined && this.unseen.push(meaning))
    } else if (answers.length < requests.length && last?.closes !== true) {
      this.report("no answer", `${answers.length} answers to ${requests.length} requests`)
    }
    const mayClose =
      last === undefined ||
      last.status >= 400 ||
      lastRequest?.closes === true ||
      lastRequest?.doubts.has("an upgrade") === true ||
      of.ending !== "wait" ||
      answers.length >= requests.length
    if (last?.closes === true && !mayClose && tail.kind === "clean" && !isHidden) {
      this.report(
        "closed without need",
        `after ${last.status}, the answer ${answers.length} of ${requests.length}`,
      )
    }
  }
}

const objectOf = (body: Buffer): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === "object" && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
