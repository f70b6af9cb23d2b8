import type { Draw } from "./Draw.ts"

/** How a lead must end, by its payload. */
export type Expected = "DELIVERED" | "REJECTED" | "PARKED"

/** A lead to be sent. */
export interface SampleLead {
  /** Its own word, which arrives at the customer as the attribute `source`. */
  readonly uid: string
  readonly payload: object
  readonly expected: Expected
}

/** What no log may hold: each is in the personal data of every lead. */
export const personal = ["@privat.example", "49151777", "0151777", "Erika Klarname"]

/** A lead; which one is drawn by its uid. Most are valid; unless all are, the rest break a rule or lack a phone. */
export const sampleLead = (draw: Draw, uid: string, allValid: boolean): SampleLead => {
  const kind = allValid ? 0 : draw.fraction(uid, "kind")
  const number = draw.between(1_000_000, 9_999_999, uid, "phone")
  const valid = {
    source: uid,
    name: "Erika Klarname",
    email: `kundin-${number}@privat.example`,
    phone: draw.pick([`+49151777${number}`, `0151777${number}`], uid, "form of phone"),
    zipcode: `66${draw.between(100, 999, uid, "zipcode")}`,
    house: { is_owner: true },
    solar_energy_consumption: String(draw.between(1000, 9000, uid, "consumption")),
    solar_offer_type: draw.pick(["Kaufen", "Mieten", "Beides interessant", "Tauschen"], uid, "offer"),
    remark: "ä".repeat(draw.between(0, 300, uid, "remark")),
  }
  if (kind < 0.8) return { uid, payload: valid, expected: "DELIVERED" }
  if (kind < 0.87) return { uid, payload: { ...valid, zipcode: "12345" }, expected: "REJECTED" }
  if (kind < 0.92) return { uid, payload: { ...valid, house: { is_owner: "true" } }, expected: "REJECTED" }
  if (kind < 0.96) return { uid, payload: { ...valid, zipcode: null }, expected: "REJECTED" }
  return { uid, payload: { ...valid, phone: undefined }, expected: "PARKED" }
}
