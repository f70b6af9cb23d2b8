/** Each attempt to deliver a lead: what the customer answered, how long it took, whose fault a failure was. */
import type { LeadDetail } from "@lead-gateway/client"
import { Time } from "../components/Time.tsx"
import { formatCount, formatDuration } from "../format.ts"

const faults = { lead: "the lead's data", customer: "the customer", ours: "ours" } as const

export const Attempts = ({ lead }: { readonly lead: LeadDetail }) => {
  if (lead.delivery_attempts.length === 0) return null
  return (
    <section aria-label="Attempts">
      <h2>Attempts</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="All attempts">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                Attempt
              </th>
              <th scope="col">When</th>
              <th scope="col">Outcome</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">Fault</th>
              <th scope="col">What the customer said</th>
            </tr>
          </thead>
          <tbody>
            {lead.delivery_attempts.map((attempt, index) => (
              <tr key={index}>
                <th scope="row" class="number">
                  {attempt.attempt_no}
                </th>
                <td>
                  <Time at={attempt.attempted_at} />
                </td>
                <td>
                  <span class={`status ${attempt.success ? "good" : "warn"}`}>
                    {attempt.status_code ?? (attempt.success ? "Delivered" : "No answer")}
                  </span>{" "}
                  {saidBeside(attempt)}
                </td>
                <td class="number">
                  {attempt.duration_ms === null ? "–" : formatDuration(attempt.duration_ms)}
                </td>
                <td>{attempt.fault === null ? <span class="faint">–</span> : faults[attempt.fault]}</td>
                <td>
                  {attempt.response_body === "*" && <span class="faint">masked</span>}
                  {shownOf(attempt.customer_reason) !== null && <p>{attempt.customer_reason}</p>}
                  {shownOf(attempt.response_body) !== null && (
                    <details>
                      <summary>The answer's body</summary>
                      <pre>{attempt.response_body}</pre>
                    </details>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lead.left_out !== null && lead.left_out.delivery_attempts > 0 && (
        <p class="fine">
          {formatCount(lead.left_out.delivery_attempts)} older attempts are not shown: there are too many for
          one answer.
        </p>
      )}
      {lead.left_out !== null && lead.left_out.response_bodies > 0 && (
        <p class="fine">
          Of {formatCount(lead.left_out.response_bodies)} attempts the answer's body is not shown: together
          they are too long.
        </p>
      )}
    </section>
  )
}

/** What went wrong, where it says more than the status beside it. */
const saidBeside = ({ error_message, status_code }: LeadDetail["delivery_attempts"][number]): string | null =>
  error_message === `the customer answered ${status_code}` ? null : shownOf(error_message)

/** A text, if there is one and it is not masked. */
const shownOf = (text: string | null): string | null => (text === "" || text === "*" ? null : text)
