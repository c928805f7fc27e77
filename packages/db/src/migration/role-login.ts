import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** The roles that Plinth's own processes log in as. */
export type RuntimeRole = 'plinth_serve' | 'plinth_worker'

// What PostgreSQL itself uses for the passwords it hashes.
const scramIterations = 4096

/**
 * The URL by which a runtime role reaches the database of `adminUrl`. Its password follows from the admin's, so
 * that every process which knows the admin URL agrees without sharing anything; an admin URL without a password
 * gives one without, and the role's real URL must then be configured.
 */
export function runtimeUrl(adminUrl: string, role: RuntimeRole): string {
  const adminPassword = passwordIn(adminUrl)
  return urlAs(adminUrl, role, adminPassword && derivedPassword(adminPassword, role))
}

/** The same database as somebody else. */
export function urlAs(adminUrl: string, role: string, password: string | undefined): string {
  const url = parseDatabaseUrl(adminUrl)
  // Either may also stand among the parameters, where it would win.
  url.searchParams.delete('user')
  url.searchParams.delete('password')
  url.username = role
  url.password = encodeURIComponent(password ?? '')
  return url.href
}

/** libpq allows `postgres://user@/database?host=…`, URL does not: a name no one looks up stands in for the host. */
export function parseDatabaseUrl(text: string): URL {
  return new URL(text.replace(/^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)(?=[/?#]|$)/, '$1localhost'))
}

function passwordIn(adminUrl: string): string | undefined {
  const url = parseDatabaseUrl(adminUrl)
  return url.searchParams.get('password') ?? (decodeURIComponent(url.password) || undefined)
}

function derivedPassword(adminPassword: string, role: RuntimeRole): string {
  return createHmac('sha256', adminPassword).update(`plinth runtime role ${role}`).digest('hex')
}

/**
 * What PostgreSQL stores for a password (RFC 5803). Sent instead of the password, which would otherwise stand in
 * the server's log whenever `alter role` fails or statements are logged.
 */
export function scramVerifier(password: string): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new TypeError("A runtime role's password must be of printable ASCII characters")
  }
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, scramIterations, 32, 'sha256')
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64')
  const serverKey = sign('Server Key').toString('base64')
  return `SCRAM-SHA-256$${scramIterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
