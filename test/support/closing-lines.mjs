// Prints what all test runs of `make test` came to, as its last line: `N passed, N failed`.
// Usage: closing-lines.mjs STATUS [FOLDER], where STATUS is the exit status of the run and FOLDER holds the JSON reports
// of vitest. A check that fails before or beside the tests counts as one failure, so that the line never says
// `0 failed` of a run that failed; and a run without a single test is a failure too.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [status = '1', folder = '.plinth/test-results'] = process.argv.slice(2)

/** The reports in the order they were written in, which their names begin with. */
function reportsIn(path) {
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => ({ name: name.replace(/^\d+-|\.json$/g, ''), ...resultOf(join(path, name)) }))
  } catch {
    return []
  }
}

function resultOf(path) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'))
    // A file that breaks while it is loaded has failed without a failed test of its own.
    const brokenFiles = report.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    ).length
    const failed = report.numFailedTests + brokenFiles
    const passed = report.numPassedTests
    const skipped = report.numPendingTests + report.numTodoTests
    const fault = failed === 0 && (!report.success || passed === 0)
    return { passed, skipped, failed: fault ? 1 : failed }
  } catch {
    return { passed: 0, skipped: 0, failed: 1 }
  }
}

const results = reportsIn(folder)
const total = (part) => results.reduce((sum, result) => sum + result[part], 0)
const failedTests = total('failed')
const failed = failedTests === 0 && (status !== '0' || total('passed') === 0) ? 1 : failedTests

/** Worded unlike the closing line, so that nobody, nor a program, takes a part for the whole. */
function lineOf({ name, passed, failed, skipped }) {
  const rest = [failed > 0 ? `, ${failed} failed` : '', skipped > 0 ? `, ${skipped} skipped` : ''].join('')
  return `${name}: ${passed} of ${passed + failed + skipped} tests passed${rest}`
}

const lines = results.map(lineOf)
if (failedTests === 0 && failed > 0)
  lines.push('Something beside the tests failed, or no test ran: see above.')
const closing = `${total('passed')} passed, ${failed} failed`
const text = `${['', ...lines, closing].join('\n')}\n`

process.stdout.write(text)
try {
  writeFileSync(join(folder, 'closing-lines.txt'), text)
} catch {
  // Without the folder nothing has run; what was printed says so.
}
process.exitCode = failed > 0 ? 1 : 0
