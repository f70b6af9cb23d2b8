/** What came in, what became of it, and what needs a person. */
import type { Overview as Standing, Timeline } from "@lead-gateway/client"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { clockNow } from "../clock.ts"
import { Attention } from "../parts/Attention.tsx"
import { Funnel } from "../parts/Funnel.tsx"
import { Books } from "../parts/Books.tsx"
import { Choice } from "../components/Choice.tsx"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { Time } from "../components/Time.tsx"
import { FirstLead } from "../parts/FirstLead.tsx"
import { TimelineCharts } from "../parts/TimelineCharts.tsx"
import { WhyNot } from "../parts/WhyNot.tsx"
import { CustomerCards } from "../parts/CustomerCards.tsx"
import { useChangesEvery } from "../live.ts"
import { useQuery } from "../query.ts"

const day = 86_400_000

/** The spans of time to look at, with the width of their buckets. */
const spans = {
  "24h": { name: "24 hours", ms: day, bucket: "hour" },
  "7d": { name: "7 days", ms: 7 * day, bucket: "hour" },
  "30d": { name: "30 days", ms: 30 * day, bucket: "day" },
} as const

type Span = keyof typeof spans

interface Answers {
  readonly standing: Standing
  readonly timeline: Timeline
}

export const Overview = () => {
  const { change, query } = useQuery()
  const span: Span =
    query.span !== undefined && Object.hasOwn(spans, query.span) ? (query.span as Span) : "24h"
  const asked = useAsked<Answers>(span, async (signal) => {
    const { bucket, ms } = spans[span]
    const [standing, timeline] = await Promise.all([
      client.overview({ signal }),
      client.timeline({ from: new Date(clockNow() - ms).toISOString(), bucket }, { signal }),
    ])
    return { standing, timeline }
  })
  useChangesEvery(500, asked.refresh)

  return (
    <Page
      title="Overview"
      isLoading={asked.isLoading.value}
      actions={
        <Choice
          label="Time"
          value={span}
          options={Object.entries(spans).map(([value, { name }]) => ({ value, name }))}
          onChange={(value) => change({ span: value === "24h" ? undefined : value })}
        />
      }
    >
      <Loading asked={asked}>
        {({ standing: { customers, health, ledger, reasons }, timeline }) =>
          ledger.received === 0 ? (
            <>
              <Attention ledger={ledger} customers={customers} reasons={reasons} health={health} isQuiet />
              <FirstLead />
            </>
          ) : (
            <>
              <Attention ledger={ledger} customers={customers} reasons={reasons} health={health} />
              <Books ledger={ledger} />
              {timeline.counted_from !== null && (
                <p class="fine">
                  Charts count from <Time at={timeline.counted_from} /> on.
                </p>
              )}
              <Funnel ledger={ledger} points={timeline.points} span={spans[span].name} />
              <TimelineCharts points={timeline.points} />
              <div class="pair">
                <CustomerCards customers={customers} />
                <WhyNot reasons={reasons} />
              </div>
            </>
          )
        }
      </Loading>
    </Page>
  )
}
