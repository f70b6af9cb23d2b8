/** Tokens of operators: made, shown once, revoked. */
import type { CreatedToken, OperatorToken } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import { clockNow } from "../clock.ts"
import { Copyable } from "../components/Copyable.tsx"
import { DataTable } from "../components/DataTable.tsx"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Time } from "../components/Time.tsx"
import { usePaged } from "../paged.ts"
import type { Role } from "../session.ts"

export const Tokens = () => {
  const paged = usePaged<OperatorToken>(
    "",
    ({ id }) => id,
    (cursor, signal) =>
      client.tokens.list(
        { limit: 50, ...(cursor === undefined ? {} : { cursor }) },
        signal === undefined ? {} : { signal },
      ),
  )
  const { error, isBusy, run } = useDoing()
  const revoke = async (id: number) => {
    if (await run(() => client.tokens.revoke(id))) paged.asked.refresh()
  }
  return (
    <section aria-label="Tokens">
      <h2>Tokens</h2>
      <NewTokenForm onMade={paged.asked.refresh} />
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      <Loading asked={paged.asked}>
        {() => (
          <>
            <DataTable
              label="All tokens"
              rows={paged.items}
              keyOf={({ id }) => id}
              columns={[
                { name: "Name", show: ({ name }) => name },
                { name: "Role", show: ({ role }) => role },
                {
                  name: "Made",
                  show: ({ created_at, created_by }) => (
                    <>
                      <Time at={created_at} /> by {created_by}
                    </>
                  ),
                },
                {
                  name: "Expires",
                  show: ({ expires_at }) =>
                    expires_at === null ? "never" : <Time at={expires_at} as="relative" />,
                },
                {
                  name: "Last used",
                  show: ({ last_used_at }) =>
                    last_used_at === null ? "never" : <Time at={last_used_at} as="relative" />,
                },
                {
                  name: "State",
                  show: ({ id, name, revoked_at }) =>
                    revoked_at === null ? (
                      <Revoke name={name} isBusy={isBusy.value} onRevoke={() => void revoke(id)} />
                    ) : (
                      <>
                        revoked <Time at={revoked_at} as="relative" />
                      </>
                    ),
                },
              ]}
              empty={
                <p>
                  No token yet. Make one for each person and each program, so that the audit says who did
                  what.
                </p>
              }
            />
            <More paged={paged} name="Show more tokens" />
          </>
        )}
      </Loading>
    </section>
  )
}

interface RevokeProps {
  readonly name: string
  readonly isBusy: boolean
  readonly onRevoke: () => void
}

/** Asks first: whoever uses the token is out within seconds, and it cannot be given back. The same button keeps the focus. */
const Revoke = ({ isBusy, name, onRevoke }: RevokeProps) => {
  const isAsking = useSignal(false)
  return (
    <div class="actions">
      <button
        type="button"
        aria-label={`${isAsking.value ? "Revoke for ever" : "Revoke"}: ${name}`}
        disabled={isBusy}
        onClick={() => (isAsking.value ? onRevoke() : (isAsking.value = true))}
      >
        {isAsking.value ? "Revoke for ever" : "Revoke"}
      </button>
      {isAsking.value && (
        <button type="button" onClick={() => (isAsking.value = false)}>
          Keep it
        </button>
      )}
    </div>
  )
}

const NewTokenForm = ({ onMade }: { readonly onMade: () => void }) => {
  const name = useSignal("")
  const role = useSignal<Role>("viewer")
  const days = useSignal("90")
  const made = useSignal<CreatedToken | undefined>(undefined)
  const { error, isBusy, run } = useDoing()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void run(async () => {
      const expires =
        days.value === ""
          ? {}
          : { expires_at: new Date(clockNow() + Number(days.value) * 86_400_000).toISOString() }
      made.value = await client.tokens.create({ name: name.value, role: role.value, ...expires })
      name.value = ""
      onMade()
    })
  }
  return (
    <form class="filters" onSubmit={submit}>
      <label>
        Name
        <input
          required
          maxLength={64}
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <label>
        Role
        <select value={role.value} onChange={(event) => (role.value = event.currentTarget.value as Role)}>
          <option value="viewer">viewer: counts and lists, values masked</option>
          <option value="operator">operator: values, replays, pauses</option>
          <option value="admin">admin: tokens and audit</option>
        </select>
      </label>
      <label>
        Days until it expires
        <input
          type="number"
          min="1"
          max="3650"
          placeholder="never"
          value={days.value}
          onInput={(event) => (days.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={isBusy.value}>
        Make a token
      </button>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      {made.value !== undefined && (
        <div class="notice good" role="status">
          <p>
            The token of <strong>{made.value.name}</strong>. It is shown this once.
          </p>
          <Copyable text={made.value.token} label="Copy the token" />
        </div>
      )}
    </form>
  )
}
