/** Leads of people who do not exist, the same ones in each run. */

/** Numbers from 0 to 1 that look random: mulberry32. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const firstNames = [
  "Anna",
  "Jonas",
  "Lea",
  "Mehmet",
  "Sofia",
  "Paul",
  "Nele",
  "Emil",
  "Ayşe",
  "Karl",
  "Marta",
  "Ole",
]
const lastNames = [
  "Berger",
  "Özdemir",
  "Krämer",
  "Lorenz",
  "Vogt",
  "Weiß",
  "Nowak",
  "Thielen",
  "Schäfer",
  "Ruiz",
]
const streets = ["Am Sonnenhang", "Rosenweg", "Lindenallee", "Birkenstraße", "Zur Alten Mühle"]

/** A webhook's body, with the id by which it is followed. */
export interface MadeUpLead {
  readonly correlationId: string
  readonly payload: object
}

/** So many leads: of twenty, thirteen are wanted; the others break a rule, or lack what the customer needs. */
export const madeUpLeads = (count: number, seed: number): ReadonlyArray<MadeUpLead> => {
  const random = randomOf(seed)
  const one = <A>(values: ReadonlyArray<A>): A => values[Math.floor(random() * values.length)] as A
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("")
  return Array.from({ length: count }, () => {
    const [first, last] = [one(firstNames), one(lastNames)]
    const kind = random()
    const plain = `${first}.${last}`.normalize("NFD").replaceAll(/[^A-Za-z.]/g, "")
    const payload = {
      first_name: first,
      last_name: last,
      email: `${plain}${Math.floor(random() * 90 + 10)}@example.com`,
      // Numbers that the Federal Network Agency keeps for films.
      ...(kind < 0.02 ? {} : { phone: `0171 39200${Math.floor(random() * 90 + 10)}` }),
      street: one(streets),
      housenumber: String(Math.floor(random() * 90 + 1)),
      zipcode:
        kind > 0.78 ? `5${Math.floor(random() * 9000 + 1000)}` : `66${Math.floor(random() * 900 + 100)}`,
      house: kind > 0.72 && kind < 0.78 ? {} : { is_owner: kind < 0.64 || kind > 0.72 },
      solar_energy_consumption: String(Math.floor(random() * 60 + 20) * 100),
      solar_offer_type: one(["Kaufen", "Kaufen", "Mieten", "Beides interessant", "Leasing"]),
      solar_roof_type: one(["Satteldach", "Satteldach", "Flachdach", "Walmdach", "Spitzdach", "Tonnendach"]),
      solar_power_storage: one(["Ja", "Nein", "Noch nicht sicher", "Vielleicht"]),
      solar_usage: one(["Eigenverbrauch", "Netzeinspeisung", "Heizung"]),
    }
    return { correlationId: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`, payload }
  })
}
