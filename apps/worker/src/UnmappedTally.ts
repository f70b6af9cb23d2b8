/** Counts the answers that the mapping does not know, as leads are decided, and stores the counts every few seconds. */
import { type Mapping, unknownValues } from "@lead-gateway/attribute-mapper"
import type { Decision } from "@lead-gateway/lead-pipeline"
import { type CountedAnswer, LeadDatabase, UnmappedAnswers } from "@lead-gateway/lead-store"
import { Duration, Effect, Layer } from "effect"
import { forever } from "./Loops.ts"

/** Counts in memory until they are stored. */
export interface UnmappedTally {
  /** Counts the unknown answers of a lead. A lead whose attributes are all valid costs a comparison. */
  readonly note: (decision: Decision) => void
  /** The counts since the last call. */
  readonly take: () => ReadonlyArray<CountedAnswer>
  /** Adds counts that could not be stored. */
  readonly giveBack: (answers: ReadonlyArray<CountedAnswer>) => void
}

/** Different answers in memory, at most. Others are counted together. */
const maxAnswers = 2000
/** Characters of an answer that is kept. */
const maxLength = 200

/** Makes the tally of a worker. */
export const makeUnmappedTally = (mapping: Mapping): UnmappedTally => {
  let counts = new Map<string, CountedAnswer & { count: number }>()
  const add = (attribute: string, value: string | undefined, count: number): void => {
    const key = `${attribute}\0${value ?? ""}`
    const counted = counts.get(key)
    if (counted !== undefined) counted.count += count
    else if (value !== undefined && counts.size >= maxAnswers) add(attribute, undefined, count)
    else counts.set(key, { attribute, value, count })
  }
  return {
    note: (decision) => {
      // What a dropdown does not know is omitted, or is missing where it is required.
      if (decision._tag === "Rejected" || (decision._tag === "Ready" && decision.omitted.length === 0)) return
      for (const { attribute, value } of unknownValues(mapping, decision.normalized)) {
        add(attribute, isKept(value) ? value : undefined, 1)
      }
    },
    take: () => {
      const taken = [...counts.values()]
      counts = new Map()
      return taken
    },
    giveBack: (answers) => {
      for (const { attribute, count, value } of answers) add(attribute, value, count)
    },
  }
}

/** Whether an answer is stored: not a long text, and nothing that looks like an e-mail address or a phone number. */
const isKept = (value: string): boolean =>
  value.length <= maxLength && !value.includes("@") && !phoneLike.test(value)

/** A `+` or `0` that begins a number of six digits and more, however they are grouped; or nine digits in a row. */
const phoneLike = /(?:\+|(?<!\d)0)(?:[\s()/.-]*\d){6}|\d{9}/

/** Stores the counts every five seconds, and once more at the end. */
export const unmappedTally = (
  tally: UnmappedTally,
): Layer.Layer<never, never, LeadDatabase | UnmappedAnswers> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const database = yield* LeadDatabase
      const { record } = yield* UnmappedAnswers
      const store = Effect.suspend(() => {
        const answers = tally.take()
        if (answers.length === 0) return Effect.void
        return Effect.onError(record(answers), () => Effect.sync(() => tally.giveBack(answers)))
      })
      yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(store, Duration.seconds(2))))
      yield* database.ready.pipe(
        Effect.andThen(forever("count unmapped answers", Effect.andThen(Effect.sleep(interval), store))),
        Effect.ignore,
        Effect.forkScoped,
      )
    }),
  )

const interval = Duration.seconds(5)
