const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const weekday = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
const longWeekday = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
const month = `(?<month>${months.join("|")})`
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`

const forms = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  String.raw`${weekday}, (?<day>\d\d) ${month} (?<year>\d{4}) ${time} GMT`,
  // rfc850-date: Sunday, 06-Nov-94 08:49:37 GMT
  String.raw`${longWeekday}, (?<day>\d\d)-${month}-(?<year>\d\d) ${time} GMT`,
  // asctime-date: Sun Nov  6 08:49:37 1994
  String.raw`${weekday} ${month} (?<day>\d\d| \d) ${time} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`))

/**
 * Parses an HTTP date (RFC 9110, section 5.6.7) in its three forms, the two obsolete ones included.
 *
 * Returns milliseconds since 1970, or `undefined` for any other value and for days that do not exist. The name of the
 * weekday must be valid, but need not match the date. `nowMs` only decides on the century of a two-digit year.
 * `httpDate("Sun, 06 Nov 1994 08:49:37 GMT", Date.now())` is 784_111_777_000.
 */
export const httpDate = (text: string, nowMs: number): number | undefined => {
  if (typeof text !== "string") return undefined
  const parts = forms
    .values()
    .map((form) => form.exec(text)?.groups)
    .find((groups) => groups !== undefined)
  if (parts === undefined) return undefined
  const part = (name: string) => Number(parts[name])
  const inYear = (year: number): number | undefined => {
    // Not `Date.UTC`, which maps the years 0 to 99 to 1900 to 1999.
    const day = new Date(0)
    day.setUTCFullYear(year, months.indexOf(parts["month"] ?? ""), part("day"))
    if (day.getUTCDate() !== part("day")) return undefined
    return day.getTime() + ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000
  }
  if (parts["year"]?.length !== 2) return inYear(part("year"))
  // The latest such date that is at most 50 years ahead, as the RFC requires.
  const in50Years = new Date(nowMs)
  const lastYear = in50Years.getUTCFullYear() + 50
  in50Years.setUTCFullYear(lastYear)
  const year = lastYear - ((lastYear - part("year")) % 100)
  const date = inYear(year)
  return date !== undefined && date <= in50Years.getTime() ? date : inYear(year - 100)
}
