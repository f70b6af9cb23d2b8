/** The host of a URL as the network knows it: that of `http://[::1]/` is "::1". */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "")
