/** The nonce under which this page may add style elements, put into it by the server. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
}
