/** Compares what a connection was answered with what it sent. */
import type { FuzzCase } from "../generate/Case.ts"
import { type Answer, isForLackOfTime, objectOf, readAnswers } from "./AnswerReader.ts"
import { faultsOfForm, type Finding } from "./form.ts"
import { type Expected, expectedOf, refusals } from "./Expected.ts"
import { isCutShort, isUnread } from "./closing.ts"
import { methodsOf, type ReadRequest, type Stream } from "./Stream.ts"

/** What was observed of a connection. */
export interface Exchange {
  readonly received: Buffer
  /** How it ended: by the api, or only after the sender's patience. */
  readonly end: "closed" | "timeout"
  /** Whether it overlapped a time without Postgres, which the run itself had caused. */
  readonly duringOutage: boolean
  /** Whether other programs used much of the machine meanwhile. */
  readonly onSharedMachine: boolean
}

/** What is known of a connection's leads. */
export interface Verdict {
  readonly findings: ReadonlyArray<Finding>
  readonly statuses: ReadonlyArray<number>
  /** Answered 200, with what must be stored. */
  readonly acknowledged: ReadonlyArray<{ readonly leadId: number; readonly meaning: string }>
  /** What may be stored although nobody was answered 200. */
  readonly unseen: ReadonlyArray<string>
  /** Findings that a shared machine explains, unless they are found again. */
  readonly excused: ReadonlyArray<Finding>
}

/** Judges one connection. */
export const judge = (of: FuzzCase, stream: Stream, exchange: Exchange): Verdict => {
  const { answers, fault, isPartial } = readAnswers(exchange.received, methodsOf(stream))
  const expected = stream.requests.map((request) => expectedOf(request, of.auth))
  const verdict = new Judgement(exchange)

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
    verdict.reportUnlessShared("connection stays open", `after ${answers.length} answers`)
  }
  const { acknowledged, excused, findings, unseen } = verdict
  return { acknowledged, excused, findings, unseen, statuses: answers.map(({ status }) => status) }
}

/** The head of a request whose body is not whole: it may be answered before its body is read. */
const headOf = (tail: Stream["tail"]): ReadRequest | undefined => ("head" in tail ? tail.head : undefined)

class Judgement {
  readonly findings: Array<Finding> = []
  readonly acknowledged: Array<{ readonly leadId: number; readonly meaning: string }> = []
  readonly unseen: Array<string> = []
  readonly excused: Array<Finding> = []
  readonly #duringOutage: boolean
  readonly #hasTimedOut: boolean
  readonly #onSharedMachine: boolean

  constructor({ duringOutage, end, onSharedMachine }: Exchange) {
    this.#duringOutage = duringOutage
    this.#hasTimedOut = end === "timeout"
    this.#onSharedMachine = onSharedMachine
  }

  report(kind: string, detail: string): void {
    this.findings.push({ kind, detail })
  }

  /** For what happens to right requests too, where the processes do not get the time that they need. */
  reportUnlessShared(kind: string, detail: string): void {
    if (this.#onSharedMachine) this.excused.push({ kind, detail })
    else this.report(kind, detail)
  }

  #reportStatus(answer: Answer, kind: string, detail: string): void {
    if (isForLackOfTime(answer)) this.reportUnlessShared(kind, detail)
    else this.report(kind, detail)
  }

  /** One request and its answer. */
  answered(request: ReadRequest, answer: Answer, { statuses, meaning, needsDatabase }: Expected): void {
    const { status } = answer
    const isOutage = status === 503 && needsDatabase && this.#duringOutage
    if (!statuses.has(status) && !isOutage) {
      const allowed = [...statuses].join(" or ")
      const text = answer.body.toString("latin1", 0, 200)
      const kind = status >= 500 ? `a ${status}` : `${status} instead of ${allowed}`
      const detail = `${request.method} ${request.target.slice(0, 200)} was answered ${status} instead of ${allowed}: ${text}`
      this.#reportStatus(answer, kind, detail)
    }
    this.findings.push(...faultsOfForm(answer, request))
    const isWebhook = request.method === "POST" && meaning !== undefined
    if (isWebhook && status === 503) this.unseen.push(meaning)
    if (!isWebhook || status !== 200) return
    const receipt = objectOf(answer.body)
    const leadId = receipt?.["lead_id"]
    if (typeof leadId === "number" && receipt?.["status"] === "RECEIVED")
      this.acknowledged.push({ leadId, meaning })
    else this.report("malformed receipt", answer.body.toString("latin1", 0, 300))
  }

  /** What was answered beyond the whole requests: one refusal at most, where something follows that is no whole request. */
  tail({ tail }: Stream, answers: ReadonlyArray<Answer>, of: FuzzCase): void {
    const head = headOf(tail)
    const early = head === undefined ? new Set<number>() : expectedOf(head, of.auth).statuses
    answers.forEach((answer, index) => {
      this.findings.push(...faultsOfForm(answer, head, "method" in tail ? tail.method : ""))
      const isStored = objectOf(answer.body)?.["lead_id"] !== undefined && answer.body.includes("RECEIVED")
      if (isStored) this.report("a lead of no request", `${tail.kind} was answered ${answer.status}`)
      else if (tail.kind === "clean" || index > 0) {
        this.report("more answers than requests", `one more ${answer.status} (${tail.kind})`)
      } else if (
        !refusals.has(answer.status) &&
        !early.has(answer.status) &&
        !(this.#duringOutage && answer.status === 503)
      ) {
        const kind = `${answer.status} to what is ${tail.kind}`
        this.#reportStatus(answer, kind, answer.body.toString("latin1", 0, 200))
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
    const isExcused = this.#hasTimedOut && this.#onSharedMachine
    const isHidden = of.ending === "reset" || this.#duringOutage || isExcused
    if (isHidden) {
      expected
        .slice(answers.length)
        .forEach(({ meaning }) => meaning !== undefined && this.unseen.push(meaning))
    } else if (answers.length < requests.length && last?.closes !== true && !isCutShort(lastRequest, last)) {
      this.report("no answer", `${answers.length} answers to ${requests.length} requests`)
    }
    const mayClose =
      last === undefined ||
      last.status >= 400 ||
      lastRequest?.closes === true ||
      lastRequest?.doubts.has("an upgrade") === true ||
      isUnread(lastRequest, last) ||
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
