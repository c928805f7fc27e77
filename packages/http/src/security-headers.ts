import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet, { type HelmetOptions } from 'helmet'

type Directives = Record<string, string[]>
export type SecurityHeaders = Readonly<Record<string, string>>

// An answer of the API is data for the one who asked: nothing may load, run or frame anything on its account.
const nothing: Directives = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }

// Swagger UI sets styles on its elements; scripts and requests stay with this host.
const ownScripts: Directives = {
  ...nothing,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
}

/** What every answer carries: of the API, of the system pages, problems, and what is answered to no HTTP at all. */
export const securityHeaders = headersUnder(nothing)

/** The same for the pages below /docs, with the policy that Swagger UI needs. */
export const docsSecurityHeaders = headersUnder(ownScripts)

/**
 * What helmet sets never changes, so it is asked once: as middleware it would cost each answer 3 µs and could not reach those
 * that `listen` writes to a bare socket (ADR 0008).
 */
function headersUnder(directives: Directives): SecurityHeaders {
  const options: HelmetOptions = {
    contentSecurityPolicy: { useDefaults: false, directives },
    xFrameOptions: { action: 'deny' },
    // TLS ends in front of Plinth, and whoever ends it says for how long it must be used.
    strictTransportSecurity: false,
    // What browsers of long ago needed, or pages with links and scripts of many origins: nothing of ours.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  helmet(options)(request, response, (error?: unknown) => {
    if (error !== undefined) throw error
  })
  const headers = Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)])
  // Balances and tokens belong to the one who asked, and to no cache on the way.
  return { ...Object.fromEntries(headers), 'cache-control': 'no-store' }
}
