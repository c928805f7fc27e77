import type { RequestListener, ServerResponse } from 'node:http'
import type { Metrics } from './metrics.js'
import { securityHeaders } from './security-headers.js'

/** Answers with the text that Prometheus reads. */
export async function sendMetrics(metrics: Pick<Metrics, 'text' | 'contentType'>, response: ServerResponse) {
  const text = await metrics.text()
  response.writeHead(200, { ...securityHeaders, 'Content-Type': metrics.contentType }).end(text)
}

/** What a process without an API listens with: `/metrics`, `/health/live`, and nothing else. */
export const answerMetrics =
  (metrics: Pick<Metrics, 'text' | 'contentType'>): RequestListener =>
  (request, response) => {
    const known = request.method === 'GET' || request.method === 'HEAD'
    if (known && request.url === '/metrics') {
      sendMetrics(metrics, response).catch(() => response.destroy())
      return
    }
    const live = known && request.url === '/health/live'
    const headers = { ...securityHeaders, 'Content-Type': 'application/json' }
    response
      .writeHead(live ? 200 : 404, headers)
      .end(JSON.stringify(live ? { status: 'ok' } : { status: 'not_found' }))
  }
