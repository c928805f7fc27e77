import { exitCodes, runProgram } from '@plinth/cli'
import { plainFailure } from './plain-failure.js'
import { createRuntime } from './runtime.js'

// A reader that has seen enough (`plinth journal export | head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done)
  throw error
})

try {
  process.exitCode = await runProgram(createRuntime(process.env), process.argv)
} catch (error) {
  const failure = plainFailure(error)
  process.exitCode = failure?.exitCode ?? exitCodes.refused
  if (failure !== undefined) console.error(`plinth: ${failure.message}`)
  else console.error('plinth: an error that is a fault of Plinth itself:', error)
}
