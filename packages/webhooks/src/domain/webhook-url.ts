const lengthMax = 2_048
// The only names and addresses that never leave the machine, whatever a resolver says.
const loopback = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

/**
 * Whether events may be sent to a URL as far as it can be told from the URL: https, or http to this machine itself, without
 * a name and password. Where its name leads is asked whenever something is sent.
 */
export function isWebhookUrl(text: string): boolean {
  if (text.length > lengthMax || !URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username !== '' || password !== '' || hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname))
}
