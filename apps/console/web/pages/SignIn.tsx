/** The sign-in: a token for a cookie. */
import { useSignal } from "@preact/signals"
import { useDoing } from "../api.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { session, signIn } from "../session.ts"

export const SignIn = () => {
  const token = useSignal("")
  const isRefused = useSignal(false)
  const { error, isBusy, run } = useDoing()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void run(async () => {
      isRefused.value = false
      await signIn(token.value.trim())
      isRefused.value = session.value === null
    })
  }
  return (
    <main class="alone">
      <form class="card" onSubmit={submit}>
        <h1>Lead Gateway</h1>
        <label>
          Token
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            autofocus
            aria-invalid={isRefused.value}
            aria-describedby="token-help"
            value={token.value}
            onInput={(event) => (token.value = event.currentTarget.value)}
          />
        </label>
        {isRefused.value && (
          <p class="notice bad" role="alert">
            The gateway does not know this token. It may be mistyped, expired or revoked.
          </p>
        )}
        {error.value !== undefined && <ErrorNotice error={error.value} />}
        <button type="submit" class="primary" disabled={isBusy.value}>
          Sign in
        </button>
        <p id="token-help" class="fine">
          An admin makes tokens with <code>lead-gateway token create</code>. The token stays in a cookie that
          no script can read.
        </p>
      </form>
    </main>
  )
}
