import http from 'node:http'
import https from 'node:https'
import { useAgent } from 'request-filtering-agent'

// A key set is some kilobytes; whoever answers with more does not answer with a key set.
const bytesMax = 1024 * 1024

/**
 * A GET that follows no redirect and, unless `internal`, speaks https only and connects to no address that the public network
 * does not have: the address is tested when the connection is made, so a name cannot lead elsewhere afterwards. Fails unless
 * the answer is a 200.
 */
export function guardedGet(url: string, internal: boolean, signal: AbortSignal): Promise<Response> {
  const { protocol } = new URL(url)
  if (protocol !== 'https:' && !internal) throw new Error(`${url} is not an https URL`)
  const agent = useAgent(url, { allowPrivateIPAddress: internal, allowMetaIPAddress: internal })
  const { get } = protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, signal }, (response) => {
      if (response.statusCode !== 200) {
        response.destroy()
        reject(new Error(`${url} answers ${response.statusCode}`))
        return
      }
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > bytesMax) response.destroy(new Error(`${url} answers more than ${bytesMax} bytes`))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => resolve(new Response(Buffer.concat(chunks))))
    })
    request.on('error', reject)
  })
}
