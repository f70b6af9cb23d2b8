/**
 * The ticks of an axis from 0: four to six round numbers, the last one not below the highest value. Example: 0, 200, 400,
 * 600, 800 for 730. For 0 they are 0 and 1.
 */
export const niceTicks = (highest: number): ReadonlyArray<number> => {
  if (highest <= 0) return [0, 1]
  const rough = highest / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const count = Math.ceil(highest / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}
