/** What a list of leads is asked, and what it returns; and the deliveries of one lead. `LeadList` reads them. */
import type { LeadId, LeadStatus, RejectionReason } from "@lead-gateway/lead"
import type { LeadSummary } from "./LeadHistory.ts"

/** Which leads a list has, and which page of it to read. Filters are combined: a lead must match all. */
export interface ListOptions {
  /** Leads at most. */
  readonly limit: number
  /** Only leads with a smaller id: the `next` of the page before. */
  readonly before?: LeadId | undefined
  readonly status?: LeadStatus | undefined
  /** Why leads were rejected, parked or given up. */
  readonly reason?: string | undefined
  /** The name of the customer that leads are delivered to. Leads that go to nobody, or nobody yet, have none. */
  readonly customer?: string | undefined
  /** Inclusive. */
  readonly receivedFrom?: Date | undefined
  /** Exclusive. */
  readonly receivedBefore?: Date | undefined
  /** Hashes of e-mail addresses and phone numbers (see `SearchKey`), all of which the lead has. */
  readonly contacts: ReadonlyArray<string>
  readonly correlationId?: string | undefined
  /** Only test leads, or only others. */
  readonly isTest?: boolean | undefined
}

/** A lead in a list, and how far its delivery has come. */
export interface ListedLead extends LeadSummary {
  readonly correlationId: string
  /** How many attempts to deliver it were made, over all its deliveries. */
  readonly attempts: number
  /** When the next attempt is due; null when none is scheduled or one is under way. */
  readonly nextAttemptAt: Date | null
  /** An operator sent it as a test. */
  readonly isTest: boolean
}

/** A page of a list. */
export interface LeadPage {
  /** Newest first. May be fewer than `limit` although there are more: see `next`. */
  readonly leads: ReadonlyArray<ListedLead>
  /** The `before` of the next page; null at the end of the list. */
  readonly next: LeadId | null
}

/** The leads that were rejected, parked or given up for one reason, and still are. */
export interface ReasonCount {
  readonly status: LeadStatus
  readonly reason: RejectionReason
  /** 10,000 means that many or more. */
  readonly leads: number
  /** The newest of them, five at most, the newest first. */
  readonly newest: ReadonlyArray<LeadId>
  /** When the last of those came to it. */
  readonly newestAt: Date
}

/** A lead for a customer: one, and one more for each replay that was accepted. */
export interface Delivery {
  /** 0, and one more for each replay. */
  readonly deliveryNo: number
  /** The customer's name; null if it is gone. */
  readonly customer: string | null
  readonly createdAt: Date
  /** The key that all its attempts carried. */
  readonly idempotencyKey: string
  /** How many attempts were made for it. */
  readonly attempts: number
}
