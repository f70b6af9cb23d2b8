import { daysIn } from "@lead-gateway/lead-field"

const names = [
  "januar january jan jänner jaenner jän",
  "februar february feb feber",
  "märz march mar mär maerz mrz",
  "april apr",
  "mai may",
  "juni june jun",
  "juli july jul",
  "august aug",
  "september sep sept",
  "oktober october okt oct",
  "november nov",
  "dezember december dez dec",
]

const months: ReadonlyMap<string, number> = new Map(
  names.flatMap((line, index) => line.split(" ").map((name): [string, number] => [name, index + 1])),
)

/** The number of a month, 1 to 12, from its German or English name or a usual abbreviation, in small letters. */
export const monthOf = (name: string): number | undefined => months.get(name)

const weekdays: ReadonlyMap<string, number> = new Map(
  [
    "sonntag sunday so sun",
    "montag monday mo mon",
    "dienstag tuesday di tue tues",
    "mittwoch wednesday mi wed",
    "donnerstag thursday do thu thur thurs",
    "freitag friday fr fri",
    "samstag sonnabend saturday sa sat",
  ].flatMap((line, index) => line.split(" ").map((name): [string, number] => [name, index])),
)

/** The number of a weekday, 0 for Sunday to 6, from its German or English name or abbreviation, in small letters. */
export const weekdayOf = (name: string): number | undefined => weekdays.get(name)

/** A day that there is in the Gregorian calendar, years 1 to 9999. */
export const isRealDay = (year: number, month: number, day: number): boolean =>
  year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
