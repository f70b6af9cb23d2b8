/** What holds of a lead whatever the clock of Postgres says: numbers and counts instead of times. */
import type { LeadFacts } from "./Facts.ts"
import { wasUnknown } from "./leadRules.ts"

/** Every request has an attempt on record. */
const requestsAreOnRecord = ({ attempts, exchanges }: LeadFacts): ReadonlyArray<string> =>
  exchanges.length <= attempts.length
    ? []
    : [`the customer was asked ${exchanges.length} times, and ${attempts.length} attempts are on record`]

const numbersFollow = ({ attempts }: LeadFacts): ReadonlyArray<string> =>
  attempts.every((attempt, index) => attempt.no === index + 1)
    ? []
    : ["its attempts are not numbered 1, 2, 3"]

/** No attempt follows a success, unless the success was recorded after its attempt had counted as unknown. */
const successIsLast = (lead: LeadFacts): ReadonlyArray<string> =>
  lead.attempts
    .slice(0, -1)
    .filter((attempt) => attempt.success && !wasUnknown(lead, attempt))
    .map(({ no }) => `attempt ${no} succeeded, and another followed`)

export const rulesByNumber = [requestsAreOnRecord, numbersFollow, successIsLast]
