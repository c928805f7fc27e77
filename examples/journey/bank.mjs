import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the journey stops at, in words for whoever runs it. */
export class JourneyFailure extends Error {}

const url = process.env.PLINTH_URL ?? 'http://127.0.0.1:4000'
const dataDir = process.env.PLINTH_DATA_DIR ?? fileURLToPath(new URL('../../.plinth', import.meta.url))

/** The demo tenant as a payment service and as an auditor reach it. Every command of it carries the correlation id. */
export function openBank(correlationId) {
  let tokens
  const call = async (role, method, path, { body, key } = {}) => {
    tokens ??= readTokens(join(dataDir, 'tokens.json'))
    const response = await fetch(url + path, {
      method,
      headers: {
        Authorization: `Bearer ${tokens[role]}`,
        'X-Correlation-Id': correlationId,
        ...(body && { 'Content-Type': 'application/json', 'Idempotency-Key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error) => {
      throw new JourneyFailure(
        `No Plinth answers at ${url}: \`make start\` first. (${error.cause?.message ?? error.message})`,
      )
    })
    const replayed = response.headers.get('idempotency-replayed') === 'true'
    const answer = await response.json().catch(() => {
      throw new JourneyFailure(`${method} ${path} is answered with what is no JSON.`)
    })
    return { status: response.status, body: answer, replayed }
  }
  return {
    /** Sends a command under a new key, or the one given. What is not answered with one of `expect` stops the journey. */
    async command(path, body, { expect = [200, 201], key = `journey-${randomUUID()}` } = {}) {
      const answer = await call('payments', 'POST', path, { body, key })
      if (!expect.includes(answer.status))
        throw new JourneyFailure(
          `POST ${path} answers ${answer.status} ${answer.body.code}: ${answer.body.detail}`,
        )
      return { ...answer.body, replayed: answer.replayed }
    },
    /** Reads as the auditor does: who checks is not who posts. */
    async read(path) {
      const { status, body } = await call('auditor', 'GET', path)
      if (status !== 200)
        throw new JourneyFailure(`GET ${path} answers ${status} ${body.code}: ${body.detail}`)
      return body
    },
  }
}

function readTokens(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new JourneyFailure(`There are no tokens in ${file}: \`make start\` writes them.`)
  }
}

/** An amount of EUR in cents: money is never a floating-point number. */
export const cents = (amount) => BigInt(amount.replace('.', ''))

/** Stops the journey where two things are not the same. */
export function mustBe(what, found, expected) {
  const [shown, wanted] = [found, expected].map((value) => JSON.stringify(value))
  if (shown !== wanted) throw new JourneyFailure(`${what}: ${shown}, and should be ${wanted}`)
}
