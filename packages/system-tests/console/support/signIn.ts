/** Signs a visitor in. */
import type { Page } from "playwright-core"

/** Fills in the sign-in that the page shows, and waits for what comes after it. */
export const signIn = async (page: Page, token: string): Promise<void> => {
  await page.getByLabel("Token").fill(token)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("banner").waitFor()
}
