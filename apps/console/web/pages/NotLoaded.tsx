/** For a page whose program did not load. */
import { Page } from "../components/Page.tsx"

export const NotLoaded = () => (
  <Page title="This page did not load">
    <section class="empty">
      <p>The gateway was upgraded, or could not be reached. Load the console again.</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        Load again
      </button>
    </section>
  </Page>
)
