/** Charts over time: stacked bars for counts, lines for durations. The legend says what the pointer, or the arrow keys, point at. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { formatAxis, formatMoment } from "../format.ts"
import { niceTicks } from "../ticks.ts"

/** One row of values, one for each time; null: there is none. */
export interface Series {
  readonly name: string
  /** The colour: a class of the style sheet. */
  readonly tone: string
  readonly values: ReadonlyArray<number | null>
}

interface ChartProps {
  readonly title: string
  readonly kind: "bars" | "lines"
  /** The beginnings of the buckets. */
  readonly times: ReadonlyArray<Date>
  readonly series: ReadonlyArray<Series>
  readonly format: (value: number) => string
}

const height = 180
const margin = { top: 8, right: 8, bottom: 22, left: 56 }

export const Chart = ({ format, kind, series, times, title }: ChartProps) => {
  const box = useRef<HTMLDivElement>(null)
  const width = useSignal(0)
  const pointed = useSignal<number | undefined>(undefined)
  useEffect(() => {
    const { current } = box
    if (current === null) return
    const observer = new ResizeObserver(() => (width.value = current.clientWidth))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])

  const ticks = niceTicks(kind === "bars" ? highestSum(series, times.length) : highest(series))
  const top = ticks.at(-1) ?? 1
  const inner = {
    width: Math.max(0, width.value - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  }
  const step = times.length === 0 ? 0 : inner.width / times.length
  const x = (index: number) => margin.left + index * step
  const y = (value: number) => margin.top + inner.height * (1 - value / top)
  const at = pointed.value !== undefined && pointed.value < times.length ? pointed.value : undefined
  const point = (index: number | undefined) => {
    pointed.value = index === undefined ? undefined : Math.max(0, Math.min(times.length - 1, index))
  }
  const stepMs = times.length > 1 ? Number(times[1]) - Number(times[0]) : 60_000

  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        <span class="legend" aria-live="polite">
          {at !== undefined && <span class="at">{formatMoment(times[at] as Date)}</span>}
          {series.map(({ name, tone, values }) => {
            const value = at === undefined ? undefined : values[at]
            return (
              <span key={name} class={`key ${tone}`}>
                {name}
                {at !== undefined && <b> {value === null || value === undefined ? "–" : format(value)}</b>}
              </span>
            )
          })}
        </span>
      </figcaption>
      <div
        ref={box}
        class="plot"
        role="img"
        tabIndex={0}
        aria-label={`${title}, ${times.length} points. The arrow keys go through them.`}
        onKeyDown={(event) => {
          const to = {
            ArrowLeft: (at ?? times.length) - 1,
            ArrowRight: (at ?? -1) + 1,
            Home: 0,
            End: times.length - 1,
          }[event.key]
          if (to === undefined) return
          event.preventDefault()
          point(to)
        }}
        onBlur={() => point(undefined)}
        onPointerMove={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect()
          if (step > 0) point(Math.floor((event.clientX - left - margin.left) / step))
        }}
        onPointerLeave={() => point(undefined)}
      >
        {width.value > 0 && (
          <svg width={width.value} height={height} aria-hidden="true">
            {ticks.map((tick) => (
              <g key={tick} class="tick">
                <line x1={margin.left} x2={width.value - margin.right} y1={y(tick)} y2={y(tick)} />
                <text x={margin.left - 6} y={y(tick)} text-anchor="end" dominant-baseline="middle">
                  {format(tick)}
                </text>
              </g>
            ))}
            {placesOf(times.length, inner.width).map((index) => (
              <text
                key={index}
                class="axis"
                x={x(index)}
                y={height - 4}
                text-anchor={index === 0 ? "start" : "middle"}
              >
                {formatAxis(times[index] as Date, stepMs)}
              </text>
            ))}
            {kind === "bars" ? (
              <Bars {...{ series, x, y, step, count: times.length }} />
            ) : (
              <Lines {...{ series, x, y, step }} />
            )}
            {at !== undefined && (
              <rect class="pointed" x={x(at)} y={margin.top} width={step} height={inner.height} />
            )}
          </svg>
        )}
      </div>
    </figure>
  )
}

interface Scales {
  readonly series: ReadonlyArray<Series>
  readonly x: (index: number) => number
  readonly y: (value: number) => number
  readonly step: number
}

/** One path for each series: a thousand rectangles would be a thousand elements. */
const Bars = ({ count, series, step, x, y }: Scales & { readonly count: number }) => {
  const base = Array.from({ length: count }, () => 0)
  const gap = step > 4 ? 1 : 0
  return (
    <>
      {series.map(({ name, tone, values }) => {
        let path = ""
        for (const [index, value] of values.entries()) {
          if (value === null || value === 0) continue
          const from = base[index] ?? 0
          base[index] = from + value
          path += `M${x(index)} ${y(from)}V${y(from + value)}h${Math.max(1, step - gap)}V${y(from)}z`
        }
        return <path key={name} class={`bar-${tone}`} d={path} />
      })}
    </>
  )
}

/** A line breaks where there is no value; a value between two gaps is a dot. */
const Lines = ({ series, step, x, y }: Scales) => (
  <>
    {series.map(({ name, tone, values }) => {
      let line = ""
      let dots = ""
      for (const [index, value] of values.entries()) {
        if (value === null) continue
        const isFirst = (values[index - 1] ?? null) === null
        const isAlone = isFirst && (values[index + 1] ?? null) === null
        const place = `${x(index) + step / 2} ${y(value)}`
        if (isAlone) dots += `M${place}h0.01`
        else line += `${isFirst ? "M" : "L"}${place}`
      }
      return (
        <g key={name}>
          <path class={`line-${tone}`} d={line} />
          <path class={`line-${tone} dots`} d={dots} />
        </g>
      )
    })}
  </>
)

const highest = (series: ReadonlyArray<Series>): number =>
  series.reduce(
    (most, { values }) => values.reduce<number>((high, value) => Math.max(high, value ?? 0), most),
    0,
  )

const highestSum = (series: ReadonlyArray<Series>, count: number): number => {
  let most = 0
  for (let index = 0; index < count; index++) {
    most = Math.max(
      most,
      series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
    )
  }
  return most
}

/** The points that the axis names: about one for each 90 pixels. */
const placesOf = (count: number, width: number): ReadonlyArray<number> => {
  const wanted = Math.max(1, Math.floor(width / 90))
  const every = Math.max(1, Math.ceil(count / wanted))
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every)
}
