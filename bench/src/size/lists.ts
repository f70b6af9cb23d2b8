/** Pages of lists with each filter, as operators ask for them. */
import { LeadId } from "@lead-gateway/lead"
import type { ListOptions } from "@lead-gateway/lead-store"
import { createHash } from "node:crypto"

/** What a page is asked for, on a database of so many leads, ten of which came in each second up to now. */
export const listsOf = (leads: number): Readonly<Record<string, () => ListOptions>> => {
  const anyId = () => 1 + Math.floor(Math.random() * leads)
  const agoOf = (id: number) => (leads - id) * 100
  const page = (options: Partial<ListOptions>) => () => ({ limit: 50, contacts: [], ...options })
  const within =
    (ms: number, options: Partial<ListOptions> = {}) =>
    () => {
      const from = Date.now() - agoOf(anyId())
      return page({ receivedFrom: new Date(from), receivedBefore: new Date(from + ms), ...options })()
    }
  return {
    "list, no filter": page({}),
    "list, any page": () => page({ before: LeadId.make(anyId()) })(),
    "list, FAILED": page({ status: "FAILED" }),
    "list, READY": page({ status: "READY" }),
    "list, any page of PERMANENTLY_FAILED": () =>
      page({ before: LeadId.make(anyId()), status: "PERMANENTLY_FAILED" })(),
    "list, a reason": page({ reason: "MAX_ATTEMPTS_REACHED" }),
    "list, a reason, any page": () => page({ reason: "ZIP_NOT_66XXX", before: LeadId.make(anyId()) })(),
    "list, a second": within(1_000),
    "list, an hour, REJECTED": within(3_600_000, { status: "REJECTED" }),
    "list, a customer": page({ customer: "default" }),
    "list, FAILED of a customer": page({ status: "FAILED", customer: "default" }),
    "search by e-mail": () => page({ contacts: [contactOf("email", anyId())] })(),
    "search by e-mail and phone": () => {
      const id = anyId()
      return page({ contacts: [contactOf("email", id), contactOf("phone", id)] })()
    },
    "search for an unknown phone": page({ contacts: [contactOf("phone", 0)] }),
    "search by correlation id": () => page({ correlationId: md5(String(anyId())) })(),
  }
}

const md5 = (text: string) => createHash("md5").update(text).digest("hex")

/** As `generate.ts` makes it. */
const contactOf = (kind: "email" | "phone", id: number) => md5(`${kind}${id}`)
