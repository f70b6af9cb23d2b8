import { setTimeout as pause } from "node:timers/promises"
import { Effect } from "effect"
import type { SampleLead } from "./SampleLead.ts"

/** What became of one lead at its sender. */
export interface Sent extends SampleLead {
  /** How often it was posted; each time under a correlation id of its own. */
  tries: number
  /** The lead id of the 200. None as long as there was none. */
  leadId: number | undefined
  /** Answers other than 200 and those that ask to come again. */
  readonly refusals: Array<string>
}

/** One answer that a sender got. */
export interface Answer {
  readonly status: number
  /** When it was asked for: milliseconds since 1970. */
  readonly at: number
  readonly tookMs: number
}

/** Senders at work: they post each lead until it is taken. */
export interface Senders {
  readonly sent: ReadonlyArray<Sent>
  readonly answers: ReadonlyArray<Answer>
  /** How many leads have been answered 200. */
  readonly accepted: () => number
  /** Posts all leads, and ends when each is taken, refused for good, or has been tried for too long. */
  readonly run: Effect.Effect<void>
  /** Where they post to: each try to the next of these. */
  readonly urls: () => readonly [string, ...ReadonlyArray<string>]
  readonly postTo: (...urls: readonly [string, ...ReadonlyArray<string>]) => void
  /** No lead comes beyond those that were there from the beginning. */
  readonly stop: () => void
}

/** The correlation id of a lead's try: it names the one row that this try may have stored. */
export const correlationOf = (uid: string, attempt: number): string => `${uid}.${attempt}`

const senderCount = 24

/** A lead that is not taken for so long counts as refused. */
const patienceMs = 90_000

/**
 * Senders as they are: a lead that is answered 503 or 429, or not at all, is posted again a little later. They
 * do not know whether a try that failed was stored.
 */
export const makeSenders = (options: {
  readonly url: string
  /** By their number, from 1 on. */
  readonly lead: (number: number) => SampleLead
  readonly size: number
  /** Over which time the first tries are spread. */
  readonly overMs: number
  /** True: further leads come at half the pace until they are told to stop. */
  readonly untilStopped: boolean
}): Senders => {
  const { lead: make, overMs, size } = options
  let goesOn = options.untilStopped
  let urls: readonly [string, ...ReadonlyArray<string>] = [options.url]
  let posts = 0
  const sent: Array<Sent> = []
  const answers: Array<Answer> = []

  const dueMs = (number: number) => ((number + Math.max(0, number - size)) / size) * overMs

  const post = async (lead: Sent, signal: AbortSignal): Promise<boolean> => {
    lead.tries += 1
    const body = JSON.stringify(lead.payload)
    const headers = {
      "Content-Type": "application/json",
      "X-Correlation-ID": correlationOf(lead.uid, lead.tries),
    }
    const at = Date.now()
    const url = urls[posts++ % urls.length] ?? urls[0]
    const response = await fetch(`${url}/webhooks/leads`, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    })
    const text = await response.text()
    answers.push({ status: response.status, at, tookMs: Date.now() - at })
    if (response.status === 200) {
      lead.leadId = (JSON.parse(text) as { readonly lead_id: number }).lead_id
      return true
    }
    if (response.status === 503 || response.status === 429) return false
    lead.refusals.push(`${response.status} ${text.slice(0, 200)}`)
    return true
  }

  const send = async (lead: Sent, signal: AbortSignal) => {
    const until = performance.now() + patienceMs
    while (performance.now() < until) {
      if (await post(lead, signal).catch(() => false)) return
      await pause(150, undefined, { signal })
    }
  }

  const run = Effect.suspend(() => {
    const began = performance.now()
    const next = (): Sent | undefined => {
      if (sent.length >= size && !goesOn) return undefined
      const lead: Sent = { ...make(sent.length + 1), tries: 0, leadId: undefined, refusals: [] }
      sent.push(lead)
      return lead
    }
    const sender = async (signal: AbortSignal) => {
      for (let lead = next(); lead !== undefined; lead = next()) {
        const due = began + dueMs(sent.length - 1) - performance.now()
        if (due > 0) await pause(due, undefined, { signal })
        await send(lead, signal)
      }
    }
    const senders = Array.from({ length: senderCount }, () => Effect.promise(sender))
    return Effect.all(senders, { concurrency: "unbounded", discard: true })
  })

  return {
    sent,
    answers,
    accepted: () => sent.filter((lead) => lead.leadId !== undefined).length,
    run,
    urls: () => urls,
    postTo: (...next) => void (urls = next),
    stop: () => void (goesOn = false),
  }
}
