/** How many times as often as in `npm test` properties are checked: 1, or what `PROPERTY_RUNS` says. */
export const propertyRunsTimes: number = Number(process.env["PROPERTY_RUNS"] ?? 1)

/**
 * The options of a property that costs seconds: how many cases `npm test` checks. `npm run test:properties` checks five
 * times as many.
 */
export const propertyRuns = (runs: number) => ({ arbitrary: { runs: runs * propertyRunsTimes } })
