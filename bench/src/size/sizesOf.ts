/** Numbers of leads as they are given, such as `10k,1m`. */

const units = { "": 1, k: 1000, m: 1_000_000 } as const

/** Reads them; throws for what is none. */
export const sizesOf = (text: string): ReadonlyArray<number> =>
  text.split(",").map((part) => {
    const [, digits, unit = ""] = /^(\d+)([km]?)$/i.exec(part.trim()) ?? []
    if (digits === undefined) throw new Error(`--leads: found "${part}", expected such as 10k,1m,10m`)
    return Number(digits) * units[unit.toLowerCase() as keyof typeof units]
  })
