import { assert, describe, it } from "@effect/vitest"
import { makeMetrics, type Metrics } from "@lead-gateway/runtime"
import { Effect, Schema } from "effect"

const scraped = (metrics: Metrics, format: "prometheus" | "openmetrics" = "prometheus") =>
  Effect.runSync(metrics.scrape(format))

describe("metrics", () => {
  it("are text: counters, gauges and histograms, with their labels", () => {
    const metrics = makeMetrics()
    const requests = metrics.counter({ name: "x_total", help: "Requests", labels: ["method", "status"] })
    requests.of("GET", "200").value++
    requests.of("GET", "200").value += 2
    requests.of("POST", "400").value++
    metrics.observe({ type: "gauge", name: "held", help: "Held now" }, () => 7)
    metrics.observe({ type: "gauge", name: "leads", help: "Leads", labels: ["status"] }, () => [
      [["READY"], 1],
      [["FAILED"], 0],
    ])
    const size = metrics.histogram({ name: "size", help: "Sizes", buckets: [1, 2.5, 10] }).of()
    for (const value of [0, 1, 1.5, 2.5, 3, 11]) size.observe(value)
    assert.strictEqual(
      scraped(metrics),
      [
        "# HELP x_total Requests",
        "# TYPE x_total counter",
        'x_total{method="GET",status="200"} 3',
        'x_total{method="POST",status="400"} 1',
        "# HELP held Held now",
        "# TYPE held gauge",
        "held 7",
        "# HELP leads Leads",
        "# TYPE leads gauge",
        'leads{status="READY"} 1',
        'leads{status="FAILED"} 0',
        "# HELP size Sizes",
        "# TYPE size histogram",
        'size_bucket{le="1"} 2',
        'size_bucket{le="2.5"} 4',
        'size_bucket{le="10"} 5',
        'size_bucket{le="+Inf"} 6',
        "size_sum 19",
        "size_count 6",
        "",
      ].join("\n"),
    )
  })

  it("are OpenMetrics where that is wanted: a counter is called by its name without _total", () => {
    const metrics = makeMetrics()
    metrics.counter({ name: "x_total", help: "Requests" }).of().value++
    assert.strictEqual(
      scraped(metrics, "openmetrics"),
      "# HELP x Requests\n# TYPE x counter\nx_total 1\n# EOF\n",
    )
  })

  it("without labels are shown from the start, those with labels when they have a series", () => {
    const metrics = makeMetrics()
    metrics.counter({ name: "a_total", help: "A" })
    metrics.counter({ name: "b_total", help: "B", labels: ["of"] })
    metrics.observe({ type: "gauge", name: "c", help: "C" }, () => undefined)
    assert.strictEqual(scraped(metrics), "# HELP a_total A\n# TYPE a_total counter\na_total 0\n")
  })

  it("escape what a label may hold", () => {
    const metrics = makeMetrics()
    metrics.counter({ name: "x_total", help: "a\\b\nc", labels: ["of"] }).of('a"b\\c\nd').value++
    assert.strictEqual(
      scraped(metrics),
      '# HELP x_total a\\\\b\\nc\n# TYPE x_total counter\nx_total{of="a\\"b\\\\c\\nd"} 1\n',
    )
  })

  it("keep a bounded number of series: what comes later is other", () => {
    const metrics = makeMetrics()
    const series = metrics.counter({ name: "x_total", help: "X", labels: ["a", "b"] })
    for (let n = 0; n < 5000; n++) series.of(`${n}`, "b").value++
    const lines = scraped(metrics).split("\n").slice(2, -1)
    assert.lengthOf(lines, 2001)
    assert.strictEqual(lines.at(-1), 'x_total{a="other",b="other"} 3000')
  })

  it("that are defined twice are the same, and read by the last who says how", () => {
    const metrics = makeMetrics()
    for (const value of [1, 2]) {
      metrics.counter({ name: "x_total", help: "X" }).of().value++
      metrics
        .histogram({ name: "size", help: "Y", buckets: [1] })
        .of()
        .observe(1)
      metrics.observe({ type: "gauge", name: "g", help: "G" }, () => value)
    }
    assert.match(scraped(metrics), /^x_total 2\n[^]*^size_count 2\n[^]*^g 2\n/m)
  })

  it.effect("are scraped when what must be asked has been asked", () =>
    Effect.gen(function* () {
      const metrics = makeMetrics()
      let asked = 0
      metrics.observe({ type: "gauge", name: "asked", help: "Asked" }, () => asked)
      const ask = Effect.sync(() => void asked++)
      metrics.refresh("one", ask)
      metrics.refresh("another", ask)
      metrics.refresh("one", ask)
      assert.include(yield* metrics.scrape("prometheus"), "\nasked 2\n")
      assert.include(yield* metrics.scrape("prometheus"), "\nasked 4\n")
    }),
  )

  it.prop(
    "of a histogram never lose a value, and its buckets never fall",
    [Schema.Array(Schema.Finite)],
    ([values]) => {
      const metrics = makeMetrics()
      const histogram = metrics.histogram({ name: "h", help: "H", buckets: [-1, 0, 0.5, 1e3] }).of()
      for (const value of values) histogram.observe(value)
      const counts = scraped(metrics)
        .split("\n")
        .filter((line) => line.startsWith("h_bucket"))
        .map((line) => Number(line.split(" ")[1]))
      const bounds = [-1, 0, 0.5, 1e3, Number.POSITIVE_INFINITY]
      assert.deepStrictEqual(
        counts,
        bounds.map((bound) => values.filter((value) => value <= bound).length),
      )
    },
  )
})
