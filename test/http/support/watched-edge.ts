import { type Logger, pino } from 'pino'
import { inspect, learnTokensIn, watch } from '../../support/leaks.js'

/** A log as `serve` writes it, kept, and looked through for secrets when the tests of the file are over. */
export function openWatchedLog(): { readonly logger: Logger; readonly logLines: string[] } {
  const logLines: string[] = []
  const logger = pino({}, { write: (line: string) => void logLines.push(line) })
  watch('the log of the edge', () => logLines.join(''))
  return { logger, logLines }
}

/** Looks through an answer: only issuing a key shows a token, and a problem repeats nothing of a body. */
export function inspectAnswer(call: string, answer: { type: string | null; text: string }): void {
  const isProblem = answer.type === 'application/problem+json'
  const issued = call === 'POST /v1/api-keys' && !isProblem
  if (issued) learnTokensIn(answer.text)
  inspect(`the answer to ${call}`, answer.text, isProblem ? [] : issued ? ['token', 'body'] : ['body'])
}
