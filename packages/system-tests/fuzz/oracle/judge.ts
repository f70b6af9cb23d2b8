/** Compares what a connection was answered with what it sent. */
import { apis } from "../generate/apis.ts"
import type { FuzzCase } from "../generate/Case.ts"
import { personalData } from "../generate/payloads.ts"
import { type Answer, isForLackOfTime, objectOf, readAnswers } from "./AnswerReader.ts"
import { faultsOfForm, type Finding } from "./form.ts"
import { expectedOf, refusals, roleOf } from "./Expected.ts"
import { isCutShort, isUndrained, isUnread, mayBeOverdue } from "./closing.ts"
import type { Key } from "./senders.ts"
import type { Expected } from "./Statuses.ts"
import type { Acknowledged, Exchange, Unseen, Verdict } from "./Verdict.ts"
import { methodsOf, type ReadRequest, type Stream } from "./Stream.ts"

/** Judges one connection. */
export const judge = (of: FuzzCase, stream: Stream, exchange: Exchange): Verdict => {
  const { answers, fault, isPartial } = readAnswers(exchange.received, methodsOf(stream))
  const expected = stream.requests.map((request) => expectedOf(request, apis[of.api]))
  const verdict = new Judgement(exchange, of)

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
  const { acknowledged, conflicts, duplicates, excused, findings, unseen } = verdict
  const statuses = answers.map(({ status }) => status)
  return { acknowledged, conflicts, duplicates, excused, findings, unseen, statuses }
}

/** The head of a request whose body is not whole: it may be answered before its body is read. */
const headOf = (tail: Stream["tail"]): ReadRequest | undefined => ("head" in tail ? tail.head : undefined)

class Judgement {
  readonly findings: Array<Finding> = []
  readonly acknowledged: Array<Acknowledged> = []
  readonly duplicates: Array<Acknowledged> = []
  readonly conflicts: Array<Key> = []
  readonly unseen: Array<Unseen> = []
  readonly excused: Array<Finding> = []
  readonly #duringOutage: boolean
  readonly #hasTimedOut: boolean
  readonly #onSharedMachine: boolean
  readonly #api: FuzzCase["api"]

  constructor({ duringOutage, end, onSharedMachine }: Exchange, { api }: FuzzCase) {
    this.#api = api
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
  answered(
    request: ReadRequest,
    answer: Answer,
    { error, key, statuses, meaning, needsDatabase }: Expected,
  ): void {
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
    if (status === 400 && error !== undefined && statuses.size === 1) {
      const text = objectOf(answer.body)?.["error"]
      if (text !== error) this.report("another error", `${JSON.stringify(text)} instead of ${error}`)
    }
    if (roleOf(request, apis[this.#api]) === "viewer") this.#shownToViewer(request, answer)
    const isWebhook = request.method === "POST" && meaning !== undefined
    if (isWebhook && status === 503) this.#mayBeStored({ meaning, key })
    if (isWebhook && status === 422 && key !== undefined) this.conflicts.push(key)
    if (!isWebhook || status !== 200) return
    const { duplicate, lead_id: leadId, status: state } = objectOf(answer.body) ?? {}
    // A field that is a number is a key whose text the oracle does not know.
    const isKeyed = key !== undefined || statuses.has(422)
    const isReceipt = typeof leadId === "number" && state === "RECEIVED"
    if (!isReceipt || (duplicate !== undefined && (duplicate !== true || !isKeyed))) {
      this.report("malformed receipt", answer.body.toString("latin1", 0, 300))
    } else {
      const receipt = { leadId, meaning, ...(key !== undefined && { key }) }
      ;(duplicate === true ? this.duplicates : this.acknowledged).push(receipt)
    }
  }

  #mayBeStored({ key, meaning }: Pick<Expected, "key" | "meaning">): void {
    if (meaning !== undefined) this.unseen.push({ meaning, ...(key !== undefined && { key }) })
  }

  #shownToViewer({ target }: ReadRequest, { body }: Answer): void {
    if (personalData.some((text) => body.includes(text))) {
      this.report("a viewer sees values of a lead", `${target}: ${body.toString("latin1", 0, 300)}`)
    }
  }

  /** What was answered beyond the whole requests: one refusal at most, where something follows that is no whole request. */
  tail({ tail }: Stream, answers: ReadonlyArray<Answer>, of: FuzzCase): void {
    const head = headOf(tail)
    const early = head === undefined ? new Set<number>() : expectedOf(head, apis[of.api]).statuses
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
    // What comes behind a stream is stored, and its answer never leaves.
    const isHidden = of.ending === "reset" || this.#duringOutage || isExcused || last?.isStream === true
    if (isHidden) {
      for (const one of expected.slice(answers.length)) this.#mayBeStored(one)
    } else if (answers.length < requests.length && last?.closes !== true && !isCutShort(lastRequest, last)) {
      const detail = `${answers.length} answers to ${requests.length} requests`
      if (mayBeOverdue(lastRequest, last, of.writes.length)) this.reportUnlessShared("no answer", detail)
      else this.report("no answer", detail)
    }
    const mayClose =
      last === undefined ||
      last.status >= 400 ||
      lastRequest?.closes === true ||
      last.isStream ||
      lastRequest?.doubts.has("an upgrade") === true ||
      isUnread(lastRequest, last) ||
      isUndrained(lastRequest) ||
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
