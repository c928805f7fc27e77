import { type Logger, pino } from 'pino'
import { inspect, learnTokensIn, watch } from '../../support/leaks.js'

/** A log as `serve` writes it, kept, and looked through for secrets when the tests of the file are over. */
export function openWatchedLog(): { readonly logger: Logger; readonly logLines: string[] } {
  const logLines: string[] = []
  const logger = pino({}, { write: (line: string) => void logLines.push(line) })
  watch('the log of the edge', () => logLines.join(''))
  return { logger, logLines }
}

// What shows a secret this once, and nothing else does.
const issuing = /^POST \/v1\/(api-keys|webhooks|webhooks\/[^/]+\/rotate-secret)$/

/** Looks through an answer: only what makes a key or secret shows one, and a problem repeats nothing of a body. */
export function inspectAnswer(call: string, answer: { type: string | null; text: string }): void {
  const isProblem = answer.type === 'application/problem+json'
  const issued = issuing.test(call) && !isProblem
  if (issued) learnTokensIn(answer.text)
  inspect(`the answer to ${call}`, answer.text, isProblem ? [] : issued ? ['token', 'body'] : ['body'])
}
