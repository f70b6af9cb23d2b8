/** How the rules see a lead, one by one: what passed, what did not, what would have. */
import type { Json, LeadDetail, LeadRules } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { valueAt } from "../valueAt.ts"

interface RuleByRuleProps {
  readonly lead: LeadDetail
  readonly isShown: boolean
}

/** Open at once where a rule, or a missing field, is why the lead was not delivered; otherwise when somebody asks. */
export const RuleByRule = ({ isShown, lead }: RuleByRuleProps) => {
  const isReason = lead.status === "REJECTED" || (lead.status === "FAILED" && lead.rejection_reason !== null)
  const isAsked = useSignal(isReason)
  return (
    <details
      open={isReason}
      onToggle={(event) => {
        if (event.currentTarget.open) isAsked.value = true
      }}
    >
      <summary>Rule by rule</summary>
      {isAsked.value && <Rules lead={lead} isShown={isShown} />}
    </details>
  )
}

const Rules = ({ isShown, lead }: RuleByRuleProps) => {
  const asked = useAsked<LeadRules>(`${lead.id} ${lead.status}`, (signal) =>
    client.leads.rules(lead.id, { signal }),
  )
  return (
    <Loading asked={asked}>
      {(answer) => {
        const payload = answer.looks_at === "raw" ? lead.raw_payload : lead.normalized_payload
        return (
          <section aria-label="Rule by rule">
            <DecidedWith answer={answer} />
            <ol class="rules">
              {answer.rules.map((rule) => (
                <Rule key={rule.index} rule={rule} value={isShown ? quoted(payload, rule) : undefined} />
              ))}
            </ol>
            {answer.left_out > 0 && <p class="fine">And {answer.left_out} more rules, which it meets.</p>}
            <WouldPass answer={answer} />
          </section>
        )
      }}
    </Loading>
  )
}

const DecidedWith = ({ answer: { as_decided, decided_with, versions } }: { readonly answer: LeadRules }) => {
  const then = versionIn(decided_with, "rules")
  if (then === undefined)
    return (
      <p>
        It waits for its decision. The rules in force, version <code>{versions.rules}</code>, see it so:
      </p>
    )
  if (as_decided) {
    return (
      <p>
        Decided by the rules in force, version <code>{versions.rules}</code>.
      </p>
    )
  }
  return (
    <p class="notice warn">
      Decided by version <code>{then}</code> of the rules with{" "}
      <code>{versionIn(decided_with, "profile")}</code> of the profile. In force are{" "}
      <code>{versions.rules}</code> and <code>{versions.profile}</code>, which see it so:
    </p>
  )
}

const versionIn = (versions: Json, part: string): string | undefined => {
  const version: unknown =
    typeof versions === "object" && versions !== null ? Reflect.get(versions, part) : undefined
  return typeof version === "string" ? version : undefined
}

type LeadRule = LeadRules["rules"][number]

/** The value that a rule has looked at, as JSON. */
const quoted = (payload: Json, { condition, finding }: LeadRule): string | undefined => {
  const field = finding?.field ?? fieldOf(condition)
  const value = field === undefined ? undefined : valueAt(payload, field)
  return value === undefined ? undefined : JSON.stringify(value)
}

const fieldOf = (condition: Json): string | undefined => {
  const field: unknown =
    typeof condition === "object" && condition !== null ? Reflect.get(condition, "field") : undefined
  return typeof field === "string" ? field : undefined
}

const outcomeOf = ({ met, reached, severity }: LeadRule): readonly [name: string, tone: string] => {
  if (!reached) return [met ? "Not reached, would pass" : "Not reached, would fail", "neutral"]
  if (met) return ["Passed", "good"]
  return severity === "flag" ? ["Flagged", "warn"] : ["Failed", "bad"]
}

const Rule = ({ rule, value }: { readonly rule: LeadRule; readonly value: string | undefined }) => {
  const { condition, finding, id, message, reason } = rule
  const [name, tone] = outcomeOf(rule)
  return (
    <li>
      <span class={`status ${tone}`}>{name}</span> <code class="reason">{reason}</code>
      {id !== null && <small> {id}</small>}
      {message !== null && <p>{message}</p>}
      <p>
        {finding === null ? (
          <code>{conditionIn(condition)}</code>
        ) : (
          <>
            <code>{finding.field}</code> {finding.expected}; it is {finding.actual}
          </>
        )}
        {value !== undefined && (
          <>
            {": "}
            <code>{value}</code>
          </>
        )}
      </p>
    </li>
  )
}

/** A condition in short: `zipcode pattern ^66\\d{3}$`; of several ones together the JSON. */
const conditionIn = (condition: Json): string => {
  const field = fieldOf(condition)
  if (field === undefined || typeof condition !== "object" || condition === null)
    return JSON.stringify(condition)
  const { field: _, operator, ...others } = condition as Readonly<Record<string, Json>>
  const rest = Object.entries(others).map(([key, value]) =>
    key === operator || key === "value" || key === "values" ? text(value) : `${key} ${text(value)}`,
  )
  return [field, text(operator), ...rest].join(" ")
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value))

/** What has to be otherwise for the lead to pass, in a sentence. */
const WouldPass = ({ answer: { missing, passes_as, rules } }: { readonly answer: LeadRules }) => {
  const unmet = rules.flatMap(({ finding, severity }) =>
    finding === null || severity === "flag" ? [] : [finding],
  )
  if (unmet.length === 0 && missing.length === 0) return <p>It meets every rule.</p>
  return (
    <>
      {unmet.length > 0 && (
        <p>To pass, {unmet.map(({ expected, field }) => `${field} ${expected}`).join(", and ")}.</p>
      )}
      {missing.length > 0 && (
        <p>
          It meets every rule, and would be sent if it had {missing.join(", ")}: the customer's format needs
          that.
        </p>
      )}
      {passes_as !== null && (
        <p>
          It would pass as it is with <code>{`"looks_at": "${passes_as}"`}</code> in the{" "}
          <a href="/console/rules">rules</a>: they would look at the payload{" "}
          {passes_as === "raw" ? "as it came" : "as it is normalised"}.
        </p>
      )}
    </>
  )
}
