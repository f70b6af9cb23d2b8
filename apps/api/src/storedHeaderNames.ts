/**
 * The headers that explain a lead: what sent it, what it is a notification of, which way it came. Their values are stored.
 *
 * A header belongs here if its provider documents it as a name, an id, a time or an address, and never as what a request is
 * authenticated by. Signatures, digests with a key and tokens do not; nor do headers of any content, such as `baggage`, or
 * identities that a proxy vouches for. Exact names alone: `x-forwarded-for` explains, `x-forwarded-access-token` is a secret.
 */
const ofEveryRequest = `
  accept accept-charset accept-encoding accept-language cache-control connection content-encoding content-language
  content-length content-type date dnt expect host idempotency-key keep-alive pragma prefer priority te
  transfer-encoding upgrade upgrade-insecure-requests user-agent x-requested-with sec-ch-ua sec-ch-ua-mobile
  sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user
`

/** W3C Trace Context, B3, Jaeger, and the ids that vendors give requests. */
const traces = `
  traceparent tracestate b3 x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled x-b3-flags uber-trace-id
  sentry-trace x-amzn-trace-id x-cloud-trace-context x-datadog-trace-id x-datadog-parent-id
  x-datadog-sampling-priority correlation-id request-id x-correlation-id x-request-id x-request-start x-trace-id
  x-amz-cf-id x-amzn-requestid x-arr-log-id x-azure-ref fly-request-id x-vercel-id cf-ray
`

/** The proxies on the way, and the address that they saw. `forwarded` itself is read more closely. */
const forwarding = `
  via x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-prefix x-forwarded-proto x-forwarded-protocol
  x-forwarded-scheme x-forwarded-server x-forwarded-ssl x-original-host x-original-forwarded-for x-real-ip
  x-client-ip client-ip true-client-ip x-cluster-client-ip x-envoy-external-address x-envoy-attempt-count cdn-loop
  cf-connecting-ip cf-connecting-ipv6 cf-ipcountry cf-visitor cf-worker cloudfront-forwarded-proto
  cloudfront-viewer-address cloudfront-viewer-country fastly-client-ip fly-client-ip fly-forwarded-proto
  fly-region x-azure-clientip x-vercel-forwarded-for x-vercel-ip-country x-amzn-tls-cipher-suite
  x-amzn-tls-version
`

/** Standard Webhooks and Svix, CloudEvents over HTTP, and names that many senders use. */
const events = `
  webhook-id webhook-timestamp svix-id svix-timestamp ce-id ce-type ce-specversion ce-time ce-subject
  ce-datacontenttype event-id event-type x-event-id x-event-key x-event-name x-event-time x-event-type
  x-webhook-attempt x-webhook-delivery x-webhook-event x-webhook-id x-webhook-name x-webhook-timestamp
  x-webhook-topic x-delivery-id x-message-id x-request-timestamp x-attempt-number x-retry-count x-timestamp
`

/** GitHub, GitLab, Bitbucket, Jira, Linear. */
const developerTools = `
  x-github-event x-github-delivery x-github-hook-id x-github-hook-installation-target-id
  x-github-hook-installation-target-type x-gitlab-event x-gitlab-event-uuid x-gitlab-webhook-uuid x-hook-uuid
  x-request-uuid x-atlassian-webhook-identifier x-atlassian-webhook-retry linear-delivery linear-event
`

/** Shopify (webhooks, and events without the x-), WooCommerce, Square, PayPal. */
const shops = `
  x-shopify-topic x-shopify-sub-topic x-shopify-shop-domain x-shopify-api-version x-shopify-webhook-id
  x-shopify-event-id x-shopify-triggered-at x-shopify-name shopify-topic shopify-sub-topic shopify-shop-domain
  shopify-api-version shopify-webhook-id shopify-event-id shopify-triggered-at shopify-name x-shopify-test
  x-wc-webhook-topic x-wc-webhook-resource x-wc-webhook-event x-wc-webhook-id x-wc-webhook-delivery-id
  square-environment square-initial-delivery-timestamp square-retry-number square-retry-reason
  paypal-transmission-id paypal-transmission-time
`

/**
 * Meta, HubSpot, Zendesk, Slack, Webflow, Contentful, SendGrid, Hookdeck, QStash. Typeform, Tally, Stripe, Calendly and
 * LinkedIn add signatures alone.
 */
const customerTools = `
  facebook-api-version x-hubspot-correlation-id x-hubspot-request-timestamp x-hubspot-timeout-millis
  x-zendesk-account-id x-zendesk-webhook-id x-zendesk-webhook-invocation-id x-slack-request-timestamp
  x-slack-retry-num x-slack-retry-reason x-webflow-timestamp x-contentful-topic x-contentful-webhook-name
  x-twilio-email-event-webhook-timestamp x-hookdeck-attempt-count x-hookdeck-eventid x-hookdeck-requestid
  x-hookdeck-source-name upstash-message-id upstash-retried
`

/** Amazon SNS, Azure Event Grid, Google push notifications, Cloud Tasks and Scheduler. */
const clouds = `
  x-amz-sns-message-id x-amz-sns-message-type x-amz-sns-subscription-arn x-amz-sns-topic-arn aeg-data-version
  aeg-delivery-count aeg-event-type aeg-metadata-version aeg-subscription-name x-goog-channel-expiration
  x-goog-channel-id x-goog-message-number x-goog-resource-id x-goog-resource-state x-cloudscheduler-jobname
  x-cloudscheduler-scheduletime x-cloudtasks-queuename x-cloudtasks-taskname x-cloudtasks-taskretrycount
`

const listed = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((name) => name !== "")

/** Headers whose values are stored as they came. */
export const storedHeaderNames: ReadonlyArray<string> = [
  ofEveryRequest,
  traces,
  forwarding,
  events,
  developerTools,
  shops,
  customerTools,
  clouds,
].flatMap(listed)

/** Headers whose values are URLs, which are stored without what may be a secret. */
export const storedUrlNames: ReadonlyArray<string> = listed(`
  referer origin ce-source ce-dataschema x-gitlab-instance x-goog-resource-uri x-wc-webhook-source
`)
